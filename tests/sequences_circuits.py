"""Hand-made circuits of the shapes a translation gives, for the tests of sequences and orders."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.design.chemistry import Chemistry
from dsd_ncrn.design.spec import Translation
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, Strand, free, gate
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.dsd.translate import translate_network
from sequences.assignment import SequenceAssignment

TOEHOLD = (Domain("t1", 1), Domain("t2", 1), Domain("t3", 3))
OTHER_TOEHOLD = Domain("u", 7)
INERT = Domain("i", 15)


def branch(name: str) -> Domain:
    """A branch domain of 15 nt."""
    return Domain(name, 15)


def _right(name: str) -> Strand:
    return branch(name), *TOEHOLD


def _left(name: str) -> Strand:
    return *TOEHOLD, branch(name)


def join(inputs: list[str], trigger: str, first_toehold: Strand = TOEHOLD) -> Complex:
    """``{t*}[x t]:[p t]: ... :[r t]:[r]``; a shorter first toehold keeps only the last sub-domains of t."""
    segments = [Bound(_right(name)) for name in [*inputs, trigger]]
    return gate(Open(first_toehold), *segments, Bound((branch(trigger),)))


def fork(outputs: list[str], trigger: str) -> Complex:
    """``[i]:[t z]: ... :[t r]{t*}``."""
    return gate(Bound((INERT,)), *(Bound(_left(name)) for name in [*outputs, trigger]), Open(TOEHOLD))


def drain(clock: str, target: str) -> Complex:
    """``{t*}[c t]:[x]``."""
    return gate(Open(TOEHOLD), Bound(_right(clock)), Bound((branch(target),)))


def scavengers(clock: str) -> tuple[Complex, Complex]:
    """``{t*}[c]`` for the clock strand and ``[c]{t*}`` for its cogate."""
    return gate(Open(TOEHOLD), Bound((branch(clock),))), gate(Bound((branch(clock),)), Open(TOEHOLD))


def annihilator(first: str, second: str) -> Complex:
    """The cooperative complex ``{t*}[x y]{u*}``."""
    return gate(Open(TOEHOLD), Bound((branch(first), branch(second))), Open((OTHER_TOEHOLD,)))


def assemble(
    name: str,
    species: list[str],
    reactions: list[tuple[list[str], list[str]]],
    drains: list[tuple[str, str]],
    clocks: list[str],
    mirrored: Sequence[str] = (),
    annihilated: Sequence[tuple[str, str]] = (),
) -> DsdSystem:
    """A circuit of joins and forks, one trigger domain per reaction, with buffers, fuels, clocks and scavengers."""
    parts: list[Component] = []
    for each in species:
        parts.append(Component(f"signal_{each}", free(*_left(each)), Role.SIGNAL, 1.0))
        parts.append(Component(f"cogate_{each}", free(*_right(each)), Role.BUFFER, 200.0))
    for each in mirrored:
        parts.append(Component(f"signal_{each}", free(branch(each), OTHER_TOEHOLD), Role.SIGNAL, 0.0))
    for first, second in annihilated:
        parts.append(Component(f"annihilator_{first}_{second}", annihilator(first, second), Role.GATE, 100.0))
    for number, (inputs, outputs) in enumerate(reactions, start=1):
        trigger, first = f"r{number}", TOEHOLD[number % 3 :]
        parts.append(Component(f"join_{number}", join(inputs, trigger, first), Role.GATE, 300.0))
        parts.append(Component(f"fuel_{number}", free(*_left(trigger)), Role.FUEL, 200.0))
        if outputs:
            parts.append(Component(f"fork_{number}", fork(outputs, trigger), Role.GATE, 200.0))
    for clock, target in drains:
        parts.append(Component(f"drain_{target}", drain(clock, target), Role.GATE, 400.0))
    if any(outputs for _, outputs in reactions):
        parts.append(Component("fuel_i", free(*TOEHOLD, INERT), Role.FUEL, 1000.0))
    for clock in clocks:
        first, second = scavengers(clock)
        parts.append(Component(f"clock_{clock}", free(*_left(clock)), Role.CLOCK, 0.0))
        parts.append(Component(f"cogate_{clock}", free(*_right(clock)), Role.BUFFER, 0.0))
        parts.append(Component(f"scavenger_{clock}", first, Role.SCAVENGER, 0.0))
        parts.append(Component(f"scavenger_cogate_{clock}", second, Role.SCAVENGER, 0.0))
    return DsdSystem(
        name=name,
        components=tuple(parts),
        signals={each: f"signal_{each}" for each in [*species, *mirrored]},
        cogates={each: f"cogate_{each}" for each in species},
        clocks={},
        gates={},
        polarity={},
    )


def read_out(number: int, level: float) -> DsdSystem:
    """A translated plain network whose first species, named by letters, have reporters at a level (nM)."""
    names = "ABCDEFGHI"
    text = "".join(f"{one} -> {two}\n" for one, two in pairwise(names))
    wanted = Translation.model_validate({"reporters": tuple(names[:number]), "reporter": f"{level} nM"})
    return translate_network(parse_crn(text), wanted, Chemistry())


def words_for(system: DsdSystem) -> SequenceAssignment:
    """Different words for all domains of a circuit: no design, but good for names and sums."""
    letters = [sha256(domain.name.encode()).hexdigest() * 2 for domain in system.domains]
    words = ["".join("ACT"[int(digit, 16) % 3] for digit in text) for text in letters]
    return SequenceAssignment({domain.name: word[: domain.length] for domain, word in zip(system.domains, words)})


def small_circuit() -> DsdSystem:
    """X + P -> X + P + Z and Z -> Y, with one clock and one drain: 8 branch domains."""
    return assemble("small", ["x", "p", "z", "y"], [(["x", "p", "c"], ["z", "x", "p"]), (["z"], ["y"])], [("c", "x")], ["c"])


def linear_circuit(cooperative: bool = False) -> DsdSystem:
    """The size of a linear regression in two dimensions: 14 joins, 12 forks, 6 drains, 35 branch domains."""
    inputs, weights = ["x1", "x2", "b"], ["p1", "p2", "pb"]
    errors, outputs = ["z", "y", "a", "d"], ["g1p", "g1m", "g2p", "g2m", "gbp", "gbm"]
    forward = [([x, p, "c1"], ["z", x, p]) for x, p in zip(inputs, weights)]
    adjoint = [(["z", "c2"], ["a", "d"]), (["y", "c2"], ["d", "a"])]
    up = [(["a", x, "c2"], [g, "a", x]) for x, g in zip(inputs, outputs[::2])]
    down = [(["d", x, "c2"], [g, "d", x]) for x, g in zip(inputs, outputs[1::2])]
    convert = [([outputs[1]], [weights[0]])]
    annihilate = [([outputs[0], weights[0]], []), ([outputs[2], weights[1]], [])]
    drains = [("c3", target) for target in ("a", "d", "x1", "x2", "z", "y")]
    mirrored, pairs = (["h"], [("p1", "h"), ("p2", "h")]) if cooperative else ([], [])
    return assemble(
        "linear",
        inputs + weights + errors + outputs,
        forward + adjoint + up + down + convert + annihilate,
        drains,
        ["c1", "c2", "c3"],
        mirrored,
        pairs,
    )


SMALL_WORDS = {
    "t1": "T",
    "t2": "C",
    "t3": "ACA",
    "x": "CCATACAATCCTTTC",
    "p": "CTACTCCTATTCTTC",
    "z": "CTCTCTATCCAAATC",
    "y": "CCATAATACCCTAAC",
    "c": "CTACATTAAACCAAC",
    "r1": "CCATCTAATATCTCC",
    "i": "CTAACAACTTCATCC",
    "r2": "CTTCTTACCTCTTAC",
}
"""Sequences designed for ``small_circuit`` with seed 0."""
