"""Which tubes to mix for a gate: the fewest that tell its rate constants, leak, initial leak and active shares.

What a tube tells follows from the derivatives of what it should show (Fisher information), with pipetting errors of its own
and correlated noise. Four are always there: a reporter that is saturated (without it only the product of its rate constant and
its active share is told), no input for long, more input than gate, and the one that best tells a reporter that is part
inactive from a gate that is pulled back. The others are added one by one, each time the one that helps most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsd_ncrn.arrays import Floats
from dsd_ncrn.assays.exports import Trace
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import Direction, GateModel
from dsd_ncrn.assays.noise import Noise
from dsd_ncrn.assays.predict import Predictor
from dsd_ncrn.assays.wells import Assay, Errors, Parameter, Well

READINGS, NOISE, LAG = 40, 0.02, 0.7
"""Readings of a tube, their noise over full scale and its lag-1 correlation, as plate readers have them."""
REPORTER_NM, GATE_NM, INPUT_NM, MUCH_NM = 30.0, 20.0, 10.0, 100.0
SHORT_H, USUAL_H, LONG_H = 2.0, 4.0, 12.0
HOUR_S = 3600.0
MOST_TUBES = 10
TARGETS: Mapping[str, float] = {"forward": 0.1, "reverse": 0.25, "leak": 0.5, "active": 0.05}
"""How well parameters should be known: deviation of the logarithm of rate constants, and of active shares."""
GATE_SPREAD, LEAK_SPREAD, ACTIVE_SPREAD = 0.9, 1.2, 0.08
"""Of gates before they are measured: logarithms of rate constants and leaks (Chen 2013, Srinivas 2017), active shares."""
TELLS_APART = "tells a partly inactive reporter from a gate that goes back"
DRAWS = 24
WANTED = (Quantity.RATE, Quantity.ACTIVE, Quantity.INITIAL)


@dataclass(frozen=True, eq=False)
class Roles:
    """What is what in a gate's model: ``inputs`` in the order in which they enter, auxiliary strands, and the strand that the
    reporter takes.
    """

    model: GateModel
    inputs: tuple[str, ...]
    auxiliaries: tuple[str, ...]
    output: str


@dataclass(frozen=True)
class Tube:
    """What to mix (nM), for how long to read it (h), and why."""

    doses: Mapping[str, float]
    hours: float
    why: str

    @property
    def of_reporter(self) -> bool:
        """Whether there is no gate in it."""
        return len(self.doses) <= 2


@dataclass(frozen=True, eq=False)
class Plan:
    """Tubes for one gate; how well (deviation on its scale) they will tell each parameter; what each tube will show.

    ``bands`` has for each tube times (s) and the reporter that is open (nM): low, middle and high, of gates as they vary.
    """

    tubes: tuple[Tube, ...]
    known: tuple[tuple[Parameter, float], ...]
    bands: tuple[tuple[Floats, Floats, Floats, Floats], ...]


def plan_of(roles: Roles, errors: Errors, most: int = MOST_TUBES) -> Plan:
    """The plan of one gate. Raises CheckFailed where an integration stops."""
    tubes = list(_candidates(roles))
    assay, x = _assay(roles, tubes, errors)
    # All candidates are simulated once, as one assay; each then has its own share of the information, and plans are sums.
    slopes = _whitened(assay, x)
    telling = _telling(roles, tubes, errors)
    tubes[telling] = replace(tubes[telling], why=f"{tubes[telling].why}; {TELLS_APART}")
    chosen = list(dict.fromkeys([*range(4), telling]))
    information = {n: _information(assay, slopes[n], n) for n in range(len(tubes))}
    wanted = [n for n, p in enumerate(assay.parameters) if p.quantity in WANTED]
    # Greedy: the tube that shortens the logarithms of the wanted deviations most, whatever their units, until all are told.
    while len(chosen) < most and not _enough(assay, _deviations(assay, information, chosen), wanted):
        rest = [n for n in range(len(tubes)) if n not in chosen]
        if not rest:
            break

        def cost(n: int) -> float:
            return float(np.log(_deviations(assay, information, [*chosen, n])[wanted]).sum())

        chosen.append(min(rest, key=cost))
    deviations = _deviations(assay, information, chosen)
    known = tuple((assay.parameters[n], float(deviations[n])) for n in wanted)
    return Plan(tuple(tubes[n] for n in chosen), known, _bands(roles, [tubes[n] for n in chosen], errors))


def _candidates(roles: Roles) -> Iterator[Tube]:
    """The first four are always mixed."""
    reporter, gates, out = roles.model.reporter, roles.model.gates, roles.output

    def mix(gate: float, first: float, others: float, auxiliary: float) -> dict[str, float]:
        doses = dict.fromkeys(gates, gate) | dict.fromkeys(roles.auxiliaries, auxiliary)
        doses |= {name: first if n == 0 else others for n, name in enumerate(roles.inputs)}
        return {name: dose for name, dose in doses.items() if dose > 0} | {reporter: REPORTER_NM}

    yield Tube({out: 2 * REPORTER_NM, reporter: REPORTER_NM}, SHORT_H, "saturates the reporter: its active share")
    yield Tube({out: REPORTER_NM / 3, reporter: REPORTER_NM}, SHORT_H, "reporter in excess: its rate constant, the gain")
    yield Tube(mix(GATE_NM, 0.0, MUCH_NM, MUCH_NM), LONG_H, "no input: leak and initial leak")
    yield Tube(mix(INPUT_NM, 3 * INPUT_NM, MUCH_NM, MUCH_NM), USUAL_H, "more input than gate: the gate's active share")
    yield Tube(mix(GATE_NM, INPUT_NM, MUCH_NM, MUCH_NM), USUAL_H, "more gate than input: the forward rate constant")
    yield Tube(mix(GATE_NM, INPUT_NM, 3 * INPUT_NM, 3 * INPUT_NM), USUAL_H, "few auxiliary strands: the reverse rate constant")
    yield Tube(mix(GATE_NM, INPUT_NM, INPUT_NM, INPUT_NM), USUAL_H, "hardly any auxiliary strands: the reverse rate constant")
    yield Tube(mix(INPUT_NM, INPUT_NM / 2, INPUT_NM, 2 * INPUT_NM), USUAL_H, "low concentrations: rate constants alone")
    yield Tube(mix(2 * GATE_NM, 0.0, 2 * MUCH_NM, 2 * MUCH_NM), LONG_H, "no input, high concentrations: leak")
    if len(roles.inputs) > 1:
        without = mix(GATE_NM, INPUT_NM, 0.0, MUCH_NM)
        yield Tube(without, LONG_H, "first input alone: leak of a gate that is half triggered")
    yield Tube({out: REPORTER_NM, reporter: REPORTER_NM / 2}, SHORT_H, "saturates the reporter once more")


def wells_of(tubes: Sequence[Tube]) -> tuple[Well, ...]:
    """The wells of some tubes, named by their number, with times of readings."""
    wells: list[Well] = []
    for number, tube in enumerate(tubes):
        times = np.array([tube.hours * HOUR_S * n / READINGS for n in range(1, READINGS + 1)])
        trace = Trace(str(number), times, np.zeros(READINGS), np.zeros(READINGS, dtype=bool))
        wells.append(Well(trace.well, tube.doses, trace))
    return tuple(wells)


def _assay(roles: Roles, tubes: Sequence[Tube], errors: Errors) -> tuple[Assay, Floats]:
    """The tubes as wells that show nM, and where their parameters start."""
    assay = Assay(roles.model, wells_of(tubes), replace(errors, in_nM=True, drift=False))
    return assay, np.array([p.inside(p.start) for p in assay.parameters])


def _whitened(assay: Assay, x: Floats) -> list[Floats]:
    """The derivatives of each tube's readings, whitened, (readings, parameters)."""
    noise = Noise(NOISE * REPORTER_NM, LAG)
    return [noise.white(each.slopes) for each in Predictor(assay).predictions(x).values()]


def _information(assay: Assay, slopes: Floats, number: int) -> Floats:
    """What a tube tells, (parameters, parameters), with its own errors taken out and a gain that nobody knows."""
    own = [n for n, p in enumerate(assay.parameters) if p.nuisance and p.of == str(number)]
    prior = np.array([assay.parameters[n].spread ** -2 for n in own])
    # A tube's own dose and start are unknown as well: the Schur complement is the information about the rest that is left
    # when they are fitted along, with what is known of pipetting.
    whole = slopes.T @ slopes
    inner = whole[np.ix_(own, own)] + np.diag(prior)
    reduced = whole - whole[:, own] @ np.linalg.solve(inner, whole[own])
    reduced[own], reduced[:, own] = 0.0, 0.0
    return reduced


def _deviations(assay: Assay, information: Mapping[int, Floats], chosen: Sequence[int]) -> Floats:
    """How well some tubes tell each parameter, (parameters,); what is known before is how much gates vary."""
    # Without some prior the information of few tubes has no inverse.
    known: Floats = np.array([before(p) for p in assay.parameters])
    total = np.diag(known**-2.0) + sum(information[n] for n in chosen)
    return np.sqrt(np.diag(np.linalg.inv(total)))


def before(parameter: Parameter) -> float:
    """The deviation of a parameter, on its scale, before any tube is read."""
    return parameter.spread or (2.0 if parameter.log else 0.3)


def _enough(assay: Assay, deviations: Floats, wanted: Sequence[int]) -> bool:
    def target(parameter: Parameter) -> float:
        words = f"{parameter.quantity} {parameter.of}"
        return next((value for word, value in TARGETS.items() if word in words), np.inf)

    return all(deviations[n] <= target(assay.parameters[n]) for n in wanted)


def _telling(roles: Roles, tubes: Sequence[Tube], errors: Errors) -> int:
    """The tube with a gate in which a reporter that is one third active and a gate that is pulled back differ most."""
    assay, x = _assay(roles, tubes, errors)
    names = {p.name: n for n, p in enumerate(assay.parameters)}
    # The pair of explanations that real traces leave open: both slow the signal down and lower it, by 8x in the rate constant.
    inactive, pulled = x.copy(), x.copy()
    inactive[names[f"active share {roles.model.reporter}"]] = 0.33
    reverse = {group.name for group in roles.model.groups if group.direction is Direction.REVERSE}
    for n, parameter in enumerate(assay.parameters):
        if parameter.quantity == Quantity.RATE and parameter.of in reverse:
            pulled[n] += np.log(8.0)
    predictor = Predictor(assay)
    shown = [predictor.predictions(each, slopes=False) for each in (inactive, pulled)]
    apart = [float(np.abs(shown[0][well.name].values - shown[1][well.name].values).max()) for well in assay.wells]
    return int(np.argmax([0.0 if tube.of_reporter else size for tube, size in zip(tubes, apart)]))


def _bands(roles: Roles, tubes: Sequence[Tube], errors: Errors) -> tuple[tuple[Floats, Floats, Floats, Floats], ...]:
    """Times, and the 5, 50 and 95 % quantiles of what gates as they vary will show."""
    assay, x = _assay(roles, tubes, errors)
    random, predictor = np.random.default_rng(0), Predictor(assay)
    drawn: dict[str, list[Floats]] = {well.name: [] for well in assay.wells}
    for _ in range(DRAWS):
        moved = x.copy()
        for n, p in enumerate(assay.parameters):
            size = LEAK_SPREAD if "leak" in p.of else GATE_SPREAD
            spread = size if p.quantity is Quantity.RATE else ACTIVE_SPREAD if p.quantity is Quantity.ACTIVE else p.spread
            moved[n] += 0.0 if p.quantity is Quantity.SHIFT else spread * random.standard_normal()
        moved = np.clip(moved, *(np.array([p.inside(v) for p, v in zip(assay.parameters, ends)]) for ends in _ends(assay)))
        for well, shown in predictor.predictions(moved, slopes=False).items():
            drawn[well].append(shown.values)
    bands: list[tuple[Floats, Floats, Floats, Floats]] = []
    for well in assay.wells:
        assert well.trace is not None
        low, middle, high = np.quantile(np.array(drawn[well.name]), [0.05, 0.5, 0.95], axis=0)
        bands.append((well.trace.times, low, middle, high))
    return tuple(bands)


def _ends(assay: Assay) -> tuple[list[float], list[float]]:
    return [p.low for p in assay.parameters], [p.high for p in assay.parameters]
