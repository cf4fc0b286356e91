"""Trainings in a volume that grows: what they bear, and that the run tells it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from cli.job import job_of
from cli.run.lab import TOO_WEAK, diluted_stage
from dsd_ncrn.analysis import ALLOWED_RATIO
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import LEAST_GROWTH, study_dilution, train_diluted
from sequences.sequenced import Sequenced
from studies import changed, design, prepare

pytestmark = pytest.mark.xdist_group("studies")


@pytest.fixture(scope="module")
def epoch() -> Study:
    """One epoch of linreg2d in place of five."""
    return prepare(changed(design("linreg2d"), "training", epochs=1), seed=0)


def test_a_volume_that_does_not_grow_changes_nothing(epoch: Study) -> None:
    """Equal to the last bit."""
    plain = epoch.train(epoch.tube(), "dsd")
    assert np.array_equal(train_diluted(epoch, 0.0).parameters, plain.parameters)


@pytest.mark.slow
def test_the_tolerated_growth_passes_and_a_third_more_does_not(epoch: Study) -> None:
    """Five halvings between 1e-4 and 0.2 leave a factor of 2000^(1/32) = 1.27 between the two; both are trained again here."""
    found, most = study_dilution(epoch, 0.2), ALLOWED_RATIO * train_diluted(epoch, 0.0).rmse_after
    assert found.training.rmse_after > most
    assert found.tolerated is not None and LEAST_GROWTH < found.tolerated < 0.2
    assert train_diluted(epoch, found.tolerated).rmse_after < most < train_diluted(epoch, 1.3 * found.tolerated).rmse_after


def test_a_growth_that_does_no_harm_is_tolerated_as_it_is(epoch: Study) -> None:
    assert study_dilution(epoch, LEAST_GROWTH / 10).tolerated == LEAST_GROWTH / 10


def test_where_nothing_is_borne_nothing_is_promised(epoch: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten per cent is far above what is borne here, so that it may stand for the least that is looked at."""
    monkeypatch.setattr("dsd_ncrn.analysis.yields.LEAST_GROWTH", 0.1)
    assert study_dilution(epoch, 0.2).tolerated is None


def test_stocks_that_are_too_weak_to_top_up_are_told_and_are_no_failure(small: Path) -> None:
    job = job_of(small, 0, strands=True)
    job.sequenced = cast("Sequenced[Study]", SimpleNamespace(bench=SimpleNamespace(growth=None, added=())))
    outcome = diluted_stage(job, lambda _: None)
    assert not outcome.files
    section = outcome.summary["dilution"]
    assert (section["growth_per_iteration"], section["tolerated_growth_per_iteration"]) == (None, None)
    assert section["note"] == TOO_WEAK
