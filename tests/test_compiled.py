"""Compiled code is that of the sources as they are, whichever file of them was changed, and is kept for when they are back."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numba.core.caching import CompileResultCacheImpl

import dsd_ncrn
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.simulate import compiled as ours
from dsd_ncrn.simulate.engines import engine_named
from dsd_ncrn.simulate.engines.fluxes import derivative
from dsd_ncrn.simulate.mass_action import from_crn

FLUX, TWICE = "store(flux, reaction, rate)\n", "store(flux, reaction, 2 * rate)\n"
CALLER = """
import numpy as np
from dsd_ncrn.simulate.compiled import compiled
from dsd_ncrn.simulate.engines.fluxes import derivative

@compiled
def slope(y, rates, terms, out):
    derivative(y, rates, terms[0], terms[1], terms[2], terms[3], np.zeros(len(rates)), out)
    return out[0]
"""
ASK = """
import numpy as np
from dsd_ncrn.crn.text import parse_crn
from dsd_ncrn.simulate.engines.caller import slope
from dsd_ncrn.simulate.engines.fluxes import terms_of
from dsd_ncrn.simulate.mass_action import from_crn

system = from_crn(parse_crn("A -> B [k = 0.5]"))
terms = terms_of(system, np.arange(system.size))
arrays = (terms.reactants, terms.starts, terms.reaction, terms.change)
print(slope(np.array([8.0, 0.0, 1.0]), system.rates, arrays, np.zeros(3)), sum(slope.stats.cache_misses.values()))
"""
RANK = """
from pathlib import Path
from dsd_ncrn.analysis.leaks import rank_leaks
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.load import load_design

rank_leaks(Study(load_design(Path({!r}))), 0.01)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package, without compiled code, and with a compiled function that calls one of another file."""
    copy = tmp_path / "site" / "dsd_ncrn"
    shutil.copytree(Path(dsd_ncrn.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "simulate" / "engines" / "caller.py").write_text(CALLER, encoding="utf-8")
    return copy


def asked(package: Path, **environment: str) -> tuple[float, int]:
    """How fast 8 molecules decay, in a new process, and how many functions it had to compile for that."""
    clean = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    places = {"PYTHONPATH": str(package.parent), "NUMBA_CACHE_DIR": ""}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=clean | places | environment, cwd=package.parent,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    slope, compiled = done.stdout.split()
    return float(slope), int(compiled)


@pytest.mark.slow
def test_code_of_other_sources_is_not_used_and_is_kept_for_their_return(package: Path) -> None:
    fluxes = package / "simulate" / "engines" / "fluxes.py"
    text = fluxes.read_text(encoding="utf-8")
    assert text.count(FLUX) == 1
    assert asked(package) == (-4.0, 1)
    assert asked(package) == (-4.0, 0)
    fluxes.write_text(text.replace(FLUX, TWICE), encoding="utf-8")
    assert asked(package) == (-8.0, 1)
    fluxes.write_text(text, encoding="utf-8")
    assert asked(package) == (-4.0, 0)


@pytest.mark.slow
def test_two_processes_that_begin_at_once_both_work(package: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"

    def start(_: int) -> tuple[float, int]:
        return asked(package, NUMBA_CACHE_DIR=str(kept))

    with ThreadPoolExecutor() as threads:
        both = list(threads.map(start, range(2)))
    assert [slope for slope, _ in both] == [-4.0, -4.0]
    assert start(0) == (-4.0, 0)
    assert {path.suffix for path in kept.rglob("*") if path.is_file()} == {".nbc"}


def modules() -> list[ModuleType]:
    names = [Path(path).relative_to(ours.ROOM).with_suffix("").parts for path in ours.sources()]
    return [import_module(".".join(("dsd_ncrn.simulate", *parts))) for parts in names]


def dispatchers() -> list[Any]:
    """All compiled functions of the package."""
    found = [each for module in modules() for each in vars(module).values() if hasattr(each, "py_func")]
    return list({id(each): each for each in found}.values())


@pytest.mark.skipif(not hasattr(derivative, "py_func"), reason="numba is switched off: nothing is compiled")
def test_what_compiled_functions_read_is_in_the_sources_that_the_digest_covers() -> None:
    """Their code, and the constants of the project; those of SciPy are covered by its version."""
    assert len(dispatchers()) > 15
    inside = {name for module in modules() for name in assigned(module)}
    for each in dispatchers():
        assert isinstance(each._cache, ours.SourceCache), each
        read = {name for name in each.py_func.__code__.co_names if name in each.py_func.__globals__}
        constants = {name for name in read if isinstance(each.py_func.__globals__[name], int | float | np.ndarray)}
        assert constants <= inside, each


def assigned(module: ModuleType) -> set[str]:
    """The constants that a module's own text gives a value."""
    targets = [
        target
        for node in ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def twice(number: float) -> float:
    return 2 * number


def test_code_from_elsewhere_and_without_a_folder_is_compiled_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ours.compiled(twice)(3.0) == 6.0
    monkeypatch.setattr(ours, "sources", lambda: {__file__: b""})
    monkeypatch.setattr(CompileResultCacheImpl, "_locator_classes", [])
    assert ours.compiled(twice)(4.0) == 8.0


def test_a_cache_that_cannot_be_written_costs_no_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(ours, "sources", lambda: {__file__: b""})
    monkeypatch.setattr(ours.CodeFiles, "save", full)
    assert ours.compiled(twice)(5.0) == 10.0


def test_folders_long_out_of_use_are_removed_and_others_stay(tmp_path: Path) -> None:
    old, used, foreign = (tmp_path / name for name in ("compiled-a", "compiled-b", "other"))
    for folder in (old, used, foreign):
        folder.mkdir()
        (folder / "code.1.nbc").write_bytes(b"")
    long_ago = time.time() - 31 * ours.DAY
    for folder in (old, foreign):
        os.utime(folder, (long_ago, long_ago))
    files = ours.CodeFiles(tmp_path / "compiled-c", "code")
    files.save("key", {"machine": "code"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compiled-b", "compiled-c", "other"]
    os.utime(files.folder, (long_ago, long_ago))
    assert files.load("key") == {"machine": "code"}
    assert time.time() - files.folder.stat().st_mtime < ours.DAY  # it was used just now
    assert files.load("another key") is None
    files.flush()
    assert files.load("key") is None


def test_an_interrupt_amid_compiled_code_is_an_interrupt() -> None:
    """Twenty alarms, each amid some hundred integrations of a few milliseconds."""
    system = from_crn(parse_crn("A + B -> 2 B [k = 1]\nB + C -> 2 C [k = 1]\nC + A -> 2 A [k = 1]"))
    stepper = engine_named("rosenbrock").prepare(system, 1e-8, 1e-10)
    start, times = np.array([1.0, 2.0, 3.0]), np.array([0.0, 100.0])

    def work() -> None:
        for _ in range(1000):
            stepper.solve(start, times, system.rates)

    stepper.solve(start, times, system.rates)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for _ in range(20):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(KeyboardInterrupt):
                work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.slow
def test_after_set_up_no_command_compiles(tmp_path: Path) -> None:
    """Training at every level, leaks with their derivatives, ways side by side: no code comes to that of ``precompile``."""
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    environment["NUMBA_CACHE_DIR"] = str(tmp_path)

    def kept(*command: str | Path) -> set[str]:
        subprocess.run(command, env=environment, check=True, capture_output=True)
        return {path.name for path in tmp_path.rglob("*.nbc")}

    compiled = kept(sys.executable, "-m", "dsd_ncrn.simulate.precompile")
    assert len(compiled) > 15
    ours_, design = Path(sys.executable).with_name("dsd-ncrn"), Path(dsd_ncrn.__file__).parents[1] / "designs" / "linreg2d.toml"
    for level in ("value", "ideal", "dsd"):
        assert kept(ours_, "train", design, "--level", level, "--iterations", "1") == compiled
    assert kept(sys.executable, "-c", RANK.format(str(design))) == compiled


def test_a_folder_that_another_process_makes_meanwhile_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find none, and both make it."""
    files = ours.CodeFiles(tmp_path / "code", "twice")
    (tmp_path / "code").mkdir()
    monkeypatch.setattr(ours, "remove_unused", lambda _: None)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "exists", lambda _: False)
        files.save("key", 2.0)
    assert files.load("key") == 2.0
