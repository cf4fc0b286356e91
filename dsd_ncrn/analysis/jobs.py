"""Independent jobs on something that they share, side by side where there is a pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, as_completed
from typing import Any, TypeVar

from dsd_ncrn.simulate.engines.crew import side_by_side
from dsd_ncrn.simulate.engines.lanes import LANES

Shared = TypeVar("Shared")
Job = TypeVar("Job")
Result = TypeVar("Result")


Work = TypeVar("Work", bound=Callable[..., Any])


def tube_work(function: Work) -> Work:
    """Mark a function of jobs that simulate the same strands: LANES of them are done together, side by side."""
    function.__dict__["together"] = True
    return function


class InThisProcess(Executor):
    """An executor that does each job when it is submitted."""

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        future: Future[Result] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised again by the future's result
            future.set_exception(error)
        return future


class Bundling(Executor):
    """An executor that has what is marked by ``tube_work`` done in bundles as even as can be, each as one job of another.

    Nothing is begun before ``begin`` is called.
    """

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self._waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        if kwargs or not getattr(fn, "together", False):
            return self.executor.submit(fn, *args, **kwargs)
        future: Future[Result] = Future()
        self._waiting.append((future, fn, args))
        return future

    def begin(self) -> None:
        """Submit all that waits."""
        waiting, self._waiting = self._waiting, []
        bundles = -(-len(waiting) // LANES)
        for number in range(bundles):
            self._submit(waiting[number::bundles])

    def _submit(self, bundle: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]]) -> None:
        def tell(done: Future[list[Outcome]]) -> None:
            error = done.exception()
            for number, (future, _, _) in enumerate(bundle):
                value, own = (None, error) if error else done.result()[number]
                future.set_exception(own) if own else future.set_result(value)

        self.executor.submit(_outcomes, [(fn, args) for _, fn, args in bundle]).add_done_callback(tell)


Outcome = tuple[Any, BaseException | None]


def _outcomes(calls: list[tuple[Callable[..., Any], tuple[Any, ...]]]) -> list[Outcome]:
    """What each of some calls returns or raises."""
    return side_by_side(_outcome, calls)


def _outcome(call: tuple[Callable[..., Any], tuple[Any, ...]]) -> Outcome:
    function, args = call
    try:
        return function(*args), None
    except Exception as error:  # noqa: BLE001 - raised again by the future's result
        return None, error


def run_jobs(
    work: Callable[[Shared, Job], Result],
    shared: Shared,
    jobs: Iterable[Job],
    pool: Executor | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """``work(shared, job)`` of every job, in the order of the jobs, whichever ends first; without a pool done here.

    A pool may have ``begin``, as ``Bundling`` has: it is called when all jobs are submitted.

    ``told`` hears, in this thread, how many are done, as soon as one more is. Raises the first error that comes in.
    """
    executor = pool or Bundling(InThisProcess())
    futures, waiting, done = list[Future[Result]](), list[Future[Result]](), 0

    def take(future: Future[Result]) -> None:
        nonlocal done
        future.result()
        done += 1
        told(done)

    for job in jobs:
        futures.append(executor.submit(work, shared, job))
        if futures[-1].done():
            take(futures[-1])
        else:
            waiting.append(futures[-1])
    getattr(executor, "begin", lambda: None)()
    for future in as_completed(waiting):
        take(future)
    return [future.result() for future in futures]
