"""What trainings of many tubes cost: under leak beside those without, and under all imperfections.

It writes its tables to README.md. All is CPU time of this process, compared turn by turn: medians, the least and the most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np

from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.analysis.lean import lean, train_strands
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import Drawn, train_sample
from dsd_ncrn.design.load import load_design
from dsd_ncrn.simulate.engines.crew import side_by_side
from dsd_ncrn.simulate.engines.lanes import LANES
from dsd_ncrn.simulate.results import Training
from dsd_ncrn.units import per_nM_s_to_per_M_s

ROOT = Path(__file__).parent.parent
README = Path(__file__).parent / "README.md"
RATES_PER_M_S = (0.01, 0.1, 1.0)
WANTED, CORES, MINUTES = 1000, 2, 15


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
        return study.train(study.tube(level, leak), level) if whole else train_strands(study, level, leak)

    return side_by_side(one, range(beside))


def leak_table(iterations: int, turns: int, beside: int) -> list[str]:
    """Rows for each leak rate."""
    study = Study(load_design(ROOT / "designs" / "linreg2d.toml")).ready.lasting(strand_iterations=iterations)
    ways: dict[tuple[float | None, bool], list[float]] = {(None, True): []}
    ways |= {(rate, whole): [] for rate in RATES_PER_M_S for whole in (True, False)}
    scouts = {}
    for rate in RATES_PER_M_S:
        began = time.process_time()
        lean(study, rate / per_nM_s_to_per_M_s(1.0))
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
        steps = len(lean(study, rate / per_nM_s_to_per_M_s(1.0)).leaky.steps)
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


def write(name: str, lines: Sequence[str]) -> None:
    """Put a table between its marks in the README."""
    before, _, rest = README.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n")
    after = rest.partition("<!-- end -->\n")[2]
    README.write_text(before + f"<!-- {name} -->\n" + "\n".join(lines) + "\n<!-- end -->\n" + after, encoding="utf-8")


@click.command()
@click.option("--iterations", default=205, show_default=True, help="Of the trainings under leak.")
@click.option("--turns", default=3, show_default=True, help="Of those.")
@click.option("--beside", default=1, show_default=True, help="Trainings side by side.")
@click.option("--samples", default=LANES, show_default=True, help="Realisations under all imperfections; 0 for none.")
@click.option("--what", type=click.Choice(["both", "leaks", "imperfections"]), default="both", show_default=True)
def main(iterations: int, turns: int, beside: int, samples: int, what: str) -> None:
    """Measure, print and write."""
    if what != "imperfections":
        head = "| leak, /M/s | side by side | whole | lean | steps | scout | parameters off by | share learned |"
        write(f"leaks {beside}", [head, "|" + "---|" * 8, *leak_table(iterations, turns, beside)])
    if what != "leaks":
        head = f"| design | iterations | sample | CPU s each | a minute and core | minutes for {WANTED:,} on {CORES} cores |"
        write("imperfections", [head, "|" + "---|" * 6, yield_row("linreg2d_imperfect", 40, samples)])


if __name__ == "__main__":
    main()
