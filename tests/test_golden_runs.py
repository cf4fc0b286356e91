"""What seven short runs leave, against files kept in ``tests/golden/runs``: summary, tables, protocol, order.

They hold no truth but yesterday's: a change of the code's structure must leave them as they are. Words are compared letter by
letter, numbers within 1e-9, also where another processor rounds the last bit of a number otherwise. Where results are changed
on purpose, run pytest with UPDATE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import Invoke
from dsd_ncrn.design.load import dump_design, load_design
from runs import run, summary_of

pytestmark = pytest.mark.slow

DESIGNS = Path(__file__).parent.parent / "designs"
GOLDEN = Path(__file__).parent / "golden" / "runs"
SEQUENCES = GOLDEN / "sequences"
NAMES = (
    "linreg2d",
    "linreg2d_cooperative",
    "linreg2d_minimal",
    "linreg2d_imperfect",
    "linreg2d_batch",
    "own_data",
    "xor2d_bimolecular",
)
REFUSED = ("xor2d_bimolecular",)
"""Designs that calibration refuses on these few points: a reaction fires 1.16 times as often as it should, 1.1 is the most."""
TEXTS = (".csv", ".crn", ".pil", ".md")
TRAINED = """
import sys
from pathlib import Path
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.design.load import load_design
study = Study(load_design(Path(sys.argv[1]))).lasting(iterations=3, strand_iterations=None).ready
print(*(each.concentration.hex() for each in study.system.components))
print(*(each.hex() for each in study.training("dsd").parameters.ravel().tolist()))
"""
NEVER = 1e7
"""Iterations until a fuel is short: beyond this its loss in one of them, under 1e-8 of it, is rounding."""
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w.])")
"""A number that stands for itself, not the digits of a name."""


def short(name: str, folder: Path) -> Path:
    """The file of a design with few points, trained for one epoch."""
    spec = load_design(DESIGNS / f"{name}.toml")
    points = max(3, spec.training.batch)
    task = spec.task.model_copy(update={"training_points": points, "test_points": 4})
    iterations = spec.training.strand_iterations and 2
    training = spec.training.model_copy(update={"epochs": 1, "strand_iterations": iterations})
    path = folder / f"{name}.toml"
    path.write_text(dump_design(spec.model_copy(update={"task": task, "training": training})), encoding="utf-8")
    return path


def texts(folder: Path) -> dict[str, str]:
    """The text files of a folder by their names in it."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in TEXTS)
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}


def left_by(name: str, folder: Path, invoke: Invoke) -> str:
    """All that a run and an order of a short design leave, one file after the other."""
    design, skipped = short(name, folder), ["--skip", "sequences"]
    if name != "linreg2d":  # the leak study takes longest
        skipped += ["--skip", "leaks"]
    result = run(design, folder / "run", *skipped)
    assert result.exit_code == (name in REFUSED), result.output
    sequences = SEQUENCES / f"{name}.csv"
    if sequences.exists():
        ordered = invoke(
            "order", design, "--sequences", sequences, "--anyway", "--vendor", "idt-tube", "-o", folder / "run" / "ordered"
        )
        assert ordered.exit_code == 0, ordered.output
    summary = summary_of(folder / "run")
    del summary["version"], summary["design"]["sha256"]
    fuel = summary["fuel"] or {"limiting_fuel": "", "iterations_to_10_percent_by_fuel": {}}
    del fuel["limiting_fuel"]  # what is used up together ends together: rounding decides which is named
    lasts = fuel["iterations_to_10_percent_by_fuel"]
    lasts |= {fuel: None for fuel, iterations in lasts.items() if iterations is not None and iterations > NEVER}
    files = {"summary.json": json.dumps(summary, indent=1, sort_keys=True) + "\n"} | texts(folder / "run")
    return "".join(f"==== {path}\n{text}" for path, text in files.items())


def differences(found: str, golden: str) -> list[str]:
    """The lines that differ in words, or in a number by more than 1e-9 of it."""
    ours, kept = found.splitlines(), golden.splitlines()
    lines = [f"{len(ours)} lines where {len(kept)} were"] if len(ours) != len(kept) else []
    for one, other in zip(ours, kept):
        same = one == other or (
            NUMBER.sub("#", one) == NUMBER.sub("#", other)
            and all(
                math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9)
                for a, b in zip(NUMBER.findall(one), NUMBER.findall(other))
            )
        )
        if not same:
            lines.append(f"{other!r} is now {one!r}")
    return lines


@pytest.mark.parametrize("name", NAMES)
def test_a_run_leaves_what_it_left(name: str, tmp_path: Path, invoke: Invoke) -> None:
    found, golden = left_by(name, tmp_path, invoke), GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert not differences(found, golden.read_text(encoding="utf-8"))[:20]


@pytest.mark.parametrize("name", ["linreg2d_imperfect", "linreg2d_bench"])
def test_another_processor_leaves_the_same_bits(name: str) -> None:
    """What BLAS and NumPy do without the newer instructions of this processor: calibrated amounts and three iterations."""
    newer = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    older = {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": ",".join(newer)}
    call = [sys.executable, "-c", TRAINED, str(DESIGNS / f"{name}.toml")]
    here, there = (subprocess.check_output(call, env={**os.environ, **more}, text=True) for more in ({}, older))
    assert here == there and len(here.split()) > 30


def test_a_changed_word_and_a_changed_number_are_seen() -> None:
    kept = "theta1,2.0934\nN1_1 joins 1e-3 nM\n"
    assert not differences("theta1,2.09340000000001\nN1_1 joins 0.001 nM\n", kept)
    assert differences("theta1,2.0934001\nN1_1 joins 1e-3 nM\n", kept) == ["'theta1,2.0934' is now 'theta1,2.0934001'"]
    assert differences("theta2,2.0934\nN1_1 joins 1e-3 nM\n", kept) == ["'theta1,2.0934' is now 'theta2,2.0934'"]
    assert differences("theta1,2.0934\n", kept) == ["1 lines where 2 were"]
