"""The display on a terminal: a bar for each stage under way, with the time left."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from cli.console import Pace, say

NARROW = 60
"""Below this many columns there is no room for bars."""


_SHARE = "{task.fields[percentage]:>4}"


def _one_line() -> Column:
    """A column that is cut where the terminal is too narrow, so that the bars stay in their places."""
    return Column(no_wrap=True, overflow="ellipsis")


class TimeLeft(ProgressColumn):
    """The time left, counted anew in every frame."""

    def __init__(self, paces: dict[str, Pace]) -> None:
        super().__init__(_one_line())
        self.paces = paces

    def render(self, task: Task) -> Text:
        pace = self.paces.get(task.description)
        return Text(pace.text(time.monotonic()) if pace else "")


class MovingDisplay:
    """A bar for each stage under way; it pulses until the stage has told how far it is."""

    def __init__(self, progress: Progress, paces: dict[str, Pace]) -> None:
        self.progress, self.paces = progress, paces
        self.tasks: dict[str, TaskID] = {}

    def start(self, name: str) -> None:
        """Add the stage's bar."""
        if name not in self.tasks:
            self.paces[name] = Pace(time.monotonic())
            self.tasks[name] = self.progress.add_task(name, total=None, percentage="")

    def advance(self, name: str, share: float) -> None:
        """Move the stage's bar."""
        if name in self.tasks:
            self.paces[name].advance(share, time.monotonic())
            self.progress.update(self.tasks[name], total=1.0, completed=share, percentage=f"{share:.0%}")

    def done(self, name: str, note: str) -> None:
        """Replace the bar by the stage's line."""
        self.ended(name)
        self.progress.console.print(f"{name:<12} {note}", highlight=False, markup=False, soft_wrap=True)

    def ended(self, name: str) -> None:
        """Take the bar away."""
        if name in self.tasks:
            self.progress.remove_task(self.tasks.pop(name))
            del self.paces[name]

    def result(self, text: str) -> None:
        """Print the result while the bars are away."""
        self.progress.stop()
        say(text)
        self.progress.start()


@contextmanager
def moving_display() -> Generator[MovingDisplay]:
    """The display on standard error; nothing is left of its bars."""
    console, paces = Console(stderr=True), dict[str, Pace]()
    bar = [BarColumn(bar_width=min(40, console.width - 45))] if console.width >= NARROW else []
    name, share = (TextColumn(text, table_column=_one_line()) for text in ("{task.description:<12}", _SHARE))
    columns = (name, *bar, share, TimeLeft(paces))
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        yield MovingDisplay(progress, paces)
