"""What wells show over time, and how that changes with each parameter: by differences, many integrations side by side.

What differs between the integrations of one network are rate constants and what is there at the start, so that they go
through the compiled engine in lanes. Whatever scales a dose, the active share of its component, its factor in a well and a
constant loss, needs one integration together: that with a little more of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from dsd_ncrn.arrays import Flags, Floats, Ints
from dsd_ncrn.assays.measured import Quantity
from dsd_ncrn.assays.model import GateModel, Group
from dsd_ncrn.assays.wells import Assay, Errors, Parameter, Purpose, Well, read_values
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.simulate.engines.rosenbrock import RosenbrockEngine, RosenbrockStepper
from dsd_ncrn.simulate.mass_action import NONE

NODES = 41
"""Points in time at which wells are integrated; between them a cubic by values and slopes: off by 1e-4 of the signal."""
SECTIONS = 4
"""Spans of time after which it is worked out anew what rests on toeholds."""
RELATIVE, ABSOLUTE_NM = 1e-6, 1e-9
STEP = 1e-3
"""Of differences: of a logarithm, or a share."""
HOUR_S = 3600.0


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a well shows at the times (points,) of its trace, in its units, and the derivatives (points, parameters)."""

    values: Floats
    slopes: Floats


@dataclass(frozen=True, eq=False)
class Course:
    """Bright reporter (nodes,) in nM and its derivative (nodes,) by time, by each dose and by each group of rates."""

    times: Floats
    bright: Floats
    speed: Floats
    of: Mapping[tuple[str, str], tuple[Floats, Floats]]


class Predictor:
    """Predicts the wells of an assay; the network is analysed once."""

    def __init__(self, assay: Assay) -> None:
        self.assay, self.model = assay, assay.model
        self.parameters = assay.parameters
        self.groups: Mapping[str, Group] = {group.name: group for group in self.model.groups}
        self._ends = {well.name: _end(well, assay.errors) for well in assay.samples}
        self._touched = {well.name: _touched(self.model, well) for well in assay.samples}

    @cached_property
    def stepper(self) -> RosenbrockStepper:
        """The integrator of the network."""
        return RosenbrockEngine().prepare(self.model.mass_action, RELATIVE, ABSOLUTE_NM)

    @cached_property
    def _place(self) -> dict[tuple[Quantity, str, str], int]:
        return {(each.quantity, each.of, each.component): n for n, each in enumerate(self.parameters)}

    def value(self, x: Floats, quantity: Quantity, of: str = "", component: str = "", default: float = 0.0) -> float:
        """The value of a parameter at ``x`` (parameters,), of what is fixed that, else a default."""
        place = self._place.get((quantity, of, component))
        if place is None:
            name = Parameter(quantity, of, 0, 0, 0, component=component).name
            return self.assay.fixed.get(name, default)
        return self.parameters[place].outside(float(x[place]))

    def rates(self, x: Floats) -> Floats:
        """The rate constants (steps,)."""
        rates = self.model.nominal.copy()
        for name, group in self.groups.items():
            nominal = group.nominal * 1e9
            rates[group.steps] *= self.value(x, Quantity.RATE, name, default=nominal) / nominal
        return rates

    def amounts(self, x: Floats, well: Well) -> dict[str, float]:
        """How much (nM) of each component really is in a well and takes part."""
        # Tubes take up so many nM of a strand whatever its dose; a thousandth stays, so that slopes do not vanish.
        loss = self.value(x, Quantity.LOSS)
        found: dict[str, float] = {}
        for name, dose in well.doses.items():
            if dose > 0:
                share = self.value(x, Quantity.ACTIVE, name, default=1.0)
                added = dose * share * self.value(x, Quantity.DOSE, well.name, name, default=1.0)
                found[name] = max(added - loss, 1e-3 * added) if self.model.components[name].is_strand else added
        return found

    def start(self, amounts: Mapping[str, float], initial: float) -> Floats:
        """Concentrations (species,) when a well is mixed; a share ``initial`` of each gate has been triggered."""
        state = np.zeros(self.model.mass_action.size)
        for name, amount in amounts.items():
            state[self.model.places[name]] = amount
        fresh = state.copy()
        for gate in self.model.gates if initial > 0 else ():
            ways = [(other, products) for name, other, products in self.model.triggered if name == gate and fresh[other] > 0]
            # Whichever strands could trigger a gate by leaking have done so while it was mixed, in proportion to their amounts;
            # no more than nine tenths of them, since none may become negative.
            total = sum(fresh[other] for other, _ in ways)
            for other, products in ways:
                moved = min(initial * amounts.get(gate, 0.0), 0.9 * total) * fresh[other] / total
                state[[other, self.model.places[gate]]] -= moved
                state[list(products)] += moved
        return np.maximum(state, 0.0)

    def courses(self, x: Floats, slopes: bool = True) -> dict[str, Course]:
        """How the samples go, by their names. Raises CheckFailed where an integration stops."""
        rates, initial = self.rates(x), self.value(x, Quantity.INITIAL)
        jobs = [job for well in self.assay.samples for job in self._jobs(x, well, rates, initial, slopes)]
        speeds = self._solved(jobs)
        found: dict[str, Course] = {}
        for well in self.assay.samples:
            mine = [(job, *speed) for job, speed in zip(jobs, speeds) if job.well is well]
            _, bright, speed = mine[0]
            of = {job.key: ((b - bright) / job.step, (s - speed) / job.step) for job, b, s in mine[1:]}
            found[well.name] = Course(mine[0][0].times, bright, speed, of)
        return found

    def _jobs(self, x: Floats, well: Well, rates: Floats, initial: float, slopes: bool) -> Iterator[_Job]:
        amounts = self.amounts(x, well)
        # Nodes are closer together at first, when most happens.
        times = self._ends[well.name] * np.linspace(0.0, 1.0, NODES) ** 2
        state = self.start(amounts, initial)
        yield _Job(well, ("", ""), 1.0, state, rates, times)
        if not slopes:
            return
        for name, group in self.groups.items():
            if np.any(self._touched[well.name][group.steps]) and (Quantity.RATE, name, "") in self._place:
                # A rate constant is sought by its logarithm: a step of it is a factor.
                more = rates.copy()
                more[group.steps] *= np.exp(STEP)
                yield _Job(well, (Quantity.RATE, name), STEP, state, more, times)
        for name, amount in amounts.items():
            if not self._scaled(well.name, name):
                continue
            # Dose factor, active share and loss all change how much there is: one derivative, and the chain rule in _shown.
            step = STEP * max(amount, 1e-6)
            yield _Job(well, (Quantity.DOSE, name), step, self.start({**amounts, name: amount + step}, initial), rates, times)
        if (Quantity.INITIAL, "", "") in self._place and any(amounts.get(gate) for gate in self.model.gates):
            yield _Job(well, (Quantity.INITIAL, ""), STEP, self.start(amounts, initial + STEP), rates, times)

    def _scaled(self, well: str, component: str) -> bool:
        """Whether anything unknown scales how much of a component is in a well."""
        lost = self.model.components[component].is_strand and (Quantity.LOSS, "", "") in self._place
        of = ((Quantity.DOSE, well, component), (Quantity.ACTIVE, component, ""))
        return lost or any(key in self._place for key in of)

    def _solved(self, jobs: Sequence[_Job]) -> list[tuple[Floats, Floats]]:
        """Bright reporter and its speed, (nodes,) each, of every job. What rests is that of the first job of each well."""
        crowd = self.model.crowd
        edges = np.linspace(0, NODES - 1, (SECTIONS if crowd else 1) + 1).astype(int)
        states = [job.state for job in jobs]
        values = [np.empty((NODES, len(state))) for state in states]
        speeds = [np.empty(NODES) for _ in jobs]
        for first, last in pairwise(edges.tolist()):
            # What rests on toeholds changes slowly: it slows association by one factor for each section of time. Lanes with a
            # little more of something take the factor of their well, or their difference would hold that of the factors.
            slow: dict[str, Floats] = {}
            for job, state in zip(jobs, states):
                if crowd and job.well.name not in slow:
                    slow[job.well.name] = crowd.slowdown(state)
            rates = [job.rates * slow.get(job.well.name, 1.0) for job in jobs]
            parts = self.stepper.solve_all(states, [job.times[first : last + 1] for job in jobs], rates)
            for n, (solution, rate) in enumerate(zip(parts, rates)):
                if not solution.ok:
                    raise CheckFailed(f"{jobs[n].well.name}: the integration stops: {solution.status}")
                values[n][first : last + 1] = solution.values
                speeds[n][first : last + 1] = self._speed(solution.values, rate)
            states = [solution.values[-1] for solution in parts]
        return [(each @ self.model.bright, speed) for each, speed in zip(values, speeds)]

    @cached_property
    def _lighting(self) -> tuple[Ints, Floats]:
        """The steps that change how much is bright, and by how much."""
        made = self.model.bright.astype(float) @ self.model.mass_action.stoichiometry
        steps = np.flatnonzero(made)
        return steps, made[steps]

    def _speed(self, values: Floats, rates: Floats) -> Floats:
        steps, made = self._lighting
        # The speed at which the signal changes follows from the state by mass action, exactly: cubics between nodes need it.
        flux = rates[steps] * made
        reactants = self.model.mass_action.reactants[steps]
        whole = np.broadcast_to(flux, (len(values), len(steps)))
        for column in reactants.T:
            whole = whole * np.where(column == NONE, 1.0, values[:, column])
        return whole.sum(axis=1)

    def predictions(self, x: Floats, slopes: bool = True) -> dict[str, Prediction]:
        """What each well that was read should show at ``x`` (parameters,). Raises as ``courses``."""
        courses = self.courses(x, slopes)
        return {well.name: self._shown(x, well, courses.get(well.name)) for well in self.assay.wells if well.trace is not None}

    def _shown(self, x: Floats, well: Well, course: Course | None) -> Prediction:
        assert well.trace is not None
        times, _ = read_values(well.trace)
        get = self.value
        gain, dark = get(x, Quantity.GAIN, well.plate, default=1.0), get(x, Quantity.DARK, well.plate)
        hours = times / HOUR_S
        lamp = 1.0 + get(x, Quantity.DRIFT, well.plate) * hours
        slopes = np.zeros((len(times), len(self.parameters)))

        def put(key: tuple[Quantity, str, str], column: Floats) -> None:
            if key in self._place:
                slopes[:, self._place[key]] = column

        nothing, bright, unopened = np.zeros(len(times)), np.zeros(len(times)), np.zeros(len(times))
        if course is not None:
            amounts = self.amounts(x, well)
            # The clock of the reader is not that of the tube: the start is in the layout, and its error is fitted.
            hermite = _Hermite(course.times, times - well.start - get(x, Quantity.SHIFT, well.name))
            bright, speed = hermite.value(course.bright, course.speed), hermite.slope(course.bright, course.speed)
            unopened = amounts.get(self.model.reporter, 0.0) - bright
            # An unopened reporter shines a little: opening one brings the rest of what it has.
            light = gain * lamp * (1.0 - dark)
            put((Quantity.SHIFT, well.name, ""), -light * speed)
            loss = nothing
            for (quantity, name), made in course.of.items():
                column = light * hermite.value(*made)
                if quantity != Quantity.DOSE:
                    put((Quantity(quantity), name, ""), column)
                    continue
                # More reporter is more glow as well.
                column = column + (gain * lamp * dark if name == self.model.reporter else 0.0)
                added = well.doses[name] * get(x, Quantity.DOSE, well.name, name, default=1.0)
                share = get(x, Quantity.ACTIVE, name, default=1.0)
                put((Quantity.DOSE, well.name, name), column * added * share)
                put((Quantity.ACTIVE, name, ""), column * added)
                # The loss takes as much of every strand: one parameter, all its columns.
                loss = loss - column if self.model.components[name].is_strand else loss
            put((Quantity.LOSS, "", ""), loss)
        elif well.purpose is Purpose.CONTROL:
            bright = np.full(len(times), get(x, Quantity.LEVEL, well.name))
            put((Quantity.LEVEL, well.name, ""), gain * lamp * bright)
        shining = bright + dark * unopened
        put((Quantity.BLANK, well.plate, ""), np.ones(len(times)))
        put((Quantity.GAIN, well.plate, ""), gain * lamp * shining)
        put((Quantity.DARK, well.plate, ""), gain * lamp * unopened)
        put((Quantity.DRIFT, well.plate, ""), gain * hours * shining)
        return Prediction(get(x, Quantity.BLANK, well.plate) + gain * lamp * shining, slopes)


@dataclass(frozen=True, eq=False)
class _Job:
    """One integration: of a well as it is, or with a little more (``step``) of what ``key`` names."""

    well: Well
    key: tuple[str, str]
    step: float
    state: Floats
    rates: Floats
    times: Floats


class _Hermite:
    """Cubics through values and slopes at nodes, at some times; before the first node the value there."""

    def __init__(self, nodes: Floats, at: Floats) -> None:
        inner = np.clip(at, nodes[0], nodes[-1])
        self.left = np.clip(np.searchsorted(nodes, inner, side="right") - 1, 0, len(nodes) - 2)
        self.width = nodes[self.left + 1] - nodes[self.left]
        self.s, self.moves = (inner - nodes[self.left]) / self.width, (at > nodes[0]) & (at < nodes[-1])

    def value(self, values: Floats, slopes: Floats) -> Floats:
        """The values between nodes, by those at the nodes and their slopes (cubic Hermite)."""
        s, left, right = self.s, self.left, self.left + 1
        # Values and slopes at both ends, so that 41 nodes do for traces of any number of readings.
        flat = (1 + 2 * s) * (1 - s) ** 2 * values[left] + s**2 * (3 - 2 * s) * values[right]
        return flat + self.width * (s * (1 - s) ** 2 * slopes[left] + s**2 * (s - 1) * slopes[right])

    def slope(self, values: Floats, slopes: Floats) -> Floats:
        """Their slopes; 0 outside the nodes."""
        s, left, right = self.s, self.left, self.left + 1
        flat = 6 * s * (1 - s) * (values[right] - values[left]) / self.width
        steep = (1 - s) * (1 - 3 * s) * slopes[left] + s * (3 * s - 2) * slopes[right]
        return np.where(self.moves, flat + steep, 0.0)


def _end(well: Well, errors: Errors) -> float:
    """How long a sample is followed from when it was mixed, s."""
    last = float(well.trace.times[-1]) if well.trace is not None else HOUR_S
    return max(last - well.start, 1.0) + 10 * errors.start


def _touched(model: GateModel, well: Well) -> Flags:
    """The steps that can happen in a well, (steps,)."""
    there = {model.places[name] for name, dose in well.doses.items() if dose > 0}
    steps = model.network.steps
    for _ in steps:
        more = {place for step in steps if there.issuperset(step.reactants) for place in step.products}
        if more <= there:
            break
        there |= more
    return np.array([there.issuperset(step.reactants) for step in steps], dtype=bool)
