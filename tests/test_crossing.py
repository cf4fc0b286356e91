"""Toeholds that should not bind: the conditions' 100 µM, or what the sequences tell, from their energies to a tube."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from cli.console import SilentDisplay
from cli.job import job_of
from cli.run.folder import RunFolder
from cli.run.lab import SEQUENCES
from cli.run.pipeline import Pipeline
from cli.run.tubes import TUBES
from dsd_ncrn.analysis.crossing import CrossBinding, cross_binding
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import RealTubes, stream
from dsd_ncrn.design.load import load_design
from dsd_ncrn.dsd.structure import Domain
from dsd_ncrn.protocol.staged import settings_of
from dsd_ncrn.simulate.crowd import crowd_of
from dsd_ncrn.simulate.imperfections.realisation import Realisation
from sequences.assignment import SequenceAssignment, assignment_csv
from sequences.crosstalk import ToeholdCrossing, toehold_crossing
from sequences.layout import reverse_complement
from sequences.thermo import Energies

DESIGN = Path(__file__).parent.parent / "designs" / "first_learner.toml"
RT = 0.0019872041 * 298.15
"""kcal/mol at 25 °C."""
OCCLUSION_UM = 13.0
HOST, VISITOR = Domain("h", 5), Domain("v", 5)


@dataclass(frozen=True)
class Table(Energies):
    """Energies as they are given, of pairs of words."""

    def duplex(self, first: str, second: str) -> float:
        return {("AAAAA", "GGGGG"): -4.0, ("TCTCC", "GGAGA"): -5.0}[first, second]


@pytest.fixture(scope="module")
def bench() -> Study:
    return Study(load_design(DESIGN, "bench"))


def test_the_constant_follows_from_the_difference_of_energies() -> None:
    """K_d = 13 µM exp((G - G of the toehold that was measured) / RT): 1 kcal/mol weaker is 5.4 times, at 37 °C 5.07."""
    words = {"h": reverse_complement("GGGGG"), "v": "AAAAA"}
    assert ToeholdCrossing(words, Table(25.0, 1.0))((HOST,), (VISITOR,)) == pytest.approx(exp(1.0 / RT), rel=1e-4)
    warm = ToeholdCrossing(words, Table(37.0, 1.0))((HOST,), (VISITOR,))
    assert warm == pytest.approx(exp(1.0 / RT * 298.15 / 310.15), rel=1e-4)


def test_the_measured_toehold_comes_out_as_measured_and_salt_and_heat_count() -> None:
    """TCTCC holds as 13 µM under any conditions; another pair by ViennaRNA's energies under these."""
    words = {"h": "TCTCC", "v": "TCTCC"}
    for energies in (Energies(25.0, 1.0), Energies(37.0, 0.1)):
        assert ToeholdCrossing(words, energies)((HOST,), (VISITOR,)) == pytest.approx(1.0)
    weak = {"h": "TCTCC", "v": "TCTAC"}
    assert len({ToeholdCrossing(weak, Energies(*each))((HOST,), (VISITOR,)) for each in ((25, 1.0), (37, 1.0), (25, 0.1))}) == 3


@pytest.mark.parametrize("words", [{"h": "TCTCC"}, {"h": "TCTCC", "v": "TCTC"}])
def test_without_bases_nothing_is_told(words: dict[str, str]) -> None:
    assert ToeholdCrossing(words, Energies(25.0, 1.0))((HOST,), (VISITOR,)) is None


def test_a_bench_assumes_100_uM_until_sequences_tell_each_pair(bench: Study) -> None:
    """In the typical tube and in each that is drawn; the tightest pair is named."""
    assumed = cross_binding(bench)
    assert assumed is not None and assumed.text == "100 µM (assumed)" and assumed.told == 0
    told = bench.crossed(lambda host, visitor: 3.0 if len(host) > 1 else 70.0)
    found = cross_binding(told)
    assert found is not None and (found.source, found.told) == ("sequences", found.pairs) and found.pair is not None
    smallest = 3.0 if any(len(each) > 1 for each in bench.network.open_toeholds.hosts) else 70.0
    assert found.dissociation_uM == pytest.approx(smallest * OCCLUSION_UM)
    assert f"{found.dissociation_uM:.3g} µM, from sequences" in found.text
    calm = told.spec.imperfections.model_copy(update={"initial_leak": 0.0, "washed_leak": 0.0})
    set_up = told.given(settings=settings_of(told.spec.staged, len(told.ncrn.parameters)), leaky=told.network)
    drawn = RealTubes(set_up).draw(calm, stream(0, 0))
    for realisation in (told.usual(told.designed, told.network), drawn):
        assert_association(told, realisation, told.crossing)
    assert_association(bench, bench.usual(bench.designed, bench.network), None)


def assert_association(study: Study, realisation: Realisation, crossing: object) -> None:
    """1 / K_d of each pair that has nothing in common, in the tube itself."""
    crowd = crowd_of(study.network, realisation.resting, realisation.cross, {}, realisation.crossing)
    assert crowd is not None
    toeholds = crowd.toeholds
    pairs = np.argwhere(toeholds.common == 0)
    assert len(pairs)
    for host, visitor in pairs:
        times = crossing(toeholds.hosts[host], toeholds.visitors[visitor]) if callable(crossing) else 100.0 / OCCLUSION_UM
        assert crowd.association[host, visitor] == pytest.approx(1e-3 / (OCCLUSION_UM * times))


def test_weak_binding_is_told_in_millimolar() -> None:
    assert CrossBinding(4940.0, "sequences", ("a", "b"), 1, 1).text == "4.94 mM, from sequences (b on a)"


def test_what_the_energies_cannot_tell_stays_as_assumed(bench: Study) -> None:
    """A kinder pair does not speak for those without bases; a worse one does."""
    host = bench.network.open_toeholds.hosts[0]
    kind = cross_binding(bench.crossed(lambda at, _: 1000.0 if at == host else None))
    assert kind is not None and kind.text == "100 µM (assumed)" and 0 < kind.told < kind.pairs
    worse = cross_binding(bench.crossed(lambda at, _: 2.0 if at == host else None))
    assert worse is not None and worse.text.startswith("26 µM, from sequences")


def test_where_no_such_toeholds_bind_sequences_change_nothing() -> None:
    """``ideal`` is left as it is to the last part."""
    ideal = Study(load_design(DESIGN, "ideal"))
    assert ideal.crossed(lambda *_: 1.0) is ideal and cross_binding(ideal) is None


def test_toeholds_of_a_circuit_are_taken_from_its_sequences(bench: Study) -> None:
    rules = bench.design.sequences
    found = SequenceAssignment({each.name: "ACTCA"[: each.length].ljust(each.length, "T") for each in bench.designed.domains})
    crossing = toehold_crossing(bench.designed, found, rules, 25.0)
    assert set(crossing.words) == {each.name for each in bench.designed.domains if each.is_toehold}
    assert crossing.energies == Energies.under(rules, 25.0)


def test_a_run_takes_its_own_sequences_into_its_tubes(tmp_path: Path) -> None:
    """Those that the search has left, whether or not it ran this time; the stage is then another one than without."""
    job = job_of(DESIGN, 0, conditions="bench")
    words = {each.name: "ACTCA"[: each.length].ljust(each.length, "T") for each in job.study.designed.domains}
    (tmp_path / "sequences.csv").write_text(assignment_csv(SequenceAssignment(words)), encoding="utf-8")
    folder = SimpleNamespace(path=tmp_path, stages={}, base="")
    pipeline = Pipeline(job, cast("RunFolder", folder), SilentDisplay(), visited={SEQUENCES.name})
    pipeline._cross()  # pyright: ignore[reportPrivateUsage]
    before = pipeline._key(TUBES)  # pyright: ignore[reportPrivateUsage]
    assert job.study.crossing is None  # the search has failed, or was left out
    folder.stages = {SEQUENCES.name: SimpleNamespace(outputs={})}
    pipeline._cross()  # pyright: ignore[reportPrivateUsage]
    assert job.study.crossing == toehold_crossing(
        job.study.designed, SequenceAssignment(words), job.study.design.sequences, 25.0
    )
    assert pipeline._key(TUBES) != before  # pyright: ignore[reportPrivateUsage]
