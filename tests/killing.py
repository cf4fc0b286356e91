"""Runs that are killed at random moments and go on: ``python tests/killing.py 50`` kills that often, and compares.

What a run leaves that went on after kills has to be, byte by byte, what an uninterrupted one leaves, but for wall times;
and no process may outlive the one that was killed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from cli.report.page import build_report
from conftest import DESIGNS
from dsd_ncrn.design.load import dump_design, load_design
from dsd_ncrn.runs.files import json_text
from runs import contents

MOMENTS = ("started", "ended")
"""Keys of provenance.json that are times of day."""
LONGEST_S = 600.0
GONE_S = 15.0
KILLS_OF_ONE, SOONER = 6, 0.6
QUICK = """
import cli.run.leaks as ways, dsd_ncrn.analysis.leaks as leaks
from cli.main import main
ways.LARGEST, leaks.GRID_PER_M_S, leaks.REFINEMENTS = 0, (1.0, 10.0), 1
main()
"""
"""The command with a shorter leak study: two rates and what is between them, and no ways."""


@dataclass
class Record:
    """What the kills came to: how often the run was at each stage, and what was wrong."""

    kills: int = 0
    finished: int = 0
    at: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def tiny_design(folder: Path) -> Path:
    """The smallest linear regressor with two points to learn from."""
    spec = load_design(DESIGNS / "linreg2d_minimal.toml")
    changes = {
        "name": "tiny",
        "task": spec.task.model_copy(update={"training_points": 2, "test_points": 2}),
        "training": spec.training.model_copy(update={"epochs": 1}),
        "sequences": spec.sequences.model_copy(update={"time_limit": 1.0, "candidates": 1}),
    }
    path = folder / "tiny.toml"
    path.write_text(dump_design(spec.model_copy(update=changes)), encoding="utf-8")
    return path


def begun(
    design: Path, out: Path, *options: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, code: str = QUICK
) -> subprocess.Popen[str]:
    """``run`` in a process of its own."""
    command = [sys.executable, "-c", code, "run", str(design), "-o", str(out), *options]
    path = os.pathsep.join([str(DESIGNS.parent), os.environ.get("PYTHONPATH", "")])
    both = {**os.environ, "PYTHONPATH": path, **(env or {})}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=both, cwd=cwd)


def comparable(folder: Path) -> dict[str, bytes]:
    """Every file of a finished run without what tells of wall time, all else byte by byte.

    That is ``wall_seconds`` and ``sequences.seconds`` in summary.json, ``started`` and ``ended`` in provenance.json; the
    report, which shows them, is made again after they have been taken away.
    """
    with TemporaryDirectory() as place:
        copy = Path(shutil.copytree(folder, Path(place) / "run"))
        summary = json.loads((copy / "summary.json").read_text(encoding="utf-8"))
        summary["wall_seconds"] = dict.fromkeys(summary["wall_seconds"], 0.0)
        if summary["sequences"]:
            summary["sequences"]["seconds"] = 0.0
        (copy / "summary.json").write_text(json_text(summary), encoding="utf-8")
        provenance = json.loads((copy / "provenance.json").read_text(encoding="utf-8"))
        (copy / "provenance.json").write_text(json_text(provenance | dict.fromkeys(MOMENTS, "")), encoding="utf-8")
        (copy / "report.html").write_text(build_report(copy), encoding="utf-8")
        return contents(copy)


def differences(found: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> list[str]:
    """The names of files that are there once, or differ."""
    return sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))


def kill_and_resume(design: Path, place: Path, wanted: Mapping[str, bytes], kills: int, longest: float, seed: int) -> Record:
    """Start a run in a folder again and again, kill it after up to ``longest`` seconds, and compare when it has finished.

    A run that goes on has less to do, and is killed sooner; after KILLS_OF_ONE it is left to finish. Goes on in a new
    folder until there have been that many kills and the last folder is finished.
    """
    record, draw = Record(), random.Random(seed)
    while record.kills < kills and not record.faults:
        out = place / f"run_{record.finished}"
        for number in range(min(KILLS_OF_ONE, kills - record.kills) + 1):
            wait = LONGEST_S if number == KILLS_OF_ONE or record.kills == kills else draw.uniform(0, longest)
            process = begun(design, out, f"--workers={draw.choice((1, 1, 1, 2))}")
            if not _killed(process, wait if number == 0 else SOONER * wait, record):
                break
            record.kills += 1
            record.at[_stage(out)] += 1
        if not record.faults:
            record.faults += [f"{out.name}: {name} differs" for name in differences(comparable(out), wanted)]
        record.finished += 1
        print(record, file=sys.stderr, flush=True)  # noqa: T201
    return record


def _killed(process: subprocess.Popen[str], seconds: float, record: Record) -> bool:
    """Kill a process after some seconds, and see that those it has begun end as well; False where it ended before."""
    try:
        _, told = process.communicate(timeout=seconds)
        if process.returncode:
            record.faults.append(f"a run ended with {process.returncode}: {told[-300:]}")
        return False
    except subprocess.TimeoutExpired:
        others = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        _, left = psutil.wait_procs(others, timeout=GONE_S)
        record.faults += [f"an orphan: {' '.join(each.cmdline())[:200]}" for each in left]
        return True


def _stage(out: Path) -> str:
    """The finished stages at the moment of a kill, as their number."""
    ledger = out / ".stages.json"
    return str(len(json.loads(ledger.read_text(encoding="utf-8"))["stages"])) if ledger.exists() else "nothing"


def main() -> None:
    """Kill runs as often as asked, and print what came of it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("kills", type=int)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    with TemporaryDirectory() as name:
        place, start = Path(name), time.monotonic()
        design = tiny_design(place)
        process = begun(design, place / "whole")
        _, told = process.communicate(timeout=LONGEST_S)
        longest = time.monotonic() - start
        print(told, f"an uninterrupted run took {longest:.0f} s", sep="\n", flush=True)  # noqa: T201
        record = kill_and_resume(design, place, comparable(place / "whole"), given.kills, longest, given.seed)
    print(record, f"{time.monotonic() - start:.0f} s", sep="\n")  # noqa: T201
    sys.exit(bool(record.faults))


if __name__ == "__main__":
    main()
