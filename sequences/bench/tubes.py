"""The tubes of an experiment: what is in each, made of one common mix and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dsd_ncrn.dsd.staged import STAGED
from dsd_ncrn.dsd.system import DsdSystem, Role
from sequences.bench.mixing import BUFFER_STRENGTH, MixingRow, Stocks, component_named, mixing_row, mixing_rows, turn

READOUT_NM = 100.0
"""Of a reporter that is mixed with samples, in its own controls."""

TRIGGER_EXCESS = 2.0
"""Signal for each reporter that is to be opened to the last."""


BACKGROUND = "buffer alone: the background of the instrument"


@dataclass(frozen=True, slots=True)
class Condition:
    """One tube: its name, what it is for, and what is in it at the start, nM by component.

    ``clocked`` says whether the clock strands of the schedule are added to it.
    """

    name: str
    purpose: str
    start: Mapping[str, float]
    clocked: bool = False


@dataclass(frozen=True, slots=True)
class CommonMix:
    """What several tubes have in common, made at once; volumes in uL. Each tube gets ``share_uL`` of it."""

    rows: tuple[MixingRow, ...]
    tubes: int
    share_uL: float
    buffer_uL: float
    water_uL: float

    @property
    def volume_uL(self) -> float:
        """All of it."""
        return self.tubes * self.share_uL

    @property
    def concentration_factor(self) -> float | None:
        """By what factor all stocks would have to be more concentrated to fit; None where the buffer alone does not.

        Complexes bring their own buffer, so that less of them asks for more of it. Volumes that have to be pipetted from
        a dilution do not shrink with the stocks: they are taken to be small.
        """
        stocks = sum(row.volume_uL for row in self.rows)
        brought = sum(row.volume_uL for row in self.rows if row.is_complex) / BUFFER_STRENGTH
        room = stocks + self.water_uL - brought
        return (stocks - brought) / room if room > 0 else None


@dataclass(frozen=True, slots=True)
class TubeMix:
    """One tube: its condition, how much of the common mix it gets, and what is added to that; volumes in uL."""

    condition: Condition
    share_uL: float
    rows: tuple[MixingRow, ...]
    buffer_uL: float
    water_uL: float

    @property
    def volume_uL(self) -> float:
        """All of it, the dead volume included."""
        return self.share_uL + sum(row.volume_uL for row in self.rows) + self.buffer_uL + self.water_uL


@dataclass(frozen=True, slots=True)
class Mixes:
    """The common mix, the tubes, and the stocks that they are made of."""

    common: CommonMix
    tubes: tuple[TubeMix, ...]
    stocks: Stocks

    @property
    def fits(self) -> bool:
        """Whether every tube and the common mix have room for what is in them."""
        return min(self.common.water_uL, *(tube.water_uL for tube in self.tubes)) >= -1e-9

    @property
    def problem(self) -> str:
        """Why the first mix cannot be pipetted; empty where it can."""
        if not self.fits:
            least = min(self.common.water_uL, *(tube.water_uL for tube in self.tubes))
            return f"the first mix does not fit: its stocks lack {-least:.3g} µL"
        return f"too little to pipette of {', '.join(self.too_little)}" if self.too_little else ""

    @property
    def too_little(self) -> tuple[str, ...]:
        """Components of which even the highest dilution asks for less than can be pipetted."""
        rows = (*self.common.rows, *(row for tube in self.tubes for row in tube.rows))
        return tuple(dict.fromkeys(row.component for row in rows if not row.pipettable))


def conditions_of(
    system: DsdSystem, loads: Mapping[str, float], start: Mapping[str, float] | None = None, plain: bool = False
) -> tuple[Condition, ...]:
    """The experiment and its controls; ``loads`` are inputs and targets, nM by component. A ``plain`` network learns nothing.

    ``start`` replaces the system's concentrations where given. Raises InputError for an unknown component.
    """
    given = {component_named(system, name).name: nM for name, nM in (start or {}).items()}
    mixed = {each.name: given.get(each.name, each.concentration) for each in system.components}
    full = dict(mixed)
    for name, nM in loads.items():
        full[component_named(system, name).name] += nM
    if plain:
        first = [Condition("reaction", "the experiment", full)]
        return (*first, *_reporter_controls(system), Condition("blank", BACKGROUND, {}))
    first = [
        Condition("learning", "the experiment, with the first training point" if loads else "the experiment", full, True),
        Condition("no input", "without inputs and targets: what appears is leak", mixed, True),
        *([] if system.scheme == STAGED else [Condition("no clock", "without clock strands: what moves is leak", full)]),
    ]
    return (*first, *_reporter_controls(system), Condition("blank", BACKGROUND, {}))


def _reporter_controls(system: DsdSystem) -> list[Condition]:
    """0 % and 100 % of every reporter."""
    controls: list[Condition] = []
    for reporter in system.reporters:
        level = system.by_name[reporter.component].concentration or READOUT_NM
        alone, signal = {reporter.component: level}, system.signals[reporter.species]
        trigger = alone | {signal: TRIGGER_EXCESS * level}
        controls.append(Condition(f"{reporter.component} alone", f"0 % of {reporter.species}", alone))
        controls.append(Condition(f"{reporter.component} triggered", f"100 % of {reporter.species}: full trigger", trigger))
    return controls


def mixes_of(system: DsdSystem, conditions: Sequence[Condition], volume_uL: float, choice: Sequence[Stocks]) -> Mixes:
    """Volumes for every tube of ``volume_uL``, dead volume included, with the first stocks that fit.

    Where none do, the mixes of the last ones say so by less than no water.
    """
    mixes = [_mixes(system, conditions, volume_uL, stocks) for stocks in choice]
    return next((each for each in mixes if each.fits), mixes[-1])


def _mixes(system: DsdSystem, conditions: Sequence[Condition], volume_uL: float, stocks: Stocks) -> Mixes:
    """What all clocked tubes hold alike, signals apart, is the common mix; it leaves room for the rest."""
    sharing = [each for each in conditions if _shares(each, conditions[0], system)]
    shared = {name: nM for name, nM in conditions[0].start.items() if nM > 0 and _is_common(system, name)}
    own = [_without(each, shared) if each in sharing else each for each in conditions]
    tables = [mixing_rows(system, volume_uL, _only(system, each.start), [stocks]) for each in own]
    room = max(sum(row.volume_uL for row in table.rows) for table, each in zip(tables, conditions) if each in sharing)
    common = _common(system, shared, len(sharing), volume_uL, volume_uL - room, stocks)
    tubes: list[TubeMix] = []
    for condition, table in zip(conditions, tables):
        shares = condition in sharing
        share, buffer = (common.share_uL, 0.0) if shares else (0.0, table.buffer_uL)
        water = volume_uL - share - buffer - table.components_uL
        tubes.append(TubeMix(condition, share, table.rows, buffer, water))
    return Mixes(common, tuple(tubes), stocks)


def _common(
    system: DsdSystem, shared: Mapping[str, float], tubes: int, volume_uL: float, share_uL: float, stocks: Stocks
) -> CommonMix:
    """Stocks for so many tubes, with the tenfold buffer that everything but complexes needs."""
    names = sorted(shared, key=lambda name: turn(system.by_name[name].role))
    rows = tuple(mixing_row(system.by_name[name], shared[name], volume_uL * tubes, stocks) for name in names)
    complexes = sum(row.volume_uL for row in rows if row.is_complex)
    buffer = max(0.0, volume_uL * tubes - complexes) / BUFFER_STRENGTH
    water = share_uL * tubes - buffer - sum(row.volume_uL for row in rows)
    return CommonMix(rows, tubes, share_uL, buffer, water)


def _is_common(system: DsdSystem, name: str) -> bool:
    return system.by_name[name].role != Role.SIGNAL


def _shares(condition: Condition, first: Condition, system: DsdSystem) -> bool:
    return all(condition.start.get(name) == nM for name, nM in first.start.items() if _is_common(system, name))


def _without(condition: Condition, shared: Mapping[str, float]) -> Condition:
    return replace(condition, start={name: nM for name, nM in condition.start.items() if name not in shared})


def _only(system: DsdSystem, start: Mapping[str, float]) -> dict[str, float]:
    """Concentrations of all components: those of a condition, and none of the others."""
    return {component.name: start.get(component.name, 0.0) for component in system.components}
