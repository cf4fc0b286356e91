"""The wheel: one name, whatever else is installed beside it; what it says of itself is what a checkout has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
USED = """
import importlib, pkgutil, sys
class Others:
    def find_spec(self, name, *_):
        assert name.partition(".")[0] not in ("cli", "sequences"), name
sys.meta_path.insert(0, Others())
import dsd_ncrn
assert dsd_ncrn.__file__.startswith(sys.argv[1]), dsd_ncrn.__file__
for each in pkgutil.walk_packages(dsd_ncrn.__path__, "dsd_ncrn."):
    importlib.import_module(each.name)
from dsd_ncrn import sequences
from dsd_ncrn.families import ENGINES, SCHEMES
from dsd_ncrn.cli.families import STAGES, TEMPLATES
from dsd_ncrn.sequences.families import RULES, VENDORS
for family in (ENGINES, SCHEMES, STAGES, TEMPLATES, RULES, VENDORS):
    assert all(map(family.__getitem__, family))
assert sequences.order_strands.__module__ == "dsd_ncrn.sequences.laboratory"
from dsd_ncrn.__main__ import main
sys.argv[1:] = ["compile", sys.argv[2], "-o", sys.argv[3]]
main()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this checkout."""
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])))


def test_the_wheel_has_one_name_and_every_file(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        texts = {name: archive.read(name).decode() for name in names if name.endswith((".py", "entry_points.txt"))}
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"dsd_ncrn"}
    sources = [path.relative_to(ROOT) for place in ("dsd_ncrn", "cli", "sequences") for path in (ROOT / place).rglob("*.*")]
    wanted = {path.as_posix() for path in sources if path.suffix in (".py", ".toml", ".html", ".css", ".js")}
    assert {f"dsd_ncrn/{name}".replace("dsd_ncrn/dsd_ncrn", "dsd_ncrn") for name in wanted} <= set(names)
    left = re.compile(r"^ *(?:from|import) (?:cli|sequences)\b|\"(?:cli|sequences)\.[\w.]+:\w+\"|= cli\.", re.MULTILINE)
    assert {name: match.group() for name, text in texts.items() if (match := left.search(text))} == {}


@pytest.mark.slow
def test_what_is_in_the_wheel_works_where_nothing_else_of_the_checkout_is(wheel: Path, tmp_path: Path) -> None:
    """Every module is imported, every member of a family found, and a design compiled, without the folders of the checkout."""
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    command = [
        sys.executable,
        "-c",
        USED,
        str(tmp_path / "site"),
        str(ROOT / "designs" / "linreg2d.toml"),
        str(tmp_path / "out"),
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "ncrn.json").exists()
