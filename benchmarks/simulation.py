"""Simulation beside its peers: stiff integration on three sizes, a strand-level training iteration, stochastic events.

Run ``uv run benchmarks/simulation.py``; see README.md. Every peer gets the same network, time span and tolerances in a fresh
process under a time limit. Times are CPU seconds of one thread, the best of some, after set-up and compilation, which stand
beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from math import log
from pathlib import Path
from typing import Any

import click
import numpy as np
from engines import ScipyBdf
from numpy.typing import NDArray
from simulation_peers import BngsimOde, RoadRunnerGillespie, cpu_seconds, pilsimulator
from training import RoadRunner

from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.load import load_design
from dsd_ncrn.kinetics.build import build_network
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.stochastic import StochasticEngine
from dsd_ncrn.simulate.mass_action import NONE, MassAction, from_network, mass_action
from dsd_ncrn.units import molecules_per_nM

Floats = NDArray[np.float64]
DATA = Path(__file__).parent / "data"
DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d.toml"
SIZES = ("sim_n14", "sim_n100", "sim_n1000")
END = 1e4
TOLERANCE, REFERENCE = 1e-6, 1e-10
"""Relative, and absolute in nM."""
OURS = "rosenbrock"
PEERS: dict[str, Callable[[], Any]] = {
    OURS: partial(engine_named, OURS),
    "cvode": partial(engine_named, "cvode"),
    "bngsim ODE": BngsimOde,
    "scipy BDF": ScipyBdf,
    "libRoadRunner": RoadRunner,
}
RUNS = ((OURS, TOLERANCE), (OURS, 1e-4), *((peer, TOLERANCE) for peer in PEERS if peer != OURS))
"""A looser tolerance makes ours about as inaccurate as the others."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
MOLECULES, SECONDS = 100.0, 100.0
"""Molecules for 1 nM and simulated seconds of the stochastic runs."""


def network(name: str) -> tuple[MassAction, Floats]:
    """A network of two-domain modules with leaks, and its start concentrations in nM."""
    with np.load(DATA / f"{name}.npz") as file:
        found = {key: file[key] for key in file}
    sides = ([[index for index in row if index != NONE] for row in found[side].tolist()] for side in ("reac", "prod"))
    system = mass_action([str(each) for each in found["names"]], list(zip(*sides, found["k"].tolist(), strict=True)))
    return system, found["y0"].astype(float)


def solve(peer: str, name: str, tolerance: float, repeats: int = 5) -> tuple[float, float, Floats]:
    """CPU seconds of set-up, the best of a solution, and its end."""
    system, start = network(name)
    began = cpu_seconds()
    stepper = PEERS[peer]().prepare(system, tolerance, tolerance)
    setup, best, end = cpu_seconds() - began, np.inf, start
    began = time.process_time()
    for _ in range(repeats):
        once = time.process_time()
        solution = stepper.solve(start, np.array([0.0, END]), system.rates)
        assert solution.ok, solution.status
        best, end = min(best, time.process_time() - once), solution.values[-1]
        if time.process_time() - began > 2.0:
            break
    return setup, best, end


def in_a_process(peer: str, name: str, tolerance: float, limit: float) -> tuple[float, float, Floats] | None:
    """``solve`` in a fresh process; None if it takes longer than the limit."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, __file__, "--one", peer, name, str(tolerance), file.name]
        try:
            subprocess.run(command, check=True, timeout=limit, stdout=subprocess.DEVNULL, env=os.environ | ONE_THREAD)
        except subprocess.TimeoutExpired:
            return None
        setup, seconds, end = json.loads(Path(file.name).read_text(encoding="utf-8"))
    return setup, seconds, np.array(end)


def one(peer: str, name: str, tolerance: str, path: str) -> None:
    """What the fresh process does."""
    if peer == OURS:
        solve(peer, SIZES[0], TOLERANCE, 1)  # compiled code is loaded before the clock runs
    setup, seconds, end = solve(peer, name, float(tolerance))
    Path(path).write_text(json.dumps([setup, seconds, end.tolist()]), encoding="utf-8")


def integration(limit: float) -> None:
    """The table of integrators and how each grows."""
    print(" species engine           tolerance  set-up s   solve s   ratio   error nM  growth")
    before: dict[tuple[str, float], tuple[int, float]] = {}
    for name in SIZES:
        size, reference, base = network(name)[0].size, solve(OURS, name, REFERENCE, 1)[2], 0.0
        for peer, tolerance in RUNS:
            found = in_a_process(peer, name, tolerance, limit)
            head = f"{size:>8} {peer:<16}{tolerance:>10.0e}"
            if found is None:
                print(f"{head}  over {limit:.0f} s with its set-up", flush=True)
                continue
            setup, seconds, end = found
            base, (small, earlier) = base or seconds, before.get((peer, tolerance), (size, seconds))
            growth = f"{log(seconds / earlier) / log(size / small):>8.2f}" if size > small else ""
            before[peer, tolerance] = size, seconds
            error = np.abs(end - reference).max()
            print(f"{head}{setup:>10.3f}{seconds:>10.4f}{seconds / base:>8.1f}{error:>11.1e}{growth}", flush=True)
        if name != SIZES[-1]:
            check = np.abs(solve("cvode", name, REFERENCE, 1)[2] - reference).max()
            print(f"{size:>8} the reference is {check:.0e} nM off CVODE at {REFERENCE:g}")
    system, start = network(SIZES[0])
    print(pilsimulator(system, start, END, TOLERANCE, solve(OURS, SIZES[0], REFERENCE, 1)[2], limit))


def tube() -> None:
    """Enumeration, preparation and training iterations of the linear regressor's strands, without and with leaks."""
    study = Study(load_design(DESIGN)).ready
    for title, model, leak in (("no leaks", None, 0.0), ("gate leaks", "gate", 1e-11)):
        began = time.process_time()
        strands = build_network(study.system, model)
        enumerated = time.process_time() - began
        began = time.process_time()
        engine_named(OURS).prepare(from_network(strands), 1e-3, 1e-5)
        prepared = time.process_time() - began
        learner = study.tube(strands, leak)
        began = time.process_time()
        for x, y in zip(study.data.train_x, study.data.train_y, strict=True):
            learner.iterate(x, y)
        each = (time.process_time() - began) / len(study.data.train_x)
        size = f"{len(strands.names)} species, {len(strands.steps)} steps"
        print(f"{title}: {size}: enumerate {enumerated:.3f} s, prepare {prepared:.3f} s, iteration {each * 1e3:.1f} ms")


def events() -> None:
    """Reactions a second of exact stochastic simulation; both fire as many in the same simulated time."""
    for name, end in ((SIZES[0], 10 * SECONDS), (SIZES[1], SECONDS)):
        system, start = network(name)
        stepper = StochasticEngine(MOLECULES / molecules_per_nM(1.0)).prepare(system)
        peer = RoadRunnerGillespie(system, MOLECULES)
        spans = np.array([0.0, end])
        began = time.process_time()
        ours = stepper.solve(start, spans, system.rates)
        middle = time.process_time()
        theirs = peer.solve(start, end)
        done = time.process_time()
        speed, other = ours.steps / (middle - began), ours.steps / (done - middle)
        apart = np.abs(theirs - ours.values[-1]).max()
        print(
            f"{system.size} species, {ours.steps:,} reactions: ssa (bngsim) {speed:,.0f} /s, libRoadRunner {other:,.0f} /s, "
            f"{speed / other:.1f} times; realisations at most {apart:.1f} nM apart"
        )


def compilation() -> None:
    """What compiled code costs when it is first used on a machine, and in a process that finds it in the cache."""
    code = "import simulation, time; t = time.perf_counter(); simulation.solve('rosenbrock', 'sim_n14', 1e-6, 1)"
    with tempfile.TemporaryDirectory() as cache:
        for title in ("first use on a machine", "first use in a process, from the cache"):
            command = [sys.executable, "-c", f"{code}; print(time.perf_counter() - t)"]
            place = {**os.environ, "NUMBA_CACHE_DIR": cache}
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=place, cwd=Path(__file__).parent)
            print(f"{title}: {float(done.stdout):.1f} s")


PARTS = {"integration": integration, "tube": tube, "events": events, "compilation": compilation}


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(list(PARTS)), default=list(PARTS), help="All if not given.")
@click.option("--limit", default=60.0, show_default=True, help="Wall seconds for a peer on one network, with its set-up.")
@click.option("--one", "single", nargs=4, hidden=True)
def main(parts: tuple[str, ...], limit: float, single: tuple[str, str, str, str] | None) -> None:
    """Time engines and peers."""
    if single:
        one(*single)
        return
    for part in parts:
        print(f"\n{part}")
        integration(limit) if part == "integration" else PARTS[part]()


if __name__ == "__main__":
    main()
