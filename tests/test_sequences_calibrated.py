"""Concentrations and durations from the sequences: what the bench mixes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cli.job import Job, job_of
from cli.run.lab import order_stage
from cli.run.strands import refitted, sequenced_stage
from dsd_ncrn.analysis.experiment import experiment_of
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.errors import CheckFailed
from sequences.assignment import read_assignment
from sequences.bench.document import three

WORDS = Path(__file__).parent / "golden" / "linreg2d_sequences.csv"


@pytest.fixture
def job(small: Path) -> Job:
    """The small design with sequences that were once designed for it."""
    job = job_of(small, 0, strands=True)
    job.found_sequences = read_assignment(WORDS)
    return job


def test_calibration_on_the_sequences_restores_what_the_ideal_network_does(job: Job) -> None:
    """The truth is the abstract network's training, which knows nothing of toeholds."""
    found = job.sequenced
    plain = job.study.given(network=found.network)
    ideal, level = job.study.ideal.parameters[-1], "dsd_sequences"
    before = plain.train(plain.tube(), level).parameters[-1]
    after = found.fitted.train(found.fitted.tube(), level).parameters[-1]
    assert not found.problem
    assert np.abs(before - ideal).max() > 10 * np.abs(after - ideal).max()
    assert max(found.fitted.calibration.after.values()) == pytest.approx(1.0, abs=0.02)
    assert min(found.fitted.calibration.after.values()) == pytest.approx(1.0, abs=0.02)


def test_only_joins_and_slow_phases_are_changed(job: Job) -> None:
    rows = refitted(job.study, job.sequenced.fitted)
    changed = {row.component_or_phase for row in rows if row.by_lengths != row.by_sequences}
    assert {row.unit for row in rows} == {"nM", "s"}
    assert {"C1", "C2"} <= changed
    assert changed <= {"C1", "C2", *(gates.join for gates in job.study.system.gates.values())}


def test_the_protocol_has_the_concentrations_of_the_sequences(job: Job) -> None:
    system, before = job.sequenced.fitted.system, job.study.system
    joins = [gates.join for gates in system.gates.values()]
    join = max(joins, key=lambda name: abs(system.level(name) - before.level(name)))
    protocol = order_stage(job, lambda _: None).files["protocol.md"]
    assert isinstance(protocol, bytes)
    assert f"| {join} | gate | {three(system.by_name[join].concentration)} |" in protocol.decode()


def test_what_the_bench_adds_is_calibrated_also_where_it_was_asked_for_before(job: Job) -> None:
    before, fitted = job.study.experiment, job.sequenced.fitted
    assert fitted.experiment == experiment_of(fitted, {}) != before


def test_sequences_that_cannot_be_calibrated_are_told_and_ordered_as_they_are(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Study, network: object) -> Study:
        raise CheckFailed("a join would need 1e9 nM")

    monkeypatch.setattr(Study, "refitted", fail)
    summary = sequenced_stage(job, lambda _: None).summary["sequence_rates"]
    assert (summary["calibrated"], summary["problem"]) == (False, "a join would need 1e9 nM")
    assert job.sequenced.fitted.system == job.study.system
    assert any("lengths alone" in note for note in order_stage(job, lambda _: None).summary["order"]["notes"])
