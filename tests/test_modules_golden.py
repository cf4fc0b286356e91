"""The strands and gates of every translation module, written out.

Where a module is changed on purpose, run pytest with UPDATE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.chemistry import GATE_KINDS, Chemistry
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.plan import PlainOptions
from dsd_ncrn.dsd.schemes.chen import chen_gates
from dsd_ncrn.dsd.schemes.endings import (
    capture,
    cogate_sink,
    cooperative_annihilation,
    drain,
    phase_clock,
    reporter,
    strand_sink,
    two_domain_annihilation,
)
from dsd_ncrn.dsd.schemes.parts import Made, seals
from dsd_ncrn.dsd.schemes.plain import plain_gates
from dsd_ncrn.dsd.schemes.sealed import sealed_gates
from dsd_ncrn.dsd.system import Component
from dsd_ncrn.dsd.words import Words

GOLDEN = Path(__file__).parent / "golden" / "modules.txt"

BUDGET = {"join": "1 nM", "fork": "2 nM", "fuel": "3 nM"}
GATES = {kind: BUDGET | ({"first_toehold": 3} if kind == "bias" else {}) for kind in GATE_KINDS}
BENCH = PlainOptions(Translation(), Chemistry.model_validate({"gates": GATES, "seal": "4 nM"}))

PLAIN = Words(BENCH, {})
WEAK = Words(BENCH, {}, weak_toeholds=(3,), weak_mirrored=(3,))
TURNED = Words(BENCH, {"G": -1, "H": -1, "P": 1})
MIRRORED = Words(BENCH, dict.fromkeys(("X", "P", "Z", "A", "B"), -1), weak_mirrored=(3,))


def reaction(left: str, right: str, stage: str) -> Reaction:
    return Reaction(tuple(left.split()), tuple(right.split()), 1.0, origin=Origin("1", stage))


CATALYSIS, RELEASE = reaction("X P", "X P Z", "N1"), reaction("A X", "A X G H", "N3")


def made_of() -> Mapping[str, Made | list[Component]]:
    """Every module once, with joins at 1 nM, forks at 2 nM, helpers at 3 nM and seals at 4 nM."""
    straight, freeing = plain_gates(CATALYSIS, None, TURNED), plain_gates(RELEASE, None, TURNED)
    return {
        "X + P -> X + P + Z in phase c1": plain_gates(CATALYSIS, "c1", PLAIN),
        "X + P -> X + P + Z at any time": plain_gates(CATALYSIS, None, PLAIN),
        "Z -> A + C": plain_gates(reaction("Z", "A C", "N2"), None, PLAIN),
        "B -> B + Z through a weak toehold": plain_gates(reaction("B", "B Z", "N1"), None, WEAK),
        "A + X -> A + X + G, G mirrored": plain_gates(reaction("A X", "A X G", "N3"), "c2", TURNED),
        "A + X -> A + X + G + H, both mirrored": plain_gates(RELEASE, "c2", TURNED),
        "X -> G, G mirrored": plain_gates(reaction("X", "G", "N2"), None, TURNED),
        "X + P -> X + P + Z, all mirrored": plain_gates(CATALYSIS, "c1", MIRRORED),
        "X + P -> X + P + C, inputs mirrored": plain_gates(reaction("X P", "X P C", "N1"), "c1", MIRRORED),
        "B -> B + Z through a weak toehold, mirrored": plain_gates(reaction("B", "B Z", "N1"), None, MIRRORED),
        "X + P -> X + P + Z, sealed": sealed_gates(CATALYSIS, "c1", PLAIN),
        "A + X -> A + X + G + H, sealed": sealed_gates(RELEASE, None, TURNED),
        "X -> G, sealed": sealed_gates(reaction("X", "G", "N2"), None, TURNED),
        "X + P -> X + P + Z, sealed and mirrored": sealed_gates(CATALYSIS, None, MIRRORED),
        "X + P -> X + P + Z, chen": chen_gates(CATALYSIS, "c1", PLAIN),
        "A + X -> A + X + G + H, chen": chen_gates(RELEASE, None, TURNED),
        "X + P -> X + P + Z, chen and mirrored": chen_gates(CATALYSIS, None, MIRRORED),
        "seals": seals(PLAIN, plain_gates(CATALYSIS, None, PLAIN).components),
        "seals where species are mirrored": seals(TURNED, [*straight.components, *freeing.components]),
        "seals of mirrored gates": seals(MIRRORED, plain_gates(CATALYSIS, None, MIRRORED).components),
        "G + P -> 0, two-domain": two_domain_annihilation(reaction("G P", "", "N4"), PLAIN),
        "G + P -> 0, two-domain in phase c1": two_domain_annihilation(reaction("G P", "", "N4"), PLAIN, "c1"),
        "X + P -> 0, two-domain and mirrored": two_domain_annihilation(reaction("X P", "", "N4"), MIRRORED),
        "G + P -> 0, cooperative": cooperative_annihilation(reaction("G P", "", "N4"), TURNED),
        "G + P -> 0, cooperative in phase c1": cooperative_annihilation(reaction("G P", "", "N4"), TURNED, "c1"),
        "A -> 0 in the flush": drain(reaction("A", "", "flush"), "c3", False, PLAIN),
        "X -> 0 in the flush, X fed": drain(reaction("X", "", "flush"), "c3", True, PLAIN),
        "A -> 0 in the flush, mirrored": drain(reaction("A", "", "flush"), "c3", False, MIRRORED),
        "A -> 0 at any time": drain(reaction("A", "", "N4"), None, False, PLAIN),
        "X -> 0 at any time, X fed": drain(reaction("X", "", "N4"), None, True, PLAIN),
        "clock": phase_clock("c1", [1], False, 10.0, PLAIN)[1],
        "clock of gates of both polarities": phase_clock("c1", [1, -1], False, 10.0, MIRRORED)[1],
        "clock that closes gates of both polarities": phase_clock("c3", [1, -1], True, 10.0, MIRRORED)[1],
        "reporters": [reporter("Z", PLAIN.signal("Z"), 10.0)[0], reporter("X", MIRRORED.signal("X"), 10.0)[0]],
        "sinks": [
            strand_sink("scavenger", "c1", 10.0, PLAIN),
            cogate_sink("sink", "c1", 10.0, PLAIN),
            cogate_sink("mirrored_sink", "c1", 10.0, MIRRORED, -1),
            capture("bead", PLAIN.helper("c1")),
        ],
    }


def modules() -> dict[str, list[Component]]:
    """The components of every module, by what it does."""
    return {title: made.components if isinstance(made, Made) else made for title, made in made_of().items()}


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
