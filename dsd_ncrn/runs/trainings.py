"""Trainings of a run folder: their files, and one iteration as a Parquet table, written and read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.runs.files import csv_text, number, text_of, unreadable
from dsd_ncrn.runs.tables import TOP_UPS
from dsd_ncrn.simulate.results import IN_RUNS, Training, Trajectory

if TYPE_CHECKING:
    from dsd_ncrn.analysis.results import FuelBudget

PREDICTIONS = "predictions"
TESTS = "test_predictions.csv"
FUEL = "fuel.csv"
TRACES = "trajectories.parquet"
Columns = dict[str, list[Any]]


def training_files(training: Training) -> dict[str, str]:
    """A training by iteration, of which the first row has the initial parameters alone, and its test points."""
    count = training.targets.shape[1]
    missing = (None,) * count
    rows = zip((missing, *training.predictions), (missing, *training.targets), training.parameters)
    header = ("iteration", *numbered("prediction", count), *numbered("target", count), *training.parameter_names)
    tests = [column for name in ("target", "before", "after") for column in numbered(name, training.test_targets.shape[1])]
    return {
        f"training_{training.level}.csv": csv_text(
            header, ((number, *predicted, *wanted, *row) for number, (predicted, wanted, row) in enumerate(rows))
        ),
        f"{PREDICTIONS}/{training.level}.csv": csv_text(
            tests, np.hstack([training.test_targets, training.test_before, training.test_after])
        ),
    }


def numbered(name: str, count: int) -> tuple[str, ...]:
    """A column for each output: ``name`` for the only one, ``name_1``, ``name_2`` ... for several."""
    return (name,) if count == 1 else tuple(f"{name}_{number}" for number in range(1, count + 1))


def read_training(folder: Path, level: str, epochs: int) -> Training | None:
    """A training but for its fuel; None where there is none of this level. Raises InputError for files that are none."""
    path = folder / f"training_{level}.csv"
    if not path.exists():
        return None
    columns, tests = _numbers(path), _numbers(folder / PREDICTIONS / f"{level}.csv")
    outputs = len(tests) // 3  # targets, and what was predicted before and after training
    rows = np.column_stack(list(columns.values()))
    targets, before, after = np.split(np.column_stack(list(tests.values())), 3, axis=1)
    return Training(
        level=level,
        parameter_names=tuple(columns)[1 + 2 * outputs :],
        parameters=rows[:, 1 + 2 * outputs :],
        predictions=rows[1:, 1 : 1 + outputs],
        targets=rows[1:, 1 + outputs : 1 + 2 * outputs],
        epochs=epochs,
        test_targets=targets,
        test_before=before,
        test_after=after,
    )


def read_trainings(folder: Path, epochs: Callable[[str], int] = lambda _: 1) -> dict[str, Training]:
    """All trainings of a run folder by level; ``epochs`` tells those of a level, which no table has."""
    found = ((level, read_training(folder, level, epochs(level))) for level in IN_RUNS)
    return {level: training for level, training in found if training is not None}


def joint_tests(trainings: Mapping[str, Training]) -> str:
    """The test points of all trainings side by side: ``target``, ``ideal_before``, ``ideal_after`` ..."""
    columns: dict[str, Floats] = {}
    for level, training in trainings.items():
        count = training.test_targets.shape[1]
        for name, values in (
            ("target", training.test_targets),
            (f"{level}_before", training.test_before),
            (f"{level}_after", training.test_after),
        ):
            columns |= dict(zip(numbered(name, count), values.T))
    return csv_text(tuple(columns) or ("target",), zip(*columns.values()))


def fuel_files(training: Training, budget: FuelBudget) -> dict[str, str]:
    """What each iteration uses of each fuel, nM, and what to add before which iteration."""
    rows = zip(*training.fuel_used.values())
    used = csv_text(("iteration", *training.fuel_used), ((number, *row) for number, row in enumerate(rows, start=1)))
    return {FUEL: used, TOP_UPS.file: TOP_UPS.text(budget.schedule)}


def read_fuel(folder: Path) -> dict[str, Floats]:
    """What each iteration uses of each fuel, nM, by its name; none where there is no such file."""
    path = folder / FUEL
    return {name: used for name, used in _numbers(path).items() if name != "iteration"} if path.exists() else {}


def _numbers(path: Path) -> dict[str, Floats]:
    """The columns of a CSV file of numbers; NaN for an empty cell."""
    rows = list(csv.reader((text_of(path) or "").splitlines()))
    try:
        cells = np.array([[number(cell) for cell in row] for row in rows[1:]])
        return dict(zip(rows[0], cells.T, strict=True))
    except (IndexError, ValueError) as error:
        raise unreadable(path, error) from None


@dataclass(frozen=True, eq=False)
class Trace:
    """One iteration: ``values`` by species over ``times``, in the design's units; ``phases`` names each time's phase."""

    times: Floats
    phases: tuple[str, ...]
    values: Mapping[str, Floats]


def trace_columns(level: str, trace: Trajectory, values: Mapping[str, Floats]) -> Columns:
    """Columns ``level``, ``phase``, ``time`` and one for each species, in their order.

    ``time`` is in s for ``dsd`` and dimensionless for ``ideal``.
    """
    phases = _phase_names(trace)
    head: Columns = {"level": [level] * len(phases), "phase": list(phases), "time": trace.times.tolist()}
    return head | {species: column.tolist() for species, column in values.items()}


def _phase_names(trace: Trajectory) -> Sequence[str]:
    """The phase of every time; where one ends and the next begins at the same time, the first of the two ends."""
    names: list[str] = []
    starts = [start for _, start in trace.phase_starts]
    current = 0
    for previous, time in zip((-1.0, *trace.times), trace.times):
        if current + 1 < len(starts) and time >= starts[current + 1] and time == previous:
            current += 1
        names.append(trace.phase_starts[current][0])
    return names


def joined(levels: Sequence[Columns]) -> Columns:
    """The rows of all levels under one another; a species that a level lacks is empty there."""
    names = dict.fromkeys(name for columns in levels for name in columns)
    return {name: [item for columns in levels for item in columns.get(name, [None] * len(columns["level"]))] for name in names}


def parquet_bytes(columns: Columns) -> bytes:
    """A Parquet file of some columns."""
    import pyarrow
    import pyarrow.parquet

    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), buffer, compression="zstd")
    return buffer.getvalue()


def read_traces(folder: Path) -> dict[str, Trace]:
    """The traces of a run folder by level. Raises InputError for a file that is no Parquet."""
    path = folder / TRACES
    if not path.is_file():
        return {}
    parquet: Any = import_module("pyarrow.parquet")  # it has no annotations
    invalid: type[Exception] = import_module("pyarrow").ArrowInvalid
    try:
        columns: Columns = parquet.read_table(path).to_pydict()
    except invalid as error:
        raise unreadable(path, error) from error
    return {level: _trace(columns, level) for level in dict.fromkeys(columns.get("level", ()))}


def _trace(columns: Columns, level: str) -> Trace:
    """The rows of one level; a species that is not in it has no values there."""
    rows = [place for place, where in enumerate(columns["level"]) if where == level]
    species = [name for name in columns if name not in ("level", "phase", "time") and columns[name][rows[0]] is not None]
    return Trace(
        times=np.array([columns["time"][row] for row in rows]),
        phases=tuple(columns["phase"][row] for row in rows),
        values={name: np.array([columns[name][row] for row in rows]) for name in species},
    )
