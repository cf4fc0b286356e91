"""Which share of real tubes learns: the designs that are made to survive, over draws of the data that nothing was tuned on.

    python -m benchmarks.survival [DESIGN ...] [--draws 10] [--tubes 10] [--first 1001] [--conditions bench] [-o out.json]
    python -m benchmarks.survival ... --variants 1                  so many sequences of each gate, whatever the design says
    python -m benchmarks.survival --alone [--draws 3] [--tubes 4]   each imperfection of bench alone, and all together
    python -m benchmarks.survival --finite [--tubes 4]              what rests as species, beside the factors for it
    python -m benchmarks.survival linreg2d_bench --uniform          all leaks at 10 /M/s, nothing else

Each tube is mixed, measured and trained; it has learned where it removes 0.9 of the test error that the ideal network removes.
Of classifications it is also counted where the accuracy is within NEAR of the ideal one, and where it is at least ACCURATE.
Draws start at FIRST, or another: designs were tuned on smaller ones.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dsd_ncrn.analysis.judging import ROUNDING, THRESHOLD, judge, learned, near, test_error, yardstick
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import Drawn
from dsd_ncrn.design.load import changed, load_design
from dsd_ncrn.design.spec import DesignSpec
from dsd_ncrn.simulate.engines.crew import side_by_side

DESIGNS = Path(__file__).parent.parent / "designs"
FIRST, SEED = 1001, 1
ACCURATE = 0.85
CAUSES = {
    "occlusion of toeholds": ("occlusion",),
    "rates of gates": ("rate_spread",),
    "stocks": ("pipetting", "inactive", "truncated"),
    "single additions": ("addition",),
    "strength of toeholds": ("toehold_spread",),
    "cross-binding of toeholds": ("occlusion", "cross_binding"),
    "beads are slow": ("bead_slowdown",),
    "beads are left behind": ("missed", "never"),
    "pulls take time": ("pull", "pull_jitter"),
    "one magnet": ("one_magnet",),
    "volumes": ("strand_stock", "complex_stock", "carried", "least", "lost", "evaporation"),
    "measurements": ("calibration", "loading"),
    "gates triggered at the start": ("initial_leak", "washed_leak"),
}
"""Imperfections of the conditions by what they are of; leaks are one more."""
LEAKING = {"leaks": ("join", "fork", "mid"), "into joins": ("join",), "into forks": ("fork",), "in mid-reaction": ("mid",)}
"""The channels of leaks, all and by kind."""
KNOWN = ("calibrated", "slurry", "slurry_most", "leak_spread")
"""What is not an imperfection, or counts with leaks."""


@dataclass(frozen=True)
class Survival:
    """What tubes of a design came to under conditions: shares by draw, 0 where a tube cannot be measured or simulated.

    ``near`` and ``accurate`` count tubes of a classification, ``accuracy_before`` is the mean before training; else None.
    """

    design: str
    conditions: str
    iterations: int
    shares: list[list[float]]
    learned: int
    tubes: int
    low: float
    high: float
    median: float
    over_ideal: float
    hours: float
    slurry_uL: float
    ideal: list[float]
    least_squares: list[float]
    near: int | None = None
    accurate: int | None = None
    accuracy_before: float | None = None


def survival(spec: DesignSpec, conditions: str, iterations: int, draws: int, tubes: int, first: int = FIRST) -> Survival:
    """Train ``tubes`` realisations for each of some draws of the data, from the ``first`` on."""
    base = Study(spec, first)
    parts = {"network": base.network, "leaky": base.leaky, "settings": base.settings}
    long = {"iterations": iterations, "strand_iterations": None}
    studies = [Study(spec, first + n).lasting(**long).given(**parts) for n in range(draws)]
    drawn = [Drawn(each, SEED) for each in studies]
    jobs = [(draw, number) for draw in range(draws) for number in range(tubes)]
    found = side_by_side(lambda job: judge(drawn[job[0]], job[1]), jobs)
    sticks = [yardstick(each) for each in studies]
    ratios = [each.after / sticks[draw].ideal if sticks[draw].ideal else np.nan for (draw, _), each in zip(jobs, found)]
    shares, hours = (np.array([getattr(each, of) for each in found]).reshape(draws, tubes) for of in ("learned_share", "hours"))
    total = learned(found)
    counted = {}
    if base.data.accuracy(base.data.test_y, base.data.test_y) is not None:
        close = sum(near([each], sticks[draw]) for (draw, _), each in zip(jobs, found))
        accurate = sum(each.after <= 1.0 - ACCURATE + ROUNDING for each in found)
        before = round(1.0 - float(np.nanmean([each.before for each in found])), 3)
        counted = {"near": close, "accurate": accurate, "accuracy_before": before}
    return Survival(
        spec.name,
        conditions,
        iterations,
        np.round(shares, 3).tolist(),
        total.count,
        total.of,
        *(round(each, 3) for each in total.interval),
        median=round(float(np.median(shares)), 3),
        over_ideal=round(float(np.nanmean(ratios)), 3),
        hours=round(float(np.nanmean(hours)), 2),
        slurry_uL=round(base.beads.worst_uL, 1),
        ideal=[round(each.ideal, 3) for each in sticks],
        least_squares=[round(each.least_squares, 3) for each in sticks],
        **counted,
    )


def alone(spec: DesignSpec, ideal: DesignSpec) -> Iterator[tuple[str, DesignSpec]]:
    """The ideal design, with each imperfection of a design alone, and with all, by what they are called."""
    kept = {name: getattr(spec.imperfections, name) for name in KNOWN}
    calm = ideal.imperfections.model_copy(update=kept)
    for cause, names in {"nothing": (), **CAUSES}.items():
        values = {name: getattr(spec.imperfections, name) for name in names}
        yield cause, ideal.model_copy(update={"imperfections": calm.model_copy(update=values)})
    for cause, kinds in LEAKING.items():
        channels = tuple((kind, rate) for kind, rate in spec.leak.channels if kind in kinds)
        leak = spec.leak.model_copy(update={"channels": channels})
        yield cause, ideal.model_copy(update={"imperfections": calm, "leak": leak})
    yield "all together", spec


def print_alone(designs: Sequence[str], draws: int, tubes: int) -> None:
    """Print a row for each imperfection, with the tubes of each design that learn and the median of their shares."""
    print_row("alone", *(each for name in designs for each in (f"`{name}`", "median share")))
    print_row(*["---"] * (1 + 2 * len(designs)))
    of_all = [alone(load_design(DESIGNS / f"{name}.toml", "bench"), _ideal(name)) for name in designs]
    for causes in zip(*of_all, strict=True):
        found = [survival(spec, cause, spec.training.iterations or 20, draws, tubes) for cause, spec in causes]
        numbers = ((f"{each.learned} of {each.tubes}", f"{each.median:.2f}") for each in found)
        print_row(causes[0][0], *(cell for each in numbers for cell in each))


def print_finite(designs: Sequence[str], tubes: int) -> None:
    """Print for each design its usual tube, set alike, and single tubes, each measured for itself, in both semantics."""
    print_row("design", "species", "parameters", "differ by", "test error", "shares with factors", "with species")
    print_row(*["---"] * 7)
    for name in designs:
        factors = Study(load_design(DESIGNS / f"{name}.toml", "bench"), FIRST).ready
        studies = factors, factors.with_resting(leaks=True)
        trained = [each.training("dsd_leaky") for each in studies]
        ends = [each.parameters[-1] for each in trained]
        errors = [f"{test_error(factors.data, each.test_after):.3g}" for each in trained]
        shares = [[judge(Drawn(each, SEED), number).learned_share for number in range(tubes)] for each in studies]
        print_row(
            f"`{name}`",
            "{:,} and {:,}".format(*(len(each.leaky.names) for each in studies)),
            " and ".join(", ".join(f"{theta:.3g}" for theta in end) for end in ends),
            f"{np.max(np.abs(ends[1] - ends[0])) / np.max(np.abs(ends[0])):.1%}",
            " and ".join(errors),
            *(" ".join(f"{share:.2f}" for share in each) for each in shares),
        )


def uniform(spec: DesignSpec) -> DesignSpec:
    """All leaks at 10 /M/s, nothing else on; the tube is measured without errors."""
    leak = {"leak.rate": "10 /M/s", "leak.channels": dict.fromkeys(("join", "fork", "mid"), 1.0)}
    return changed(spec, {**leak, "imperfections.calibrated": True})


def print_row(*cells: object) -> None:
    """A row of a table, at once."""
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("designs", nargs="*", default=["first_learner", "linreg2d_bench"])
    parser.add_argument("--conditions", action="append")
    parser.add_argument("--iterations", action="append", type=int)
    parser.add_argument("--draws", type=int)
    parser.add_argument("--tubes", type=int)
    parser.add_argument("--first", type=int, default=FIRST)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--finite", action="store_true")
    parser.add_argument("--uniform", action="store_true")
    parser.add_argument("--variants", type=int)
    parser.add_argument("-o", "--out", type=Path)
    given = parser.parse_args(arguments)
    if given.alone:
        print_alone(given.designs, given.draws or 3, given.tubes or 4)
    elif given.finite:
        print_finite(given.designs, 4 if given.tubes is None else given.tubes)
    else:
        _print_survival(given)


def _print_survival(given: argparse.Namespace) -> None:
    found: list[Survival] = []
    heads = "design", "conditions", "iterations", "learned", "by draw", "median share", "error over ideal", "h an iteration"
    print_row(*heads, "accuracy")
    print_row(*["---"] * (len(heads) + 1))
    for spec, conditions in _asked(given):
        for iterations in given.iterations or (spec.training.iterations or 20,):
            tubes = 1 if given.uniform else given.tubes or 10
            each = survival(spec, conditions, iterations, given.draws or 10, tubes, given.first)
            by_draw = " ".join(str(sum(share >= THRESHOLD for share in row)) for row in each.shares)
            counted = f"{each.learned} of {each.tubes} ({each.low:.2f} to {each.high:.2f})"
            numbers = f"{each.median:.2f}", f"{each.over_ideal:.2f}", f"{each.hours:.1f}"
            accuracy = (
                "" if each.near is None else f"near {each.near}, {ACCURATE} {each.accurate}, before {each.accuracy_before}"
            )
            print_row(f"`{each.design}`", conditions, iterations, counted, by_draw, *numbers, accuracy)
            found.append(each)
            if given.out:
                given.out.write_text(json.dumps([asdict(one) for one in found], indent=1))


def _asked(given: argparse.Namespace) -> Iterator[tuple[DesignSpec, str]]:
    """The designs that are asked for, and under what."""
    for name in given.designs:
        if given.uniform:
            yield uniform(_ideal(name)), "10 /M/s"
        else:
            for each in given.conditions or ("study", "bench"):
                spec = load_design(DESIGNS / f"{name}.toml", each)
                if given.variants is None:
                    yield spec, each
                else:
                    yield changed(spec, {"staged.variants": given.variants}), f"{each}, {given.variants} of each gate"


def _ideal(name: str) -> DesignSpec:
    return load_design(DESIGNS / f"{name}.toml", "ideal")


if __name__ == "__main__":
    main()
