"""Results of single jobs of a sweep, kept in an SQLite file as they finish."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from dsd_ncrn.errors import InputError

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
