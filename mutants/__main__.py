"""``make mutants``: record, draw, run, score.

What is done is kept in `.mutants/`, by the code that is changed: a run goes on where it was stopped, and where tests alone have
changed since, these are recorded and the survivors are tried again.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import time
from hashlib import sha256
from pathlib import Path

from mutants.reach import Reach, record
from mutants.run import collect, copies, each, load, trial, workplace
from mutants.sample import SIZE, Mutant, sample
from mutants.score import Found, reasons, score, survivors, told, write

CHECKOUT = Path(__file__).parent.parent


def main() -> None:
    """Read the options, and do what they want."""
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE, help="how many mutants")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first of the sample")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--commit", default="HEAD", help="the state of the code; changes that are not committed do not count")
    parser.add_argument("--only", default="", help="only mutants of files with this in their path")
    parser.add_argument("--page", action="store_true", help="write the score into docs/coverage.md")
    options = parser.parse_args()
    commit = _git("rev-parse", f"{options.commit}^{{commit}}")
    code = _git("rev-parse", f"{commit}:dsd_ncrn", f"{commit}:sequences")
    kept = CHECKOUT / ".mutants" / "-".join(tree[:8] for tree in code.split())
    kept.mkdir(parents=True, exist_ok=True)
    with workplace() as folder:
        roots = copies(CHECKOUT, commit, folder, options.workers)
        for _ in each(list(roots), roots, lambda _, root: (collect, lambda: None, 900.0)):
            pass
        reach = recorded(roots, kept)
        drawn = sample(roots[0], options.size)[options.skip :]
        load(reach.loaded)
        gc.freeze()
        found = run([mutant for mutant in drawn if options.only in mutant.path], roots, reach, kept)
    print()
    for one in survivors(found):
        print(told(one))
    print(score(found))
    if options.page:
        write(found, commit)


def _git(*arguments: str) -> str:
    """What git says."""
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout.strip()


def say(what: str) -> None:
    """Print a line with its time."""
    print(time.strftime("%H:%M:%S"), what, flush=True)


def recorded(roots: list[Path], kept: Path) -> Reach:
    """What each test reaches, by a run of each test file that is not recorded yet."""
    tests = sorted((roots[0] / "tests").glob("test_*.py"), key=lambda path: -path.stat().st_size)
    records = {path.name: kept / f"{path.stem}-{sha256(path.read_bytes()).hexdigest()[:8]}.json" for path in tests}
    missing = [name for name, record in records.items() if not record.exists()]

    def start(name: str, root: Path):  # noqa: ANN202
        return lambda: record(root, f"tests/{name}", records[name]), lambda: None, 1800.0

    if missing:
        load({"pytest", "hypothesis", "numpy", "scipy.sparse.linalg", "numba", "coverage"})
    for number, (name, _, in_time) in enumerate(each(missing, roots, start), start=1):
        say(f"recorded {number} of {len(missing)}: {name}{'' if in_time else ' (too long)'}")
    if failed := [name for name, record in records.items() if not record.exists()]:
        raise SystemExit(f"Not recorded: {', '.join(failed)}")
    return Reach.read(roots[0], list(records.values()))


def run(mutants: list[Mutant], roots: list[Path], reach: Reach, kept: Path) -> list[Found]:
    """Try each mutant that is not tried yet nor known to change nothing; what was found of all."""
    results, known = kept / "results.jsonl", reasons()
    tried: list[Found] = [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []
    found, waiting = {one["key"]: one for one in tried}, list[tuple[Mutant, Found]]()
    for mutant in mutants:
        before, after = mutant.difference((roots[0] / mutant.path).read_text(encoding="utf-8"))
        one = {"key": mutant.key, "path": mutant.path, "line": str(mutant.line), "function": mutant.function}
        one |= {"before": before, "after": after, "killed": "", "tests": reach.digest}
        if (mutant.function, before, after) in known:
            found[mutant.key] = one
        elif mutant.key not in found or not (found[mutant.key]["killed"] or found[mutant.key]["tests"] == reach.digest):
            waiting.append((mutant, one))
    began: dict[str, float] = {}

    def start(task: tuple[Mutant, Found], root: Path):  # noqa: ANN202
        began[task[0].key] = time.monotonic()
        return trial(task[0], root, reach.tests(task[0]), reach)

    for number, ((mutant, one), root, in_time) in enumerate(each(waiting, roots, start), start=1):
        result = root.with_suffix(".json")
        outcome = (
            json.loads(result.read_text("utf-8"))["killed"] if result.exists() else "(time)" if not in_time else "(no end)"
        )
        found[mutant.key] = one | {"killed": outcome}
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found[mutant.key]) + "\n")
        seconds = time.monotonic() - began[mutant.key]
        say(f"{number} of {len(waiting)}, {seconds:.0f} s, {mutant.key}: {outcome or 'SURVIVES'}")
    return [found[mutant.key] for mutant in mutants]


if __name__ == "__main__":
    main()
