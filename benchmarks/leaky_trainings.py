"""What trainings of many tubes cost: under leak beside those without, and under all imperfections.

It writes its tables to README.md. All is CPU time of this process, compared turn by turn: medians, the least and the most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from page import write

from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.translated import network_of
from dsd_ncrn.analysis.yields import Drawn, RealTubes, stream, train_sample
from dsd_ncrn.design.load import load_design
from dsd_ncrn.dsd.translate import translate
from dsd_ncrn.simulate.engines.crew import side_by_side
from dsd_ncrn.simulate.engines.lanes import LANES
from dsd_ncrn.simulate.imperfections.realisation import Mixture
from dsd_ncrn.simulate.pot import pot_of
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.simulate.tube import ABSOLUTE, RELATIVE
from dsd_ncrn.units import per_nM_s_to_per_M_s

ROOT = Path(__file__).parent.parent
RATES_PER_M_S = (0.01, 0.1, 1.0)
WANTED, CORES = 1000, 2
WHAT = ("leaks", "imperfections", "tubes", "growth")
GROWING = ("linreg2d", "xor2d_bimolecular", "rings2d_bimolecular")
LEAK = 1e-9
"""/nM/s: 1 /M/s, at which all that leaks open is there."""
TIMES = 3


def timed(work: Callable[[], list[Training]]) -> tuple[float, list[Training]]:
    """CPU seconds for a training."""
    began = time.process_time()
    found = work()
    return (time.process_time() - began) / len(found), found


def trainings(study: Study, rate_per_M_s: float | None, beside: int, whole: bool) -> list[Training]:
    """Trainings side by side, without leaks for None; of the ``whole`` network or without what carries nothing."""
    leak = None if rate_per_M_s is None else rate_per_M_s / per_nM_s_to_per_M_s(1.0)
    level = "dsd" if leak is None else "dsd_leaky"

    def one(_: int) -> Training:
        return study.train(study.tube(level, leak), level) if whole else study.train_strands(level, leak)

    return side_by_side(one, range(beside))


def leak_table(iterations: int, turns: int, beside: int) -> list[str]:
    """Rows for each leak rate."""
    study = Study(load_design(ROOT / "designs" / "linreg2d.toml")).ready.lasting(strand_iterations=iterations)
    ways: dict[tuple[float | None, bool], list[float]] = {(None, True): []}
    ways |= {(rate, whole): [] for rate in RATES_PER_M_S for whole in (True, False)}
    scouts = {}
    for rate in RATES_PER_M_S:
        began = time.process_time()
        study.lean(rate / per_nM_s_to_per_M_s(1.0))
        scouts[rate] = time.process_time() - began
    ends: dict[tuple[float | None, bool], Training] = {}
    for _ in range(turns):
        for (rate, whole), seconds in ways.items():
            taken, found = timed(lambda rate=rate, whole=whole: trainings(study, rate, beside, whole))
            seconds.append(taken)
            ends[rate, whole] = found[0]
    rows = []
    for rate in RATES_PER_M_S:
        exact, found = ends[rate, True], ends[rate, False]
        steps = len(study.lean(rate / per_nM_s_to_per_M_s(1.0)).leaky.steps)
        off = float(np.abs(found.parameters / exact.parameters - 1.0).max())
        learned = [1.0 - each.rmse_after / each.rmse_before for each in (exact, found)]
        ratios = [spread(ways[rate, whole], ways[None, True]) for whole in (True, False)]
        scout = f"{scouts[rate] / np.median(ways[None, True]):.1f}"
        rows.append(
            f"| {rate:g} | {beside} | {ratios[0]} | {ratios[1]} | {steps} of {len(study.leaky.steps)} | {scout} | {off:.1e} "
            f"| {learned[1] - learned[0]:+.1e} |"
        )
        print(rows[-1], flush=True)
    return rows


def spread(taken: Sequence[float], by: Sequence[float]) -> str:
    """Ratios turn by turn."""
    ratios = [one / other for one, other in zip(taken, by, strict=True)]
    return f"{np.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"


def yield_row(name: str, iterations: int, count: int) -> str:
    """How fast realisations are trained, and how long a thousand take."""
    study = Study(load_design(ROOT / "designs" / f"{name}.toml")).ready.lasting(strand_iterations=iterations)
    drawn = Drawn(study, 0)
    began = time.process_time()
    _ = drawn.tubes
    made = time.process_time() - began
    began = time.process_time()
    found = run_jobs(train_sample, drawn, range(count))
    each = (time.process_time() - began) / count
    minutes = (made + each * WANTED / CORES) / 60
    failed = sum(bool(sample.failure) for sample in found)
    print(f"{name}: {count} realisations, {each:.2f} CPU s each, {made:.1f} before; {failed} failed", flush=True)
    return f"| `{name}` | {iterations} | {count} | {each:.2f} | {60 / each:.0f} | {minutes:.0f} |"


def tubes_rows(count: int, iterations: int) -> list[str]:
    """Realisations of all imperfections in the whole network and in the lean one, tube by tube."""
    study = Study(load_design(ROOT / "designs" / "linreg2d_imperfect.toml")).ready.lasting(strand_iterations=iterations)
    spec, tubes = study.spec, {"whole": RealTubes(study), "lean": RealTubes(study.lean())}

    def one(way: str, number: int) -> Training:
        return study.train(tubes[way].mix(spec.imperfections, stream(0, number), spec.leak.rate), "imperfect")

    found = {way: timed(lambda way=way: side_by_side(lambda n: one(way, n), range(count))) for way in tubes}
    rows = []
    for number, (exact, other) in enumerate(zip(found["whole"][1], found["lean"][1], strict=True)):
        scale = np.abs(exact.parameters).max(axis=0)
        off = float((np.abs(other.parameters - exact.parameters) / scale).max())
        learned = [1.0 - each.rmse_after / each.rmse_before for each in (exact, other)]
        rows.append(f"| {number} | {learned[0]:.4f} | {learned[1] - learned[0]:+.1e} | {off:.1e} |")
        print(rows[-1], flush=True)
    print({way: f"{seconds:.2f} CPU s a tube" for way, (seconds, _) in found.items()}, flush=True)
    return rows


def growth_rows(names: Sequence[str], seconds: float = 3600.0) -> list[str]:
    """CPU time of a solver's step in the leaky networks of some designs, mixed and left alone."""
    rows, sizes, taken = list[str](), list[int](), list[float]()
    for name in names:
        study = Study(load_design(ROOT / "designs" / f"{name}.toml"))
        system = translate(study.ncrn, study.decided)  # of unsized gates: how large they are changes no pattern
        network = network_of(system, study.decided.leak.model)
        pot = pot_of(Mixture(system, network), study.integrator, RELATIVE, ABSOLUTE, LEAK)
        state = pot.mixed({each.name: each.concentration for each in system.components}).values
        times, best = np.array([0.0, seconds]), np.inf
        for _ in range(TIMES):
            began = time.process_time()
            found = pot.stepper.solve(state, times, pot.rates)
            best = min(best, (time.process_time() - began) / found.steps)
        sizes.append(len(network.complexes))
        taken.append(best)
        slope = f"{np.log(taken[-1] / taken[-2]) / np.log(sizes[-1] / sizes[-2]):.2f}" if len(taken) > 1 else ""
        rows.append(f"| `{name}` | {sizes[-1]:,} | {len(network.steps):,} | {best * 1e3:.2f} | {slope} |")
        print(rows[-1], flush=True)
    return rows


@click.command()
@click.option("--iterations", default=205, show_default=True, help="Of the trainings under leak.")
@click.option("--turns", default=3, show_default=True, help="Of those.")
@click.option("--beside", default=1, show_default=True, help="Trainings side by side.")
@click.option("--samples", default=LANES, show_default=True, help="Realisations under all imperfections; 0 for none.")
@click.option("--what", "whats", multiple=True, type=click.Choice(WHAT), default=WHAT[:2], show_default=True)
def main(iterations: int, turns: int, beside: int, samples: int, whats: tuple[str, ...]) -> None:
    """Measure, print and write."""
    if "leaks" in whats:
        head = "| leak, /M/s | side by side | whole | lean | steps | scout | parameters off by | share learned |"
        write(f"leaks {beside}", head, leak_table(iterations, turns, beside))
    if "imperfections" in whats:
        head = f"| design | iterations | sample | CPU s each | a minute and core | minutes for {WANTED:,} on {CORES} cores |"
        write("imperfections", head, [yield_row("linreg2d_imperfect", 40, samples)])
    if "tubes" in whats:
        write("tubes", "| tube | share learned, whole | lean | parameters off by |", tubes_rows(samples, 40))
    if "growth" in whats:
        write("growth", "| design | species | steps | ms a step | slope |", growth_rows(GROWING))


if __name__ == "__main__":
    main()
