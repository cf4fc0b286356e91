"""Many independent jobs of one design: on processes here or on a cluster, each result kept as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from cli.run_folder import digest
from cli.store import unusable
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from cli.stages.job import Job
    from cli.store import Store

Result = TypeVar("Result")


class Sweep(Executor):
    """An executor with a memory: a job whose result is in the store is not done, every other result goes there first.

    A job is a function of a module, annotated with the type that it returns (numbers, texts, and dataclasses, tuples and
    mappings of them), and its arguments, of which ``shared`` goes to each worker once and any other is JSON. The same job
    is done once, even if it is submitted twice. What a job has returned is read back from its JSON, so that it does not
    matter whether it was in the store.
    """

    def __init__(self, executor: Executor, shared: object, stand_in: object, store: Store) -> None:
        self.executor, self.shared, self.stand_in, self.store = executor, shared, stand_in, store
        self._futures: dict[tuple[str, str], Future[Any]] = {}

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        key = _name(fn), _text({"args": [arg for arg in args if arg is not self.shared], **kwargs})
        if key not in self._futures:
            self._futures[key] = self._found(fn, key) or self._begun(fn, key, args, kwargs)
        return self._futures[key]

    def _found(self, fn: Callable[..., Result], key: tuple[str, str]) -> Future[Result] | None:
        stored = self.store.get(*key)
        if stored is None:
            return None
        future: Future[Result] = Future()
        try:
            future.set_result(_adapter(fn).validate_python(stored))
        except ValueError as error:
            raise unusable(self.store.path, error) from error
        return future

    def _begun(self, fn: Callable[..., Result], key: tuple[str, str], args: Any, kwargs: Any) -> Future[Result]:
        kept: Future[Result] = Future()

        def keep(finished: Future[Result]) -> None:
            try:
                value = _adapter(fn).dump_python(finished.result())
                self.store.put(*key, value)
                kept.set_result(_adapter(fn).validate_python(json.loads(json.dumps(value))))
            except BaseException as error:  # noqa: BLE001 - raised again by the future's result, in the owner's thread
                kept.set_exception(error)

        sent = [self.stand_in if arg is self.shared else arg for arg in args]
        self.executor.submit(fn, *sent, **kwargs).add_done_callback(keep)
        return kept


def spread(job: Job, workers: int | None, scheduler: str | None) -> Job:
    """Note in a job where its sweeps are done: on a cluster, or on some or all processors here.

    Raises InputError where both are given, and for a cluster that cannot do the work, before anything is begun.
    """
    from cli.cluster import reached
    from cli.workers import available_cpus

    if workers and scheduler:
        raise InputError("--scheduler uses the workers of its cluster", workers, "Leave out --workers, or --scheduler.")
    if scheduler is not None:
        with reached(scheduler):
            pass
    job.workers, job.scheduler = workers or available_cpus(), scheduler
    return job


@contextmanager
def sweep(job: Job, shared: object, store: Store) -> Generator[Sweep]:
    """The sweep of a job's jobs, on the job's scheduler or on as many processes here as it has workers.

    Raises what ``cluster`` and ``worker_pool`` raise.
    """
    from cli.cluster import cluster
    from cli.workers import Shared, worker_pool
    from dsd_ncrn.analysis.jobs import InThisProcess

    if job.scheduler is not None:
        with cluster(job.scheduler, shared) as (executor, stand_in):
            yield Sweep(executor, shared, stand_in, store)
    else:
        with worker_pool(job.workers, shared) as pool:
            yield Sweep(pool or InThisProcess(), shared, shared if pool is None else Shared(), store)


def _name(work: Callable[..., Any]) -> str:
    """The function, and a digest of what it returns: results of another form are not found again."""
    return f"{work.__module__}.{work.__qualname__}:{digest(_text(_adapter(work).json_schema()))[:12]}"


@cache
def _adapter(work: Callable[..., Result]) -> TypeAdapter[Result]:
    from pydantic import TypeAdapter

    return TypeAdapter(get_type_hints(work)["return"])


def _text(value: Any) -> str:
    from pydantic_core import to_jsonable_python

    return json.dumps(to_jsonable_python(value, inf_nan_mode="constants"), sort_keys=True)
