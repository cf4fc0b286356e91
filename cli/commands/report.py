"""``dsd-ncrn report``: the HTML report, again."""

from __future__ import annotations

from pathlib import Path

from cli.options import json_option, out_option, run_argument, seed_option, subcommand
from dsd_ncrn.errors import InputError


@subcommand("report", examples=("dsd-ncrn report runs/linreg2d", "dsd-ncrn report runs/linreg2d -o somewhere"))
@run_argument
@out_option("report.html (default: RUN_DIR)")
@seed_option
@json_option
def command(run_folder: Path, out: Path | None, seed: int, as_json: bool) -> None:
    """Build the report of a run folder again, from its files alone.

    Nothing in it is random: --seed is accepted and changes nothing.
    """
    from jinja2 import TemplateError

    from cli.console import working
    from cli.output import deliver, show
    from cli.report.page import build_report

    if not (run_folder / "design.toml").is_file():
        raise InputError("this folder holds no run", None, "Give a folder that `run` has written.", str(run_folder))
    try:
        with working("report"):
            report = build_report(run_folder)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, TemplateError) as error:
        rule = f"the files of this run do not fit together: {type(error).__name__}: {error}"
        raise InputError(rule, None, "Run the design again.", str(run_folder)) from error
    place = out or run_folder
    deliver(place, {"report.html": report})
    show(as_json, {"report": str(place / "report.html")}, f"Report: {place / 'report.html'}")
