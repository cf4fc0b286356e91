"""Which share of real tubes learns: the designs that are made to survive, over draws of the data that nothing was tuned on.

    python -m benchmarks.survival [DESIGN ...] [--draws 10] [--tubes 10] [--conditions study --conditions bench] [-o out.json]

Each tube is mixed, measured and trained; it has learned where it removes 0.9 of the test error that the ideal network removes.
Draws start at FIRST: designs were tuned on smaller ones.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dsd_ncrn.analysis.beads import bead_budget
from dsd_ncrn.analysis.judging import THRESHOLD, judge, learned, yardstick
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import Drawn
from dsd_ncrn.design.load import load_design
from dsd_ncrn.simulate.engines.crew import side_by_side

DESIGNS = Path(__file__).parent.parent / "designs"
FIRST, SEED = 1001, 1


@dataclass(frozen=True)
class Survival:
    """What tubes of a design came to under conditions: shares by draw, 0 where a tube cannot be measured or simulated."""

    design: str
    conditions: str
    iterations: int
    shares: list[list[float]]
    learned: int
    tubes: int
    low: float
    high: float
    median: float
    hours: float
    most_hours: float
    slurry_uL: float
    ideal: list[float]
    least_squares: list[float]


def survival(name: str, conditions: str, iterations: int, draws: int, tubes: int, first: int = FIRST) -> Survival:
    """Train ``tubes`` realisations for each of some draws of the data."""
    spec = load_design(DESIGNS / f"{name}.toml", conditions)
    base = Study(spec, first)
    parts = {"network": base.network, "leaky": base.leaky, "settings": base.settings}
    studies = [
        Study(spec, first + n).lasting(iterations=iterations, strand_iterations=None).given(**parts) for n in range(draws)
    ]
    drawn = [Drawn(each, SEED) for each in studies]
    jobs = [(draw, number) for draw in range(draws) for number in range(tubes)]
    found = side_by_side(lambda job: judge(drawn[job[0]], job[1]), jobs)
    shares, hours = (np.array([getattr(each, of) for each in found]).reshape(draws, tubes) for of in ("learned_share", "hours"))
    total = learned(found)
    return Survival(
        name,
        conditions,
        iterations,
        np.round(shares, 3).tolist(),
        total.count,
        total.of,
        *(round(each, 3) for each in total.interval),
        median=round(float(np.median(shares)), 3),
        hours=round(float(np.nanmean(hours)), 2),
        most_hours=round(float(np.nanmax(hours)), 2),
        slurry_uL=round(bead_budget(base).slurry_uL, 1),
        ideal=[round(yardstick(each).ideal, 3) for each in studies],
        least_squares=[round(yardstick(each).least_squares, 3) for each in studies],
    )


def main() -> None:
    """Print a line for each design, conditions and number of iterations, and write all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("designs", nargs="*", default=["first_learner", "linreg2d_bench"])
    parser.add_argument("--conditions", action="append")
    parser.add_argument("--iterations", action="append", type=int)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--tubes", type=int, default=10)
    parser.add_argument("-o", "--out", type=Path)
    given = parser.parse_args()
    found: list[Survival] = []
    for name in given.designs:
        for conditions in given.conditions or ("study", "bench"):
            for iterations in given.iterations or (20,):
                each = survival(name, conditions, iterations, given.draws, given.tubes)
                by_draw = [sum(share >= THRESHOLD for share in row) for row in each.shares]
                print(
                    f"{name} {conditions} {iterations}: {each.learned} of {each.tubes} ({each.low} to {each.high}), "
                    f"by draw {by_draw}, median {each.median}, {each.hours} h an iteration (most {each.most_hours}), "
                    f"slurry {each.slurry_uL} uL",
                    flush=True,
                )
                found.append(each)
                if given.out:
                    given.out.write_text(json.dumps([asdict(one) for one in found], indent=1))


if __name__ == "__main__":
    main()
