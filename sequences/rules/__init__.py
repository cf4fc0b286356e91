"""Sequence rules: one file and one line of ``RULES`` for each. The search evaluates constraints in this order."""

from __future__ import annotations

from sequences.rules.alphabet import Alphabet
from sequences.rules.base import Rule
from sequences.rules.bottom_structure import BottomStructure
from sequences.rules.branch_crosstalk import BranchCrosstalk
from sequences.rules.branch_dimer import BranchDimer
from sequences.rules.branch_similarity import BranchSimilarity
from sequences.rules.branch_strength import BranchStrength
from sequences.rules.closed_ends import ClosedEnds
from sequences.rules.gc_content import GcContent
from sequences.rules.motifs import Motifs
from sequences.rules.open_toeholds import OpenToeholds
from sequences.rules.runs import Runs
from sequences.rules.strand_structure import StrandStructure
from sequences.rules.toehold_crosstalk import ToeholdCrosstalk

RULES: tuple[Rule, ...] = (
    Alphabet(),
    GcContent(),
    ClosedEnds(),
    BranchStrength(),
    Runs(),
    Motifs(),
    ToeholdCrosstalk(),
    BranchCrosstalk(),
    BranchSimilarity(),
    BranchDimer(),
    StrandStructure(),
    OpenToeholds(),
    BottomStructure(),
)
