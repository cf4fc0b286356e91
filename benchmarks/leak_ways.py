"""Mitigations of leak, one at a time, on a design: what each buys in tolerated leak and costs in strands and hours.

Run ``uv run benchmarks/leak_ways.py designs/linreg2d.toml``; see README.md. The tolerated leak is the largest rate, in steps
of a quarter of a decade, at which the strands' test error stays under 1.1 times the ideal network's after some iterations.
"""

from __future__ import annotations

from pathlib import Path

import click

from dsd_ncrn.analysis.tuning import Question, TuningCase, evaluate, tolerated_leak, ways
from dsd_ncrn.design.load import load_design
from dsd_ncrn.ncrn.compile import compile_design
from dsd_ncrn.tasks import load_dataset


@click.command()
@click.argument("design", type=click.Path(exists=True, path_type=Path))
@click.option("--leak", type=float, default=1.0, show_default=True, help="Leak rate of the errors, /M/s.")
@click.option("--iterations", type=int, default=20, show_default=True, help="Training iterations.")
def main(design: Path, leak: float, iterations: int) -> None:
    """Try every way."""
    spec = load_design(design)
    data = load_dataset(spec.task, 0)
    print("| way | tolerates, /M/s | first error without leak | with it | mean | test error over ideal | strands | h |")
    print("|---|---|---|---|---|---|---|---|")
    for name, changed in ways(spec, compile_design(spec, data.dimension, data.outputs)).items():
        bench = TuningCase(changed, 0, Question(leak, iterations), ())
        point = evaluate(bench, ())
        if point.failure:
            print(f"| {name} | – | {point.failure} |", flush=True)
            continue
        errors = (point.leak_free_error, point.first_error, point.mean_error)
        cells = [f"{tolerated_leak(bench, ()):.3g}", *(f"{100 * error:.1f} %" for error in errors)]
        print(f"| {name} | {' | '.join(cells)} | {point.rmse_ratio:.3f} | {point.strands} | {point.hours:.2f} |", flush=True)


if __name__ == "__main__":
    main()
