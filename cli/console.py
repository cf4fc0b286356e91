"""Progress on standard error: a display that moves on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


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


class PlainDisplay:
    """One line when a stage ends."""

    def start(self, name: str) -> None:
        """Nothing is shown."""

    def advance(self, name: str, share: float) -> None:
        """Nothing is shown."""

    def done(self, name: str, note: str) -> None:
        """The line of the stage."""
        click.echo(f"{name:<12} {note}", err=True)


class MovingDisplay:
    """A bar for each stage under way."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[str, TaskID] = {}

    def start(self, name: str) -> None:
        """Add the stage's bar."""
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(name, total=1.0)

    def advance(self, name: str, share: float) -> None:
        """Move the stage's bar."""
        if name in self.tasks:
            self.progress.update(self.tasks[name], completed=share)

    def done(self, name: str, note: str) -> None:
        """Replace the bar by the stage's line."""
        if name in self.tasks:
            self.progress.remove_task(self.tasks.pop(name))
        self.progress.console.print(f"{name:<12} {note}", highlight=False, markup=False)


@contextmanager
def display() -> Generator[Display]:
    """The display that suits standard error."""
    if not sys.stderr.isatty():
        yield PlainDisplay()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield MovingDisplay(progress)


def warn(text: str) -> None:
    """A warning on standard error."""
    click.echo(f"Warning: {text}", err=True)
