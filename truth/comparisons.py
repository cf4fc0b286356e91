"""What is predicted beside what was measured, in groups.

Published circuits are simulated from their strands, in the finite semantics: how long until half of the output is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from math import exp, log, log10, sqrt
from typing import NamedTuple

import numpy as np

from dsd_ncrn.dsd.pil import parse_pil
from dsd_ncrn.kinetics.build import enumerate_complexes
from dsd_ncrn.kinetics.leaks import warmth
from dsd_ncrn.kinetics.network import ReactionNetwork
from dsd_ncrn.kinetics.rates import rates_of, three_step
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.mass_action import from_network
from dsd_ncrn.units import per_nM_s_to_per_M_s
from sequences.rates import MEASURED_AT, opening_factor, toehold_energy
from truth.fit import Rate, duplexes, gates, read

CATALYST = """
length d1 = 10
length d2 = 24
length d3 = 4
length d4 = 16
length d5 = 6
length d6 = 16
S = d1 d2( + d6 d3( d4( + d5* ) ) )
F = d2 d3 d4
C = d4 d5
OB = d1 d2
"""
"""The entropy-driven catalyst of Zhang et al., Science 318:1121 (2007), figure 1: C frees OB from S, F takes its place."""
COOPERATIVE = """
length d1 = 8
length d2 = 18
length d3 = 18
length d4 = 8
D = d2( d3( + d4* ) ) d1*
T1 = d1 d2
T2 = d3 d4
P = d2 d3
"""
"""Cooperative hybridization, Zhang, J. Am. Chem. Soc. 133:1077 (2011), figure 1: T1 and T2 together free P."""
SYSTEMS = {"catalyst": CATALYST, "cooperative": COOPERATIVE}
POINTS = 20_001


@cache
def network(system: str, preset: str = "duplex") -> ReactionNetwork:
    """All steps of a circuit."""
    complexes = parse_pil(SYSTEMS[system])
    listed = [each.complex for each in complexes], [each.name for each in complexes]
    return enumerate_complexes(*listed, rates_of(preset), semantics="finite")


def half_time(system: str, start: Mapping[str, float], output: str, level: float, longest: float) -> float:
    """Seconds until the output reaches a level; infinite where that takes longer than ``longest``. Concentrations in nM."""
    mass_action = from_network(network(system))
    state = np.zeros(mass_action.size)
    for name, amount in start.items():
        state[mass_action.index[name]] = amount
    times = np.linspace(0.0, longest, POINTS)
    solved = engine_named("rosenbrock").prepare(mass_action, 1e-8, 1e-10).solve(state, times, mass_action.rates).values
    values = solved[:, mass_action.index[output]]
    return float(np.interp(level, values, times)) if values[-1] >= level else float("inf")


THREE = log(3)
LONGEST_S = 40_000.0
BEHIND = "G"
"""The last base of the branch that the toeholds of ``toeholds.csv`` stack on."""


class Bound(NamedTuple):
    """What a group has to keep: the fewest of its numbers within a factor of three, and the largest rms, in decades.

    A ``goal`` was set before the fit; any other bound guards what is reached today, so that a change which loses it is noticed.
    """

    within: int
    rms: float
    goal: bool = False

    @property
    def why(self) -> str:
        """The same in a few words."""
        return "goal" if self.goal else "what is reached"

    def __str__(self) -> str:
        return f"{self.within} within 3x, rms {self.rms:.2f}"


BOUNDS = {
    "Free duplexes (Zhang & Winfree 2009)": Bound(50, 0.25, goal=True),
    "Toeholds by their bases (Zhang & Winfree 2009)": Bound(20, 0.43),
    "Gates (Chen 2013)": Bound(6, 0.40),
    "Gates (Seesaw 2011)": Bound(1, 0.75),
    "Free duplexes (Machinek 2014)": Bound(3, 0.20),
    "Gates (Srinivas 2017)": Bound(12, 0.90),
    "Resting toeholds (Seesaw 2011)": Bound(1, 0.05),
    "Resting toeholds (Cherry 2018)": Bound(0, 0.60),
    "Leaks at other temperatures (Reynaldo 2000)": Bound(3, 0.10),
    "Entropy-driven catalyst (Zhang 2007), half-times": Bound(0, 0.60),
    "Cooperative hybridization (Zhang 2011), half-times": Bound(1, 0.60),
}


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

    @property
    def bound(self) -> Bound:
        """What it has to keep."""
        return BOUNDS[self.title]

    @property
    def kept(self) -> bool:
        """Whether it does."""
        return self.within >= self.bound.within and self.rms <= self.bound.rms


def quick_groups() -> Iterator[Group]:
    """Those that need no simulation."""
    yield Group("Free duplexes (Zhang & Winfree 2009)", "/M/s", True, tuple(map(_rate, duplexes())))
    yield Group("Toeholds by their bases (Zhang & Winfree 2009)", "/M/s", False, tuple(_toeholds()))
    for paper, rates in groupby(gates(), key=lambda rate: rate.paper):
        found = list(rates)
        where = "Free duplexes" if found[0].preset == "duplex" else "Gates"
        yield Group(f"{where} ({paper})", "/M/s", found[0].fitted, tuple(map(_rate, found)))
    resting = rates_of("gate")
    for row in read("resting"):
        nt = int(row["toehold_nt"])
        pair = Pair(f"K_d of {nt} nt", resting.unbinding(nt) / resting.binding(nt) / 1e3, float(row["uM"]))
        yield Group(f"Resting toeholds ({row['paper']})", "µM", row["fitted"] == "1", (pair,))
    yield Group("Leaks at other temperatures (Reynaldo 2000)", "×", True, tuple(map(_warmed, read("warmth"))))


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


def totals(found: Sequence[Group]) -> str:
    """One line."""
    pairs = sum(len(group.pairs) for group in found)
    within, missed = sum(group.within for group in found), [group.title for group in found if not group.kept]
    said = f"bounds missed: {', '.join(missed)}" if missed else "all bounds kept"
    return f"{pairs} comparisons in {len(found)} groups: {within} within a factor of 3; {said}"


def by_bases(toehold: str) -> float:
    """The rate (/M/s) at which a toehold of some bases displaces a free duplex."""
    rates, nt = rates_of("duplex"), len(toehold)
    factor = opening_factor(toehold_energy(BEHIND + toehold, MEASURED_AT), nt, MEASURED_AT)
    return per_nM_s_to_per_M_s(rates.association) * three_step(rates.unbinding(nt) / rates.migration() * factor)


def _toeholds() -> Iterator[Pair]:
    for row in read("toeholds"):
        for nt, measured in enumerate(row["log10_per_M_s"].split(), start=1):
            yield Pair(f"{row['series']} {row['toehold'][:nt]}", by_bases(row["toehold"][:nt]), 10 ** float(measured))


def _warmed(row: dict[str, str]) -> Pair:
    cool, warm = float(row["cool_C"]), float(row["warm_C"])
    return Pair(f"{row['branch_nt']} nt, {cool:g} to {warm:g} °C", warmth(warm) / warmth(cool), float(row["times"]))


def _rate(rate: Rate) -> Pair:
    found = rates_of(rate.preset).displacement(rate.bound, rate.released)
    return Pair(f"{rate.what} ({rate.bound}, {rate.released})", per_nM_s_to_per_M_s(found), rate.per_M_s)
