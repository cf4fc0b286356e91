"""The folder that a run writes: one writer at a time, whole files only, and a ledger of finished stages."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from dsd_ncrn.errors import InputError

LEDGER = ".stages.json"
LOCK = ".lock"
PART = ".part"
STORE = ".{}.sqlite"
"""Of the single results of a stage that is not finished."""


def json_text(value: Any) -> str:
    """JSON as it is written everywhere: indented, keys in their order, text as it is."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def digest(content: str | bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def write_file(path: Path, content: str | bytes) -> str:
    """Write a file under a temporary name beside it and rename it; returns the SHA-256 of what was written."""
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}{PART}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return digest(data)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished stage: the key of what it was made from, and the SHA-256 of its files by name."""

    inputs: str
    outputs: Mapping[str, str]


@dataclass
class RunFolder:
    """A run folder that this process alone may write to, until ``opened`` ends.

    ``design`` is the name of the design it belongs to and ``base`` the key of all that every stage depends on.
    """

    path: Path
    design: str = ""
    base: str = ""
    stages: dict[str, Finished] = field(default_factory=dict)

    def claim(self, design: str, base: str) -> None:
        """Take the folder for a design: what was made from other inputs is deleted.

        Raises InputError where the folder belongs to a design of another name.
        """
        if self.design and self.design != design:
            remedy = f"Give {design} another folder with -o."
            raise InputError(f"this folder holds a run of {self.design}", None, remedy, str(self.path))
        if self.base != base:
            for stage in tuple(self.stages):
                self.forget(stage)
            self._delete_stores("*")
        self.design, self.base = design, base
        self._save()

    def write(self, name: str, content: str | bytes) -> str:
        """Write one file of the folder, named with its subfolder."""
        return write_file(self.path / name, content)

    def holds(self, stage: str, inputs: str) -> bool:
        """Whether a stage was finished from the same inputs and its files are as it left them."""
        entry = self.stages.get(stage)
        return entry is not None and entry.inputs == inputs and all(self._intact(*item) for item in entry.outputs.items())

    def finish(self, stage: str, inputs: str, files: Mapping[str, str | bytes]) -> None:
        """Write a stage's files, and only then its entry in the ledger; what it no longer needs is deleted."""
        before = self.stages.get(stage)
        outputs = {name: self.write(name, content) for name, content in files.items()}
        self._delete(name for name in (before.outputs if before else ()) if name not in outputs)
        self.stages[stage] = Finished(inputs, outputs)
        self._save()
        self._delete_stores(stage)

    def forget(self, stage: str) -> None:
        """Delete a stage's files and its entry."""
        entry = self.stages.pop(stage, None)
        self._delete(entry.outputs if entry else ())
        self._save()

    def _save(self) -> None:
        stages = {name: asdict(entry) for name, entry in self.stages.items()}
        self.write(LEDGER, json_text({"design": self.design, "base": self.base, "stages": stages}))

    def _delete_stores(self, stages: str) -> None:
        for path in self.path.glob(STORE.format(stages) + "*"):
            path.unlink()

    def _intact(self, name: str, expected: str) -> bool:
        path = self.path / name
        return path.is_file() and digest(path.read_bytes()) == expected

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            (self.path / name).unlink(missing_ok=True)


def store_path(folder: Path, stage: str) -> Path:
    """Where a stage keeps its single results until it is finished."""
    return folder / STORE.format(stage)


@contextmanager
def opened(path: Path) -> Generator[RunFolder]:
    """The run folder at a path, made if need be, locked against other processes.

    Raises InputError for a path that is no folder, a folder that another run writes to, one with foreign files, and a
    ledger that cannot be read.
    """
    if path.exists() and not path.is_dir():
        raise InputError("a run folder is a folder, and this is a file", None, "Give another one with -o.", str(path))
    path.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        folder = _read(path)
        for left_over in path.rglob(f".*{PART}"):
            left_over.unlink()
        yield folder


def _read(path: Path) -> RunFolder:
    ledger = path / LEDGER
    if not ledger.exists():
        foreign = sorted(entry.name for entry in path.iterdir() if entry.name != LOCK and entry.suffix != PART)
        if foreign:
            rule = "this folder holds files, but no run"
            raise InputError(rule, foreign[0], "Give an empty or a new folder with -o.", str(path))
        return RunFolder(path)
    try:
        found = json.loads(ledger.read_text(encoding="utf-8"))
        stages = {name: Finished(**entry) for name, entry in found["stages"].items()}
        return RunFolder(path, found["design"], found["base"], stages)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        remedy = "Delete the folder, or give another one with -o."
        raise InputError(f"the ledger of this run cannot be read: {error}", None, remedy, str(ledger)) from error


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold the lock file. The kernel lets go of it when the process ends, however it ends."""
    lock = path / LOCK
    handle = _acquire(lock)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        handle.close()


def _acquire(lock: Path) -> IO[str]:
    import fcntl

    while True:
        handle = lock.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            remedy = "Wait for it, or give another folder with -o."
            raise InputError("another run is writing to this folder", None, remedy, str(lock.parent)) from None
        if _is_same(lock, handle):
            return handle
        handle.close()  # its last owner deleted it between our opening and our locking


def _is_same(lock: Path, handle: IO[str]) -> bool:
    """Whether the path still names the file that was locked."""
    try:
        return lock.stat().st_ino == os.fstat(handle.fileno()).st_ino
    except FileNotFoundError:
        return False
