"""Which test reaches which line: recorded once for a state of the code, each test file in a process of its own."""

from __future__ import annotations

import ast
import json
import os
import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from mutants.sample import Mutant, Places

OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "no:cov", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
WHOLE = "tests/test_golden_runs.py"
"""Whole runs against what they left: the only long tests that count here, where the others have noticed nothing."""
Reached = dict[str, dict[int, int]]  # for each line of each file its tests, as the bits of a number


class Recorder:
    """A pytest plugin: tells coverage which test runs, and measures how long it takes."""

    def __init__(self, measured: Any) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self.started = 0.0

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.started = _spent()
        self.measured.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] = _spent() - self.started
        self.measured.switch_context("")


def _spent() -> float:
    """The processor time of this process and those it waited for, in s."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def record(root: Path, test_file: str, result: Path) -> None:
    """Run one test file, and write what each of its tests reaches. Ends in the folder ``root``."""
    import coverage
    import pytest

    places = [str(root / "dsd_ncrn"), str(root / "sequences")]
    measured = coverage.Coverage(data_file=None, source=places, config_file=False, messages=False)
    recorder = Recorder(measured)
    measured.start()
    pytest.main([*OPTIONS, "-m", "" if test_file == WHOLE else "not slow", test_file], plugins=[recorder])
    measured.stop()
    data = measured.get_data()
    seconds = {test: spent for test, spent in recorder.seconds.items() if test not in recorder.failed}
    bits = {test: 1 << number for number, test in enumerate(seconds)}
    lines: dict[str, dict[int, str]] = {}  # which tests, as the bits of a number
    for path in data.measured_files():
        by_line = {line: sum(bits.get(test, 0) for test in tests) for line, tests in data.contexts_by_lineno(path).items()}
        lines[str(Path(path).relative_to(root))] = {line: hex(mask) for line, mask in by_line.items() if mask}
    loaded = sorted(name for name, module in list(sys.modules.items()) if _foreign(root, module))
    result.write_text(json.dumps({"seconds": seconds, "lines": lines, "loaded": loaded}), encoding="utf-8")


def _foreign(root: Path, module: Any) -> bool:
    """Whether a module is of a library, and so the same in each process."""
    path = getattr(module, "__file__", None)
    if path is None or path.startswith(str(root)):
        return False
    return "site-packages" in path or f"{os.sep}lib{os.sep}" in path


@dataclass
class Reach:
    """All that was recorded; chooses the tests of a mutant."""

    root: Path
    digest: str  # of the tests
    seconds: dict[str, float] = field(default_factory=dict)  # by test
    reached: Reached = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    loaded: set[str] = field(default_factory=set)  # the libraries' modules that tests use

    @classmethod
    def read(cls, root: Path, records: list[Path]) -> Reach:
        """From the files that :func:`record` wrote."""
        reach = cls(root, sha256(" ".join(sorted(path.name for path in records)).encode()).hexdigest()[:12])
        for path in records:
            found = json.loads(path.read_text(encoding="utf-8"))
            offset = len(reach.seconds)
            reach.seconds |= found["seconds"]
            reach.loaded |= set(found["loaded"])
            for file, lines in found["lines"].items():
                for line, mask in lines.items():
                    reach.reached[file][int(line)] |= int(mask, 16) << offset
        return reach

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that reach a mutant's statement, the fastest first, then the others of their files.

        Of compiled code, which nearly all reach, those first that reach little else.

        The others may use what the first have left in a fixture or a cache. A line that leaves no trace (it is compiled, or
        runs when its module is loaded) is reached by the tests that reach what names it.
        """
        lines = self.places[mutant.path].statement(mutant.line) if mutant.function else ()
        chosen = self._tests((mutant.path, line) for line in lines) or self._through_names(mutant)
        files = {test.split("::")[0] for test in chosen}
        others = {test for test in self.seconds if test.split("::")[0] in files} - chosen
        first = self.breadth if compiles((self.root / mutant.path).read_text(encoding="utf-8")) else self.seconds
        return [*sorted(chosen, key=lambda test: (first[test], test)), *self._fastest(others)]

    def _tests(self, lines: Iterable[tuple[str, int]]) -> set[str]:
        mask = 0
        for path, line in lines:
            mask |= self.reached[path].get(line, 0)
        return {test for number, test in enumerate(self.seconds) if mask >> number & 1}

    @cached_property
    def breadth(self) -> dict[str, float]:
        """How many lines each test reaches."""
        counts = Counter[str]()
        tests = list(self.seconds)
        for lines in self.reached.values():
            for mask in lines.values():
                counts.update(tests[place] for place, bit in enumerate(reversed(f"{mask:b}")) if bit == "1")
        return {test: float(counts[test]) for test in tests}

    def _fastest(self, tests: set[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self.seconds[test], test))

    def _through_names(self, mutant: Mutant) -> set[str]:
        """The tests that reach a line naming what is defined around a mutant, or naming what is defined around such a line."""
        waiting, seen, reaching = [(mutant.path, mutant.line)], set[str](), set[tuple[str, int]]()
        while waiting:
            path, line = waiting.pop()
            for name in self.places[path].defined(line) - seen:
                seen.add(name)
                for use in self.named.get(name, ()):
                    traced = self.places[use[0]].function(use[1]) and self.reached[use[0]].get(use[1])
                    reaching.add(use) if traced else waiting.append(use)
        return self._tests(reaching)

    @cached_property
    def places(self) -> dict[str, Parsed]:
        """Every file of the packages, parsed."""
        paths = (path for folder in ("dsd_ncrn", "sequences") for path in (self.root / folder).rglob("*.py"))
        return {str(path.relative_to(self.root)): Parsed(path.read_text(encoding="utf-8")) for path in paths}

    @cached_property
    def named(self) -> dict[str, set[tuple[str, int]]]:
        """For each name the lines that use it."""
        uses: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for path, parsed in self.places.items():
            for name, line in parsed.uses():
                uses[name].add((path, line))
        return uses


class Parsed(Places):
    """A file, for the names it defines and uses."""

    def defined(self, line: int) -> set[str]:
        """The names of the statement of the module that a line is in, or of a class's."""
        (node, *_) = [node for node in self.tree.body if _first(node) <= line <= (node.end_lineno or 0)] or [None]
        if isinstance(node, ast.ClassDef):
            names = {node.name}
            for inner in node.body:
                if _first(inner) <= line <= (inner.end_lineno or 0):
                    inside = set(_targets(inner))
                    names = inside if inside and not any(name.startswith("__") for name in inside) else names
            return names
        return set(_targets(node)) if node else set()

    def uses(self) -> Iterator[tuple[str, int]]:
        """Each name that is read, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield node.id, node.lineno
            elif isinstance(node, ast.Attribute):
                yield node.attr, node.end_lineno or node.lineno


def _first(node: Any) -> int:
    return min((decorator.lineno for decorator in getattr(node, "decorator_list", ())), default=node.lineno)


def _targets(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    else:  # also an array of which a part is set
        for target in getattr(node, "targets", [node]):
            for inner in ast.walk(target):
                if isinstance(inner, ast.Name) and (target is not node or isinstance(inner.ctx, ast.Store)):
                    yield inner.id


def compiles(source: str) -> bool:
    """Whether a file has functions that Numba compiles: anew after a change, which takes its time."""
    return "compiled import" in source
