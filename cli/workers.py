"""Processes that share independent simulations, and end when their owner does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context

from dsd_ncrn.errors import CheckFailed


def available_cpus() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def worker_pool(count: int) -> Iterator[Executor | None]:
    """A pool of processes, or None for one: work is then done here.

    Raises CheckFailed where the system has killed a process.
    """
    if count == 1:
        yield None
        return
    before = set(active_children())
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_leave_interrupts)
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


def _leave_interrupts() -> None:
    """An interrupt of the terminal reaches every process; the owner alone acts on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
