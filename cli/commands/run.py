"""``dsd-ncrn run``: everything, into one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.families import REQUIRED_STAGES, STAGES
from cli.options import (
    SPREAD,
    OneOf,
    conditions_option,
    design_argument,
    json_option,
    out_option,
    seed_option,
    spread_options,
    subcommand,
)
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from cli.job import Job
    from cli.run.pipeline import Pipeline


NAMES = tuple(STAGES)
OPTIONAL = tuple(name for name in NAMES if name not in REQUIRED_STAGES)


@subcommand(
    "run",
    examples=(
        "dsd-ncrn run designs/linreg2d.toml",
        "dsd-ncrn run designs/xor2d.toml -o runs/first --skip leaks --skip order",
        "dsd-ncrn run designs/linreg2d.toml --until calibrate --print-after compile --print-after calibrate",
        "dsd-ncrn run designs/linreg2d.toml --quiet --json > summary.json",
    ),
    groups={"Which stages": ("skip", "until", "print_after", "fresh"), **SPREAD},
)
@design_argument
@out_option("all files of the run (default: runs/<name of the design>)")
@seed_option
@conditions_option
@click.option(
    "--skip",
    type=OneOf(OPTIONAL),
    multiple=True,
    metavar="STAGE",
    help=f"Leave a stage out, several times if need be: {', '.join(OPTIONAL)}.",
)
@click.option("--until", type=OneOf(NAMES), metavar="STAGE", help=f"Go no further than this stage, of {', '.join(NAMES)}.")
@click.option(
    "--print-after",
    type=OneOf(NAMES),
    multiple=True,
    metavar="STAGE",
    help="Print what is there after a stage, such as the network after compile and the strands after translate.",
)
@click.option("--fresh", is_flag=True, help="Do everything again, also what is finished.")
@spread_options
@json_option
def command(
    design: Path,
    out: Path | None,
    seed: int,
    conditions: str,
    skip: tuple[str, ...],
    until: str | None,
    print_after: tuple[str, ...],
    fresh: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Compile, translate, calibrate, train, study leaks, design sequences, write order files and a report.

    All of it goes into one folder. A run that was interrupted goes on where it ended; one that is finished is left as it
    is. A second run in the same folder at the same time is refused.

    The summary comes out, with --json as its file says it, also where a stage has failed. With --print-after standard output
    has what is printed alone.
    """
    from cli.console import display
    from cli.job import shown_job
    from cli.run.folder import opened
    from cli.run.pipeline import Pipeline
    from cli.run.sweeps import spread

    _check_output(print_after, as_json)
    with display() as shown:
        job = spread(shown_job(design, seed, shown, conditions=conditions), workers, scheduler)
        search = "sequences" not in skip and (until is None or until in NAMES[NAMES.index("sequences") :])
        _check_ahead(job, search)
        with opened(out or Path("runs") / job.study.design.name) as folder:
            if fresh:
                folder.base = ""
            pipeline = Pipeline(job, folder, shown, skip, until, print_after)
            pipeline.run()
    _show(pipeline, as_json)
    pipeline.judge()


def _check_output(print_after: tuple[str, ...], as_json: bool) -> None:
    if print_after and as_json:
        raise InputError(
            "--json gives one document, and --print-after text beside it", print_after[0], "Leave one of them out."
        )


def _check_ahead(job: Job, search: bool) -> None:
    """What would fail late is found before anything is written."""
    from cli.job import chosen_vendor
    from cli.run.abstract import warnings_of
    from cli.streams import warn

    if search:
        from sequences.nuad_search import require_nuad

        require_nuad()
        chosen_vendor(job)
    for warning in warnings_of(job.study):
        warn(warning)


def _show(pipeline: Pipeline, as_json: bool) -> None:
    """The summary, or where to look: beside what has been printed already, on standard error."""
    from cli.output import show
    from cli.streams import tell

    ending = _ending(pipeline.folder.path, pipeline.summary)
    if pipeline.printed:
        tell(ending)
    else:
        show(as_json, pipeline.summary, ending)


def _ending(folder: Path, summary: dict[str, Any]) -> str:
    """Where to look: the report and every order file."""
    order: dict[str, list[str]] = summary["order"] or {}
    files = order.get("files", [])
    lines = [f"Report: {folder / 'report.html'}", *(f"Order: {folder / name}" for name in files)]
    return "\n".join([*lines, *([f"Protocol: {folder / 'protocol.md'}"] if files else [])])
