"""``dsd-ncrn run``: everything, into one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.options import design_argument, json_option, out_option, scheduler_option, seed_option, workers_option
from dsd_ncrn.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from cli.stages.job import Job


@click.command("run")
@design_argument
@out_option("all files of the run (default: runs/<name of the design>)")
@seed_option
@click.option(
    "--skip",
    multiple=True,
    metavar="STAGE",
    help="Leave a stage out: clock, one_pot, dsd_leaky, leaks, sequences, dsd_sequences, order, dsd_diluted.",
)
@click.option("--fresh", is_flag=True, help="Do everything again, also what is finished.")
@workers_option
@scheduler_option
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    skip: tuple[str, ...],
    fresh: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Compile, translate, calibrate, train, study leaks, design sequences, write order files and a report.

    All of it goes into one folder. A run that was interrupted goes on where it ended; one that is finished is left as it
    is. A second run in the same folder at the same time is refused.
    """
    from cli.console import display
    from cli.pipeline import Pipeline
    from cli.run_folder import json_text, opened
    from cli.stages.job import job_of
    from cli.sweep import spread

    _check_skipped(skip)
    job = spread(job_of(design, seed, strands=True), workers, scheduler)
    _check_ahead(job, skip)
    with opened(out or Path("runs") / job.spec.name) as folder, display() as shown:
        if fresh:
            folder.base = ""
        summary = Pipeline(job, folder, shown, skip).run()
    click.echo(json_text(summary) if as_json else _ending(folder.path, summary), nl=not as_json)


def _check_skipped(skip: tuple[str, ...]) -> None:
    from cli.stages import OPTIONAL

    for name in skip:
        if name not in OPTIONAL:
            raise InputError("a run cannot leave this out", name, did_you_mean(name, OPTIONAL))


def _check_ahead(job: Job, skip: tuple[str, ...]) -> None:
    """What would fail late is found before anything is written."""
    from cli.console import warn
    from cli.stages.network import warnings_of

    if "sequences" not in skip:
        from sequences.nuad_search import require_nuad
        from sequences.order import vendor_named

        require_nuad()
        vendor_named(job.spec.order.vendor)
    for warning in warnings_of(job):
        warn(warning)


def _ending(folder: Path, summary: dict[str, Any]) -> str:
    """Where to look: the report and every order file."""
    files = (summary["order"] or {}).get("files", [])
    lines = [f"Report: {folder / 'report.html'}", *(f"Order: {folder / name}" for name in files)]
    return "\n".join([*lines, *([f"Protocol: {folder / 'protocol.md'}"] if files else [])])
