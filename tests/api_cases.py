"""What the tests of the Python interface share, worked out once per process: prepared designs, and the folder of a run."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import dsd_ncrn as dn
import sequences
from cli.run.strands import training_outcome
from dsd_ncrn.analysis.leaks import LeakPoint, LeakRanking, LeakSensitivity
from dsd_ncrn.runs.tables import leak_files

DESIGN = Path(__file__).parent.parent / "designs" / "linreg2d.toml"
CURVE = (LeakPoint(0.001, 0.40, 0.99, 0.012, 0.006), LeakPoint(0.1, 0.9, 2.2, 0.2, 0.1))
_prepare, _find = dn.prepare, sequences.find_sequences


@cache
def prepared(design_text: str, seed: int) -> dn.PreparedDesign:
    """A design by its text, prepared."""
    return _prepare(design_of(design_text), seed=seed)


@cache
def design_of(text: str) -> dn.DesignSpec:
    """A design by the text that ``dump_design`` gives."""
    return dn.new_design(tomllib.loads(text))


def prepared_once(design: dn.DesignSpec, seed: int = 0, **_: Any) -> dn.PreparedDesign:
    """``prepare``, but for designs that have been prepared before in this process."""
    return prepared(dn.dump_design(design), seed)


@cache
def _found(design_text: str, seed: int, steps: int) -> sequences.SequenceAssignment:
    design = design_of(design_text)
    return _find(dn.translate_design(design), design, seed=seed, steps=steps)


def found_once(system: dn.DsdSystem, design: dn.DesignSpec, *, seed: int = 0, steps: int = 3) -> sequences.SequenceAssignment:
    """``find_sequences``, but for designs whose sequences have been sought before in this process."""
    return _found(dn.dump_design(design), seed, steps)


def linreg() -> dn.PreparedDesign:
    """The linear regressor with seed 0."""
    return prepared_once(dn.load_design(DESIGN))


def few() -> dn.DesignSpec:
    """The linear regressor with three points to learn from and two to judge by."""
    return dn.changed(dn.load_design(DESIGN), {"task.test_points": 2, "task.training_points": 3, "name": "few"})


def write_run(folder: Path) -> dict[str, dn.Training]:
    """A run folder with two trainings and a leak curve, written by the stages of ``run``; the trainings."""
    study = linreg()
    trainings = {"ideal": study.train("ideal", iterations=4), "dsd": study.train("dsd", iterations=4)}
    summary: dict[str, Any] = {"ncrn": {"reactions": study.counts["reactions"]}, "training": {}}
    sensitivity = LeakSensitivity(CURVE, 0.001, LeakRanking((), ()), 0.001)
    files: dict[str, str | bytes] = {"design.toml": dn.dump_design(study.design), **leak_files(sensitivity)}
    for level, training in trainings.items():
        outcome = training_outcome(study.study, training)
        files |= outcome.files
        summary["training"][level] = outcome.summary[f"training.{level}"]
    files["summary.json"] = json.dumps(summary)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return trainings
