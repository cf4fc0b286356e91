"""The folder that a run writes: one writer at a time, whole files only, and a ledger of finished stages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import SoftFileLock, Timeout

from dsd_ncrn.errors import InputError
from dsd_ncrn.runs.files import json_text, read_json

LEDGER = ".stages.json"
LOCK = ".lock"
SETTLED_S = 2.5
"""A lock file without an owner in it, of a process that was killed while it wrote that, counts for so long."""
PART = ".part"
STORE = ".{}.sqlite"
"""Of the single results of a stage that is not finished."""
LONGEST_NAME = 200


def digest(content: str | bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def write_files(files: Mapping[Path, str | bytes]) -> None:
    """Write files under temporary names beside them, and rename them when all are there: each is whole, as long as the
    disk has room all are there, and where it has none the old ones stay.

    Raises OSError naming the file.
    """
    temporary = {path: path.with_name(f".{path.name}{PART}") for path in files}
    try:
        for path, content in files.items():
            with _naming(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary[path].write_bytes(content.encode() if isinstance(content, str) else content)
        for path, part in temporary.items():
            with _naming(path):
                os.replace(part, path)
    finally:
        for part in temporary.values():
            part.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Generator[None]:
    """A full disk is found by a write, which knows no name."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished stage: the key of what it was made from, the SHA-256 of its files by name, and a digest of its results.

    Results are those sections of the summary that it fills.
    """

    inputs: str
    outputs: Mapping[str, str]
    results: str = ""


@dataclass
class RunFolder:
    """A run folder that this process alone may write to, until ``opened`` ends.

    ``design`` is the name of the design it belongs to and ``base`` the key of all that every stage depends on. With
    ``held`` its lock file has to be there as long as it is written to.
    """

    path: Path
    design: str = ""
    base: str = ""
    held: bool = False
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

    def write(self, name: str, content: str | bytes) -> None:
        """Write one file of the folder, named with its subfolder."""
        self._write_all({name: content})

    def _write_all(self, files: Mapping[str, str | bytes]) -> None:
        """Raises InputError where the folder has been removed in the meantime: it is not made again, half of it missing."""
        if self.held and not (self.path / LOCK).exists():
            remedy = "Run the design again, and leave the folder until the run has ended."
            raise InputError("the folder was removed while the run was writing to it", None, remedy, str(self.path))
        write_files({self._place(name): content for name, content in files.items()})

    def holds(self, stage: str, inputs: str) -> bool:
        """Whether a stage was finished from the same inputs and its files are as it left them."""
        entry = self.stages.get(stage)
        return entry is not None and entry.inputs == inputs and all(self._intact(*item) for item in entry.outputs.items())

    def finish(self, stage: str, inputs: str, files: Mapping[str, str | bytes], results: str = "") -> None:
        """Write a stage's files, and only then its entry in the ledger; what it no longer needs is deleted.

        ``results`` is the digest of what it has for the summary, which is written after the ledger.
        """
        before = self.stages.get(stage)
        self._write_all(files)
        outputs = {name: digest(content) for name, content in files.items()}
        self._delete(name for name in (before.outputs if before else ()) if name not in outputs)
        self.stages[stage] = Finished(inputs, outputs, results)
        self._save()
        self._delete_stores(stage)

    def forget(self, stage: str) -> None:
        """Delete a stage's files and its entry."""
        entry = self.stages.pop(stage, None)
        self._delete(entry.outputs if entry else ())
        self._save()

    def _save(self) -> None:
        stages = {name: asdict(entry) for name, entry in sorted(self.stages.items())}
        self.write(LEDGER, json_text({"design": self.design, "base": self.base, "stages": stages}))

    def _delete_stores(self, stages: str) -> None:
        for path in self.path.glob(STORE.format(stages) + "*"):
            path.unlink()

    def _intact(self, name: str, expected: str) -> bool:
        path = self._place(name)
        return path.is_file() and digest(path.read_bytes()) == expected

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            path = self._place(name)
            if path.is_file():
                path.unlink()

    def _place(self, name: str) -> Path:
        """Where a file is. Raises InputError for a place outside the folder, which a ledger or a link may name."""
        path, parts = self.path / name, PurePosixPath(name).parts
        legal = name.isascii() and name.isprintable() and len(name) <= LONGEST_NAME and ".." not in parts
        if not legal or not path.parent.resolve().is_relative_to(self.path.resolve()):
            remedy = "Delete the folder, or give another one with -o."
            raise InputError("a file of a run is inside its folder", name, remedy, str(self.path))
        return path


def store_path(folder: Path, stage: str) -> Path:
    """Where a stage keeps its single results until it is finished."""
    return folder / STORE.format(stage)


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the lock file of a folder, or raise InputError naming the process that holds it.

    The file names its owner, and counts as long as a process of that number and start is alive on that machine: it needs no
    locks of the file system, which some network drives do not have.
    """
    lock = SoftFileLock(folder / LOCK)
    try:
        lock.acquire(timeout=SETTLED_S if lock.pid is None else 0)
    except Timeout:
        raise _held(folder) from None
    try:
        yield
    finally:
        lock.release()


def _held(folder: Path) -> InputError:
    try:
        number, host, *_ = (folder / LOCK).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        number, host = "?", "?"
    remedy = f"Wait for process {number} on {host}, or give another folder with -o. If there is none, delete {folder / LOCK}."
    return InputError("another run is writing to this folder", None, remedy, str(folder))


@contextmanager
def opened(path: Path) -> Generator[RunFolder]:
    """The run folder at a path, made if need be, locked against other processes.

    Raises InputError for a path that is no folder, a folder that another run writes to, one with foreign files, and a
    ledger that cannot be read.
    """
    if path.exists() and not path.is_dir():
        raise InputError("a run folder is a folder, and this is a file", None, "Give another one with -o.", str(path))
    path.mkdir(parents=True, exist_ok=True)
    with locked(path):
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
        return RunFolder(path, held=True)
    try:
        found = read_json(ledger)
        stages = {name: _finished(**entry) for name, entry in found["stages"].items()}
        return RunFolder(path, found["design"], found["base"], held=True, stages=stages)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        remedy = "Delete the folder, or give another one with -o."
        raise InputError(f"the ledger of this run cannot be read: {error}", None, remedy, str(ledger)) from error


def _finished(inputs: Any, outputs: Any, results: Any = "") -> Finished:
    if not all(isinstance(text, str) for text in (inputs, results, *outputs, *outputs.values())):
        raise TypeError("keys, names and digests are texts")
    return Finished(inputs, outputs, results)
