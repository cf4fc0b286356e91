"""What many tests share: designs that are quick to run, and the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.design.spec import DesignSpec

DESIGNS = Path(__file__).parent.parent / "designs"
Invoke = Callable[..., Result]


def small_spec() -> DesignSpec:
    """The linear regressor with three points to learn from, and little time for its sequences."""
    spec = load_design(DESIGNS / "linreg2d.toml")
    return spec.model_copy(
        update={
            "name": "small",
            "task": spec.task.model_copy(update={"training_points": 3, "test_points": 4}),
            "training": spec.training.model_copy(update={"epochs": 1}),
            "sequences": spec.sequences.model_copy(update={"time_limit": 1.0, "candidates": 1}),
        }
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The file of the small design."""
    path = tmp_path / "small.toml"
    path.write_text(dump_design(small_spec()), encoding="utf-8")
    return path


@pytest.fixture
def invoke() -> Invoke:
    """Call ``dsd-ncrn`` with some arguments, in this process."""

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="dsd-ncrn")

    return call
