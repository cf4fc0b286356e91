"""The stable names of the Python interface: their list, their documentation, and examples that run.

Where a name or a signature is changed on purpose, run pytest with UPDATE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import doctest
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib import pyplot

import dsd_ncrn as dn
import sequences
from api_cases import found_once, prepared_once, write_run

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "api.txt"
NAMES = tuple(name for name in dn.__all__ if name != "plot")


def public() -> Iterator[tuple[str, object]]:
    """Every public name with what it stands for: functions, classes, and the methods of those that users call."""
    for name in NAMES:
        yield name, getattr(dn, name)
    for name in dn.plot.__all__:
        yield f"plot.{name}", getattr(dn.plot, name)
    for owner in (dn.PreparedDesign, sequences.LabOrder):
        for name, member in vars(owner).items():
            if not name.startswith("_"):
                yield f"{owner.__name__}.{name}", member.fget if isinstance(member, property) else member
    for name in sequences.__all__:
        yield f"sequences.{name}", getattr(sequences, name)


FUNCTIONS = {name: each for name, each in public() if inspect.isfunction(each)}
CLASSES = {name: each for name, each in public() if inspect.isclass(each)}
SOUGHT = tuple(f"sequences.{name}" for name in ("find_sequences", "judge_sequences", "rated_network", "order_strands"))
"""Those whose examples seek sequences, which takes long."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the top of a checkout after a run."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "designs").symlink_to(ROOT / "designs")
    write_run(folder / "runs" / "linreg2d")
    return folder


def test_the_names_and_signatures_are_those_that_were_promised() -> None:
    """The golden text is the interface that notebooks of users depend on."""
    lines = [f"{name}{inspect.signature(each)}" for name, each in FUNCTIONS.items()] + list(CLASSES)
    text = re.sub(r"<function (\w+) at \w+>", r"\1", "\n".join(sorted(lines)) + "\n")
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*FUNCTIONS, *CLASSES])
def test_every_public_name_is_documented(name: str) -> None:
    documented = inspect.getdoc({**FUNCTIONS, **CLASSES}[name]) or ""
    assert len(documented.split()) > 3, name


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if "." not in name or name.startswith(("plot.", "sequences."))])
def test_every_public_function_has_an_example(name: str) -> None:
    assert ">>>" in (inspect.getdoc(FUNCTIONS[name]) or "")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name in SOUGHT else ())
        for name, each in {**FUNCTIONS, **CLASSES}.items()
        if ">>>" in (each.__doc__ or "")
    ],
)
def test_the_example_gives_what_it_says(name: str, monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    """As a user would type it, from the top of a checkout; the design of the examples is prepared once for all of them,
    and its sequences are sought once."""
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(dn, "prepare", prepared_once)
    monkeypatch.setattr(sequences, "find_sequences", found_once)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    told: list[str] = []
    for test in doctest.DocTestFinder(recurse=False).find({**FUNCTIONS, **CLASSES}[name], name, globs={}):
        runner.run(test, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)
    pyplot.close("all")


def test_importing_the_library_imports_none_of_its_steps() -> None:
    """So that it costs nothing: numerical libraries come with the first name that needs them."""
    code = "import sys, dsd_ncrn; print(sorted(n for n in sys.modules if n.startswith(('dsd_ncrn.', 'numpy', 'matplotlib'))))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "[]"


def test_every_name_is_listed_by_dir_and_star() -> None:
    assert dir(dn) == sorted(dn.__all__)
    gathered: dict[str, object] = {}
    exec("from dsd_ncrn import *", gathered)  # noqa: S102 - that is what is asked
    assert set(dn.__all__) <= set(gathered)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = dn.trian  # pyright: ignore[reportAttributeAccessIssue]
