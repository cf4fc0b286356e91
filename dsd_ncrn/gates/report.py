"""What the rate laws say of every module of a system: rate constants, what gates hold, how far fast and slow are apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dsd_ncrn.crn.types import Reaction
from dsd_ncrn.dsd.schemes.endings import CLOCK_SIGN
from dsd_ncrn.dsd.system import DsdSystem, GateKind
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.gates.laws import achieved, join_laws, loading, toehold_length
from dsd_ncrn.kinetics.rates import RateModel, rates_of


@dataclass(frozen=True, slots=True)
class ModuleRate:
    """One reaction: the formal constant in nM^(1-n) per unit of time, and what its gates give, nM^(1-n)/s.

    ``achieved`` counts all of its inputs, on gates or free; None where no law holds: the degradation gates of the flush, and
    joins whose cogates are sunk. ``first_order`` (/s) is how fast an input is used where the others are at the working
    concentration.
    """

    reaction: str
    formula: str
    stage: str
    phases: tuple[str, ...]
    fast: bool
    wanted: float
    achieved: float | None
    first_order: float | None

    @property
    def seconds(self) -> float | None:
        """Seconds of the strands for a unit of time; equal for all slow reactions of a phase whose gates fit."""
        return self.wanted / self.achieved if self.achieved else None


@dataclass(frozen=True)
class RateReport:
    """The modules of a system; ``loading`` is bound over free of what enters gates first.

    ``separation`` is, by phase, the slowest fast reaction over the fastest slow one, pseudo-first-order at the working
    concentration.
    """

    modules: tuple[ModuleRate, ...]
    loading: Mapping[str, float]
    separation: Mapping[str, float]


def rate_report(system: DsdSystem, unit: float, rates: RateModel | None = None) -> RateReport:
    """The rates of a system as it is mixed; ``unit`` (nM) is the working concentration, and a unit of the network.

    ``rates`` are those of the system unless others are given.
    """
    rates = rates or rates_of(system.rates)
    given = achieved(system, rates) | cooperative_rates(system, rates)
    bound = loading(join_laws(system), rates)
    modules = tuple(_module(reaction, given.get(reaction.origin.reaction), unit) for reaction in system.formal)
    for species, more in cooperative_loading(system, rates).items():
        bound[species] = bound.get(species, 0.0) + more
    return RateReport(modules, bound, _separation(modules))


def cooperative_rates(system: DsdSystem, rates: RateModel) -> dict[str, float]:
    """The rate constants of cooperative annihilators, /nM/s.

    One partner rests on the annihilator, bound over free [A] k_b / k_off, until the other displaces the rest with it:
    k = k_b [A] (k(u, 0) / k_off(t) + k(t, 0) / k_off(u)), which is the 2 k_f^2 [A] / k_off of two equal toeholds (after
    Zhang, J. Am. Chem. Soc. 133:1077, 2011), over 1 + bound of both. Of annihilators that a clock opens, [A] is the share
    C / (C + C~) that is open, with the clock's cogates C~: its partner at that end rests on these alone.
    """
    found: dict[str, float] = {}
    for reaction in _cooperative(system):
        straight, mirrored = sorted(reaction.reactants, key=lambda species: -system.polarity[species])
        rest, share = _resting(system, reaction, rates), _open_share(system, reaction)
        # Whole inputs count, of which only the free share can bind as the second partner.
        free = 1 / ((1 + rest[straight]) * (1 + rest[mirrored]))
        # Two orders: whoever rests waits for the other, whose toehold then displaces the rest at once.
        straight_first = rest[straight] * rates.displacement(_toehold(system, mirrored), 0)
        mirrored_first = rest[mirrored] * rates.displacement(_toehold(system, straight), 0)
        found[reaction.origin.reaction] = free * (straight_first + share * mirrored_first)
    return found


def cooperative_loading(system: DsdSystem, rates: RateModel) -> dict[str, float]:
    """The ratio of bound to free of what rests on cooperative annihilators, by species."""
    bound: dict[str, float] = {}
    for reaction in _cooperative(system):
        for species, held in _resting(system, reaction, rates).items():
            bound[species] = bound.get(species, 0.0) + held
    return bound


def _resting(system: DsdSystem, reaction: Reaction, rates: RateModel) -> dict[str, float]:
    """Bound over free of both partners of an annihilator."""
    present = system.level(system.gates[reaction.origin.reaction].join)
    held: dict[str, float] = {}
    for species in reaction.reactants:
        length = _toehold(system, species)
        share = _open_share(system, reaction) if system.polarity[species] == CLOCK_SIGN else 1.0
        held[species] = share * present * rates.binding(length) / rates.unbinding(length)
    return held


def _open_share(system: DsdSystem, reaction: Reaction) -> float:
    """The share of an annihilator that its clock keeps open: 1 where it waits for none."""
    phase = system.gates[reaction.origin.reaction].phase
    if phase is None:
        return 1.0
    clock = system.clocks[phase]
    return clock.concentration / (clock.concentration + system.level(clock.cogates.get(CLOCK_SIGN)))


def _cooperative(system: DsdSystem) -> Iterable[Reaction]:
    return (r for r in system.formal if system.gates[r.origin.reaction].kind is GateKind.ANNIHILATOR)


def _toehold(system: DsdSystem, species: str) -> int:
    return toehold_length(system.by_name[system.signals[species]].complex)


def _module(reaction: Reaction, given: float | None, unit: float) -> ModuleRate:
    others = unit ** (len(reaction.reactants) - 1)
    return ModuleRate(
        reaction.origin.reaction,
        str(reaction),
        reaction.origin.stage,
        tuple(sorted(reaction.phases)),
        reaction.fast,
        reaction.rate / others,
        given,
        None if given is None else given * others,
    )


def _separation(modules: Iterable[ModuleRate]) -> dict[str, float]:
    found: dict[str, float] = {}
    known = [module for module in modules if module.first_order]
    for phase in sorted({phase for module in known for phase in module.phases}):
        running = [module for module in known if not module.phases or phase in module.phases]
        fast = [module.first_order or 0.0 for module in running if module.fast]
        slow = [module.first_order or 0.0 for module in running if not module.fast]
        # Fast reactions must be over long before the fastest slow one has done much.
        if fast and slow:
            found[phase] = min(fast) / max(slow)
    return found


def check_loading(system: DsdSystem, unit: float, most: float | None) -> None:
    """Raises CheckFailed where of a species more than ``most`` times what is free sits on joins."""
    bound = rate_report(system, unit).loading
    species = max(bound, key=lambda name: bound[name], default=None)
    if most is not None and species is not None and bound[species] > most:
        raise CheckFailed(
            f"of {species} {bound[species]:.3g} times what is free is on joins, more than chemistry.max_loading = {most:g}; "
            "raise its buffer, or lower the budgets of the gates that take it first"
        )
