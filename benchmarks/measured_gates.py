"""What fits are worth: tubes of linreg2d_bench, calibrated on fits of their gates, beside those calibrated on the truth.

Each tube is drawn under the conditions ``bench``. Its gates are measured in made-up wells as `experiments` plans them, in
solution, with pipetting errors, correlated noise and a constant loss, and fitted. Compared is the share of the learnable error
that is learned by tubes that are set for gates as designed, for what the fits say, for the true values of all that a fit says
(the oracle), by measured aliquots of the very tube, and by aliquots that begin with what the fits say. Medians are compared,
with 95 % of what they are where tubes are drawn again with replacement. What is done is kept in a file, and not done again.
Run ``uv run benchmarks/measured_gates.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from dsd_ncrn.analysis.measured import GateBench, benches_of, learned_share, with_gates
from dsd_ncrn.analysis.study import Study
from dsd_ncrn.analysis.yields import RealTubes, stream
from dsd_ncrn.assays.fit import fit
from dsd_ncrn.assays.intervals import estimates
from dsd_ncrn.assays.measured import Kind, Measured, MeasuredGate, Quantity
from dsd_ncrn.assays.model import Direction, directions
from dsd_ncrn.assays.plan import LAG, NOISE, REPORTER_NM, Plan, plan_of, wells_of
from dsd_ncrn.assays.synthetic import measured, truth_of
from dsd_ncrn.assays.wells import Assay, Errors
from dsd_ncrn.design.load import load_design
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.gates.settle import Settled
from dsd_ncrn.simulate.imperfections.realisation import Realisation
from dsd_ncrn.simulate.tube import Tube

ARMS = ("as designed", "fits", "oracle", "aliquots", "fits, then aliquots")
COMPARED = (("oracle", "fits"), ("aliquots", "fits, then aliquots"), ("aliquots", "fits"), ("as designed", "fits"))
RESAMPLED = 10_000
Gates = tuple[MeasuredGate, ...]
USUAL = {
    (Quantity.LOSS, ""): 0.3,
    (Quantity.INITIAL, ""): 0.016,
    (Quantity.GAIN, ""): 1000.0,
    (Quantity.BLANK, ""): 80.0,
    (Quantity.DARK, ""): 0.05,
}
"""Of wells and readers."""


def truth(study: Study, tubes: RealTubes, real: Realisation, bench: GateBench) -> dict[tuple[str, str], float]:
    """What a tube's gate really is, as a laboratory could measure it in solution."""
    system, found = study.system, dict[tuple[str, str], float]()
    steps = directions(tubes.network, {name: system.by_name[name].complex for name in bench.model.gates})
    rates = real.rates / study.expected(tubes.pot).rates
    for group in bench.model.groups:
        if not group.name.endswith(bench.model.reporter):
            factors = [float(f) for f, (name, own) in zip(rates, steps) if name and own is group.direction]
            leaks = group.direction is Direction.LEAK
            nominal = 1e9 * (study.spec.leak.rate * study.leak_warmth if leaks else group.nominal)
            found[Quantity.RATE, group.name] = nominal * float(np.exp(np.mean(np.log(factors or [1.0]))))
    places = {component.name: n for n, component in enumerate(system.components)}
    return found | {(Quantity.ACTIVE, name): min(float(real.doses[places[name]]), 1.2) for name in bench.model.gates}


def known(bench: GateBench, true: dict[tuple[str, str], float]) -> MeasuredGate:
    """What a fit without errors would say."""
    predicted = {group.name: group.nominal * 1e9 for group in bench.model.groups}
    told = {
        (str(quantity), of): Measured(v, v, v, Kind.INTERVAL, 0.0, quantity == Quantity.RATE, predicted.get(of))
        for (quantity, of), v in true.items()
    }
    return MeasuredGate(bench.name, (bench.name,), told)


def fitted(
    bench: GateBench, plan: Plan, true: dict[tuple[str, str], float], random: np.random.Generator, blind: bool
) -> MeasuredGate:
    """One gate measured and fitted, from several multiples of the predicted rates or, which is faster, from the truth on."""
    assay = Assay(bench.model, wells_of(plan.tubes), Errors())
    x = truth_of(assay, {**USUAL, (Quantity.ACTIVE, bench.model.reporter): 0.88, **true}, random, assay.errors.pipetting)
    read = measured(assay, x, NOISE * REPORTER_NM * 1000.0 / 2, LAG, random)
    told = {
        (str(e.parameter.quantity), e.parameter.of): Measured(
            e.value, e.low, e.high, str(e.kind), e.deviation, e.parameter.log, e.parameter.start if e.parameter.log else None
        )
        for e in estimates(fit(read, None if blind else x), profiles=False)
    }
    return MeasuredGate(bench.name, (bench.name,), told)


@click.command()
@click.option("--count", default=20, show_default=True, help="Tubes.")
@click.option("--blind", is_flag=True, help="Fit from the predicted rates on, as `fit` does; the optimum is the same.")
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn.")
@click.option(
    "--keep", type=click.Path(path_type=Path), default=Path("measured_gates.csv"), help="Shares; those in it are kept."
)
def main(count: int, blind: bool, seed: int, keep: Path) -> None:
    """Learned share, by how a tube is set."""
    kept = _read(keep)
    missing = [number for number in range(count) if number not in kept]
    for number, shares in _done(missing, seed, blind) if missing else ():
        kept[number] = shares
        with keep.open("a", encoding="utf-8") as file:
            file.write(",".join([str(number), *(f"{share:.4f}" for share in shares)]) + "\n")
    every = np.array([kept[number] for number in range(count)])
    print(f"{count} tubes, medians: " + ", ".join(f"{arm} {share:.3f}" for arm, share in zip(ARMS, np.median(every, axis=0))))
    for one, other in COMPARED:
        pair = every[:, [ARMS.index(one), ARMS.index(other)]]
        drawn = np.random.default_rng(0).integers(count, size=(RESAMPLED, count))
        low, high = np.quantile(np.diff(np.median(pair[drawn], axis=1)), [0.025, 0.975])
        told = float(np.diff(np.median(pair, axis=0))[0])
        print(f"{other} over {one}: medians {told:+.3f} ({low:+.3f} to {high:+.3f}), pairs {np.median(np.diff(pair)):+.3f}")


def _done(numbers: Sequence[int], seed: int, blind: bool) -> Iterator[tuple[int, list[float]]]:
    """Tubes by number with their shares."""
    study = Study(load_design("designs/linreg2d_bench.toml", "bench"), seed)
    tubes = RealTubes(study.lean())
    plans = [(bench, plan_of(bench.roles, Errors())) for bench in benches_of(study)]
    unmeasured = with_gates(study, ()).settlement
    for number in numbers:
        random = stream(seed, number)
        real = tubes.draw(study.spec.imperfections, random)
        truths = [truth(study, tubes, real, bench) for bench, _ in plans]
        oracle = tuple(known(bench, true) for (bench, _), true in zip(plans, truths))
        fits = tuple(fitted(bench, plan, true, random, blind) for (bench, plan), true in zip(plans, truths))
        yield number, _shares(study, tubes, real, (unmeasured, oracle, fits))


def _read(keep: Path) -> dict[int, list[float]]:
    """The shares of tubes that are done, by number."""
    lines = keep.read_text(encoding="utf-8").splitlines() if keep.exists() else []
    return {int(cells[0]): [float(cell) for cell in cells[1:]] for cells in (line.split(",") for line in lines)}


def _shares(study: Study, tubes: RealTubes, real: Realisation, by: tuple[Settled, Gates, Gates]) -> list[float]:
    """Learned shares of a tube in the order of ``ARMS``; of one that cannot be set nothing is learned."""
    unmeasured, oracle, fits = by
    tube, chance = study.tube(tubes.level, study.spec.leak.rate, real), real.handling.seed
    told = with_gates(study, fits).settlement
    guess = study.given(settings=told.settings).tube(tubes.level, study.spec.leak.rate, real)
    made: tuple[Callable[[], Tube], ...] = (
        lambda: unmeasured.applied(tube),
        lambda: told.applied(tube),
        lambda: with_gates(study, oracle).settlement.applied(tube),
        lambda: study.settled(tube, np.random.default_rng(chance)),
        lambda: study.settled(guess, np.random.default_rng(chance)),
    )
    return [_learned(study, each) for each in made]


def _learned(study: Study, made: Callable[[], Tube]) -> float:
    try:
        return learned_share(study.train(made(), "imperfect"), study.compared)
    except CheckFailed:
        return 0.0


if __name__ == "__main__":
    main()
