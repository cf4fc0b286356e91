"""Numba's compiler: with the types of what it compiles, and with a cache that knows all the sources that went into the code.

A compiled function contains the code and the constants of the functions that it calls, also of those in other files, while
numba's own cache looks at the function's own file alone. Here compiled code is kept in a folder named by a digest of all
compiled modules and of the packages that take part: what other sources gave is never found, and once they are back, so is
their code. The folder is where numba would keep the code: in NUMBA_CACHE_DIR, else beside the source, else in the user's
cache. Divisions by zero give infinities, as in NumPy.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import shutil
import time
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
import scipy
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps  # pyright: ignore[reportUnknownVariableType]

from dsd_ncrn.errors import interrupt_behind

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

ROOM = Path(__file__).parent
"""All compiled modules lie in this folder or below; the code of others is not kept."""
PREFIX = "compiled-"
UNUSED_DAYS = 30
"""Code of other sources is kept that long after its last use."""
DAY = 86_400.0


def compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function of numbers and arrays when it is first called."""
    return _kept(function, numba.njit(error_model="numpy")(function))


def inlined(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The same for a function that is compiled into each compiled function that calls it."""
    return _kept(function, numba.njit(error_model="numpy", inline="always")(function))


@contextlib.contextmanager
def interruptible() -> Generator[None]:
    """Around a call that may take long: an interrupt that comes amid compiled code is raised as what it is.

    While a result is turned into Python's objects the interrupt's handler may run, whose exception numba does not look at, and
    the interpreter then tells of a SystemError that has the interrupt among its causes.
    """
    try:
        yield
    except SystemError as error:
        raise interrupt_behind(error) or error from None


def _kept(function: Callable[Parameters, Result], dispatcher: Any) -> Callable[Parameters, Result]:
    """A compiled function with a cache, where there are its sources and a folder that can be written."""
    if dispatcher is not function and function.__code__.co_filename in sources():  # numba may be switched off
        with contextlib.suppress(RuntimeError):  # numba has found no place for a cache
            dispatcher._cache = SourceCache(function)
    return cast("Callable[Parameters, Result]", dispatcher)


@cache
def sources() -> dict[str, bytes]:
    """The files of all compiled modules, by path: those that import from this one, and itself."""
    texts = {str(path): path.read_bytes() for path in sorted(ROOM.rglob("*.py"))}
    return {path: text for path, text in texts.items() if b"simulate.compiled import" in text or b"from numba" in text}


@cache
def digest() -> str:
    """Of the sources, in hexadecimal digits; constants of SciPy's methods are compiled in, so that versions count, too."""
    found = hashlib.sha256(repr([each.__version__ for each in (numba, np, scipy)]).encode())
    for path, text in sources().items():
        found.update(repr((os.path.relpath(path, ROOM), text)).encode())
    return found.hexdigest()[:16]


class SourceCache(FunctionCache):
    """Numba's cache of one function, with the machine code in the folder of the sources as they are."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Raises RuntimeError where no folder can be written."""
        super().__init__(function)
        here: Any = self  # numba tells no types
        self._cache_file = CodeFiles(Path(here.cache_path) / (PREFIX + digest()), here._impl.filename_base)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep code, if it can be: the disk may be full, or the folder have gone since the start."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)  # pyright: ignore[reportUnknownMemberType]


class CodeFiles:
    """A file for each signature of a function and each kind of processor, in place of numba's index with numbered files:
    two processes that save at once then write the same or different files, each whole.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name

    def load(self, key: object) -> object | None:
        """The code kept under a key, if there is some."""
        try:
            data = self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        with contextlib.suppress(OSError):  # installed for reading only
            if time.time() - self.folder.stat().st_mtime > DAY:
                os.utime(self.folder)  # still in use
        return pickle.loads(data)

    def save(self, key: object, data: object) -> None:
        """Keep code under a key."""
        if not self.folder.exists():
            remove_unused(self.folder.parent)
            self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, delete=False) as file:
            file.write(dumps(data))
        os.replace(file.name, self._path(key))

    def flush(self) -> None:
        """Forget all code of this function."""
        for path in self.folder.glob(f"{self.name}.*.nbc"):
            path.unlink(missing_ok=True)

    def _path(self, key: object) -> Path:
        return self.folder / f"{self.name}.{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.nbc"


def remove_unused(place: Path) -> None:
    """Remove the folders of sources that have not been used for long; a process that still uses one compiles anew."""
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > UNUSED_DAYS * DAY:
                shutil.rmtree(folder, ignore_errors=True)
