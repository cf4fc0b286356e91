"""Runs tasks in processes forked from one that has the libraries loaded, each worker in a copy of the code of its own."""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutants.reach import OPTIONS, WHOLE, Reach, compiles
from mutants.sample import Mutant

CHUNKS = (2.0, 10.0, 45.0)  # s of tests after which pytest has had a piece: most mutants die in the first
Work = Callable[[], None]
Start = Callable[[Any, Path], tuple[Work, Work, float]]  # for a task and a copy: what to do, undo, s
HANGS = 3.0  # times as much processor time as without the change, and a minute: a mutant that hangs
BUSY = 6.0  # times the processor time: one that waits


def copies(checkout: Path, commit: str, where: Path, count: int) -> list[Path]:
    """As many copies of a commit's files."""
    roots = [where / f"copy{number}" for number in range(count)]
    for root in roots:
        root.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", commit], cwd=checkout, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x"], cwd=root, input=archive, check=True)
    return roots


def load(modules: set[str]) -> None:
    """Load libraries, so that the processes to come have them; nuad starts threads, which would not live on in them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in sorted(name for name in modules if not name.startswith("nuad")):
            with suppress(Exception):
                importlib.import_module(name)


@dataclass
class Running:
    """A process with its task."""

    task: Any
    root: Path
    end: float
    undo: Work


def each(tasks: list[Any], roots: list[Path], start: Start) -> Iterator[tuple[Any, Path, bool]]:
    """Do tasks side by side, one in each copy; yields each that ended, with its copy and whether it was in time."""
    waiting, free, running = list(reversed(tasks)), list(roots), dict[int, Running]()
    while waiting or running:
        while waiting and free:
            root, task = free.pop(), waiting.pop()
            work, undo, seconds = start(task, root)
            running[_forked(work, root)] = Running(task, root, time.monotonic() + seconds, undo)
        time.sleep(0.02)
        for process, it in list(running.items()):
            ended, _ = os.waitpid(process, os.WNOHANG)
            late = not ended and time.monotonic() > it.end
            if ended or late:
                with suppress(ProcessLookupError):
                    os.killpg(process, signal.SIGKILL)
                if late:
                    os.waitpid(process, 0)
                del running[process]
                it.undo()
                free.append(it.root)
                yield it.task, it.root, not late


def _forked(work: Work, root: Path) -> int:
    sys.stdout.flush()
    process = os.fork()
    if process:
        with suppress(OSError):
            os.setpgid(process, process)
        return process
    status = 1
    try:
        os.setpgid(0, 0)
        os.chdir(root)
        output = os.open(root.with_suffix(".out"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        # the copy before the checkout, here and in processes that tests start
        sys.path[:] = [str(root), *(path for path in sys.path if path not in ("", str(Path(__file__).parent.parent)))]
        os.environ["PYTHONPATH"] = str(root)
        work()
        status = 0
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def collect() -> None:
    """Load all tests once, so that Python keeps their byte code and that of the packages; nuad's gives warnings."""
    import pytest

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("nuad.constraints")
    pytest.main([*OPTIONS, "--collect-only"])


class Chooser:
    """A pytest plugin: runs the wanted tests in the wanted order, and keeps the name of the first that fails."""

    def __init__(self, wanted: list[str]) -> None:
        self.place = {test: number for number, test in enumerate(wanted)}
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid])

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def judge(tests: list[str], reach: Reach, result: Path, seconds: int) -> None:
    """Run tests until one fails; write its name, or nothing where all pass. Ends after so much processor time."""
    import hypothesis
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    first = tuple(phase for phase in hypothesis.Phase if phase.name in ("explicit", "generate"))
    hypothesis.settings.register_profile("mutants", phases=first, derandomize=True, database=None, deadline=None)
    for chunk in _chunks(tests, reach):
        chooser = Chooser(chunk)
        files = list(dict.fromkeys(test.split("::")[0] for test in chunk))
        code = pytest.main([*OPTIONS, "-x", "--hypothesis-profile", "mutants", *files], plugins=[chooser])
        if code not in (0, 5):
            result.write_text(json.dumps({"killed": chooser.failed or "(loading the tests)"}), encoding="utf-8")
            return
    result.write_text(json.dumps({"killed": ""}), encoding="utf-8")


def _chunks(tests: list[str], reach: Reach) -> list[list[str]]:
    """The tests in the pieces that pytest gets: those of a moment, more, as many as there is time for, and two whole runs."""
    pieces: list[list[str]] = [[] for _ in CHUNKS]
    whole = [test for test in tests if test.startswith(WHOLE)]
    spent, place = 0.0, 0
    for test in (test for test in tests if test not in whole):
        spent += reach.seconds[test]
        while spent > CHUNKS[place] and place < len(CHUNKS) - 1:
            place += 1
        if spent > CHUNKS[-1] and any(pieces):
            break
        pieces[place].append(test)
    return [piece for piece in (*pieces, whole[:2]) if piece]


def trial(mutant: Mutant, root: Path, tests: list[str], reach: Reach) -> tuple[Work, Work, float]:
    """Change the code in a copy: what is run there, what changes it back, and how long it may take."""
    path = root / mutant.path
    source, status = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(mutant.changed(source), encoding="utf-8")
    result = root.with_suffix(".json")
    result.unlink(missing_ok=True)

    def undo() -> None:
        path.write_text(source, encoding="utf-8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    expected = sum(reach.seconds[test] for piece in _chunks(tests, reach) for test in piece)
    seconds = int(60 + HANGS * expected + (300 if compiles(source) else 0))
    return lambda: judge(tests, reach, result, seconds), undo, BUSY * seconds


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for the copies, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()
