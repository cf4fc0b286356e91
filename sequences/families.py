"""Sequence rules and order formats by name: a new one is one line here, which costs no import until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsd_ncrn.families import Family

if TYPE_CHECKING:
    from sequences.rules.base import Rule
    from sequences.vendors.base import Vendor

RULES: Family[Rule] = Family(
    "sequence rule",
    {
        "alphabet": "sequences.rules.words:Alphabet",
        "gc_content": "sequences.rules.words:GcContent",
        "closed_ends": "sequences.rules.words:ClosedEnds",
        "branch_strength": "sequences.rules.words:BranchStrength",
        "runs": "sequences.rules.words:Runs",
        "motifs": "sequences.rules.words:Motifs",
        "toehold_crosstalk": "sequences.rules.strands:ToeholdCrosstalk",
        "branch_crosstalk": "sequences.rules.strands:BranchCrosstalk",
        "branch_similarity": "sequences.rules.strands:BranchSimilarity",
        "branch_dimer": "sequences.rules.strands:BranchDimer",
        "strand_structure": "sequences.rules.strands:StrandStructure",
        "open_toeholds": "sequences.rules.strands:OpenToeholds",
        "bottom_structure": "sequences.rules.strands:BottomStructure",
    },
)
"""The search evaluates constraints in this order, so slow ones stand last."""
VENDORS: Family[Vendor] = Family(
    "vendor",
    {
        "idt-tube": "sequences.vendors.idt:IdtTube",
        "idt-plate": "sequences.vendors.idt:IdtPlate",
        "twist": "sequences.vendors.others:Twist",
        "generic": "sequences.vendors.others:Generic",
    },
)
