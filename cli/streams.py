"""What is said: results on standard output, and on standard error progress, warnings and where files went."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from cli.options import QUIET


class ReaderGone(Exception):
    """Whoever read standard output or standard error has closed it."""


def say(text: str) -> None:
    """Print to standard output. Raises ReaderGone where nobody reads it any more."""
    _echo(text, err=False)


def tell(text: str) -> None:
    """Print to standard error, unless the user wants it quiet."""
    if not is_quiet():
        _echo(text, err=True)


def warn(text: str) -> None:
    """A warning on standard error."""
    tell(f"Warning: {text}")


def is_quiet() -> bool:
    """Whether nothing but errors is wanted on standard error."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(QUIET))


def forgiving_streams() -> None:
    """Where the output cannot hold a character, such as a Greek letter in ASCII, write its code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., Any] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _echo(text: str, err: bool) -> None:
    try:
        click.echo(text, err=err)
    except BrokenPipeError:
        raise ReaderGone from None
