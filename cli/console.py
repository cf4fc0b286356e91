"""Progress: a display that moves on a terminal, a bar for each stage under way with the time left, and plain lines elsewhere:
one when a stage ends, and one every ten seconds with the share that is done and the time that is left.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from cli.streams import is_quiet, say, tell

LINE_EVERY_S = 10.0
SETTLED_S = 1.0
"""What has been done within this time of a stage's start was found finished, and says nothing about its pace."""


NARROW = 60
"""Below this many columns there is no room for bars."""
_SHARE = "{task.fields[percentage]:>4}"


class Display(Protocol):
    """What shows how far the work is. Names are those of stages."""

    def start(self, name: str) -> None:
        """A stage begins."""
        ...

    def advance(self, name: str, share: float) -> None:
        """A stage is done to a share of 0 to 1."""
        ...

    def done(self, name: str, note: str) -> None:
        """A stage has ended; the note says how."""
        ...

    def ended(self, name: str) -> None:
        """A stage has ended that is not worth a line."""
        ...

    def result(self, text: str) -> None:
        """A result comes out on standard output while the work goes on."""
        ...


@dataclass
class StagePace:
    """How fast a stage goes, as its shares tell."""

    started: float
    share: float = 0.0
    base: tuple[float, float] | None = None

    def advance(self, share: float, now: float) -> None:
        """Note a share."""
        self.share = share
        if self.base is None or now - self.started < SETTLED_S:
            self.base = (now, share) if now - self.started < SETTLED_S else (self.started, 0.0)

    def left(self, now: float) -> float | None:
        """Seconds to the end at the pace so far; None where it is not known yet."""
        if self.base is None or self.share <= self.base[1] or now <= self.base[0]:
            return None
        rate = (self.share - self.base[1]) / (now - self.base[0])
        return (1.0 - self.share) / rate

    def text(self, now: float) -> str:
        """The time left, or the time taken so far where that cannot be told."""
        left = self.left(now)
        return f"{duration(now - self.started)} so far" if left is None else f"{duration(left)} left"


def duration(seconds: float) -> str:
    """A duration in its two largest units."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, hours = whole // 60, whole // 3600
    return f"{minutes} min {whole % 60:02} s" if hours == 0 else f"{hours} h {minutes % 60:02} min"


class SilentDisplay:
    """Nothing."""

    def start(self, name: str) -> None:
        """Nothing."""

    def advance(self, name: str, share: float) -> None:
        """Nothing."""

    def done(self, name: str, note: str) -> None:
        """Nothing."""

    def ended(self, name: str) -> None:
        """Nothing."""

    def result(self, text: str) -> None:
        """Print the result."""
        say(text)


class PlainDisplay:
    """A line when a stage ends, and one every ten seconds."""

    def __init__(self) -> None:
        self.paces: dict[str, StagePace] = {}
        self.lines: dict[str, float] = {}

    def start(self, name: str) -> None:
        """Nothing is shown yet."""
        self.paces[name] = StagePace(time.monotonic())
        self.lines[name] = self.paces[name].started

    def advance(self, name: str, share: float) -> None:
        """A line, if the last one is some time ago."""
        now = time.monotonic()
        pace = self.paces.setdefault(name, StagePace(now))
        pace.advance(share, now)
        if now - self.lines.setdefault(name, now) >= LINE_EVERY_S:
            self.lines[name] = now
            tell(f"{name:<12} {share:.0%}, {pace.text(now)}")

    def done(self, name: str, note: str) -> None:
        """The line of the stage."""
        self.ended(name)
        tell(f"{name:<12} {note}")

    def ended(self, name: str) -> None:
        """Nothing is shown."""
        self.paces.pop(name, None)
        self.lines.pop(name, None)

    def result(self, text: str) -> None:
        """Print the result."""
        say(text)


def _one_line() -> Column:
    """A column that is cut where the terminal is too narrow, so that the bars stay in their places."""
    return Column(no_wrap=True, overflow="ellipsis")


class TimeLeft(ProgressColumn):
    """The time left, counted anew in every frame."""

    def __init__(self, paces: dict[str, StagePace]) -> None:
        super().__init__(_one_line())
        self.paces = paces

    def render(self, task: Task) -> Text:
        pace = self.paces.get(task.description)
        return Text(pace.text(time.monotonic()) if pace else "")


class MovingDisplay:
    """A bar for each stage under way; it pulses until the stage has told how far it is."""

    def __init__(self, progress: Progress, paces: dict[str, StagePace]) -> None:
        self.progress, self.paces = progress, paces
        self.tasks: dict[str, TaskID] = {}

    def start(self, name: str) -> None:
        """Add the stage's bar."""
        if name not in self.tasks:
            self.paces[name] = StagePace(time.monotonic())
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
    console, paces = Console(stderr=True), dict[str, StagePace]()
    bar = [BarColumn(bar_width=min(40, console.width - 45))] if console.width >= NARROW else []
    name, share = (TextColumn(text, table_column=_one_line()) for text in ("{task.description:<12}", _SHARE))
    columns = (name, *bar, share, TimeLeft(paces))
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as progress:
        yield MovingDisplay(progress, paces)


@contextmanager
def display() -> Generator[Display]:
    """The display that suits standard error."""
    if is_quiet():
        yield SilentDisplay()
    elif not sys.stderr.isatty() or os.environ.get("TERM") in ("dumb", "unknown"):
        yield PlainDisplay()
    else:
        with moving_display() as shown:
            yield shown


@contextmanager
def step(shown: Display, name: str, note: str = "") -> Generator[Callable[[float], None]]:
    """Show a stage while it is under way, with a line at its end if there is a note.

    Gives the function that takes the share that is done.
    """
    shown.start(name)
    yield lambda share: shown.advance(name, share)
    if note:
        shown.done(name, note)
    else:
        shown.ended(name)


@contextmanager
def working(name: str) -> Generator[Callable[[float], None]]:
    """``step`` without a line, on a display of its own."""
    with display() as shown, step(shown, name) as advance:
        yield advance
