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
        "alphabet": "sequences.rules.alphabet:Alphabet",
        "gc_content": "sequences.rules.gc_content:GcContent",
        "closed_ends": "sequences.rules.closed_ends:ClosedEnds",
        "branch_strength": "sequences.rules.branch_strength:BranchStrength",
        "runs": "sequences.rules.runs:Runs",
        "motifs": "sequences.rules.motifs:Motifs",
        "toehold_crosstalk": "sequences.rules.toehold_crosstalk:ToeholdCrosstalk",
        "branch_crosstalk": "sequences.rules.branch_crosstalk:BranchCrosstalk",
        "branch_similarity": "sequences.rules.branch_similarity:BranchSimilarity",
        "branch_dimer": "sequences.rules.branch_dimer:BranchDimer",
        "strand_structure": "sequences.rules.strand_structure:StrandStructure",
        "open_toeholds": "sequences.rules.open_toeholds:OpenToeholds",
        "bottom_structure": "sequences.rules.bottom_structure:BottomStructure",
    },
)
"""The search evaluates constraints in this order, so slow ones stand last."""
VENDORS: Family[Vendor] = Family(
    "vendor",
    {
        "idt-tube": "sequences.vendors.idt_tube:IdtTube",
        "idt-plate": "sequences.vendors.idt_plate:IdtPlate",
        "twist": "sequences.vendors.twist:Twist",
        "generic": "sequences.vendors.generic:Generic",
    },
)
