"""What a laboratory does with a tube when, and what it orders beside the strands of a circuit.

First the steps of an iteration, and the points that are presented one after the other. Then variants of gates, reporters of
a staged learner, and releasers. A variant takes and frees the same strands, so that its domains are those of its gate. What
is its own is its bottom strand, which goes on with a spacer beyond the open toehold: this is where a gate's first step
begins, and bases beside a toehold change its rate as other toeholds of the same length would. How far it does so is
measured, not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from dsd_ncrn.crn.events import Event
from dsd_ncrn.dsd.schemes.endings import reporter
from dsd_ncrn.dsd.staged import BARE, RELEASER, RELEASING, STAGED
from dsd_ncrn.dsd.structure import Complex, Domain, Strand, free
from dsd_ncrn.dsd.system import Component, DsdSystem, Reporter, Role

SPARE = 2.0
"""A refill mix is so thin that its first portion is so many times the least volume: later ones shrink with the reaction."""
APART_S = 60.0
"""Additions of beads closer together are done as one."""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """Something done at a time (s from the start of the iteration): ``what``, with which component, at which nM.

    ``component`` is empty for what adds nothing, such as a reading.
    """

    time: float
    what: str
    component: str = ""
    nM: float = 0.0


@dataclass(frozen=True, slots=True)
class CalibrationStep:
    """Aliquots that are measured before a training: what is in them, what is set, what is read, and what that decides.

    They are so many ``aliquots``; ``portions`` counts one as often as it goes through an iteration. The step ``lasts`` (s) so
    long where its aliquots run side by side, and takes the ``seconds`` of all tubes.
    """

    aliquots: int
    portions: int
    lasts: float
    seconds: float
    mix: str
    setting: str
    read: str
    decides: str


@dataclass(frozen=True, slots=True)
class SideWell:
    """A well of a fixed layer for one training ``point`` (from 1), what its ``unit`` (from 1) is for, and what goes into it.

    Amounts are nM as in the reaction: ``gates`` by component, ``released`` releasers, and releasers that are
    ``premixed`` with bare tethers against them, in a well of their own for each of these pairs. ``level`` is what stands for 1.
    """

    point: int
    unit: int
    use: str
    gates: Mapping[str, float]
    released: float
    premixed: tuple[tuple[float, float], ...]
    level: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """The steps of one iteration, the points that are presented one after the other, and how often: never for a plain network.

    ``points`` are inputs and targets of each, nM by component; ``left`` is what the first iteration leaves (nM) of what is
    topped up, by component. ``seconds`` is the length of an iteration. A tube that is burned in for ``burn_in`` (s) gets the
    first point, and what ``later`` gives at the start (nM) in place of the design's concentrations, by its steps. The points
    of a staged learner come ``in_stages``: nothing of them is mixed in. ``training`` is what the simulation does in every
    iteration, of which the steps are the first, and ``start`` what it does before them all. The tube is set by so many
    ``aliquots`` before, of a staged learner by the steps of a ``calibration``; ``openers`` give by gate the strand that enters
    it, and the rate of that (/nM/s).
    ``evaporation`` is the share of the volume that an hour takes, ``pull`` how long a pull-down lasts (s; at 0 it is done
    within the wait before it), ``lost`` the share of the volume that a move onto beads or off them loses, ``carried`` that of
    a slurry's liquid which drained beads keep, ``complex_stock`` what complexes are annealed to (nM; 0 is as usual), and
    ``least`` (uL) what can be pipetted at least. ``wells`` are those of a fixed layer, for every point. ``sites`` of its
    beads a gate takes with those for the caps that it loses, where these are more than its own.
    """

    steps: tuple[ScheduleRow, ...] = ()
    points: tuple[Mapping[str, float], ...] = ()
    left: Mapping[str, float] = field(default_factory=dict[str, float])
    iterations: int = 1
    seconds: float = 0.0
    burn_in: float = 0.0
    later: Mapping[str, float] = field(default_factory=dict[str, float])
    in_stages: bool = False
    training: tuple[tuple[Event, ...], ...] = ()
    start: tuple[Event, ...] = ()
    aliquots: int = 0
    calibration: tuple[CalibrationStep, ...] = ()
    openers: Mapping[str, tuple[Strand, float]] = field(default_factory=dict[str, tuple[Strand, float]])
    evaporation: float = 0.0
    pull: float = 0.0
    lost: float = 0.0
    carried: float = 0.0
    complex_stock: float = 0.0
    least: float = 0.0
    wells: tuple[SideWell, ...] = ()
    sites: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def first_point(self) -> Mapping[str, float]:
        """What is mixed in for the first iteration; nothing where there are no points, or a burn-in comes first."""
        return self.points[0] if self.points and not self.burn_in and not self.in_stages else {}


SPACER_NT = 3
"""With four, toehold and spacer pair so often that 84 to 89 % of a gate have its structure, where 90 % are asked."""


def gates_of_variants(system: DsdSystem) -> dict[str, str]:
    """By the name of a variant, in a system as ordered, its gate."""
    named = {_name(each.name, number): each.name for each in system.components for number in variant_numbers(system)}
    return {variant: gate for variant, gate in named.items() if variant in system.by_name}


def ordered_system(system: DsdSystem) -> DsdSystem:
    """The system with the variants of its gates and, of a staged learner, reporters that are mixed with samples of it, and
    where gates hang on tethers, what lets them go in side wells."""
    gates = [each for each in system.components if each.role is Role.GATE]
    others = [
        replace(each, name=_name(each.name, number), complex=_spaced(each.complex, spacer_of(number)))
        for each in gates
        for number in variant_numbers(system)
    ]
    read = tuple(_reporters(system))
    duplexes = [component for component, _ in read]
    return replace(
        system,
        components=(*system.components, *others, *duplexes, *_releasers(system)),
        reporters=(*system.reporters, *(reporter for _, reporter in read)),
    )


def _releasers(system: DsdSystem) -> Iterator[Component]:
    if BARE in system.by_name:
        yield Component(RELEASING, free(*RELEASER), Role.FUEL, 0.0, topped_up=False)


def variant_numbers(system: DsdSystem) -> range:
    """Those of the variants that are ordered beside the gates."""
    return range(2, system.variants + 1)


def _name(gate_name: str, number: int) -> str:
    return f"{gate_name}_v{number}"


def spacer_of(number: int) -> Domain:
    """The spacer of the variants with this number, as a top would spell it."""
    return Domain(f"spacer{number}", SPACER_NT)


def _spaced(complex_: Complex, spacer: Domain) -> Complex:
    """The complex with a spacer at the end of its bottom where the toehold is open."""
    place = next(number for number, strand in enumerate(complex_.strands) if strand[0].starred)
    start = sum(map(len, complex_.strands[:place]))
    # The toehold is open at the bottom's 5' end or at its 3' end, by the gate's polarity.
    leads, bottom = complex_.pairing[start] is None, complex_.strands[place]
    at = start if leads else start + len(bottom)
    strands = list(complex_.strands)
    strands[place] = (~spacer, *bottom) if leads else (*bottom, ~spacer)
    # Positions behind the new domain move by one.
    pairing = [None if other is None else other + (other >= at) for other in complex_.pairing]
    return Complex.of(strands, [*pairing[:at], None, *pairing[at:]])


def _reporters(system: DsdSystem) -> Iterator[tuple[Component, Reporter]]:
    """Duplexes for the state and the parameters of a staged learner, which the design does not name."""
    if system.scheme != STAGED:
        return
    named = {each.species for each in system.reporters}
    for species, name in system.signals.items():
        signal = system.by_name[name]
        if species not in named and (species == "Z" or signal.concentration > 0):
            yield reporter(species, signal.complex.strands[0], 0.0)
