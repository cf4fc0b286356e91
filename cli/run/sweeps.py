"""Many independent jobs of one design, and the SQLite file in which each result is kept as soon as it is there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from cli.run.folder import digest
from cli.run.workers import Shared, available_cpus, cluster, reached, worker_pool
from dsd_ncrn.analysis.jobs import Bundling, InThisProcess
from dsd_ncrn.errors import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from cli.job import Job


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

    def begin(self) -> None:
        """All is submitted."""
        if isinstance(self.executor, Bundling):
            self.executor.begin()

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

    if workers and scheduler:
        raise InputError("--scheduler uses the workers of its cluster", workers, "Leave out --workers, or --scheduler.")
    if scheduler is not None:
        with reached(scheduler):
            pass
    job.workers, job.scheduler = workers or available_cpus(), scheduler
    return job


@contextmanager
def sweep(job: Job, shared: object, store: Store, most: int | None = None) -> Generator[Sweep]:
    """The sweep of a job's jobs, on the job's scheduler or on as many processes here as it has workers.

    ``most`` is how many bundles there can be at a time: a process more would load all libraries for nothing.
    Raises what ``cluster`` and ``worker_pool`` raise.
    """

    if job.scheduler is not None:
        with cluster(job.scheduler, shared) as (executor, stand_in):
            yield Sweep(Bundling(executor), shared, stand_in, store)
    else:
        with worker_pool(min(job.workers, most or job.workers), shared) as pool:
            yield Sweep(Bundling(pool or InThisProcess()), shared, shared if pool is None else Shared(), store)


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


FORMAT = 1
APPLICATION = 0x44534453
"""Marks the SQLite files that are stores of this program."""
_NO_WRITING = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)
TABLE = """
CREATE TABLE IF NOT EXISTS results (
    base TEXT NOT NULL, work TEXT NOT NULL, job TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (base, work, job)
)
"""


class Store:
    """The results that belong to one ``base``, the digest of all that they were made from.

    Results are JSON, whose numbers read back as the same floats. They are found by their ``work`` and ``job``; what
    belongs to another base stays in the file, unseen. ``found`` counts what was there at the start. Threads may share it.
    """

    def __init__(self, path: Path | None, connection: sqlite3.Connection, base: str) -> None:
        self.path, self.base = path, base
        self._connection, self._lock = connection, Lock()
        rows = connection.execute("SELECT work, job, result FROM results WHERE base = ?", (base,))
        self._results: dict[tuple[str, str], str] = {(work, job): result for work, job, result in rows}
        self.found = len(self._results)

    def get(self, work: str, job: str) -> Any:
        """The result of a job as JSON values, or None.

        Raises InputError for one that is no JSON.
        """
        text = self._results.get((work, job))
        try:
            return None if text is None else json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise unusable(self.path, error) from error

    def put(self, work: str, job: str, result: Any) -> None:
        """Keep the result of a job: it is in the file when this returns.

        Raises InputError where the file cannot be written, and for a job that is there already.
        """
        text = json.dumps(result)
        with self._lock, _told(self.path):
            self._connection.execute("INSERT INTO results VALUES (?, ?, ?, ?)", (self.base, work, job, text))
            self._results[work, job] = text


@contextmanager
def opened_store(path: Path | None, base: str) -> Generator[Store]:
    """The store in a file, made if need be, that this process alone may use; without a path one in memory.

    Raises InputError for a file that is in use, is damaged, or is none of this program's.
    """
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    with _told(path):
        connection = sqlite3.connect(path or ":memory:", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        with _told(path):
            _prepare(connection)
            store = Store(path, connection, base)
        yield store
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    """Lock the file until the process ends, however it ends; write ahead, so that a commit takes no rewriting."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        marks = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if marks != [APPLICATION, FORMAT]:
            raise sqlite3.DatabaseError("it was written by another program or another version")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    for problem in connection.execute("PRAGMA quick_check(1)"):
        if problem != ("ok",):
            raise sqlite3.DatabaseError(problem[0])
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute(TABLE)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


@contextmanager
def _told(path: Path | None) -> Generator[None]:
    """SQLite's errors as one message with a remedy; text that is none is decoded as late as when it is fetched."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_BUSY:
            remedy = "Wait for it, or give another folder with -o."
            raise InputError("another process is writing to this store of results", None, remedy, str(path)) from None
        if code in _NO_WRITING:
            remedy = "Check its permissions and the space on the disk; the results so far are kept."
            raise InputError(f"this store of results cannot be written: {error}", None, remedy, str(path)) from None
        raise unusable(path, error) from error


def unusable(path: Path | None, error: Exception) -> InputError:
    """The error of a store with something in it that this program has not written."""
    remedy = "Delete it, which loses its results, or give another folder with -o."
    return InputError(f"this store of results cannot be used: {error}", None, remedy, str(path))
