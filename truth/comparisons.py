"""What is predicted beside what was measured, in groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import exp, log, log10, sqrt
from typing import NamedTuple

from dsd_ncrn.kinetics.rates import rates_of
from dsd_ncrn.units import per_nM_s_to_per_M_s
from truth.circuits import half_time
from truth.data import Rate, duplexes, gates, read

THREE = log(3)
LONGEST_S = 40_000.0


class Pair(NamedTuple):
    """One comparison; both numbers in the unit of its group."""

    what: str
    predicted: float
    measured: float

    @property
    def ratio(self) -> float:
        """Predicted over measured."""
        return self.predicted / self.measured


class Group(NamedTuple):
    """Comparisons of one kind from one source; ``fitted`` where constants were fitted to these very numbers."""

    title: str
    unit: str
    fitted: bool
    pairs: tuple[Pair, ...]

    @property
    def within(self) -> int:
        """How many are within a factor of three."""
        return sum(abs(log(pair.ratio)) < THREE for pair in self.pairs)

    @property
    def mean(self) -> float:
        """The geometric mean of predicted over measured."""
        return exp(sum(log(pair.ratio) for pair in self.pairs) / len(self.pairs))

    @property
    def rms(self) -> float:
        """Root mean square of its logarithm, in decades."""
        return sqrt(sum(log10(pair.ratio) ** 2 for pair in self.pairs) / len(self.pairs))


def quick_groups() -> Iterator[Group]:
    """Those that need no simulation."""
    yield Group("Free duplexes (Zhang & Winfree 2009)", "/M/s", True, tuple(map(_rate, duplexes())))
    for paper, rates in groupby(gates(), key=lambda rate: rate.paper):
        found = list(rates)
        where = "Free duplexes" if found[0].preset == "duplex" else "Gates"
        yield Group(f"{where} ({paper})", "/M/s", found[0].fitted, tuple(map(_rate, found)))
    resting = rates_of("gate")
    for row in read("resting"):
        nt = int(row["toehold_nt"])
        pair = Pair(f"K_d of {nt} nt", resting.unbinding(nt) / resting.binding(nt) / 1e3, float(row["uM"]))
        yield Group(f"Resting toeholds ({row['paper']})", "µM", row["fitted"] == "1", (pair,))


def simulated_groups() -> Iterator[Group]:
    """Whole circuits, from their strands."""
    titles = {
        "catalyst": "Entropy-driven catalyst (Zhang 2007), half-times",
        "cooperative": "Cooperative hybridization (Zhang 2011), half-times",
    }
    starts: dict[str, Callable[[float], tuple[dict[str, float], str]]] = {
        "catalyst": lambda nM: ({"S": 10.0, "F": 13.0, "C": nM}, "OB"),
        "cooperative": lambda nM: ({"D": 20.0, "T1": nM, "T2": nM}, "P"),
    }
    for system, rows in groupby(read("circuits"), key=lambda row: row["system"]):
        pairs: list[Pair] = []
        for row in rows:
            start, output = starts[system](float(row["input_nM"]))
            seconds = half_time(system, start, output, float(row["level_nM"]), LONGEST_S)
            pairs.append(Pair(f"{row['input_nM']} nM", seconds, float(row["seconds"])))
        yield Group(titles[system], "s", False, tuple(pairs))


def groups() -> Sequence[Group]:
    """All of them."""
    return [*quick_groups(), *simulated_groups()]


def _rate(rate: Rate) -> Pair:
    found = rates_of(rate.preset).displacement(rate.bound, rate.released)
    return Pair(f"{rate.what} ({rate.bound}, {rate.released})", per_nM_s_to_per_M_s(found), rate.per_M_s)
