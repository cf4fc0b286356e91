"""What is said, and how a command ends.

Results go to standard output; progress, warnings and where files went to standard error. Here alone errors become a message
and an exit code.
"""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import click

from cli.options import QUIET
from dsd_ncrn.errors import DsdNcrnError, interrupt_behind


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


FAILED = 1
BAD_INPUT = 2
BUG = 70
"""EX_SOFTWARE of sysexits.h: neither the input nor the job is to blame, but this program."""
INTERRUPTED = 130
READER_GONE = 141
"""As a shell tells of a program that SIGPIPE has ended."""


SOON_S = 0.5
"""So often, after an interrupt, it is looked whether it has been lost."""


class Interrupted(KeyboardInterrupt):
    """An interrupt, with what the work so far has left."""


@contextmanager
def interruptible() -> Generator[None]:
    """Let SIGINT and SIGTERM interrupt the work, also where a script has started it in the background.

    A shell starts its background jobs deaf to SIGINT, and SIGTERM would leave the other processes of a run behind. An
    interrupt that is lost is raised again: Python cannot raise it in a callback of C code or a finalizer, some C code forgets
    it, and some libraries catch whatever comes. It is not lost as long as something is done because of it, such as clearing up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hook = sys.unraisablehook
    handlers = {signal.SIGINT: _interrupt, signal.SIGTERM: _interrupt, signal.SIGALRM: _interrupt_again}
    sys.unraisablehook = lambda lost: None if issubclass(lost.exc_type, KeyboardInterrupt) else hook(lost)
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    signal.setitimer(signal.ITIMER_REAL, SOON_S, SOON_S)
    raise KeyboardInterrupt


def _interrupt_again(*_: object) -> None:
    error = sys.exception()
    if error is None or interrupt_behind(error) is None:
        raise KeyboardInterrupt


def ending_of(error: BaseException) -> tuple[int, str]:
    """Exit code and message of whatever a command has raised."""
    if isinstance(error, ReaderGone):
        return READER_GONE, ""
    if (interrupt := interrupt_behind(error)) is not None:
        return INTERRUPTED, f"Interrupted. {interrupt}".strip()
    if isinstance(error, DsdNcrnError):
        return error.exit_code, f"Error: {error}"
    if isinstance(error, MemoryError):
        return FAILED, f"Error: there is not enough memory. {error}".strip()
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        place = f"{error.filename}: " if error.filename else ""
        remedy = "Check the path, its permissions and the space on the disk, or choose another folder with -o."
        return BAD_INPUT, f"Error: {place}{error.strerror or error}. {remedy}"
    return BUG, _bug(error)


def _bug(error: BaseException) -> str:
    """An error that nobody has thought of: what it is and where, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return f"Error: this is a bug in dsd-ncrn: {what}{where}. Report it with the traceback that --debug adds."
