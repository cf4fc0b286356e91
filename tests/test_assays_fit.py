"""Fits of synthetic laboratories: the truth is found, noise is told from pipetting, and bad wells are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.bench import BenchFile
from dsd_ncrn.assays.fit import Fit, fit
from dsd_ncrn.assays.intervals import estimates
from dsd_ncrn.assays.judge import checked, swapped, well_fits, without_held, worst_smoothed
from dsd_ncrn.assays.measured import Kind, Quantity
from dsd_ncrn.assays.model import gate_model
from dsd_ncrn.assays.noise import Noise, correlated, noise_of
from dsd_ncrn.assays.results import GateFit
from dsd_ncrn.assays.rivals import rivals
from dsd_ncrn.assays.synthetic import REPORTER, empty_wells, measured, truth_of, typical
from dsd_ncrn.assays.wells import Assay, Errors, Purpose
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.rates import rates_of

TUBES: tuple[Mapping[str, float], ...] = (
    {"C": 30, "reporter": 30},
    {"C": 60, "reporter": 30},
    {"C": 10, "reporter": 30},
    {"C": 20, "reporter": 20},
    {"C": 5, "reporter": 30},
    {},
)


@pytest.fixture(scope="module")
def reporter() -> tuple[Assay, Floats]:
    """A reporter alone, and a blank, with pipetting of 3 % and correlated noise of 1 % of full scale."""
    random = np.random.default_rng(4)
    model = gate_model(REPORTER, "reporter", rates_of())
    assay = Assay(model, empty_wells(TUBES, 40), Errors(0.03))
    truth = truth_of(assay, typical(random), random, 0.03)
    return measured(assay, truth, 250.0, 0.8, random), truth


@pytest.fixture(scope="module")
def found(reporter: tuple[Assay, Floats]) -> Fit:
    return fit(reporter[0])


def test_the_truth_of_a_reporter_is_within_its_intervals(found: Fit, reporter: tuple[Assay, Floats]) -> None:
    truth = {p.name: p.outside(float(x)) for p, x in zip(found.parameters, reporter[1])}
    told = {each.parameter.name: each for each in estimates(found)}
    rate = told["rate constant forward of reporter"]
    assert rate.kind is Kind.INTERVAL and rate.high < 1.5 * rate.low
    for name in ("rate constant forward of reporter", "active share reporter"):
        assert told[name].low < truth[name] < told[name].high
    assert told["constant loss"].high > 0.5 > told["constant loss"].low


def test_noise_is_that_of_the_readings(found: Fit) -> None:
    """250 units with a lag of 0.8, 240 readings: both to about a tenth."""
    assert found.noise.deviation == pytest.approx(250.0, rel=0.25)
    assert found.noise.lag == pytest.approx(0.8, abs=0.1)
    assert 0 < worst_smoothed(found) < 0.03
    assert not [each.well for each in well_fits(found) if each.problem]


def test_restricted_likelihood_counts_what_parameters_take_up() -> None:
    """20 traces of 20 readings with lag 0.9, each with a level of its own fitted: plain residuals say 0.6, the truth is 0.9."""
    random = np.random.default_rng(0)
    traces = [correlated(20, 0.9, random) for _ in range(20)]
    slopes = [np.eye(20)[[n] * 20] for n in range(20)]
    residuals = [trace - trace.mean() for trace in traces]
    nothing = np.zeros(20)
    noise = noise_of(residuals, slopes, nothing, nothing, Noise(1.0))
    every = np.concatenate([each[1:] * each[:-1] for each in residuals]).sum() / sum(float(each @ each) for each in residuals)
    assert every < 0.8
    assert noise.lag == pytest.approx(0.9, abs=0.05) and noise.deviation == pytest.approx(1.0, rel=0.3)


def test_whitened_noise_is_white() -> None:
    noise = correlated(4000, 0.9, np.random.default_rng(1)) * 3.0
    white = Noise(3.0, 0.9).white(noise)
    assert np.std(white) == pytest.approx(1.0, abs=0.05)
    assert abs(np.mean(white[1:] * white[:-1])) < 0.05


def test_a_wrong_dose_is_named(reporter: tuple[Assay, Floats]) -> None:
    """The layout says 10 nM where there were 20."""
    assay = reporter[0]
    wells = tuple(replace(w, doses={**w.doses, "C": 20.0}) if w.name == "A3" else w for w in assay.wells)
    bad = {each.well: each.problem for each in well_fits(fit(replace(assay, wells=wells))) if each.problem}
    assert "A3" in bad


def test_swapped_wells_are_named(reporter: tuple[Assay, Floats]) -> None:
    assay = reporter[0]
    traces = {well.name: well.trace for well in assay.wells} | {"A1": assay.wells[4].trace, "A5": assay.wells[0].trace}
    wrong = fit(replace(assay, wells=tuple(replace(well, trace=traces[well.name]) for well in assay.wells)))
    assert swapped(wrong, well_fits(wrong)) == ("A1", "A5")


def test_without_a_saturating_tube_the_active_share_is_worse_known(reporter: tuple[Assay, Floats], found: Fit) -> None:
    assay = reporter[0]
    few = fit(replace(assay, wells=tuple(well for well in assay.wells if well.name in ("A3", "A5", "A6"))))
    whole, part = (next(e for e in estimates(each, False) if e.parameter.quantity is Quantity.ACTIVE) for each in (found, few))
    assert part.deviation > 2 * whole.deviation


def test_a_well_that_is_held_out_is_predicted_but_for_its_doses(found: Fit, reporter: tuple[Assay, Floats]) -> None:
    """8 nM are in the layout and 8 % more in the well: with a reporter in excess so much of the range."""
    (well,) = empty_wells([{"C": 8.0, "reporter": 30.0}], 40)
    truth = {p.name: p.outside(float(x)) for p, x in zip(found.parameters, reporter[1]) if not p.nuisance}
    alone = Assay(found.assay.model, (well,), found.assay.errors, truth)
    x = np.array([np.log(1.08) if p.component == "C" else p.inside(p.start) for p in alone.parameters])
    read = replace(measured(alone, x, 0.0, 0.0, np.random.default_rng(0)).wells[0], purpose=Purpose.HELD)
    check = checked(found, read)
    assert check.mixed == pytest.approx(0.08, abs=0.03) and check.dosed < 0.02
    fitted, held = without_held(replace(found.assay, wells=(*found.assay.wells, read)))
    assert held == (read,) and fitted.wells == found.assay.wells


def test_a_parameter_that_one_tube_does_not_tell_is_warned_of_once(reporter: tuple[Assay, Floats]) -> None:
    """A single tube says nothing of the constant loss, whose fit then ends on a bound."""
    one = fit(replace(reporter[0], wells=reporter[0].wells[:1]))
    assert "constant loss" in [p.name for p, edge in zip(one.parameters, one.on_bound) if edge]
    found = GateFit(BenchFile(name="readout", strands="readout.pil", reporter="reporter"), one, thorough=False)
    told = [each for each in found.warnings if each.startswith("constant loss is")]
    assert told == ["constant loss is not determined by these tubes"]


def test_nothing_read_is_refused(reporter: tuple[Assay, Floats]) -> None:
    wells = tuple(replace(well, trace=None) for well in reporter[0].wells)
    with pytest.raises(InputError, match="no sample was read"):
        fit(replace(reporter[0], wells=wells))


def test_without_a_saturating_tube_other_explanations_are_offered_with_the_tube_that_tells(
    reporter: tuple[Assay, Floats],
) -> None:
    """From unsaturated traces only the product of rate constant and active share is told: halves and doubles fit as well."""
    assay = reporter[0]
    few = fit(replace(assay, wells=tuple(well for well in assay.wells if well.name in ("A3", "A5"))))
    other = next(each for each in rivals(few) if "active" in each.name)
    changed = {name: (here, there) for name, here, there in other.differs}
    (here, there), (slow, fast) = changed["active share reporter"], changed["rate constant forward of reporter"]
    assert slow * here == pytest.approx(fast * there, rel=0.3)
    assert other.apart > 0.1 and other.mix["C"] >= 0.5 * other.mix["reporter"]
