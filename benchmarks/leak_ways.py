"""Ways to bear more leak, one at a time, on a design: what each buys in tolerated leak and costs in strands and hours.

Run ``uv run benchmarks/leak_ways.py designs/linreg2d.toml``; see README.md. The tolerated leak is the largest rate, in steps
of a quarter of a decade, at which the strands' test error stays under 1.1 times the ideal network's after some iterations.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dsd_ncrn.analysis.tuning import Bench, Question, evaluate, tolerated_leak
from dsd_ncrn.design.load import load_design
from dsd_ncrn.design.spec import DesignSpec

Changes = Mapping[str, Mapping[str, Any]]
ITERATIONS = 20
WAYS: Mapping[str, Changes] = {
    "as it is": {},
    "gates sized by their flux": {"chemistry": {"sizing": "auto"}},
    "twice the signals": {"chemistry": {"unit": 2.0}},
    "clamps (leaks divided by 10)": {"leak": {"clamp_factor": 10.0}},
    "sealed gates": {"translation": {"scheme": "sealed"}},
    "helpers in their phase alone": {"translation": {"phase_fuels": True}},
    "thresholds of 1 nM on Z": {"translation": {"thresholds": {"Z1": 1.0, "Z2": 1.0}}},
    "thresholds of 1 nM on A and G": {
        "translation": {
            "thresholds": {name: 1.0 for each in "12" for name in (f"A{each}p", f"A{each}m", f"G{each}p", f"G{each}m")}
        }
    },
    "cooperative annihilation": {"translation": {"annihilation": "cooperative"}},
    "common mode: all on two rails": {
        "circuit": {"theta": "dual", "z": "dual", "y": "dual"},
        "chemistry": {"sizing": "auto"},
    },
}


def changed(spec: DesignSpec, changes: Changes) -> DesignSpec:
    """A design with some keys of its sections changed; the unit is multiplied."""
    for section, values in changes.items():
        before = getattr(spec, section)
        new = {key: before.unit * value if key == "unit" else value for key, value in values.items()}
        spec = spec.model_copy(update={section: before.model_copy(update=new)})
    return spec


@click.command()
@click.argument("design", type=click.Path(exists=True, path_type=Path))
@click.option("--leak", type=float, default=1.0, show_default=True, help="Leak rate of the errors, /M/s.")
@click.option("--iterations", type=int, default=ITERATIONS, show_default=True)
def main(design: Path, leak: float, iterations: int) -> None:
    """Try every way."""
    base = load_design(design)
    print("| way | tolerates, /M/s | first error without leak | with it | mean | test error over ideal | strands | h |")
    print("|---|---|---|---|---|---|---|---|")
    for name, changes in WAYS.items():
        bench = Bench(changed(base, changes), 0, Question(leak, iterations), ())
        point = evaluate(bench, ())
        if point.failure:
            print(f"| {name} | – | {point.failure} |", flush=True)
            continue
        errors = (point.leak_free_error, point.first_error, point.mean_error)
        cells = [f"{tolerated_leak(bench, ()):.3g}", *(f"{100 * error:.1f} %" for error in errors)]
        print(f"| {name} | {' | '.join(cells)} | {point.rmse_ratio:.3f} | {point.strands} | {point.hours:.2f} |", flush=True)


if __name__ == "__main__":
    main()
