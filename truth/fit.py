"""Published numbers, each file with its source and conditions in its first lines, and the constants that are fitted to them.

``python -m truth.fit`` prints what ``dsd_ncrn/constants.toml`` should hold. Toeholds: k_f and k_r/k_b of 1 to 8 nt, least
squares of the logarithms of 51 rates of free duplexes. Gates: the same toeholds; k_f is scaled by the geometric mean of
measured over predicted, its band is one standard deviation of the logarithm.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from dsd_ncrn.arrays import Floats
from dsd_ncrn.kinetics.rates import ToeholdLengthRates

FOLDER = Path(__file__).parent / "data"


class Rate(NamedTuple):
    """A measured displacement: toeholds that are bound and released (nt), /M/s, and the preset that should predict it."""

    paper: str
    what: str
    preset: str
    bound: int
    released: int
    per_M_s: float
    fitted: bool


def duplexes() -> tuple[Rate, ...]:
    """The 8 displacements and 43 exchanges that toeholds are fitted to."""
    rows = read("duplexes")
    rates = [(int(row["bound"]), int(row["released"]), float(row["per_M_s"])) for row in rows]
    return tuple(Rate("Zhang & Winfree 2009", f"{n} for {m} nt", "duplex", n, m, k, True) for n, m, k in rates)


def gates() -> tuple[Rate, ...]:
    """Rates in gates, and others that nothing is fitted to."""
    return tuple(
        Rate(
            row["paper"],
            row["what"],
            row["preset"],
            int(row["bound"]),
            int(row["released"]),
            float(row["per_M_s"]),
            row["fitted"] == "1",
        )
        for row in read("gates")
    )


def read(name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    lines = (FOLDER / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


LONGEST_NT = 8
DIGITS = 3
"""That the table has."""


class Toeholds(NamedTuple):
    """k_f (/M/s) and k_r/k_b by length, with the standard errors of their logarithms, and what is left, in decades."""

    association: float
    openings: tuple[float, ...]
    errors: Floats
    left: Floats


class Association(NamedTuple):
    """k_f in gates, /M/s, with its band."""

    value: float
    pessimistic: float
    optimistic: float


def fit_toeholds() -> Toeholds:
    """The three-step model that is nearest to the free duplexes."""
    rates = duplexes()
    measured = np.log10([rate.per_M_s for rate in rates])

    def left(logarithms: Floats) -> Floats:
        return np.log10(predicted(rates, np.exp(logarithms))) - measured

    start = np.log([2e6, *np.geomspace(1e5, 1e-4, LONGEST_NT)])
    found = least_squares(left, start, xtol=1e-12, ftol=1e-12, gtol=1e-12)
    spread = float(found.fun @ found.fun) / (len(rates) - len(start))
    errors = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)) * spread)
    association, *openings = np.exp(found.x)
    return Toeholds(float(association), tuple(map(float, openings)), errors, found.fun)


def fit_gates(toeholds: Toeholds) -> Association:
    """How fast toeholds bind to gates."""
    rates = [rate for rate in gates() if rate.fitted]
    ratios = np.log([rate.per_M_s for rate in rates]) - np.log(predicted(rates, [1.0, *toeholds.openings]))
    mean, deviation = float(ratios.mean()), float(ratios.std(ddof=1))
    return Association(*(float(np.exp(mean + side * deviation)) for side in (0, -1, 1)))


def predicted(rates: tuple[Rate, ...] | list[Rate], constants: Floats | list[float]) -> Floats:
    """k(n, m) by k_f and k_r/k_b of 1, 2 … nt."""
    model = ToeholdLengthRates(float(constants[0]), tuple(map(float, constants[1:])), 1.0)
    return np.array([model.displacement(rate.bound, rate.released) for rate in rates])


def main() -> None:
    """Print the constants."""
    found = fit_toeholds()
    inside = int((np.abs(found.left) < np.log10(3)).sum())
    print(f"association {found.association:.{DIGITS}g} /M/s, ln s.e. {found.errors[0]:.2f}")
    for nt, (opening, error) in enumerate(zip(found.openings, found.errors[1:]), start=1):
        print(f"opening {nt} nt {opening:.{DIGITS}g}, ln s.e. {error:.2f}")
    print(f"{inside} of {len(found.left)} within 3x, rms {np.sqrt((found.left**2).mean()):.3f} decades")
    print("association in gates {:.3g} /M/s, {:.3g} to {:.3g}".format(*fit_gates(found)))


if __name__ == "__main__":
    main()
