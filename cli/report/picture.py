"""Pictures for the README: ``python -m cli.report.picture RUN_DIR OUT.svg [FIGURE]``, the learning curves by default."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from cli.report.data import read_run
from cli.report.figures.canvas import inline_svg, standalone_svg
from cli.report.render import FIGURES


def picture(run: Path, key: str = "learning") -> str:
    """A figure of a run as an SVG file of its own. Raises KeyError for a figure that there is not."""
    title, draw = {name: (title, draw) for name, title, draw, _ in FIGURES}[key]
    return standalone_svg(inline_svg(partial(draw, read_run(run)), title, key))


if __name__ == "__main__":
    source, target, *figure = sys.argv[1:]
    Path(target).write_text(picture(Path(source), *figure), encoding="utf-8")
