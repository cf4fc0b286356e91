"""What the designs learn: every design's abstract network, full mass action, trained on several seeds.

Run ``uv run benchmarks/learning.py``; see README.md. Prints a Markdown table: accuracy for classifications, test RMSE
otherwise, as median [lowest, highest] over the seeds, and the CPU time of an iteration.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import numpy as np

from dsd_ncrn.design.load import load_design
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.ncrn.counts import counts
from dsd_ncrn.ncrn.decide import decide
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.learners import train_ideal
from dsd_ncrn.tasks import load_dataset

DESIGNS = Path(__file__).parent.parent / "designs"
Result = tuple[float | None, float]
"""Accuracy or test RMSE (None where the training broke down), and CPU milliseconds per iteration."""


def trained(job: tuple[Path, int]) -> Result:
    """One design with one seed."""
    path, seed = job
    spec = load_design(path)
    data = load_dataset(spec.task, seed)
    spec = decide(spec, data, seed)
    ncrn = compile_design(spec, data.dimension, data.outputs)
    began = time.process_time()
    try:
        training = train_ideal(spec, data, ncrn, engine_named("rosenbrock"))
    except CheckFailed as error:
        click.echo(f"{path.stem}, seed {seed}: {error}", err=True)
        return None, 0.0
    accuracy = data.accuracy(training.test_after, training.test_targets)
    seconds = time.process_time() - began
    return training.rmse_after if accuracy is None else accuracy, 1e3 * seconds / training.iterations


def row(path: Path, results: list[Result]) -> str:
    """A line of the table."""
    spec = load_design(path)
    data = load_dataset(spec.task, 0)
    ncrn = compile_design(decide(spec, data, 0), data.dimension, data.outputs)
    size, measure = counts(ncrn), "RMSE" if data.accuracy(data.test_y, data.test_y) is None else "accuracy"
    values = [value for value, _ in results if value is not None]
    spread = f"{np.median(values):.3f} [{min(values):.3f}, {max(values):.3f}]" if values else "–"
    broken = f", {len(results) - len(values)} broke down" if len(values) < len(results) else ""
    iterations = spec.training.iterations or spec.training.epochs * spec.task.training_points
    cells = [f"`{path.stem}`", measure, spread + broken, size["reactions"], size["max_molecularity"], f"{iterations:,}"]
    return "| " + " | ".join(map(str, [*cells, f"{np.median([ms for _, ms in results]):.2f}"])) + " |"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--seeds", default=10, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(names: tuple[str, ...], seeds: int, workers: int) -> None:
    """Train designs (all of them without names)."""
    paths = [DESIGNS / f"{name}.toml" for name in names] or sorted(DESIGNS.glob("*.toml"))
    click.echo("| design | measure | median [range] | reactions | most reactants | iterations | ms each |")
    click.echo("|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(workers) as pool:
        for path in paths:
            click.echo(row(path, list(pool.map(trained, [(path, seed) for seed in range(seeds)]))))


if __name__ == "__main__":
    main()
