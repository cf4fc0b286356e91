"""Synthetic laboratories: a two-domain join with its reporter, tubes of it with the errors of real ones, read with noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.exports import Trace
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import GateModel, gate_model
from dsd_ncrn.assays.noise import correlated
from dsd_ncrn.assays.plan import GATE_SPREAD, LAG, LEAK_SPREAD, NOISE, REPORTER_NM, Tube, wells_of
from dsd_ncrn.assays.predict import Predictor
from dsd_ncrn.assays.wells import Assay, Errors, Purpose, Well
from dsd_ncrn.dsd.structure import Bound, Complex, Domain, Open, free, gate
from dsd_ncrn.kinetics.rates import rates_of

T, U = Domain("t", 5), Domain("u", 5)
A, B, C = (Domain(name, 20) for name in "abc")
REPORTER: dict[str, Complex] = {"C": free(C, U), "reporter": gate(Bound((C,)), Open((U,)))}
JOIN: dict[str, Complex] = {
    "A": free(T, A),
    "B": free(T, B),
    "helper": free(T, C),
    "join": gate(Open((T,)), Bound((A, T)), Bound((B, T)), Bound((C, U))),
    **REPORTER,
}
TUBES: tuple[Mapping[str, float], ...] = (
    {"A": 30, "B": 100, "helper": 100, "join": 10, "reporter": 30},
    {"C": 30, "reporter": 30},
    {"C": 10, "reporter": 30},
    {"B": 100, "helper": 100, "join": 30, "reporter": 30},
    {"A": 10, "B": 30, "helper": 30, "join": 20, "reporter": 30},
    {"A": 10, "B": 100, "helper": 100, "join": 20, "reporter": 30},
    {"A": 10, "helper": 100, "join": 20, "reporter": 30},
    {"A": 5, "B": 15, "helper": 15, "join": 10, "reporter": 30},
)
"""nM; the fourth has no input and is read for 12 h, the others for 4."""
HOUR_S = 3600.0
Truth = Mapping[tuple[str, str], float]


def typical(random: np.random.Generator) -> Truth:
    """A gate as measured ones are: rate constants about 1e5 /M/s, a leak of 1, a tenth of the complexes inactive."""
    return {
        (Quantity.RATE, "forward"): 1.2e5 * float(np.exp(0.3 * random.standard_normal())),
        (Quantity.RATE, "reverse"): 1.2e5 * float(np.exp(0.3 * random.standard_normal())),
        (Quantity.RATE, "forward of reporter"): 9e4 * float(np.exp(0.3 * random.standard_normal())),
        (Quantity.RATE, "leak"): 1.0,
        (Quantity.ACTIVE, "join"): float(random.uniform(0.75, 0.95)),
        (Quantity.ACTIVE, "reporter"): float(random.uniform(0.75, 0.95)),
        (Quantity.LOSS, ""): 0.5,
        (Quantity.INITIAL, ""): 0.016,
        (Quantity.GAIN, ""): 1000.0,
        (Quantity.BLANK, ""): 50.0,
        (Quantity.DARK, ""): 0.05,
    }


def join_model(occlusion: float = 0.0) -> GateModel:
    """The join and its reporter at the rates of gates."""
    return gate_model(JOIN, "reporter", rates_of(), occlusion)


def empty_wells(tubes: Sequence[Mapping[str, float]], points: int = 60) -> tuple[Well, ...]:
    """Wells whose traces have times and no readings yet."""
    wells: list[Well] = []
    for number, doses in enumerate(tubes, start=1):
        reacts = not {"A", "C"}.isdisjoint(doses)
        times = np.linspace(90.0, (4 if reacts else 12) * HOUR_S, points)
        trace = Trace(f"A{number}", times, np.zeros(points), np.zeros(points, dtype=bool))
        wells.append(Well(trace.well, doses, trace, purpose=Purpose.SAMPLE if doses else Purpose.BLANK))
    return tuple(wells)


def truth_of(assay: Assay, truth: Truth, random: np.random.Generator | None = None, pipetting: float = 0.0) -> Floats:
    """The true parameters (parameters,), on the scale on which they are sought, with a dose factor for each dose."""
    x = np.array([p.inside(truth.get((p.quantity, p.of), p.start)) for p in assay.parameters])
    for number, each in enumerate(assay.parameters):
        if each.quantity is Quantity.DOSE and random is not None:
            x[number] = pipetting * random.standard_normal()
    return x


def measured(assay: Assay, x: Floats, noise: float, lag: float, random: np.random.Generator) -> Assay:
    """The assay with what its wells show at true parameters, and noise of this deviation in the reader's units."""
    shown = Predictor(assay).predictions(x, slopes=False)
    wells: list[Well] = []
    for well in assay.wells:
        assert well.trace is not None
        values = shown[well.name].values + noise * correlated(len(well.trace.times), lag, random)
        wells.append(replace(well, trace=replace(well.trace, values=values)))
    return replace(assay, wells=tuple(wells))


def laboratory(
    seed: int,
    pipetting: float = 0.05,
    lag: float = 0.9,
    noise: float = 0.02,
    occlusion: float = 0.0,
    tubes: Sequence[Mapping[str, float]] = TUBES,
) -> tuple[Assay, Floats]:
    """One laboratory's traces of some tubes, and the truth (parameters,); ``noise`` over full scale."""
    random = np.random.default_rng(seed)
    truth = typical(random)
    assay = Assay(join_model(occlusion), empty_wells(tubes), Errors(pipetting or 0.05))
    x = truth_of(assay, truth, random, pipetting)
    full = 30.0 * truth[Quantity.ACTIVE, "reporter"] * truth[Quantity.GAIN, ""]
    return measured(assay, x, noise * full, lag, random), x


def vary(model: GateModel, random: np.random.Generator) -> Truth:
    """A gate as they vary: rate constants, leak and active shares drawn, the reporter's those that it usually has."""
    drawn: dict[tuple[str, str], float] = {
        (Quantity.LOSS, ""): 0.3,
        (Quantity.INITIAL, ""): 0.016,
        (Quantity.GAIN, ""): 1000.0,
        (Quantity.BLANK, ""): 80.0,
        (Quantity.DARK, ""): 0.05,
        (Quantity.ACTIVE, model.reporter): 0.88,
    }
    for group in model.groups:
        own = group.name.endswith(model.reporter)
        spread = 0.0 if own else LEAK_SPREAD if group.direction == "leak" else GATE_SPREAD
        drawn[Quantity.RATE, group.name] = group.nominal * 1e9 * float(np.exp(spread * random.standard_normal()))
    return drawn | {(Quantity.ACTIVE, gate): float(random.uniform(0.75, 0.98)) for gate in model.gates}


def made_up(
    model: GateModel, tube: Tube | None, truth: Truth, errors: Errors, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Times (readings,), s from the first reading's clock, and readings of one tube; None is a blank."""
    wells = wells_of([tube or Tube({}, 1.0, "")])
    wells = tuple(replace(well, purpose=Purpose.SAMPLE if tube else Purpose.BLANK) for well in wells)
    assay = Assay(model, wells, errors)
    x = truth_of(assay, truth, random, errors.pipetting)
    trace = measured(assay, x, NOISE * REPORTER_NM * truth[Quantity.GAIN, ""] / 2, LAG, random).wells[0].trace
    assert trace is not None
    return trace.times, trace.values
