"""A run folder that ``dsd-ncrn run`` has written, read back."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from dsd_ncrn.analysis.types import LeakPoint
from dsd_ncrn.design.files import read_text
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.errors import InputError
from dsd_ncrn.simulate.results import Floats, Training

LEVELS = ("value", "ideal", "autonomous", "dsd", "dsd_leaky", "dsd_sequences", "one_pot")


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run: its design, ``summary.json``, every training by level, and the leak curve where it was made.

    Trainings are as those of ``PreparedDesign.train``, but for the fuel, which is in ``summary["fuel"]``.
    """

    folder: Path
    design: DesignSpec
    summary: Mapping[str, Any]
    trainings: Mapping[str, Training]
    leak_curve: tuple[LeakPoint, ...]


def read_run(folder: str | Path) -> Run:
    """Read the folder of a run, as far as the run has come; nothing is simulated.

    Raises InputError naming the file where one is absent that every run has, or cannot be read.

    >>> import dsd_ncrn as dn
    >>> run = dn.read_run("runs/linreg2d")
    >>> run.trainings["dsd"].parameters.shape[1], run.summary["ncrn"]["reactions"]
    (2, 14)
    """
    place = Path(folder)
    design, summary = load_design(place / "design.toml"), _json(place / "summary.json")
    found = {level: _training(place, level, summary) for level in LEVELS if (place / f"training_{level}.csv").exists()}
    return Run(place, design, summary, found, _leak_curve(place / "leaks.csv"))


def _training(folder: Path, level: str, summary: Mapping[str, Any]) -> Training:
    columns, tests = _table(folder / f"training_{level}.csv"), _table(folder / "predictions" / f"{level}.csv")
    outputs = sum(name.startswith("target") for name in tests)
    names = tuple(columns)[1 + 2 * outputs :]
    rows = np.column_stack(list(columns.values()))
    targets, before, after = np.split(np.column_stack(list(tests.values())), 3, axis=1)
    return Training(
        level=level,
        parameter_names=names,
        parameters=rows[:, 1 + 2 * outputs :],
        predictions=rows[1:, 1 : 1 + outputs],
        targets=rows[1:, 1 + outputs : 1 + 2 * outputs],
        epochs=int(summary["training"][level]["epochs"]),
        test_targets=targets,
        test_before=before,
        test_after=after,
    )


def _leak_curve(path: Path) -> tuple[LeakPoint, ...]:
    if not path.exists():
        return ()
    rows = [row for row in csv.DictReader(read_text(path).splitlines()) if row["kind"] == "curve"]
    names = ("rate_per_M_s", "rmse", "rmse_ratio", "parameter_error_final", "parameter_error_first_iteration")
    return tuple(LeakPoint(*(float(row[name]) for name in names)) for row in rows)


def _table(path: Path) -> dict[str, Floats]:
    """The columns of a CSV file of numbers; NaN for an empty cell."""
    rows = list(csv.reader(read_text(path).splitlines()))
    try:
        cells = np.array([[float(cell or "nan") for cell in row] for row in rows[1:]])
        return dict(zip(rows[0], cells.T, strict=True))
    except (IndexError, ValueError) as error:
        raise InputError(f"this file of the run folder cannot be read: {error}", None, "Run it again.", str(path)) from None


def _json(path: Path) -> dict[str, Any]:
    try:
        found: object = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"this file of the run folder cannot be read: {error}", None, "Run it again.", str(path)) from None
    if not isinstance(found, dict):
        raise InputError("this file of the run folder holds one JSON object", None, "Run it again.", str(path))
    return cast("dict[str, Any]", found)
