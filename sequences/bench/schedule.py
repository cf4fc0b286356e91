"""What is added when, in a volume that grows with every addition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dsd_ncrn.dsd.experiment import ScheduleRow
from dsd_ncrn.dsd.system import DsdSystem
from dsd_ncrn.errors import CheckFailed
from sequences.bench.mixing import MixingRow, Stocks, component_named, mixing_row, undiluted_uM


@dataclass(frozen=True, slots=True)
class Addition:
    """A step with its volume (uL) of a stock (uM), and the volume of the reaction (uL) after it.

    Where nothing is added, ``row`` is None and the volume stays.
    """

    step: ScheduleRow
    row: MixingRow | None
    after_uL: float


def additions(system: DsdSystem, steps: Iterable[ScheduleRow], volume_uL: float, stocks: Stocks) -> tuple[Addition, ...]:
    """Volumes that give each component its concentration in what the reaction has become by then.

    Raises InputError for an unknown component, CheckFailed where a stock is no stronger than what is to be made of it.
    """
    done: list[Addition] = []
    volume = volume_uL
    for step in sorted(steps, key=lambda row: row.time):
        row = _into(system, step, volume, stocks) if step.component else None
        volume += row.volume_uL if row else 0.0
        done.append(Addition(step, row, volume))
    return tuple(done)


def _into(system: DsdSystem, step: ScheduleRow, volume_uL: float, stocks: Stocks) -> MixingRow:
    """c = s v / (V + v), so v = V c / (s - c): as if c s / (s - c) were to be made of the volume without what is added."""
    component = component_named(system, step.component)
    row = mixing_row(component, step.nM, volume_uL, stocks)
    stock_nM = row.stock_uM * 1000
    if stock_nM <= step.nM:
        raise CheckFailed(f"{step.component}: {step.nM:g} nM cannot be made of a stock of {stock_nM:g} nM")
    grown = row.volume_uL * stock_nM / (stock_nM - step.nM)
    return MixingRow(row.component, row.role, row.is_complex, step.nM, row.stock_uM, grown, row.pipettable)


@dataclass(frozen=True, slots=True)
class StockTopUp:
    """What brings one component back to its concentration: what is left of it (nM), what is wished, stock (uM), uL."""

    component: str
    left_nM: float
    final_nM: float
    stock_uM: float
    volume_uL: float


def top_ups(
    system: DsdSystem, left: Mapping[str, float], start_uL: float, now_uL: float, stocks: Stocks
) -> tuple[StockTopUp, ...]:
    """Volumes to add all at once, so that what is left of each component (nM, counted in the start volume) is whole again.

    With V2 the volume afterwards, v = (c V2 - left V0) / s for each; their sum is V2 - V1, so that
    V2 = (V1 - V0 sum(left / s)) / (1 - sum(c / s)). What is there in plenty is left out of the sums. Empty where the stocks are
    too weak for any volume.
    """
    wanted = {name: system.by_name[name].concentration for name in left}
    strength = {name: undiluted_uM(system.by_name[name], stocks) * 1000 for name in left}
    short = list(left)
    while True:
        wish, have = (sum(table[name] / strength[name] for name in short) for table in (wanted, left))
        if wish >= 1:
            return ()
        after = (now_uL - start_uL * have) / (1 - wish)
        enough = [name for name in short if wanted[name] * after <= left[name] * start_uL]
        if not enough:
            break
        short = [name for name in short if name not in enough]
    return tuple(
        StockTopUp(
            name,
            left[name],
            wanted[name],
            strength[name] / 1000,
            (wanted[name] * after - left[name] * start_uL) / strength[name],
        )
        for name in short
    )


def used_nmol(
    system: DsdSystem, starts: Sequence[tuple[Mapping[str, float], float]], added: Iterable[Addition]
) -> dict[str, float]:
    """Amount (nmol) of each component: in tubes, given as concentrations (nM) with a volume (uL), and by additions."""
    used = {component.name: 0.0 for component in system.components}
    for start, volume in starts:
        for name, nM in start.items():
            used[name] += nM * volume / 1e6
    for addition in added:
        if addition.row:
            used[addition.row.component] += addition.row.volume_uL * addition.row.stock_uM / 1000
    return used
