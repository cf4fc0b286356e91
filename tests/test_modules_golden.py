"""The strands and gates of every translation module, written out.

Where a module is changed on purpose, run pytest with UPDATE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.dsd.modules.annihilation import two_domain_annihilation
from dsd_ncrn.dsd.modules.cooperative import cooperative_annihilation
from dsd_ncrn.dsd.modules.drain import drain
from dsd_ncrn.dsd.modules.join_fork import join_fork, seals
from dsd_ncrn.dsd.modules.sinks import capture, cogate_sink, strand_sink
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words
from studies import design

GOLDEN = Path(__file__).parent / "golden" / "modules.txt"


def reaction(left: str, right: str, stage: str) -> Reaction:
    return Reaction(tuple(left.split()), tuple(right.split()), 1.0, origin=Origin("1", stage))


def modules() -> Mapping[str, list[Component]]:
    """Every module once, with the linear regressor's lengths."""
    plain, weak = Words(design("linreg2d"), {}), Words(design("linreg2d"), {}, weak_toeholds=(3,))
    turned = Words(design("linreg2d_cooperative"), {"G": -1, "P": 1})
    return {
        "X + P -> X + P + Z in phase c1": join_fork(reaction("X P", "X P Z", "N1"), "c1", plain),
        "X + P -> X + P + Z at any time": join_fork(reaction("X P", "X P Z", "N1"), None, plain),
        "Z -> A + C": join_fork(reaction("Z", "A C", "N2"), None, plain),
        "B -> B + Z through a weak toehold": join_fork(reaction("B", "B Z", "N1"), None, weak),
        "A + X -> A + X + G, G mirrored": join_fork(reaction("A X", "A X G", "N3"), "c2", turned),
        "seals": seals(plain),
        "seals where species are mirrored": seals(turned),
        "G + P -> 0, two-domain": two_domain_annihilation(reaction("G P", "", "N4"), plain),
        "G + P -> 0, cooperative": cooperative_annihilation(reaction("G P", "", "N4"), turned),
        "A -> 0 in the flush": drain(reaction("A", "", "flush"), "c3", False, plain),
        "X -> 0 in the flush, X fed": drain(reaction("X", "", "flush"), "c3", True, plain),
        "sinks": [
            strand_sink("scavenger", "c1", 10.0, plain),
            cogate_sink("sink", "c1", 10.0, plain),
            capture("bead", "c1", plain),
        ],
    }


def as_text() -> str:
    lines = []
    for title, components in modules().items():
        lines += [f"# {title}", *(f"{c.role} {c.name} = {c.complex.kernel} @ {c.concentration:g} nM" for c in components), ""]
    return "\n".join(lines)


def test_every_module_makes_the_gates_it_says() -> None:
    """Kernel notation of joins, forks, annihilators, drains and sinks; structures as in each module's docstring."""
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(as_text(), encoding="utf-8")
    assert as_text() == GOLDEN.read_text(encoding="utf-8")
