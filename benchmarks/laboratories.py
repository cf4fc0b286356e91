"""Do 95 % intervals hold? Synthetic laboratories with all that real ones have, fitted; and how long a fit takes.

Each has its own rate constants, active shares, doses off by 5 % in every tube, noise of 2 % of full scale that goes on from one
reading to the next, strands that rest on toeholds and a constant loss. Run ``uv run benchmarks/laboratories.py``.
"""

from __future__ import annotations

import time
from collections import defaultdict

import click
import numpy as np

from dsd_ncrn.assays.fit import fit
from dsd_ncrn.assays.intervals import estimates
from dsd_ncrn.assays.measured import Kind, Quantity
from dsd_ncrn.assays.synthetic import laboratory

OF_GATES = (Quantity.RATE, Quantity.ACTIVE, Quantity.LOSS, Quantity.INITIAL)


@click.command()
@click.option("--count", default=40, show_default=True, help="Laboratories.")
@click.option("--first", default=0, show_default=True, help="Seed of the first.")
@click.option("--occlusion", default=13_000.0, show_default=True, help="Dissociation constant of what rests on toeholds, nM.")
def main(count: int, first: int, occlusion: float) -> None:
    """Fit them and count how often the truth is in the interval."""
    held: dict[str, list[bool]] = defaultdict(list)
    kinds: dict[str, list[Kind]] = defaultdict(list)
    seconds: list[float] = []
    for seed in range(first, first + count):
        assay, truth = laboratory(seed, occlusion=occlusion)
        begun = time.process_time()
        found = fit(assay)
        seconds.append(time.process_time() - begun)
        true = {p.name: p.outside(float(x)) for p, x in zip(assay.parameters, truth)}
        for each in estimates(found):
            if each.parameter.quantity in OF_GATES:
                name = each.parameter.name
                low = -np.inf if each.kind is Kind.UPPER else each.low
                high = np.inf if each.kind is Kind.LOWER else each.high
                held[name].append(low <= true[name] <= high)
                kinds[name].append(each.kind)
        print(f"{seed}: {sum(map(sum, held.values()))} of {sum(map(len, held.values()))}", flush=True)
    print(f"\n{'parameter':36} {'held':>6} {'intervals':>10} {'bounds':>8} {'not told':>9}")
    for name, each in held.items():
        bounds = sum(kind in (Kind.UPPER, Kind.LOWER) for kind in kinds[name])
        unknown = kinds[name].count(Kind.UNKNOWN)
        print(f"{name:36} {np.mean(each):6.0%} {len(each) - bounds - unknown:10d} {bounds:8d} {unknown:9d}")
    everything = [hit for each in held.values() for hit in each]
    print(f"{'all':36} {np.mean(everything):6.1%} of {len(everything)}")
    print(f"a fit: {np.median(seconds):.1f} s (median CPU time)")


if __name__ == "__main__":
    main()
