"""A task in a process of its own, so that it runs beside the simulations; it ends when its owner does."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from cli.run.workers import GRACE_S, end_with_owner, interrupts_later
from dsd_ncrn.errors import CheckFailed, DsdNcrnError, InputError

POLL_S = 0.2
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Failed:
    """What went wrong in the other process, as text: its errors are told here, not there."""

    message: str
    exit_code: int


def _work(connection: Connection, task: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """The other process: an interrupt of the terminal is its owner's business, it ends when its owner does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _, __: sys.exit())  # so that it cleans up after itself
    end_with_owner()
    try:
        result: Any = task(*arguments, _in_steps(connection.send))
    except DsdNcrnError as error:
        result = _Failed(str(error), error.exit_code)
    except OSError as error:  # such as a full disk
        result = _Failed(str(error), InputError.exit_code)
    connection.send((result,))


def _in_steps(send: Progress) -> Progress:
    """Progress in whole per cents: a pipe that nobody empties for long must not fill up."""
    told = -1

    def tell(share: float) -> None:
        nonlocal told
        if int(100 * share) > told:
            told = int(100 * share)
            send(share)

    return tell


class BackgroundTask:
    """A running task. ``task`` is a module's function that gets ``arguments`` and a function for its progress (0 to 1)."""

    def __init__(self, task: Callable[..., Any], arguments: tuple[Any, ...], progress: Progress) -> None:
        context = get_context("spawn")  # a fork would copy the threads' locks of numerical libraries
        self.progress = progress
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, task, arguments), daemon=True)
        with interrupts_later():
            self.process.start()
        theirs.close()
        self._result: tuple[Any] | None = None

    def poll(self, seconds: float = 0.0) -> bool:
        """Take in what has been reported within some seconds; whether the result is there."""
        while self._result is None and self.connection.poll(seconds):
            message = self._receive()
            if isinstance(message, tuple):
                self._result = message
            else:
                self.progress(message)
            seconds = 0.0
        return self._result is not None

    def result(self) -> Any:
        """Wait for the result. Raises what the task raised, and CheckFailed where the process was killed."""
        while not self.poll(POLL_S):
            pass
        assert self._result is not None
        (result,) = self._result
        if isinstance(result, _Failed):
            raise InputError(result.message) if result.exit_code == InputError.exit_code else CheckFailed(result.message)
        return result

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.process.terminate()
        self.process.join(GRACE_S)
        self.process.kill()
        self.process.join()
        self.connection.close()

    def _receive(self) -> Any:
        try:
            return self.connection.recv()
        except EOFError:
            self.process.join()
            raise CheckFailed(f"a background process ended with exit code {self.process.exitcode}") from None
