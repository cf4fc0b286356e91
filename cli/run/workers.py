"""Who shares independent jobs: processes here, which end when their owner does, or a Dask cluster that somebody has started."""

from __future__ import annotations

import gc
import os
import platform
import signal
import time
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from importlib.metadata import version
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from multiprocessing.process import BaseProcess
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypeVar

from dsd_ncrn.errors import CheckFailed, InputError

if TYPE_CHECKING:
    from distributed import Client


Value = TypeVar("Value")
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
def interrupts_later() -> Generator[None]:
    """An interrupt waits until a process is there: amid its start it would leave one without a task, which tells of that.

    The new process inherits this, so that the terminal's interrupt does not reach it before it ignores them. The system may
    give an interrupt to another thread, for which Python calls the handler in the main one all the same: it waits, too.
    """
    resource_tracker.ensure_running()  # its start would let interrupts in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    main, came = current_thread() is main_thread(), list[int]()
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number)) if main else None
    try:
        yield
    finally:
        if main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if came:
            signal.raise_signal(signal.SIGINT)


class _Pool(ProcessPoolExecutor):
    """Its processes begin with the first job."""

    def submit(self, fn: Callable[..., Value], /, *args: Any, **kwargs: Any) -> Future[Value]:
        with interrupts_later():
            return super().submit(fn, *args, **kwargs)


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
    pool = _Pool(count, mp_context=get_context("spawn"), initializer=_begin, initargs=(shared,))
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


ANSWER_S = 5.0
"""How long a scheduler may take to answer, and a cluster without workers to get one."""
STARTS = 3
"""How often Dask may try to start."""
PACKAGES = ("dsd-ncrn", "numpy", "scipy", "numba")
"""What must have the same version everywhere, for the same numbers."""


@contextmanager
def cluster(address: str, shared: object) -> Generator[tuple[Executor, object]]:
    """The workers behind a scheduler as an executor, and what stands for ``shared`` in the arguments of jobs.

    ``shared`` is a task of its own: it is on every worker once, and Dask makes it again where a worker is lost. Dask does
    the jobs of a lost worker again as well. Raises InputError for an address without scheduler or workers, and for workers
    of other versions; CheckFailed where the scheduler is lost, and for a job that ends its workers again and again.
    """
    from distributed import KilledWorker

    with reached(address) as client:
        try:
            yield client.get_executor(pure=False), client.submit(_same, shared, pure=False)
        except KilledWorker as error:
            raise CheckFailed(f"a job ended every worker that tried it, perhaps for lack of memory: {error}") from error
        except CancelledError as error:
            raise CheckFailed(f"the connection to the scheduler {address} was lost") from error


@contextmanager
def reached(address: str) -> Generator[Client]:
    """A connection to a scheduler whose workers can do the work; raises InputError as ``cluster`` does, and without Dask."""
    remedy = "Start one with `dask scheduler`, and give the address that it prints."
    if not address.strip():  # Dask would start a scheduler of its own
        raise InputError("no scheduler answers here: the address is empty", address, remedy)
    try:
        client = _client(address)
    except ModuleNotFoundError as error:
        asked = "Install it with `pip install 'dsd-ncrn[cluster]'`, or use --workers."
        raise InputError(f"a cluster needs Dask, which is not installed ({error})", address, asked) from None
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"no scheduler answers here: {error}", address, remedy) from error
    with client:
        _check_workers(client, address)
        yield client


def _client(address: str) -> Client:
    """Dask's connection. Its own thread has 10 s to begin, which is not enough on a machine that is very busy."""
    from distributed import Client

    for _ in range(STARTS):
        # A client that failed closes its loop when it is collected, and waits for ever where that happens amid the start of
        # another one, which holds the lock of all loops.
        gc.collect()
        with suppress(AssertionError):
            return Client(address, timeout=ANSWER_S, set_as_default=False)
    raise CheckFailed(f"this machine is too busy to connect to {address}: try again, or use --workers")


def _check_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError as error:
        raise InputError("this scheduler has no workers", address, f"Start some with `dask worker {address}`.") from error
    remedy = "Start the workers from the environment of this program."
    try:
        found = client.run(versions)
    except ModuleNotFoundError as error:
        raise InputError(f"the workers of this scheduler cannot work: {error}", address, remedy) from error
    ours = versions()
    for worker, theirs in sorted(found.items()):
        for name in ours:
            if theirs[name] != ours[name]:
                rule = f"the worker {worker} has {name} {theirs[name]}, and here it is {ours[name]}"
                raise InputError(rule, address, remedy)


def versions() -> dict[str, str]:
    """The versions of what the numbers depend on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def _same(value: Value) -> Value:
    return value
