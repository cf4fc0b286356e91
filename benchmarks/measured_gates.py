"""What fits are worth: tubes of linreg2d_bench, calibrated on fits of their gates, beside those calibrated on aliquots.

Each tube is drawn under the conditions ``bench``. Its gates are measured in made-up wells as `experiments` plans them, with
pipetting errors, correlated noise and a constant loss, and fitted. Compared is the share of the learnable error that is
learned: set by measured aliquots of the very tube, as designed, and set for what the fits say.
Run ``uv run benchmarks/measured_gates.py``.
"""

from __future__ import annotations

from dataclasses import replace

import click
import numpy as np

from dsd_ncrn.analysis.benches import GateBench, benches_of
from dsd_ncrn.analysis.measured import learned_share
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import RealTubes, stream
from dsd_ncrn.assays.directions import Direction, directions
from dsd_ncrn.assays.fit import fit
from dsd_ncrn.assays.intervals import estimates
from dsd_ncrn.assays.measured import Measured, MeasuredGate
from dsd_ncrn.assays.plan import LAG, NOISE, REPORTER_NM, Plan, plan_of, wells_of
from dsd_ncrn.assays.quantities import Quantity
from dsd_ncrn.assays.synthetic import measured, truth_of
from dsd_ncrn.assays.wells import Assay, Errors
from dsd_ncrn.design.load import load_design
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.imperfections.realisation import Realisation


def truth(study: Study, network_of: RealTubes, real: Realisation, bench: GateBench) -> dict[tuple[str, str], float]:
    """What a tube's gate really is, as a laboratory could measure it."""
    system, found = study.system, dict[tuple[str, str], float]()
    gates = {name: system.by_name[name].complex for name in bench.model.gates}
    steps = directions(network_of.network, gates)
    factors = {d: [float(f) for f, (name, own) in zip(real.rates, steps) if name and own is d] for d in Direction}
    for group in bench.model.groups:
        if group.name.endswith(bench.model.reporter):
            continue
        leaks = group.direction is Direction.LEAK
        nominal = 1e9 * (study.spec.leak.rate * study.leak_warmth if leaks else group.nominal)
        found[Quantity.RATE, group.name] = nominal * float(np.exp(np.mean(np.log(factors[group.direction] or [1.0]))))
    places = {component.name: n for n, component in enumerate(system.components)}
    found |= {(Quantity.ACTIVE, name): min(float(real.doses[places[name]]), 1.2) for name in bench.model.gates}
    usual = {Quantity.LOSS: 0.3, Quantity.INITIAL: 0.016, Quantity.GAIN: 1000.0, Quantity.BLANK: 80.0, Quantity.DARK: 0.05}
    return (
        found | {(quantity, ""): value for quantity, value in usual.items()} | {(Quantity.ACTIVE, bench.model.reporter): 0.88}
    )


def fitted(bench: GateBench, plan: Plan, true: dict[tuple[str, str], float], random: np.random.Generator) -> MeasuredGate:
    """One gate measured and fitted."""
    assay = Assay(bench.model, wells_of(plan.tubes), Errors())
    x = truth_of(assay, true, random, assay.errors.pipetting)
    read = measured(assay, x, NOISE * REPORTER_NM * 1000.0 / 2, LAG, random)
    told = {
        (str(e.parameter.quantity), e.parameter.of): Measured(
            e.value, e.low, e.high, str(e.kind), e.deviation, e.parameter.log, e.parameter.start if e.parameter.log else None
        )
        for e in estimates(fit(read), profiles=False)
    }
    return MeasuredGate(bench.name, (bench.name,), told)


@click.command()
@click.option("--count", default=20, show_default=True, help="Tubes.")
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn.")
def main(count: int, seed: int) -> None:
    """Learned share, by how a tube is set."""
    study = Study(load_design("designs/linreg2d_bench.toml", "bench"), seed)
    tubes = RealTubes(study)
    leak = study.spec.leak.rate
    plans = [(bench, plan_of(bench.roles, Errors())) for bench in benches_of(study)]
    shares: list[tuple[float, float, float]] = []
    for number in range(count):
        random = stream(seed, number)
        real = tubes.draw(study.spec.imperfections, random)
        gates = tuple(fitted(bench, plan, truth(study, tubes, real, bench), random) for bench, plan in plans)
        try:
            aliquots = study.train(tubes.mixed(real, leak, True), "imperfect")
            designed = study.train(study.tube(tubes.level, leak, real), "imperfect")
            other = replace(study, measured=gates)
            fits = study.train(other.tube(tubes.level, leak, real), "imperfect")
        except CheckFailed as error:
            print(f"{number}: {error}", flush=True)
            continue
        shares.append(tuple(learned_share(each, study.compared) for each in (aliquots, designed, fits)))
        print(f"{number}: aliquots {shares[-1][0]:.3f}, as designed {shares[-1][1]:.3f}, fits {shares[-1][2]:.3f}", flush=True)
    middle = np.median(shares, axis=0)
    print(f"median of {len(shares)}: aliquots {middle[0]:.3f}, as designed {middle[1]:.3f}, fits {middle[2]:.3f}")


if __name__ == "__main__":
    main()
