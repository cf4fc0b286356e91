"""Small run folders for the tests of the report."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dsd_ncrn.analysis.leaks import LeakChannel, LeakPoint, LeakRanking, LeakSensitivity, LeakShare
from dsd_ncrn.analysis.yields import Sample, Yield
from dsd_ncrn.runs.tables import leak_files

HOSTILE = '<script>alert("x")</script> $a_b$ & {{ 7 * 7 }}'
LEVELS = ("ideal", "dsd", "dsd_leaky", "dsd_sequences", "dsd_diluted", "one_pot")
ITERATIONS, EPOCHS = 8, 2

DESIGN = """
format = 1
name = "small"
description = "a small run"
[task]
name = "linreg2d"
training_points = 4
test_points = 3
[circuit]
f = "theta * x + beta"
T = 0.5
learning_rate = 0.1
[translation]
toehold = 5
always_on = ["N4"]
[leak]
rate = "0.001 /M/s"
"""

JOIN = "c1( t( + r( t( + r( + ) ) ) ) ) t*( p*( t*( x*( t* + ) ) + ) )"

SECTIONS = (
    "verdict", "circuit", "dsd", "learning", "iteration", "leak", "fuel", "tuning", "sequences", "order",
    "limits", "provenance",
)  # fmt: skip


def training_summary(after: float) -> dict[str, Any]:
    """What the summary says of one training."""
    return {
        "iterations": ITERATIONS,
        "epochs": EPOCHS,
        "rmse_before": 6.5312864,
        "rmse_after": after,
        "accuracy_before": None,
        "accuracy_after": None,
        "parameters": {"theta1": 2.0934, "theta2": 4.1187},
    }


def full_summary(name: str = "N1_1") -> dict[str, Any]:
    """The summary of a run of all stages; ``name`` stands wherever a summary has a name."""
    return {
        "format": 1,
        "design": {"name": "small", "sha256": "ab" * 32},
        "seed": 3,
        "version": "0.1.0",
        "wall_seconds": {"dsd": 12.34},
        "stages": {"compile": "finished", "dsd": "finished"},
        "ncrn": {"species": 17, "species_with_bias": 18, "reactions": 14, "by_stage": {"N1": 3}, "max_molecularity": 2},
        "dsd": {
            "signals": 16, "fuels": 41, "complexes": 37, "strands": 129, "domains": 39, "network_species": 263,
            "network_reactions": 227, "leak_reactions": 2153, "cooperative_annihilations": 0,
            "two_domain_annihilations": 2, "verified": None, "longest_strand_nt": 104,
        },
        "training": {
            level: training_summary(after)
            for level, after in zip(LEVELS, (0.4311, 0.4392, 17.34, 0.4711, 7.4093, 10.12))
        } | {"ideal": training_summary(0.4311) | {"least_squares_after": 0.41, "share_of_least_squares": 0.9966}},
        "fidelity": {
            "parameter_error_first_iteration": 0.0041, "parameter_error_final": 0.0123, "rmse_ratio": 1.0187,
            "hours_per_iteration": 9.63, "worst_reaction": {"origin": name, "error": -0.034},
            "reactions": [
                {"origin": name, "before_calibration": 0.72, "after_calibration": 1.0001, "join_nM": 446.2},
                {"origin": "N3_1p", "before_calibration": 0.08, "after_calibration": 0.9999, "join_nM": 199.7},
            ],
        },
        "separation": {"fast_ratio": 1000.0, "error": 0.00056, "note": ""},
        "fuel": {
            "consumed_fraction_per_iteration": {name: 0.0537, "seal": 0.0397, "idle": 0.0},
            "iterations_to_10_percent": 1.87, "limiting_fuel": name,
        },
        "leaks": {"samples": 2, "tolerated_leak_per_M_per_s": 0.0023, "ranking": [{"origin": name, "share": 0.61}],
                  "yield": {"samples": 3, "leak_per_M_per_s": 0.01, "failed": 1,
                            "learning": {"count": 1, "fraction": 0.333, "interval": [0.061, 0.792]},
                            "improving": {"count": 2, "fraction": 0.667, "interval": [0.208, 0.939]}}},
        "sequences": {
            "domains": 39, "strands": 129, "hard_violations": 0, "worst_crosstalk_kcal": -7.63,
            "worst_structure_kcal": -0.76, "toehold_spread_kcal": 0.41, "seconds": 41.5,
            "complexes": 36, "flagged_complexes": 1, "lowest_target_probability": 0.871, "largest_ensemble_defect": 0.0613,
        },
        "sequence_rates": {
            "steps": 227, "slowest_factor": 0.7633, "median_factor": 0.9981, "fastest_factor": 1.8281, "spurious_steps": 3,
            "fastest_spurious_per_M_per_s": 0.42, "calibrated": True, "problem": "",
            "worst_before": {"origin": name, "ratio": 0.527}, "hours_per_iteration": 11.25,
            "parameter_error_first_iteration": 0.0052, "parameter_error_final": 0.0161, "rmse_ratio": 1.0287,
            "worst_reaction": {"origin": name, "error": -0.047},
            "reactions": [
                {"origin": name, "before_calibration": 0.72, "after_calibration": 1.0002, "join_nM": 579.1},
                {"origin": "N3_1p", "before_calibration": 0.08, "after_calibration": 0.9998, "join_nM": 231.8},
            ],
        },
        "order": {"vendor": "generic", "files": ["o.csv"], "oligos": 117, "bases": 5437, "longest_nt": 104, "plates": 0},
        "measured": {
            "learned": 0.913, "median": 0.902, "low": 0.851, "high": 0.934,
            "changes": [{"what": name, "unit": "nM", "before": 60.0, "after": 74.5}],
            "gates": [{"gate": name, "deviations": 1.83, "says": "leaks 4 /M/s", "gain": 0.047}],
            "numbers": [{"gate": name, "name": "rate constant forward", "number": {
                "value": 31700.0, "low": 27800.0, "high": 36300.0, "known": "interval", "deviation": 0.07,
                "logarithmic": True, "predicted": 85500.0,
            }}],
        },
        "dilution": {"growth_per_iteration": 0.7252, "tolerated_growth_per_iteration": 0.0037, "note": ""},
    }  # fmt: skip


def write_full_run(run: Path, name: str = "N1_1") -> Path:
    """A run folder in which every stage has left its files; ``name`` stands wherever files have names."""
    run.mkdir(exist_ok=True)
    run.joinpath("design.toml").write_text(DESIGN)
    write_json(run / "summary.json", full_summary(name))
    write_json(
        run / "ncrn.json", {"reactions": [formal_reaction(name)], "kinds": {"Z1": "Z", "P1": "P"}, "warnings": [f"mind {name}"]}
    )
    write_json(run / "system.json", system(name))
    calibrated = [
        ["component_or_phase", "unit", "by_lengths", "by_sequences"],
        [name, "nM", 446.2, 579.1],
        ["C1", "s", 60.0, 70.0],
    ]
    write_csv(run / "concentrations_sequences.csv", calibrated)
    run.joinpath("predictions").mkdir(exist_ok=True)
    for level in LEVELS:
        rows = [[number, 3.0 + number, 3.5 + number, 1.0 + number, 2.0] for number in range(1, ITERATIONS + 1)]
        header = ["iteration", "prediction", "target", name, "theta2"]
        write_csv(run / f"training_{level}.csv", [header, [0, "", "", 1.0, 2.0], *rows])
        tests = [[target, target / 2, target + 0.1] for target in (3.0, 5.0, 9.0)]
        write_csv(run / "predictions" / f"{level}.csv", [["target", "before", "after"], *tests])
    write_trajectories(run / "trajectories.parquet")
    write_leaks(run, name)
    write_csv(
        run / "fuel.csv", [["iteration", name, "seal"], *([number, 3.2, 0.5 * number] for number in range(1, ITERATIONS + 1))]
    )
    write_csv(run / "tune.csv", tuned(name))
    write_csv(run / "sequences.csv", [["domain", "sequence"], ["t", "ACCTA"], [name, "CATCATTACTCCAAC"]])
    verdicts = [["runs", name, 3, "nt", 3, True, True], ["gc_content", name, 0.1, "fraction", 0.3, False, False]]
    write_csv(run / "verdicts.csv", [["rule", "subject", "value", "unit", "limit", "passed", "hard"], *verdicts])
    write_json(run / "sequences.json", search(name))
    run.joinpath("order").mkdir(exist_ok=True)
    write_csv(run / "order" / "o.csv", [["name", "sequence"], [name, "ACCTACATCATTACTCCAAC"]])
    run.joinpath("protocol").mkdir(exist_ok=True)
    write_csv(run / "protocol" / "cost.csv", [["scale", "bases", "cost"], [name, 1571, ""]])
    run.joinpath("protocol.md").write_text(f"# Protocol: {name}\n")
    write_json(run / "provenance.json", {"python": "3.11", "packages": {"numpy": "2.9.9", "nuad": None}})
    return run


def search(name: str) -> dict[str, Any]:
    """How sequences were found, as in sequences.json."""
    pair = {"first": name, "second": "x*", "energy": -7.63}
    site = {"toehold": "<t>", "neighbour": name, "length": 5, "energy": -6.42}
    return {
        "seed": 3, "time_limit_hit": False, "gap_kcal": 5.37, "weakest_perfect_kcal": -13.01,
        "worst_domains": [pair], "worst_strands": [pair], "toehold_sites": [site],
        "toehold_classes": [
            {"length": 5, "sites": 29, "mean": -8.39, "weakest": -8.31, "strongest": -8.49, "target": -8.49, "slowest": 0.76,
             "fastest": 0.998},
        ],
        "flagged_complexes": [
            {"component": name, "length": 115, "concentration": 200.0, "probability": 0.31, "core": 0.871, "defect": 0.021,
             "open_toehold": 0.991, "formed": 0.96, "tube_defect": 0.0613},
        ],
        "leak_sites": [{"gate": name, "strand": f"<{name}>", "end": "3'", "branch": name, "opening": 0.07, "rate": 20.15}],
        "candidates": [
            {"number": 1, "iterations": 911, "hard_violations": 0, "failed": 0, "gap": 5.37, "toehold_spread": 0.41},
            {"number": 0, "iterations": 911, "hard_violations": 0, "failed": 1, "gap": 5.12, "toehold_spread": 0.52},
        ],
        "shortfall": f"runs is broken 1 times (worst: {name})",
    }  # fmt: skip


def formal_reaction(name: str) -> dict[str, Any]:
    """A formal reaction as in ncrn.json."""
    return {
        "name": name, "stage": "N1", "term": "theta1*x1", "reactants": ["X1", "P1"], "products": ["X1", "P1", "Z1", name],
        "rate": 1.0, "fast": False, "phases": ["C1"], "molecularity": 2,
    }  # fmt: skip


def tuned(name: str) -> list[list[object]]:
    """Candidates of a search: the design, one of the front, and one that failed."""
    header = ["scheme", "candidate", "cost", "leak_free_error", "first_error", "mean_error", "rmse_ratio", "hours", "fuel_nM"]
    header += ["strands", "longest_nt", "failure", "tolerated_leak_per_M_s", name]
    start = [name, 0, 5.0, 0.0048, 0.63, 0.43, 8.4, 1.07, 36943.7, 120, 100, "", "", 0.1]
    best = [name, 1, 0.17, 0.0035, 0.15, 0.15, 1.02, 0.7, 55394.7, 120, 100, "", 1.78, 0.2]
    return [header, start, best, [name, 2, "", *[""] * 6, 0, 0, f"no calibration of {name}", "", 0.3]]


def system(name: str) -> dict[str, Any]:
    """A system of one gate and one strand as in system.json."""
    lengths = {"t": 5, "x": 15, "p": 15, "c1": 15, "r": 15}
    origins = [{"reaction": name, "stage": "N1", "term": ""}]
    return {
        "name": "small",
        "domains": [{"name": domain, "length": length} for domain, length in lengths.items()],
        "components": [
            {"name": name, "role": "gate", "concentration": 446.2, "kernel": JOIN, "origins": origins, "topped_up": True},
            {"name": "X1", "role": "signal", "concentration": 0.0, "kernel": "t x", "origins": [], "topped_up": False},
        ],
    }


def write_trajectories(path: Path) -> None:
    """Two phases of three times, at both levels."""
    import pyarrow
    import pyarrow.parquet

    times = [0.0, 1.0, 2.0, 2.0, 3.0, 4.0]
    columns = {
        "level": ["ideal"] * 6 + ["dsd"] * 6,
        "phase": (["C1"] * 3 + ["C2"] * 3) * 2,
        "time": times + [1000 * time for time in times],
        "Z1": [0.0, 1.0, 2.0, 2.0, 1.0, 0.0] * 2,
        "P1": [1.0] * 12,
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


def write_leaks(run: Path, name: str) -> None:
    """A curve of three rates, a ranking of two origins, a leak and three tubes, of which one failed."""
    curve = [LeakPoint(rate, 0.43 * ratio, ratio, 0.1, 0.01) for rate, ratio in ((0.001, 1.02), (0.0023, 1.09), (0.1, 31.0))]
    shares = (LeakShare(name, 0.61, 0.526), LeakShare("N2_Y", 0.39, 0.336))
    leak = LeakChannel(name, "LL", ("P1_cogate", f"fork_{name}"), ("P1", "s172"), "theta1", 0.526)
    tubes = [Sample(number, rmse, 6.5, rmse / 0.43, 0.1, 0.01) for number, rmse in ((0, 0.44), (1, 0.61))]
    failed = Sample(2, *[float("nan")] * 5, f"no calibration with {name}")
    found = LeakSensitivity(tuple(curve), 0.0023, LeakRanking(shares, (leak,)), 0.001)
    for file, text in leak_files(found, Yield((*tubes, failed), 0.01)).items():
        run.joinpath(file).write_text(text, encoding="utf-8")


def write_json(path: Path, value: object) -> None:
    """Any JSON value."""
    path.write_text(json.dumps(value))


def write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Rows, the header first."""
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
