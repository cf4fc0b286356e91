"""Volumes: which stock of each component, how much of it, and how complexes are annealed from ordered strands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from dsd_ncrn.dsd.structure import Complex, Strand
from dsd_ncrn.dsd.system import Component, DsdSystem, Role
from dsd_ncrn.errors import InputError
from sequences.oligos import Oligo, oligo_in

SMALLEST_UL = 0.5
"""Below this a pipette is not to be trusted: the next dilution (2, 5, 10, 20 ... fold) is used instead."""

TOP_EXCESS = 1.2
"""Tops for each bottom when annealing, so that no bottom keeps an open segment."""

BUFFER_STRENGTH = 10.0
"""The buffer with magnesium is kept at ten times its final strength."""

DILUTIONS = tuple(step * 10**decade for decade in range(5) for step in (1, 2, 5))
MOST_FOLD = 50
"""What is diluted further is diluted in two goes."""
_NM_PER_UM = 1000.0
_TURNS = (Role.BUFFER, Role.FUEL, Role.GATE, Role.SCAVENGER, Role.REPORTER, Role.CLOCK)
_SPARE, PAGE_KEEPS = 1.2, 0.5
"""Annealed beyond what is used; what comes out of a native gel."""
SMALLEST_BATCH_UL = 20.0


@dataclass(frozen=True, slots=True)
class Stocks:
    """Concentrations (uM) at which strands are dissolved and complexes annealed; the least volume to pipette (uL)."""

    strands: float
    complexes: float
    smallest_uL: float = SMALLEST_UL


USUAL_STOCKS = (Stocks(100.0, 10.0), Stocks(200.0, 20.0))
"""The first with which everything fits is used; annealing is usual at 10 to 20 uM."""


@dataclass(frozen=True, slots=True)
class MixingRow:
    """One addition: a volume (uL) of a stock (uM) that makes the final concentration (nM) in the given total volume.

    ``pipettable`` is false where even the most diluted stock asks for less than the smallest volume.
    """

    component: str
    role: str
    is_complex: bool
    final_nM: float
    stock_uM: float
    volume_uL: float
    pipettable: bool


@dataclass(frozen=True, slots=True)
class MixingTable:
    """All additions at the start of an experiment. Volumes in uL.

    Complexes come in their annealing buffer; what else there is gets its magnesium from the tenfold buffer.
    """

    rows: tuple[MixingRow, ...]
    volume_uL: float
    stocks: Stocks

    @property
    def components_uL(self) -> float:
        """Volume of all stocks together."""
        return sum(row.volume_uL for row in self.rows)

    @property
    def buffer_uL(self) -> float:
        """Tenfold buffer that brings everything but the complexes to full strength."""
        complexes = sum(row.volume_uL for row in self.rows if row.is_complex)
        return max(0.0, self.volume_uL - complexes) / BUFFER_STRENGTH

    @property
    def water_uL(self) -> float:
        """What is left to fill up; negative where the stocks do not fit."""
        return self.volume_uL - self.components_uL - self.buffer_uL

    @property
    def fits(self) -> bool:
        """Whether all stocks and the buffer fit into the volume."""
        return self.water_uL >= -1e-9


@dataclass(frozen=True, slots=True)
class AnnealingRow:
    """A strand of a complex: its ordered name, how many times the bottom's amount, and the volume (uL) of its stock."""

    oligo: str
    ratio: float
    volume_uL: float


@dataclass(frozen=True, slots=True)
class AnnealingRecipe:
    """One complex: its concentration (uM) in a batch (uL), the strands, and tenfold buffer and water to fill up."""

    component: str
    stock_uM: float
    batch_uL: float
    rows: tuple[AnnealingRow, ...]
    buffer_uL: float
    water_uL: float


def mixing_rows(
    system: DsdSystem,
    volume_uL: float,
    concentrations: Mapping[str, float] | None = None,
    choice: Sequence[Stocks] = USUAL_STOCKS,
) -> MixingTable:
    """The additions that give every component present at the start its concentration, with the first stocks that fit.

    ``concentrations`` (nM) by component name replace the system's own where given. Components absent at the start are
    left out. Where no stocks fit, the table of the last ones says so. Raises InputError for an unknown component.
    """
    given = concentrations or {}
    final = {component_named(system, name).name: nM for name, nM in given.items()}
    tables = [_table(system, volume_uL, final, stocks) for stocks in choice]
    return next((table for table in tables if table.fits), tables[-1])


def _table(system: DsdSystem, volume_uL: float, final: Mapping[str, float], stocks: Stocks) -> MixingTable:
    amounts = ((component, final.get(component.name, component.concentration)) for component in system.components)
    present = sorted(((component, nM) for component, nM in amounts if nM > 0), key=lambda each: turn(each[0].role))
    rows = tuple(mixing_row(component, nM, volume_uL, stocks) for component, nM in present)
    return MixingTable(rows, volume_uL, stocks)


def turn(role: Role) -> int:
    """The place of a role in the order of addition: what consumes nothing by itself first, signals last."""
    return _TURNS.index(role) if role in _TURNS else len(_TURNS)


def mixing_row(component: Component, final_nM: float, volume_uL: float, stocks: Stocks) -> MixingRow:
    """One addition, from the most concentrated stock of which a pipettable volume is needed."""
    is_complex = not component.complex.is_strand
    first = undiluted_uM(component, stocks)
    diluted = [first / dilution for dilution in DILUTIONS]
    volumes = [final_nM * volume_uL / (stock * _NM_PER_UM) for stock in diluted]
    chosen = next((index for index, volume in enumerate(volumes) if volume >= stocks.smallest_uL - 1e-9), len(DILUTIONS) - 1)
    enough = volumes[chosen] >= stocks.smallest_uL - 1e-9
    return MixingRow(component.name, component.role, is_complex, final_nM, diluted[chosen], volumes[chosen], enough)


def undiluted_uM(component: Component, stocks: Stocks) -> float:
    """Concentration (uM) of a component's stock: as a strand is dissolved, or a complex annealed."""
    return stocks.strands if component.complex.is_strand else annealed_uM(component.complex, stocks)


def component_named(system: DsdSystem, name: str) -> Component:
    """A component by name. Raises InputError where there is none."""
    if name not in system.by_name:
        raise InputError("a component of the circuit is named", name, "Use the names of the translated system.")
    return system.by_name[name]


def annealing_recipes(
    system: DsdSystem, oligos: Sequence[Oligo], used_nmol: Mapping[str, float], stocks: Stocks
) -> tuple[AnnealingRecipe, ...]:
    """How to anneal every complex, in batches that after a native gel hold the amount used (nmol by component), and more."""
    complexes = [component for component in system.components if not component.complex.is_strand]
    return tuple(_recipe(component, oligos, used_nmol.get(component.name, 0.0), stocks) for component in complexes)


def annealed_uM(complex_: Complex, stocks: Stocks) -> float:
    """Concentration (uM) at which a complex is annealed: what is wished, or less where its strands would not fit."""
    room = (1 - 1 / BUFFER_STRENGTH) * stocks.strands / sum(_ratios(complex_).values())
    return stocks.complexes if room >= stocks.complexes else floor(room) or room


def _recipe(component: Component, oligos: Sequence[Oligo], used_nmol: float, stocks: Stocks) -> AnnealingRecipe:
    ratios, stock = _ratios(component.complex), annealed_uM(component.complex, stocks)
    batch = max(SMALLEST_BATCH_UL, ceil(used_nmol * _SPARE / PAGE_KEEPS / stock * _NM_PER_UM / 10) * 10.0)
    rows = tuple(
        AnnealingRow(oligo_in(oligos, component, strand).name, ratio, ratio * stock * batch / stocks.strands)
        for strand, ratio in ratios.items()
    )
    buffer = batch / BUFFER_STRENGTH
    water = max(0.0, batch - buffer - sum(row.volume_uL for row in rows))
    return AnnealingRecipe(component.name, stock, batch, rows, buffer, water)


def _ratios(complex_: Complex) -> dict[Strand, float]:
    """Amount of each different strand for one of the complex: bottoms as they are, tops in excess."""
    ratios: dict[Strand, float] = {}
    for strand in complex_.strands:
        is_bottom = any(domain.starred for domain in strand)
        ratios[strand] = ratios.get(strand, 0.0) + (1.0 if is_bottom else TOP_EXCESS)
    return ratios
