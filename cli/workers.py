"""Processes that share independent simulations, and end when their owner does."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

from dsd_ncrn.errors import CheckFailed

GRACE_S = 3.0
_here: dict[str, Any] = {}
"""What the jobs of this worker process share."""


def available_cpus() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Shared:
    """Stands for what jobs share in the arguments of a job: it arrives in a worker as the object that is there already."""

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return _shared, ()


def _shared() -> Any:
    return _here["shared"]


@contextmanager
def worker_pool(count: int, shared: object = None) -> Generator[Executor | None]:
    """A pool of processes, or None for one: work is then done here.

    ``shared`` is sent to each process once; ``Shared()`` stands for it in the arguments of jobs. Raises CheckFailed where
    the system has killed a process.
    """
    if count == 1:
        yield None
        return
    before = set(active_children())
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin, initargs=(shared,))
    try:
        yield pool
    except BaseException as error:
        for child in set(active_children()) - before:
            child.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise CheckFailed("a worker process was killed, perhaps for lack of memory: use fewer with --workers") from None
        raise
    pool.shutdown()


def _begin(shared: object) -> None:
    """An interrupt of the terminal reaches every process; the owner alone acts on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_owner()
    _here["shared"] = shared


def end_with_owner() -> None:
    """Let this process end when its owner does: one that was killed cannot end its processes, which would go on for ever."""
    Thread(target=_end_after, args=(parent_process(),), daemon=True).start()


def _end_after(owner: BaseProcess | None) -> None:
    assert owner is not None
    owner.join()
    os.kill(os.getpid(), signal.SIGTERM)  # may be handled, to clear up
    time.sleep(GRACE_S)
    os._exit(1)
