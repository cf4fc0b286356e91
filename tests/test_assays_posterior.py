"""The posterior of a fit, sampled by emcee."""

from __future__ import annotations

import numpy as np
import pytest

from dsd_ncrn.assays.fit import Fit, fit
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import gate_model
from dsd_ncrn.assays.posterior import posterior
from dsd_ncrn.assays.synthetic import REPORTER, empty_wells, measured, truth_of, typical
from dsd_ncrn.assays.wells import Assay, Errors
from dsd_ncrn.errors import InputError
from dsd_ncrn.kinetics.rates import rates_of

TUBES: tuple[dict[str, float], ...] = ({"C": 60, "reporter": 30}, {"C": 10, "reporter": 30}, {"C": 20, "reporter": 20}, {})
STEPS = 120


@pytest.fixture(scope="module")
def readout() -> Fit:
    """A reporter in three tubes and a blank, of which the rate constant and the active share are well known."""
    random = np.random.default_rng(7)
    assay = Assay(gate_model(REPORTER, "reporter", rates_of()), empty_wells(TUBES, 20), Errors(0.03))
    return fit(measured(assay, truth_of(assay, typical(random), random, 0.03), 200.0, 0.5, random))


@pytest.mark.slow
def test_what_is_well_known_has_the_posterior_of_its_covariance(readout: Fit) -> None:
    """The sum of squares of a rate constant known to a few per cent is about a parabola: then the posterior is normal, with the
    deviation that the Fisher information gives (Laplace)."""
    found = posterior(readout, seed=1, most=STEPS)
    place = next(n for n, p in enumerate(found.parameters) if p.name == "rate constant forward of reporter")
    number = [p.name for p in readout.parameters].index("rate constant forward of reporter")
    deviation = float(np.sqrt(readout.covariance[number, number]))
    drawn = np.log(found.samples[:, place])
    assert np.std(drawn) == pytest.approx(deviation, rel=0.35)
    assert np.median(drawn) == pytest.approx(readout.x[number], abs=deviation)
    low, middle, high = found.quantiles[:, place]
    assert low < middle < high and np.log(high / low) == pytest.approx(2 * 1.96 * deviation, rel=0.4)
    assert all(np.all((p.low <= each) & (each <= p.high)) for p, each in zip(found.parameters, found.samples.T))
    assert Quantity.DOSE not in {p.quantity for p in found.parameters}


def test_a_short_chain_says_so(readout: Fit) -> None:
    found = posterior(readout, seed=1, most=20)
    assert found.steps == 20 and not found.converged


def test_without_emcee_the_remedy_is_named(readout: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("dsd_ncrn.assays.posterior.import_module", absent)
    with pytest.raises(InputError, match=r"Install dsd-ncrn\[posterior\]"):
        posterior(readout, seed=0)
