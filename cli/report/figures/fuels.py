"""What an iteration uses up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.report.data import ReportData
from cli.report.figures.bars import horizontal_bars

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 15


def fuels(data: ReportData) -> Figure:
    """The fuels and gates of which an iteration uses the largest part."""
    used = ranked(data)[:SHOWN]
    return horizontal_bars(
        [name for name, _ in used], [100 * share for _, share in used], "used by one iteration, % of what is there", "dsd"
    )


def ranked(data: ReportData) -> list[tuple[str, float]]:
    """Fuels by the share that an iteration uses, the largest first."""
    used = data.section("fuel").get("consumed_fraction_per_iteration") or {}
    known = {name: share for name, share in used.items() if share is not None}
    return sorted(known.items(), key=lambda item: (-item[1], item[0]))
