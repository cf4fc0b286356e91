"""What ``run`` does: everything, into one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.console import display
from cli.families import STAGES
from cli.job import Job, chosen_vendor, shown_job
from cli.output import show
from cli.run.abstract import warnings_of
from cli.run.folder import opened
from cli.run.pipeline import Pipeline
from cli.run.sweeps import spread
from cli.streams import tell, warn
from dsd_ncrn.errors import InputError
from sequences import nuad_search


def run(
    design: Path,
    out: Path | None,
    seed: int,
    conditions: str,
    measured: Path | None,
    skip: tuple[str, ...],
    until: str | None,
    print_after: tuple[str, ...],
    fresh: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Everything, into one folder."""
    _check_output(print_after, as_json)
    with display() as shown:
        job = spread(shown_job(design, seed, shown, conditions=conditions, measured=measured), workers, scheduler)
        names = tuple(STAGES)
        search = "sequences" not in skip and (until is None or until in names[names.index("sequences") :])
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
    if search:
        nuad_search.require_nuad()
        chosen_vendor(job)
    for warning in warnings_of(job.study):
        warn(warning)


def _show(pipeline: Pipeline, as_json: bool) -> None:
    """The summary, or where to look: beside what has been printed already, on standard error."""
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
