"""Tubes of one leaky network a second and core: today's stepper, that of commit e8c0191, and other simulators, in one run.

Run ``make ensembles``; see README.md. The network is that of ``designs/linreg2d.toml`` with gate leaks at 1 /M/s, frozen in
``data/`` with the seven states from which an iteration integrates. Tubes differ in every dose, rate and leak. Each measurement
is CPU time of this process, taken in turns, and what is compared is their ratio turn by turn.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import numpy as np
import stepper_e8c0191 as frozen
from page import write
from simulation_peers import BngsimOde
from training import RoadRunner

from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.engines.cvode import CvodeEngine
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine
from dsd_ncrn.simulate.engines.types import Solution
from dsd_ncrn.simulate.mass_action import MassAction

DATA = Path(__file__).parent / "data" / "linreg2d_leaky.npz"
RELATIVE, ABSOLUTE = 1e-3, 1e-5
"""Those of tubes; nM."""
EXACT = 1e-8
SPREAD, LEAK_SPREAD = 0.1, 1.0
"""Standard deviations of the natural logarithms of doses and rates, and of leak rates."""
TODAY, BEFORE = "today, side by side", "e8c0191"
LEAST_RATIO = 4.0
"""Of tubes a CPU second, side by side, to those of e8c0191, which has to be at no larger error."""


@dataclass(frozen=True, eq=False)
class Tubes:
    """``starts`` (tubes, phases, species), nM, ``times`` (phases, 2), s, and ``rates`` (tubes, reactions)."""

    system: MassAction
    starts: Floats
    times: Floats
    rates: Floats

    def integrations(self, count: int) -> tuple[list[Floats], list[Floats], list[Floats]]:
        """Starts, times and rate constants of every phase of the first tubes, phase by phase."""
        every = [(tube, phase) for phase in range(len(self.times)) for tube in range(count)]
        starts = [self.starts[tube, phase] for tube, phase in every]
        return starts, [self.times[phase] for _, phase in every], [self.rates[tube] for tube, _ in every]


def tubes_of(count: int) -> Tubes:
    """The frozen network in some tubes, each drawn from its own stream."""
    with np.load(DATA) as file:
        found = {key: file[key] for key in file}
    ints = (found[key].astype(np.int64) for key in ("reactants", "net_reaction", "net_species"))
    names = tuple(f"s{number}" for number in range(found["starts"].shape[1]))
    system = MassAction(names, *ints, found["net_change"].astype(float), found["rates"])
    random = [np.random.default_rng(number) for number in range(count)]
    doses = np.array([each.lognormal(0.0, SPREAD, system.size) for each in random])
    spreads = np.where(found["leak"], LEAK_SPREAD, SPREAD)
    rates = np.array([system.rates * np.exp(spreads * each.standard_normal(len(spreads))) for each in random])
    times = np.array([[0.0, seconds] for seconds in found["seconds"]])
    return Tubes(system, doses[:, None, :] * found["starts"], times, rates)


Run = Callable[[int], list[Solution]]


def one_by_one(prepare: Callable[[MassAction, float, float], Any], tubes: Tubes) -> Run:
    """A simulator that takes one tube after the other."""
    stepper = prepare(tubes.system, RELATIVE, ABSOLUTE)
    return lambda count: [stepper.solve(*each) for each in zip(*tubes.integrations(count), strict=True)]


def side_by_side(tubes: Tubes) -> Run:
    """Today's stepper with many tubes at once."""
    stepper = RosenbrockEngine().prepare(tubes.system, RELATIVE, ABSOLUTE)
    return lambda count: stepper.solve_all(*tubes.integrations(count))


class BngsimTubes(BngsimOde):
    """bngsim, told the rate constants of each tube."""

    def prepare(self, system: MassAction, relative: float, absolute: float) -> Any:
        """Build the model."""
        stepper = super().prepare(system, relative, absolute)

        class Told:
            def solve(self, start: Floats, times: Floats, rates: Floats) -> Solution:
                for number, rate in enumerate(rates.tolist()):
                    stepper.model.set_param(f"k{number}", rate)
                return stepper.solve(start, times, rates)

        return Told()


PEERS: dict[str, tuple[str, Callable[[MassAction, float, float], Any]]] = {
    "bngsim": ("bngsim", BngsimTubes().prepare),
    "CVODE (scikit-sundae)": ("sksundae", CvodeEngine().prepare),
}
SLOW, SLOW_S = "libRoadRunner", 30
"""It loads for half a minute and takes longer for a tube: it has so many CPU seconds for one, in a process of its own."""


def _slow_tube(tubes: Tubes, loaded: Any, ended: Any) -> None:
    run = one_by_one(RoadRunner().prepare, tubes)
    loaded.value = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(loaded.value) + SLOW_S,) * 2)
    ended.value = timed(run, 1)[0]


def slow_row(tubes: Tubes, before: float) -> str:
    """What is known of the slow peer in that time, beside ``before`` CPU seconds for a tube."""
    if find_spec("roadrunner") is None:
        return f"| {SLOW}: not installed | | | | |"
    context = multiprocessing.get_context("spawn")
    loaded, ended = context.Value("d", 0.0), context.Value("d", 0.0)
    process = context.Process(target=_slow_tube, args=(tubes, loaded, ended))
    process.start()
    process.join()
    less, taken = ("", ended.value) if ended.value else ("under ", SLOW_S)
    return f"| {SLOW}, after {loaded.value:.0f} s of loading | {less}{1 / taken:.2g} | {less}{before / taken:.1g} | | |"


def timed(run: Run, count: int) -> tuple[float, list[Solution]]:
    """CPU seconds for a tube, and the ends of all integrations."""
    began = time.process_time()
    found = run(count)
    return (time.process_time() - began) / count, found


def error(found: Sequence[Solution], exact: Sequence[Solution]) -> float:
    """The largest difference of any species, nM."""
    return max(float(np.abs(one.values[-1] - other.values[-1]).max()) for one, other in zip(found, exact, strict=True))


@click.command()
@click.option("--tubes", "count", default=32, show_default=True, help="Of our steppers; the peers get --few.")
@click.option("--few", default=1, show_default=True, help="Tubes of the peers, and those whose errors are looked at.")
@click.option("--turns", default=5, show_default=True, help="Of our steppers; the peers get three.")
def main(count: int, few: int, turns: int) -> None:
    """Count tubes."""
    tubes = tubes_of(count)
    runs = {TODAY: side_by_side(tubes), "today, one by one": one_by_one(RosenbrockEngine().prepare, tubes)}
    runs[BEFORE] = one_by_one(frozen.RosenbrockEngine().prepare, tubes)
    starts, times, rates = tubes.integrations(few)
    exact = RosenbrockEngine().prepare(tubes.system, EXACT, EXACT * 1e-2).solve_all(starts, times, rates)
    print(f"{tubes.system.size} species, {len(tubes.system.rates)} steps, {len(tubes.times)} integrations a tube")
    for name, (module, prepare) in PEERS.items():
        if find_spec(module) is None:
            print(f"{name}: not installed")
        else:
            runs[name] = one_by_one(prepare, tubes)
    errors, steps = dict[str, float](), dict[str, float]()
    for name, run in runs.items():  # once, so that all is compiled
        found = run(few)
        errors[name], steps[name] = error(found, exact), sum(each.steps for each in found) / few
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(turns):
        for name, run in runs.items():
            if name not in PEERS or turn < 3:
                seconds[name].append(timed(run, few if name in PEERS else count)[0])
    medians, rows = dict[str, float](), list[str]()
    for name, taken in seconds.items():
        ratios = [before / each for before, each in zip(seconds[BEFORE], taken)]
        medians[name] = float(np.median(ratios))
        ratio = f"{medians[name]:.2g} ({min(ratios):.2g} to {max(ratios):.2g})"
        taken_steps = f"{steps[name]:.0f}" if steps[name] else ""  # bngsim does not tell
        rows.append(f"| {name} | {1 / np.median(taken):.3g} | {ratio} | {taken_steps} | {errors[name]:.0e} |")
        print(rows[-1], flush=True)
    rows.append(slow_row(tubes, float(np.median(seconds[BEFORE]))))
    print(rows[-1], flush=True)
    write("ensembles", "| | tubes a CPU second | ratio, median (least to most) | steps | error nM |", rows)
    kept = medians[TODAY] >= LEAST_RATIO and errors[TODAY] <= errors[BEFORE]
    bounds = (
        f"{medians[TODAY]:.2f} times as many (at least {LEAST_RATIO:g}), {errors[TODAY]:.1e} nM (at most {errors[BEFORE]:.1e})"
    )
    print(f"{TODAY}, beside {BEFORE}: {bounds}: {'kept' if kept else 'missed'}")
    sys.exit(not kept)


if __name__ == "__main__":
    main()
