"""What the designs cost as DNA: sized, calibrated, and trained for a few iterations at strand level.

Run ``uv run benchmarks/strands.py``; see README.md. Prints a Markdown table: species and steps of the strand-level network,
hours of an iteration, how far the parameters are from the ideal ones after the first and the last iteration, and the
reaction that is furthest from its rate. A design that cannot be calibrated says why, and one that takes longer than
``--seconds`` of CPU how far it came: none is absent.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
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


class TooLong(Exception):
    """A design has used up its time."""


@contextmanager
def within(seconds: float) -> Generator[None]:
    """Raises TooLong in what takes more CPU time (s)."""

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def cells(path: Path, iterations: int, seconds: float) -> list[str]:
    """A line of the table."""
    began, done = time.perf_counter(), [0]
    study = Study(briefly(load_design(path), iterations))
    try:
        with within(seconds):
            training = study.ready.train(study.tube(), "dsd", lambda number, _: done.append(number))
    except DsdNcrnError as error:
        return [f"`{path.stem}`", f"no: {error}", *[""] * (len(HEADING) - 2)]
    except (TooLong, SystemError) as error:  # compiled code makes the second of an exception that comes amid it
        if not isinstance(error.__cause__ or error.__context__ or error, TooLong):
            raise
        return [f"`{path.stem}`", *unfinished(study, done[-1], seconds)]
    found = fidelity(study, training)
    errors = (found.parameter_error_first_iteration, found.parameter_error_final)
    size = (f"{len(study.network.names):,}", f"{len(study.network.steps):,}", f"{found.hours_per_iteration:.3g}")
    worst = f"{found.worst_reaction} {found.worst_reaction_error:.1%}"
    seconds = f"{time.perf_counter() - began:.0f}"
    return [f"`{path.stem}`", *size, *(f"{error:.2%}" for error in errors), str(training.iterations), worst, seconds]


def unfinished(study: Study, iterations: int, seconds: float) -> list[str]:
    """The cells of a design that took too long: what is known of it, and where it was."""
    parts, blank = vars(study), [""] * 3
    limit = f"{seconds:.0f} CPU s"
    if "calibration" in parts:
        hours = f"{study.schedule.seconds_per_iteration / 3600:.3g}"
        where = f"training: {iterations} iterations within {limit}"
    else:
        hours = ""
        where = f"{'calibration' if 'ideal' in parts else 'training of the ideal network'}: more than {limit}"
    network = parts.get("network")
    size = (f"{len(network.names):,}", f"{len(network.steps):,}") if network else ("", "")
    return [*size, hours, *blank, f"unfinished {where}", ""]


@click.command()
@click.argument("names", nargs=-1)
@click.option("--iterations", default=3, show_default=True)
@click.option("--seconds", default=900.0, show_default=True, help="CPU time for one design.")
def main(names: tuple[str, ...], iterations: int, seconds: float) -> None:
    """Simulate designs (all of them without names) with strands."""
    click.echo(f"| {' | '.join(HEADING)} |\n|{'---|' * len(HEADING)}")
    for path in [DESIGNS / f"{name}.toml" for name in names] or sorted(DESIGNS.glob("*.toml")):
        click.echo(f"| {' | '.join(cells(path, iterations, seconds))} |")


if __name__ == "__main__":
    main()
