"""One iteration of the ideal network and of the strands, side by side, as a Parquet table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsd_ncrn.runs.trainings import Columns, joined, parquet_bytes, trace_columns

if TYPE_CHECKING:
    from dsd_ncrn.analysis.study import Study
    from dsd_ncrn.simulate.ideal import IdealLearner
    from dsd_ncrn.simulate.tube import Tube
    from dsd_ncrn.simulate.types import Trajectory

POINTS = 60
"""Times per phase (and per wait after it)."""


def trajectories_parquet(study: Study) -> bytes:
    """Columns ``level``, ``phase``, ``time`` and one per species, in the design's units, for the first training point.

    ``time`` is in s for ``dsd`` and dimensionless for ``ideal``; a signal of ``dsd`` counts what gates hold of it.
    """
    from dsd_ncrn.simulate.ideal import IdealLearner

    x, y = study.data.train_x[0], study.data.train_y[0]
    tube, learner = study.tube(), IdealLearner(study.ncrn, study.integrator)
    levels = (ideal_columns(learner, learner.trace(x, y, POINTS)), dsd_columns(tube, tube.trace(x, y, POINTS)))
    return parquet_bytes(joined(levels))


def ideal_columns(learner: IdealLearner, trace: Trajectory) -> Columns:
    """The species of an ideal trace."""
    return trace_columns("ideal", trace, {species: trace.of(species) for species in learner.ncrn.crn.species})


def dsd_columns(tube: Tube, trace: Trajectory) -> Columns:
    """The signals of a strand-level trace, in the design's units."""
    values = {species: trace.values[:, held].sum(axis=1) / tube.unit for species, held in tube.holders.items()}
    return trace_columns("dsd", trace, values)
