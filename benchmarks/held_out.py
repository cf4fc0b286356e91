"""How well is a tube predicted that was not fitted? Synthetic laboratories, each of their tubes held out in turn.

Cuvettes have noise of 0.25 % of full scale and pipetting errors of 3 %, plates 1 and 5 %. The error is that of
``dsd_ncrn.assays.judge``, against what the well shows without its noise. Tubes that hardly shine (without an input, or without
an auxiliary strand) have next to no range and are told apart, over full scale. Run ``uv run benchmarks/held_out.py``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import click
import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.fit import fit
from dsd_ncrn.assays.judge import error, foretold, worst_smoothed
from dsd_ncrn.assays.predict import Predictor
from dsd_ncrn.assays.synthetic import TUBES, laboratory
from dsd_ncrn.assays.wells import Errors

SATURATING = ({"A": 30, "B": 100, "helper": 100, "join": 15, "reporter": 30}, {"C": 30, "reporter": 15})
"""nM; a second tube that saturates the gate, and one that saturates the reporter."""
SHINES = 0.05
"""Of full scale: the least range of a tube that shines."""


@dataclass(frozen=True)
class Reader:
    """Noise over full scale, its correlation from one reading to the next, and pipetting errors."""

    noise: float
    lag: float
    pipetting: float


READERS = {"cuvettes": Reader(0.0025, 0.95, 0.03), "plates": Reader(0.01, 0.6, 0.05)}


@click.command()
@click.option("--count", default=12, show_default=True, help="Laboratories.")
@click.option("--first", default=0, show_default=True, help="Seed of the first.")
@click.option("--reader", type=click.Choice(list(READERS)), default="plates", show_default=True)
@click.option("--once", is_flag=True, help="Only one tube that saturates the gate, and one that saturates the reporter.")
def main(count: int, first: int, reader: str, once: bool) -> None:
    """Errors of each tube, by mix."""
    tubes, kind = TUBES if once else (*TUBES, *SATURATING), READERS[reader]
    found: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
    rms: list[float] = []
    bent: list[float] = []
    for seed in range(first, first + count):
        read, x = laboratory(seed, kind.pipetting, kind.lag, kind.noise, tubes=tubes)
        assay = replace(read, errors=Errors(kind.pipetting))
        shown = Predictor(assay).predictions(x, slopes=False)
        full = float(max(np.ptp(each.values) for each in shown.values()))
        whole = fit(assay)
        rms.append(whole.rms / (kind.noise * whole.scale))
        bent.append(worst_smoothed(whole))
        for n, well in enumerate(assay.wells):
            truth: Floats = shown[well.name].values
            told = foretold(fit(replace(assay, wells=(*assay.wells[:n], *assay.wells[n + 1 :]))), well)
            mixed, dosed = (error(each, truth) for each in told)
            found[n].append((mixed, dosed, float(np.ptp(truth)) / full))
        print(f"{seed}: " + " ".join(f"{each[-1][1]:.3f}" for each in found.values()), flush=True)
    print(f"\n{'tube':58} {'range':>6} {'as mixed':>9} {'median':>7} {'worst':>7}")
    shining: list[float] = []
    for n, rows in found.items():
        mixed, dosed, size = np.array(rows).T
        shines = float(np.median(size)) > SHINES
        part = np.ones(count) if shines else size
        shining += dosed.tolist() if shines else []
        name = " + ".join(f"{dose:g} {component}" for component, dose in tubes[n].items())
        columns = [np.median(size), np.median(mixed * part), np.median(dosed * part), np.max(dosed * part)]
        of = "" if shines else " of full scale"
        print(f"{name:58} {columns[0]:6.0%} {columns[1]:9.1%} {columns[2]:7.1%} {columns[3]:7.1%}{of}")
    every = np.array(shining)
    middle, most = np.quantile(every, [0.5, 0.95])
    print(f"tubes that shine: median {middle:.1%}, 95 of 100 below {most:.1%}, worst {every.max():.1%}")
    print(f"within 5 %: {np.sum(every <= 0.05)} of {len(every)}")
    print(f"fitted: rms over noise {min(rms):.2f} to {max(rms):.2f}, largest smoothed residual {max(bent):.1%} of full scale")


if __name__ == "__main__":
    main()
