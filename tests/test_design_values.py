"""Values that the schema once allowed and nothing could use: refused with their key; what looks like a unit is one."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import dsd_ncrn as dn
from dsd_ncrn.analysis.ranges import Factor, morris, sobol
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.errors import CheckFailed
from studies import changed, design

REFUSED = {
    "chemistry.unit": ("0 nM", "the value should be greater than 0"),
    "chemistry.clock": ("0 nM", "the value should be greater than 0"),
    "sequences.sodium": ("0 M", "the value should be greater than 0"),
    "circuit.f": ("theta * x / 1e-320", "a coefficient is between 1e-100 and 1e100"),
}


@pytest.mark.parametrize("key", REFUSED)
def test_values_that_nothing_can_use_are_refused_with_their_key(key: str) -> None:
    value, message = REFUSED[key]
    with pytest.raises(dn.DesignError, match=message) as caught:
        _ = Study(dn.changed(design("linreg2d"), {key: value})).ncrn
    assert ".".join(caught.value.key) == key


@pytest.mark.parametrize("text", ["1 \u03bcM", "1 \u00b5M", "1\u00a0\u03bcM", "1\u202fuM"])
def test_greek_letters_and_narrow_spaces_are_units_too(text: str) -> None:
    assert dn.changed(design("linreg2d"), {"chemistry.seal": text}).chemistry.seal == 1000.0


@pytest.mark.parametrize(("level", "told"), [("value", "runs to infinity"), ("ideal", "a concentration runs away")])
def test_a_learning_rate_that_runs_away_is_told_without_raw_warnings(level: str, told: str) -> None:
    """Warnings are errors in the tests: NumPy's about the overflow would end it before the message does."""
    spec = changed(design("linreg2d"), "circuit", learning_rate=1e308)
    with pytest.raises(CheckFailed, match=told):
        Study(spec).training(level, lambda done, total: None)


@pytest.mark.parametrize("method", [morris, sobol])
def test_an_error_that_is_no_number_is_told_instead_of_indices_of_0(method: object) -> None:
    """SALib gives 0 for every factor as soon as one output is NaN."""

    def model(values: np.ndarray) -> np.ndarray:
        outputs = values.sum(axis=1)
        outputs[3] = np.nan
        return outputs

    with pytest.raises(CheckFailed, match=r"1 of .* tubes gave no finite error"):
        method((Factor("a", 0.0, 1.0), Factor("b", 0.0, 1.0)), model, 0)  # type: ignore[operator]


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "dsd_ncrn", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("dsd-ncrn ")
