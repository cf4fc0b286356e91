"""A fit beside pyPESTO's of the same problem: written as PEtab by this project, simulated by RoadRunner, fitted by Powell.

A reporter in four tubes, with a factor on each dose, its active share, a constant loss, blank, gain and the glow of the
unopened reporter. Noise is independent, as in PEtab, and wells start when the layout says. pyPESTO begins at the optimum of
this project, as it is and shaken by two deviations of each parameter: there are no derivatives of RoadRunner's models.
Run ``uv run benchmarks/fits_peers.py``.
"""

from __future__ import annotations

import logging
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import click
import numpy as np
import pypesto
import pypesto.optimize
from pypesto.petab import PetabImporter

from dsd_ncrn.assays.fit import Problem, fit_at
from dsd_ncrn.assays.model import gate_model
from dsd_ncrn.assays.noise import Noise
from dsd_ncrn.assays.petab import id_of, petab_files
from dsd_ncrn.assays.synthetic import REPORTER, empty_wells, measured, truth_of, typical
from dsd_ncrn.assays.wells import Assay, Errors
from dsd_ncrn.kinetics.rates import rates_of

TUBES: tuple[dict[str, float], ...] = (
    {"C": 60, "reporter": 30}, {"C": 10, "reporter": 30}, {"C": 20, "reporter": 20}, {"C": 5, "reporter": 30}
)  # fmt: skip
NOISE = 200.0
"""Of readings of up to 27,000 units."""
HALF_LOG = 0.5 * float(np.log(2 * np.pi))
SHAKEN = 2.0
"""Deviations."""


def made_up(seed: int) -> Assay:
    """The tubes, read with independent noise."""
    random = np.random.default_rng(seed)
    assay = Assay(gate_model(REPORTER, "reporter", rates_of()), empty_wells(TUBES, 30), Errors(0.03, start=0.0))
    return measured(assay, truth_of(assay, typical(random), random, 0.03), NOISE, 0.0, random)


@click.command()
@click.option("--seed", default=0, show_default=True, help="Of the readings.")
def main(seed: int) -> None:
    """Both optima, by pyPESTO's objective, and how far apart their parameters are."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    assay = made_up(seed)
    problem = Problem(assay, Noise(NOISE))
    start = np.array([p.inside(p.start) for p in assay.parameters])
    begun = time.perf_counter()
    x, cost, _ = problem.solve(start)
    seconds = time.perf_counter() - begun
    values = {p.name: p.outside(float(v)) for p, v in zip(assay.parameters, x)}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in petab_files(assay, values, NOISE).items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        kind: Any = PetabImporter
        importer = kind.from_yaml(f"{folder}/problem.yaml", simulator_type="roadrunner")
        other: Any = importer.create_problem()
    by_id = dict(zip((id_of(p) for p in assay.parameters), range(len(x))))
    order = [by_id[name] for name in other.x_names]
    ours = float(other.objective(x[order]))
    deviations = np.sqrt(np.diag(fit_at(problem, x).covariance))
    shaken = x + SHAKEN * deviations * np.random.default_rng(seed).choice([-1.0, 1.0], len(x))
    optimizer = pypesto.optimize.ScipyOptimizer("Powell", options={"maxfev": 6000, "ftol": 1e-9, "xtol": 1e-4})
    begun = time.perf_counter()
    runs = [optimizer.minimize(other, id=str(n), x0=np.clip(at[order], other.lb, other.ub)) for n, at in enumerate((x, shaken))]
    known = [p.spread for p in assay.parameters if p.spread]
    constant = len(known) * HALF_LOG + np.sum(np.log(known)) + 30 * len(TUBES) * (np.log(NOISE) + HALF_LOG)
    print(f"negative log posterior here {cost / 2 + constant:.4f}, by pyPESTO at the same place {ours:.4f}")
    print(f"after pyPESTO has gone on from there {runs[0].fval:.4f}, and from the shaken place {runs[1].fval:.4f}")
    print(f"{seconds:.2f} s here, {time.perf_counter() - begun:.1f} s there")
    print(f"{'parameter':36} {'here':>12} {'deviation':>12} {'went on':>12} {'shaken':>12}")
    for n, place in enumerate(order):
        p = assay.parameters[place]
        there = [p.outside(float(np.asarray(each.x)[n])) for each in runs]
        if not p.nuisance:
            print(f"{p.name:36} {p.outside(float(x[place])):12.5g} {deviations[place]:12.2g} {there[0]:12.5g} {there[1]:12.5g}")


if __name__ == "__main__":
    main()
