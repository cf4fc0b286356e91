"""One process at a time in a folder."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dsd_ncrn.errors import InputError

LOCK = ".lock"
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
"""What the system says where a file system (some network drives) has no locks."""


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold the lock file of a folder, or raise InputError where another process holds it.

    The system lets go of it when the process ends, however it ends. Where there are no such locks, the file names its
    owner, and counts as long as a process of that number and start is alive on this machine.
    """
    lock = folder / LOCK
    release = _acquire(lock)
    try:
        yield
    finally:
        release()


def _acquire(lock: Path) -> Callable[[], None]:
    """Take the lock; returns what gives it back."""
    try:
        handle = _flocked(lock)
    except (ImportError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_LOCKS:
            raise
        _own(lock)
        return lambda: lock.unlink(missing_ok=True)

    def release() -> None:
        if _is_same(lock, handle):  # else the folder was removed, and may be another run's by now
            lock.unlink()
        handle.close()

    return release


def _flocked(lock: Path) -> IO[str]:
    import fcntl

    while True:
        handle = lock.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise _held(lock, "Wait for it, or give another folder with -o.") from None
        except OSError:
            handle.close()
            raise
        if _is_same(lock, handle):
            return handle
        handle.close()  # its last owner deleted it between our opening and our locking


def _is_same(lock: Path, handle: IO[str]) -> bool:
    """Whether the path still names the file that was locked."""
    try:
        return lock.stat().st_ino == os.fstat(handle.fileno()).st_ino
    except FileNotFoundError:
        return False


def _own(lock: Path) -> None:
    """Make the lock file, which only one process can; one of a process that is no more is taken away before.

    It gets its name when its owner stands in it, so that nobody sees it without.
    """
    mine = lock.with_name(f"{LOCK}.{socket.gethostname()}.{os.getpid()}")
    mine.write_text(f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}", encoding="utf-8")
    try:
        if not _linked(mine, lock) and not _is_alive(lock):
            lock.unlink(missing_ok=True)
            _linked(mine, lock)
        if lock.exists() and lock.samefile(mine):
            return
    finally:
        mine.unlink()
    raise _held(lock, f"Wait for it, or give another folder with -o. If there is no other run, delete {lock}.")


def _linked(mine: Path, lock: Path) -> bool:
    try:
        os.link(mine, lock)
    except FileExistsError:
        return False
    return True


def _is_alive(lock: Path) -> bool:
    """Whether the process that a lock file names may be at work; of another machine's there is no knowing."""
    try:
        mark = lock.read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    host, _, rest = mark.partition(" ")
    number, _, started = rest.partition(" ")
    if not mark or (host == socket.gethostname() and number.isdecimal()):
        return bool(mark) and _started(int(number)) == started
    return True


def _started(process: int) -> str | None:
    """When a process was started; None where there is none of that number."""
    import psutil

    try:
        return str(psutil.Process(process).create_time())
    except psutil.NoSuchProcess:
        return None


def _held(lock: Path, remedy: str) -> InputError:
    return InputError("another run is writing to this folder", None, remedy, str(lock.parent))
