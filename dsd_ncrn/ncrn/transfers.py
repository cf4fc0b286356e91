"""The fast stages: N2 (adjoint), N4 (update), flush, feed, and the annihilation of rails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsd_ncrn.crn.types import Origin, Reaction
from dsd_ncrn.design.problems import DesignError
from dsd_ncrn.design.spec import Circuit
from dsd_ncrn.ncrn.roster import Roster
from dsd_ncrn.ncrn.types import Variable


@dataclass(frozen=True, slots=True)
class _Stage:
    """What all reactions of a fast stage share."""

    name: str
    phases: frozenset[str]
    rate: float

    def reaction(
        self, reactants: tuple[str, ...], products: tuple[str, ...], label: str, term: str, share: float = 1.0
    ) -> Reaction:
        origin = Origin(f"{self.name}_{label}", self.name, term)
        return Reaction(reactants, products, self.rate * share, self.phases, fast=True, origin=origin)


def adjoint_start(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """N2: every z is copied to zb and added to each adjoint, y is subtracted from each: a = z1 + … + zd - y."""
    stage = _Stage("N2", frozenset(("C2",)), circuit.fast_ratio)
    copies = {variable.name[2:]: variable for variable in roster.zb}
    reactions: list[Reaction] = []
    for source in (*roster.z, roster.y):
        copy = copies.get(source.name[1:]) if source is not roster.y else None
        for side, species in enumerate(source.species):
            positive = (source is roster.y) == bool(side)
            copied = (copy.species[side],) if copy else ()
            adjoints = tuple(adjoint.species[0 if positive else 1] for adjoint in roster.adjoints)
            sign = "+" if positive else "-"
            reactions.append(stage.reaction((species,), copied + adjoints, species, f"a {sign}= {source.name}"))
    return tuple(reactions)


def update(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """N4: theta -= g for a single-rail theta (the learning rate is in N3), theta -= eta g for a dual-rail one.

    Raises DesignError for a learning rate above 1 with a dual-rail theta, where it is a branching ratio.
    """
    if circuit.theta == "dual" and circuit.learning_rate > 1:
        raise DesignError(
            "circuit.learning_rate: with a dual-rail theta it is the share of G that reaches P, at most 1",
            circuit.learning_rate,
            "Lower it, or raise T.",
            key=("circuit", "learning_rate"),
        )
    stage = _Stage("N4", frozenset(("C1",)), circuit.fast_ratio)
    one = _single_rail_update if circuit.theta == "single" else _dual_rail_update
    pairs = zip(roster.gradients, roster.parameters)
    return tuple(reaction for g, p in pairs for reaction in one(stage, circuit.learning_rate, g, p))


def _single_rail_update(stage: _Stage, eta: float, gradient: Variable, parameter: Variable) -> list[Reaction]:
    label, p, term = gradient.name[1:], parameter.plus, f"{parameter.name} -= {gradient.name}"
    plus, minus = gradient.species
    return [
        stage.reaction((plus, p), (), f"{label}p", term),
        stage.reaction((minus,), (p,), f"{label}m", term),
    ]


def _dual_rail_update(stage: _Stage, eta: float, gradient: Variable, parameter: Variable) -> list[Reaction]:
    label, term = gradient.name[1:], f"{parameter.name} -= {eta:g} {gradient.name}"
    crossed = list(zip(gradient.species, reversed(parameter.species), "pm"))
    moved = [stage.reaction((g,), (p,), f"{label}{rail}", term, eta) for g, p, rail in crossed]
    if eta == 1:
        return moved
    lost = [stage.reaction((g,), (), f"{label}{rail}_decay", term, 1 - eta) for g, _, rail in crossed]
    return moved + lost


def flush(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """Remove A, Zb and X at the end of an iteration. G needs none: N4, which comes after, uses it up."""
    stage = _Stage("flush", frozenset(("flush",)), circuit.fast_ratio)
    kept = roster.padded if circuit.z_initial == "zero" else 0  # constant inputs stay for the next iteration
    inputs = roster.x[: len(roster.x) - kept]
    species = [name for variable in (*roster.adjoints, *roster.zb, *inputs) for name in variable.species]
    return tuple(stage.reaction((name,), (), name, f"{name} = 0") for name in species)


def feed(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """Z(0) = x: the loaded species become Z, and X as well where f reads it. Nothing for Z(0) = 0."""
    if circuit.z_initial == "zero":
        return ()
    stage = _Stage("feed", frozenset(("C1",)), circuit.fast_ratio)
    reactions: list[Reaction] = []
    for loaded, x, z in zip(roster.loaded, roster.x, roster.z):
        if loaded.minus is not None and z.minus is None:
            raise DesignError("circuit.z: a dual-rail x needs a dual-rail z to start from", key=("circuit", "z"))
        for side, name in enumerate(loaded.species):
            copied = () if loaded is x else (x.species[side],)
            reactions.append(stage.reaction((name,), (*copied, z.species[side]), name, f"{z.name} = {x.name}"))
    return tuple(reactions)


def annihilation(circuit: Circuit, roster: Roster) -> tuple[Reaction, ...]:
    """S+ + S- -> 0, in every phase, for the groups the design names; Z always where |z| relies on one rail being empty."""
    stage = _Stage("annihilation", frozenset(), circuit.fast_ratio)
    groups: dict[str, Iterable[Variable]] = {
        "A": roster.adjoints,
        "G": roster.gradients,
        "Z": (*roster.z, *roster.zb),
        "P": roster.parameters,
    }
    wanted = {*circuit.annihilate, *("Z" if "abs" in circuit.f else "")}
    pairs = [item for name, group in groups.items() if name in wanted for item in group if item.minus is not None]
    return tuple(stage.reaction(item.species, (), item.plus.removesuffix("p"), f"{item.name} keeps one rail") for item in pairs)
