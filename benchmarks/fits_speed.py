"""How long do fits take? The command on every gate of a design, with profiles and other explanations; 30 traces of one gate.

Readings are those of ``experiments --example``; the traces have 60 readings each, and 4 rate constants are sought. Run
``uv run benchmarks/fits_speed.py`` on a machine that does nothing else, with ``OPENBLAS_NUM_THREADS=1`` as the command sets it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from dsd_ncrn.assays.fit import fit
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.synthetic import TUBES, empty_wells, join_model, measured, truth_of, typical
from dsd_ncrn.assays.wells import Assay, Errors

TRACES = 30


def command(*words: str) -> str:
    """Run ``dsd-ncrn`` and tell its seconds, those of the wall and of all its processes."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "dsd_ncrn", *words, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begun
    return f"{wall:.1f} s, CPU {after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} s"


def traces() -> str:
    """The CPU seconds of a fit of many traces with 4 rate constants, when all is compiled."""
    random, model = np.random.default_rng(0), join_model()
    tubes = [{**TUBES[n % len(TUBES)], "reporter": 30.0 - n % 3} for n in range(TRACES)]
    assay = Assay(model, empty_wells(tubes), Errors(0.0, start=0.0))
    x = truth_of(assay, typical(random))
    known = {p.name: p.outside(float(v)) for p, v in zip(assay.parameters, x) if p.quantity != Quantity.RATE}
    read = replace(measured(assay, x, 200.0, 0.5, random), fixed=known)
    fit(read)
    begun = time.process_time()
    found = fit(read)
    return f"{len(found.parameters)} parameters, {time.process_time() - begun:.2f} s"


@click.command()
@click.option("--design", default="designs/linreg2d_bench.toml", show_default=True)
def main(design: str) -> None:
    """Time them."""
    print(f"{TRACES} traces: {traces()}")
    with TemporaryDirectory() as folder:
        bench, fits = Path(folder) / "bench", Path(folder) / "fits"
        print(f"experiments: {command('experiments', design, '--example', '-o', str(bench))}")
        print(f"gates: {len(list(bench.glob('*.toml')))}", flush=True)
        for more in ([], ["--quick"]):
            done = command("fit", str(bench), *map(str, bench.glob("example*.csv")), "-o", str(fits), *more)
            print(f"fit {' '.join(more)}: {done}", flush=True)


if __name__ == "__main__":
    main()
