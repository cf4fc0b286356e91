"""Independent jobs on something that they share, side by side where there is a pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, as_completed
from typing import Any, TypeVar

Shared = TypeVar("Shared")
Job = TypeVar("Job")
Result = TypeVar("Result")


class InThisProcess(Executor):
    """An executor that does each job when it is submitted."""

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        future: Future[Result] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised again by the future's result
            future.set_exception(error)
        return future


def run_jobs(
    work: Callable[[Shared, Job], Result],
    shared: Shared,
    jobs: Iterable[Job],
    pool: Executor | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """``work(shared, job)`` of every job, in the order of the jobs, whichever ends first; without a pool done here.

    ``told`` hears, in this thread, how many are done, as soon as one more is. Raises the first error that comes in.
    """
    futures, waiting, done = list[Future[Result]](), list[Future[Result]](), 0

    def take(future: Future[Result]) -> None:
        nonlocal done
        future.result()
        done += 1
        told(done)

    for job in jobs:
        futures.append((pool or InThisProcess()).submit(work, shared, job))
        if futures[-1].done():
            take(futures[-1])
        else:
            waiting.append(futures[-1])
    for future in as_completed(waiting):
        take(future)
    return [future.result() for future in futures]
