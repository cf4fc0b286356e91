"""Any design that the schema allows is compiled, translated and trained, or refused with one message that names its place."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings

from cli.main import main
from schema_strategies import DESIGNS, design_files

VALUE = ("train", "--level", "value", "--iterations", "1")
IDEAL = ("train", "--level", "ideal", "--iterations", "1")
FEW = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The design file, beside the data that designs ask for."""
    folder = tmp_path_factory.mktemp("schema")
    shutil.copy(DESIGNS / "own_data.csv", folder)
    return folder / "design.toml"


def _walked(tables: dict[str, Any], file: Path, *commands: tuple[str, ...]) -> int:
    """The last exit code: each command ends well, with a failed check of its own, or for the last time with a refusal."""
    code = 0
    file.write_text(tomli_w.dumps(tables), encoding="utf-8")
    for name, *options in commands:
        result = CliRunner().invoke(main, [name, str(file), *options], prog_name="dsd-ncrn")
        assert result.exit_code in (0, 1, 2), result.stderr
        if result.exit_code:
            *warnings, error = result.stderr.splitlines()
            assert error.startswith("Error: ")
            assert all(line.startswith("Warning: ") for line in warnings)
        if result.exit_code == 2:
            places = (f"Error: {file}:", f"Error: {file.parent}/")  # of the design, or of a file that it names
            assert result.stderr.splitlines()[-1].startswith(places)
            return 2
        code = result.exit_code
    return code


@settings(FEW, max_examples=30)
@given(design_files())
def test_what_the_schema_allows_is_compiled_and_trained_or_refused_with_its_place(file: Path, tables: dict[str, Any]) -> None:
    assert _walked(tables, file, ("compile",), VALUE) in (0, 1, 2)


@pytest.mark.slow
@settings(FEW, max_examples=60)
@given(design_files())
def test_the_same_of_strands(file: Path, tables: dict[str, Any]) -> None:
    """Two iterations: gates are sized by what a whole training needs, and some designs have thousands."""
    tables["training"] = {"iterations": 2}
    assert _walked(tables, file, ("compile",), IDEAL, ("translate",)) in (0, 1, 2)
