"""What became of the stages of a run, as its summary says."""

from __future__ import annotations

from cli.report.data import ReportData

FINISHED, FAILED = "finished", "failed: "
"""What the summary says of a finished stage, and what it says of a failed one begins with."""


def failed_stages(data: ReportData) -> list[tuple[str, str]]:
    """Every stage that failed, and what it said."""
    return [(name, state.removeprefix(FAILED)) for name, state in data.stages.items() if state.startswith(FAILED)]


def missing_stages(data: ReportData) -> list[tuple[str, str]]:
    """Every stage that did neither finish nor fail, and why it is not there."""
    return [(name, state) for name, state in data.stages.items() if state != FINISHED and not state.startswith(FAILED)]
