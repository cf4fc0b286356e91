"""How a command ends: the one place that turns errors into a message and an exit code."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

from dsd_ncrn.errors import DsdNcrnError

INTERRUPTED = 130
BAD_INPUT = 2


class Interrupted(KeyboardInterrupt):
    """An interrupt, with what the work so far has left."""


@contextmanager
def interruptible() -> Generator[None]:
    """Let SIGINT and SIGTERM interrupt the work, also where a script has started it in the background.

    A shell starts its background jobs deaf to SIGINT, and SIGTERM would leave the other processes of a run behind.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code_of(error: BaseException) -> tuple[int | None, str]:
    """Exit code and message of an expected error; None for one that is a bug here, or click's own business."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, f"Interrupted. {error}".strip()
    if isinstance(error, DsdNcrnError):
        return error.exit_code, f"Error: {error}"
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        place = f"{error.filename}: " if error.filename else ""
        remedy = "Check the path, its permissions and the space on the disk, or choose another folder with -o."
        return BAD_INPUT, f"Error: {place}{error.strerror or error}. {remedy}"
    return None, ""
