"""One iteration of the ideal network and of the strands, side by side, as a Parquet table."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsd_ncrn.analysis.study import Study
    from dsd_ncrn.simulate.ideal import IdealLearner
    from dsd_ncrn.simulate.results import Floats, Trajectory
    from dsd_ncrn.simulate.tube import Tube

POINTS = 60
"""Times per phase (and per wait after it)."""

Columns = dict[str, list[Any]]


def trajectories_parquet(study: Study) -> bytes:
    """Columns ``level``, ``phase``, ``time`` and one per species, in the design's units, for the first training point.

    ``time`` is in s for ``dsd`` and dimensionless for ``ideal``; a signal of ``dsd`` counts what gates hold of it.
    """
    from dsd_ncrn.simulate.ideal import IdealLearner

    x, y = study.data.train_x[0], study.data.train_y[0]
    tube, learner = study.tube(), IdealLearner(study.ncrn, study.engine)
    levels = (ideal_columns(learner, learner.trace(x, y, POINTS)), dsd_columns(tube, tube.trace(x, y, POINTS)))
    return parquet_bytes(_joined(levels))


def ideal_columns(learner: IdealLearner, trace: Trajectory) -> Columns:
    """The species of an ideal trace."""
    return _columns("ideal", trace, {species: trace.of(species) for species in learner.ncrn.crn.species})


def dsd_columns(tube: Tube, trace: Trajectory) -> Columns:
    """The signals of a strand-level trace, in the design's units."""
    values = {name: trace.values[:, held].sum(axis=1) / tube.protocol.unit for name, held in tube.pot.held.items()}
    return _columns("dsd", trace, values)


def _columns(level: str, trace: Trajectory, values: Mapping[str, Floats]) -> Columns:
    """A trace as columns; the species keep their order."""
    phases = phase_names(trace)
    head: Columns = {"level": [level] * len(phases), "phase": list(phases), "time": trace.times.tolist()}
    return head | {species: column.tolist() for species, column in values.items()}


def phase_names(trace: Trajectory) -> Sequence[str]:
    """The phase of every time; where one ends and the next begins at the same time, the first of the two ends."""
    names: list[str] = []
    starts = [start for _, start in trace.phase_starts]
    current = 0
    for previous, time in zip((-1.0, *trace.times), trace.times):
        if current + 1 < len(starts) and time >= starts[current + 1] and time == previous:
            current += 1
        names.append(trace.phase_starts[current][0])
    return names


def _joined(levels: Sequence[Columns]) -> Columns:
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
