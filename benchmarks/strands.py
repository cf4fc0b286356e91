"""What the designs cost as DNA: sized, calibrated, and trained for a few iterations at strand level.

Run ``uv run benchmarks/strands.py``; see README.md. Prints a Markdown table: species and steps of the strand-level network,
hours of an iteration, how far the parameters are from the ideal ones after the first and the last iteration, and the
reaction that is furthest from its rate. A design that cannot be calibrated says why, and one that takes longer than
``--seconds`` of CPU how far it came: none is absent.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from dsd_ncrn.analysis.fidelity import fidelity
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import DsdNcrnError
from dsd_ncrn.simulate.train import Progress

DESIGNS = Path(__file__).parent.parent / "designs"
HEADING = ("design", "species", "steps", "hours each", "theta off, first", "last", "of iterations", "worst reaction", "s")
PARTS = {"ideal": "iterations of the ideal network", "calibrate": "rounds of calibration", "strands": "iterations of strands"}


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
    began, seen = time.perf_counter(), dict[str, tuple[int, int]]()

    @contextmanager
    def watch(part: str) -> Generator[Progress]:
        yield lambda done, total: seen.update({part: (done, total)})

    study = Study(briefly(load_design(path), iterations), watch=watch)
    try:
        with within(seconds):
            training = study.ready.train(study.tube(), "dsd", lambda done, total: seen.update({"strands": (done, total)}))
    except DsdNcrnError as error:
        return [f"`{path.stem}`", f"no: {error}", *[""] * (len(HEADING) - 2)]
    except (TooLong, SystemError) as error:  # compiled code makes the second of an exception that comes amid it
        if isinstance(error, SystemError) and "exception set" not in str(error):
            raise
        return [f"`{path.stem}`", *unfinished(study, seen, seconds)]
    found = fidelity(study, training)
    errors = (found.parameter_error_first_iteration, found.parameter_error_final)
    size = (f"{len(study.network.names):,}", f"{len(study.network.steps):,}", f"{found.hours_per_iteration:.3g}")
    worst = f"{found.worst_reaction} {found.worst_reaction_error:.1%}"
    took = f"{time.perf_counter() - began:.0f}"
    return [f"`{path.stem}`", *size, *(f"{error:.2%}" for error in errors), str(training.iterations), worst, took]


def unfinished(study: Study, seen: Mapping[str, tuple[int, int]], seconds: float) -> list[str]:
    """The cells of a design that took too long: what is known of it, and how far the last part of the work came."""
    network, calibrated = vars(study).get("network"), "calibration" in vars(study)
    size = [f"{len(network.names):,}", f"{len(network.steps):,}"] if network else ["", ""]
    hours = f"{study.schedule.seconds_per_iteration / 3600:.3g}" if calibrated else ""
    part, (done, total) = list(seen.items())[-1] if seen else ("compiling", (0, 0))
    return [*size, hours, *[""] * 3, f"stopped after {seconds:.0f} CPU s: {PARTS.get(part, part)}, {done:,} of {total:,}", ""]


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
