"""How many strand-level replicas a second: one iteration of the leaky linear regressor, every leak at a rate of its own.

Run ``uv run benchmarks/replicas.py``; see README.md. A process makes the network once and mixes a tube
for every replica. Times are those of the replicas alone, wall clock and processor time of all processes together.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.arrays import Flags
from dsd_ncrn.design.load import load_design
from dsd_ncrn.kinetics.network import StepKind
from dsd_ncrn.simulate.engines.crew import side_by_side
from dsd_ncrn.simulate.tube import Tube

Floats = NDArray[np.float64]
DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d.toml"
CHUNK = 16
LEAK, SPREAD = 1e-11, 1.0
"""Median leak rate, /nM/s, and the standard deviation of its natural logarithm."""


@cache
def workbench(path: Path) -> tuple[Study, Tube, Flags]:
    """What a process makes once: a tube with leaks, and which of its steps they are."""
    study = Study(load_design(path)).ready
    is_leak = np.array([step.kind == StepKind.LEAK for step in study.leaky.steps])
    return study, study.tube("dsd_leaky", 0.0), is_leak


def replica(number: int) -> Floats:
    """The parameters after one iteration at the reference point."""
    study, bench, is_leak = workbench(DESIGN)
    rates = bench.pot.rates.copy()
    rates[is_leak] = LEAK * np.random.default_rng(number).lognormal(0.0, SPREAD, is_leak.sum())
    tube = Tube(bench.protocol, replace(bench.pot, rates=rates))
    tube.set_parameters(study.ideal.parameters[-1])
    tube.iterate(*study.reference)
    return tube.parameters()


def chunk(numbers: range) -> tuple[list[Floats], float]:
    """Some replicas, and the processor time that they took."""
    began = time.process_time()
    return side_by_side(replica, numbers), time.process_time() - began


def ready(seconds: float) -> None:
    """Let a process make its workbench and load compiled code, and stay busy until the others have begun theirs."""
    replica(0)
    time.sleep(seconds)


def measured(processes: int, count: int) -> list[Floats]:
    """Print one line, and return all parameters."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(ready, [2.0] * processes))
        began = time.perf_counter()
        done = list(pool.map(chunk, (range(first, first + CHUNK) for first in range(0, count, CHUNK))))
        wall = time.perf_counter() - began
    results, cpu = [each for results, _ in done for each in results], sum(seconds for _, seconds in done)
    rates = f"{len(results) / wall:>16.1f}{len(results) / cpu:>24.1f}"
    print(f"{processes:>9}{len(results):>10}{wall:>8.1f}{rates}", flush=True)
    return results


@click.command()
@click.option("--replicas", default=200, show_default=True)
@click.option("--processes", multiple=True, type=int, default=(1, 2), show_default=True)
def main(replicas: int, processes: tuple[int, ...]) -> None:
    """Count replicas."""
    print(f"{'processes':>9}{'replicas':>10}{'wall s':>8}{'per wall second':>16}{'per processor second':>24}")
    found = [np.array(measured(number, replicas)) for number in processes]
    print(f"parameters: mean {found[0].mean(axis=0)}, standard deviation {found[0].std(axis=0)}")
    print("the same whatever the number of processes:", all(np.array_equal(found[0], each) for each in found))


if __name__ == "__main__":
    main()
