"""Pictures for the README: ``python -m cli.report.picture RUN_DIR OUT.svg [FIGURE]``, the learning curves by default."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.report.data import read_run
from cli.report.figures.canvas import standalone_svg
from cli.report.render import charts_of, static_svg


def picture(run: Path, key: str = "learning") -> str:
    """A figure of a run as an SVG file of its own. Raises KeyError for a figure that this run has not."""
    charts = {chart.key: chart for chart in charts_of(read_run(run))}
    return standalone_svg(static_svg(charts[key]))


if __name__ == "__main__":
    source, target, *figure = sys.argv[1:]
    Path(target).write_text(picture(Path(source), *figure), encoding="utf-8")
