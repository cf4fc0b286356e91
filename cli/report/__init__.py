"""The HTML report of a run: one file that needs nothing else, made of the run folder's files alone."""

from __future__ import annotations

from pathlib import Path


def build_report(run: Path) -> str:
    """The report of a run folder as an HTML document; stages that did not run are said to be missing.

    The same files give the same bytes. Raises InputError for a file of the folder that cannot be read.
    """
    from cli.report.data import read_run
    from cli.report.render import render

    return render(read_run(run))
