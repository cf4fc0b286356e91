"""What the designs cost as DNA: sized, calibrated, and trained for a few iterations at strand level.

Run ``uv run benchmarks/strands.py``; see README.md. Prints a Markdown table: species and steps of the strand-level network,
hours of an iteration, how far the parameters are from the ideal ones after the first and the last iteration, and the
reaction that is furthest from its rate. A design that cannot be calibrated says why.
"""

from __future__ import annotations

import time
from pathlib import Path

import click

from dsd_ncrn.analysis.fidelity import fidelity
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import DsdNcrnError

DESIGNS = Path(__file__).parent.parent / "designs"
HEADING = ("design", "species", "steps", "hours each", "theta off, first", "last", "of iterations", "worst reaction", "s")


def briefly(spec: DesignSpec, iterations: int) -> DesignSpec:
    """The design with a few iterations of strands."""
    return spec.model_copy(update={"training": spec.training.model_copy(update={"strand_iterations": iterations})})


def cells(path: Path, iterations: int) -> list[str]:
    """A line of the table."""
    began = time.perf_counter()
    try:
        study = Study(briefly(load_design(path), iterations)).ready
        training = study.train(study.tube(), "dsd")
    except DsdNcrnError as error:
        return [f"`{path.stem}`", f"no: {error}", *[""] * (len(HEADING) - 2)]
    found = fidelity(study, training)
    errors = (found.parameter_error_first_iteration, found.parameter_error_final)
    size = (f"{len(study.network.names):,}", f"{len(study.network.steps):,}", f"{found.hours_per_iteration:.3g}")
    worst = f"{found.worst_reaction} {found.worst_reaction_error:.1%}"
    seconds = f"{time.perf_counter() - began:.0f}"
    return [f"`{path.stem}`", *size, *(f"{error:.2%}" for error in errors), str(training.iterations), worst, seconds]


@click.command()
@click.argument("names", nargs=-1)
@click.option("--iterations", default=3, show_default=True)
def main(names: tuple[str, ...], iterations: int) -> None:
    """Simulate designs (all of them without names) with strands."""
    click.echo(f"| {' | '.join(HEADING)} |\n|{'---|' * len(HEADING)}")
    for path in [DESIGNS / f"{name}.toml" for name in names] or sorted(DESIGNS.glob("*.toml")):
        click.echo(f"| {' | '.join(cells(path, iterations))} |")


if __name__ == "__main__":
    main()
