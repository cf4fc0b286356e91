"""What a laboratory sets for one tube of a staged learner, by measuring aliquots of it before it trains.

Nothing is used that cannot be measured: Z after a forward pass, with parameters set to chosen values. A setting is found from
a few aliquots at a time: one by one until a guess is near, three around it, then three closer ones, and a curve through them.

1. Waits for each input: Z at a known parameter, less what comes without any, is that of the design.
2. Doses of the update: a surplus of Y, then of Z, moves all parameters alike at equal inputs.
3. The feed: what an iteration without inputs takes of each parameter, with as much Y as there is Z.
4. The blank: Z without input, by a line through outputs at half and one and a half times the usual inputs. It is taken off
   what is read, and added to the targets.
5. The target: at some doses and inputs, training at one point is run until the output rests. A plane through these outputs is
   the rule, since leaks of gates of inputs shift where it rests in proportion to the inputs.
6. The parameters that training starts from: those that read as the design's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np

from dsd_ncrn.arrays import Floats, one_by_one
from dsd_ncrn.dsd.experiment import CalibrationStep
from dsd_ncrn.dsd.staged import weight_join
from dsd_ncrn.errors import CheckFailed
from dsd_ncrn.ncrn.staged import FORWARD
from dsd_ncrn.protocol.staged import Settings, StagedProtocol
from dsd_ncrn.simulate.staged import StagedLearner
from dsd_ncrn.simulate.tube import Tube

REFERENCE = 0.4
"""The weight at which an input is measured, over its limit: about where weights end."""
INPUTS = (0.5, 1.5)
"""Times the usual inputs, at which the blank is measured."""
TARGETS = (0.2, 1.0), (0.6, 1.0), (0.4, 0.5), (0.4, 1.5)
"""Weights over their limit, and inputs over the usual ones, at which the target is measured."""
READS = 6
"""How often an output is measured where an error would stay for the whole training."""
FEW = (0.6, 1.0, 1.7), (0.87, 1.0, 1.15)
"""What guesses are multiplied by in the first and the second round."""
FURTHEST, NEARER, GRID = 10.0, 0.3, 2001
WIDE, STEP, MOST_STEPS = 2.5, 2.5, 4
"""A gate may be many times as slow as the usual: its setting is looked for in steps until a measurement tells something."""
ITERATIONS = 6
"""After which an output has come to rest at its target."""
LEAST_START, TOLD = 0.05, 0.25
"""Of the design's start: no tube is loaded with less, and less than that is lost in the errors of two readings."""
SURPLUS = 0.5
"""By which Y exceeds Z where doses of the update are measured, and Z Y, over the reference output."""
DIFFERENCE, MOVED = "Z, less Z of one without parameters", "all parameters, before and after"
LEAST_FED = 0.25
"""Of the design's feed: what is lost below that is in the errors of the readings."""
AS_FOUND = "as found"
PLANE = "targets: with Z = a D + b S + c fitted to all of them, S the sum of the inputs, y is given as D = (y - b S - c) / a"
MOST_UNEVEN, STEEPEST = 5.0, 2.5
"""Beyond these factors a measurement of doses says that a tube is no good, not what to give it."""


@dataclass(frozen=True)
class Settled:
    """Settings, the parameters (parameters,) to start from, and what it took: aliquots, the hours of all of them, the steps."""

    settings: Settings
    start: Floats
    aliquots: int
    tube_hours: float
    steps: tuple[CalibrationStep, ...] = ()

    def applied(self, tube: Tube) -> Tube:
        """The tube with these settings, and its parameters at the start."""
        assert isinstance(tube.protocol, StagedProtocol)
        settled = Tube(replace(tube.protocol, settings=self.settings), tube.pot)
        settled.set_parameters(self.start)
        return settled


class _Bench:
    """Aliquots of one tube; each is measured with the errors of the handling."""

    def __init__(self, tube: Tube, learner: StagedLearner, x: Floats, random: np.random.Generator) -> None:
        assert isinstance(tube.protocol, StagedProtocol)
        self.tube, self.protocol, self.learner, self.x, self.random = tube, tube.protocol, learner, x, random
        self.count, self.seconds = 0, 0.0
        self.steps: list[CalibrationStep] = []
        self.places = tuple(self.protocol.inputs(tuple(x)))

    def aliquot(self, settings: Settings, parameters: Floats) -> Tube:
        """A part of the tube under some settings, with parameters (parameters,) loaded."""
        part = Tube(replace(self.protocol, settings=settings), self.tube.pot)
        part.contents = self.tube.contents
        handling = self.tube.pot.handling
        part.set_parameters(parameters * (1.0 + handling.loading * self.random.standard_normal(len(parameters))))
        return part

    def read(self, part: Tube, x: Floats) -> float:
        """Z of an aliquot after a forward pass, in the design's units, as it is measured."""
        assert isinstance(part.protocol, StagedProtocol)
        self.count += 1
        self.seconds += part.protocol.seconds_of_prediction
        return float(part.predict(x)[0]) * (1.0 + self.tube.pot.handling.calibration * float(self.random.standard_normal()))

    def weight(self, settings: Settings, parameters: Floats) -> float:
        """Z that parameters make of the usual inputs, less what comes without parameters."""
        # Leak and leftovers of the same aliquot are the same without parameters, and fall out of the difference.
        nothing = self.read(self.aliquot(settings, 0.0 * parameters), self.x)
        return self.read(self.aliquot(settings, parameters), self.x) - nothing

    def tell(
        self, aliquots: int, rounds: int, mix: str, setting: str, read: str, decides: str, iterations: int = 0, of: int = 1
    ) -> None:
        """A step of so many aliquots in so many rounds, each of so many iterations and, but where these are watched, a forward
        pass; it took what has not been told of yet, of so many steps the first."""
        passes, schedule = int(read != MOVED), self.protocol.schedule.seconds_per_iteration
        lasts = rounds * (iterations * schedule + passes * self.protocol.seconds_of_prediction)
        seconds = (self.seconds - sum(each.seconds for each in self.steps)) / of
        self.steps.append(
            CalibrationStep(aliquots, aliquots * (iterations + passes), lasts, seconds, mix, setting, read, decides)
        )

    def strands(self, parameters: Floats) -> Floats:
        """The strands, nM, that stand for parameters (parameters,)."""
        return parameters * np.array([each.scale for each in self.protocol.ncrn.parameters]) * self.protocol.unit

    def mixed(self, parameters: Floats, x: Floats) -> str:
        """Parameters (parameters,) and joins of inputs as they are mixed, parameters of 0 apart."""
        values = zip((each.plus for each in self.protocol.ncrn.parameters), self.strands(parameters))
        joins = ((weight_join(place), nM) for place, nM in self.protocol.inputs(tuple(x)).items())
        return ", ".join(f"{name} {nM:.3g} nM" for name, nM in (*values, *joins) if nM)

    def solved(
        self, weight: Callable[[float], float], guess: float, wanted: float, mix: str, setting: str, usual: str
    ) -> float:
        """Where a weight is ``wanted``, told as three steps: a ``setting`` is looked for, which is ``usual`` at the guess."""
        before, z = self.count, f"{wanted * self.protocol.unit:.3g} nM"
        start = near(weight, guess, wanted, setting)
        tries = (self.count - before) // 2
        further = f"{STEP:g} times more or less, once more, until Z is {1 / WIDE:g} to {WIDE:g} times {z}"
        self.tell(2 * tries, tries, mix, f"{setting}: {usual}", DIFFERENCE, further)
        found = solve(weight, start, wanted)
        for left, factors, curve in zip((2, 1), FEW, ("a line", "a parabola")):
            shares = ", ".join(f"{each:g}" for each in factors)
            decides = f"{setting}: where {curve} of Z over its logarithm, through all of them, is at {z}"
            self.tell(2 * len(factors), 1, mix, f"{setting}: {shares} times that", DIFFERENCE, decides, of=left)
        return found


def settle(tube: Tube, learner: StagedLearner, x: Floats, random: np.random.Generator) -> Settled:
    """Find the settings of a fresh tube at its usual inputs ``x`` (inputs,); ``learner`` is what it should be.

    Raises CheckFailed where a simulation stops.
    """
    bench = _Bench(tube, learner, x, random)
    reference = learner.parameters_of(REFERENCE)
    # In this order: doses of the update are measured by what the waits give, blank and targets by both.
    settings = _waits(bench, replace(bench.protocol.settings, blank=0.0), reference)
    if len(reference) > 1:
        settings = _updates(bench, settings, reference)
        settings = _feeds(bench, settings, reference) if bench.protocol.doses.feed else settings
    settings = replace(settings, blank=_blank(bench, settings, reference))
    settings = _targets(bench, settings)
    start = _start(bench, settings)
    return Settled(settings, start, bench.count, bench.seconds / 3600.0, tuple(bench.steps))


def _waits(bench: _Bench, settings: Settings, reference: Floats) -> Settings:
    """How long each join is there."""
    inputs, usual = bench.learner.inputs(bench.x), settings.waits[FORWARD]
    wanted = bench.learner.limit * REFERENCE * inputs
    found: dict[str, float] = {}
    for number, place in enumerate(bench.places):
        # One parameter at a time, so that only its own join makes Z.
        alone = reference * (np.arange(len(reference)) == number)

        def weight(seconds: float, alone: Floats = alone) -> float:
            return bench.weight(replace(settings, waits={**settings.waits, FORWARD: seconds}, forward={}), alone)

        mix, name = bench.mixed(alone, bench.x), weight_join(place)
        found[place] = bench.solved(weight, usual, float(wanted[number]), mix, f"wait of {name}", f"{usual / 60:.3g} min")
    # The slowest join is there for the whole wait; the others are pulled out after their share of it.
    longest = max(found.values())
    shares = {place: seconds / longest for place, seconds in found.items()}
    return replace(settings, waits={**settings.waits, FORWARD: longest}, forward=shares)


def _updates(bench: _Bench, settings: Settings, reference: Floats) -> Settings:
    """Doses with which equal inputs change all parameters alike, upwards and downwards."""
    level = np.full(len(bench.x), float(np.mean(bench.x)))
    output = float(bench.aliquot(settings, reference).predict(level)[0])

    def change(surplus: float) -> Mapping[str, float]:
        part = bench.aliquot(settings, reference)
        before = part.parameters()
        part.iterate(level, np.array([output * (1.0 + surplus)]))
        bench.count += 1
        bench.seconds += part.protocol.schedule.seconds_per_iteration
        noise = 1.0 + bench.tube.pot.handling.calibration * bench.random.standard_normal(len(before))
        # A parameter that does not move at all would ask for an infinite dose: a thousandth of the reference is the least
        # told.
        moved = np.maximum(np.abs(part.parameters() - before) * noise, 1e-3 * reference)
        even = np.clip(exp(np.mean(one_by_one(log, moved))) / moved, 1.0 / MOST_UNEVEN, MOST_UNEVEN)
        return dict(zip(bench.places, map(float, even)))

    # Doses compete for the same Y, so that raising one lowers the others: a second round corrects for that.
    for _ in range(2):
        up, down = change(SURPLUS), change(-SURPLUS)
        raising = {place: settings.raising.get(place, 1.0) * up[place] for place in bench.places}
        lowering = {place: settings.lowering.get(place, 1.0) * down[place] for place in bench.places}
        settings = replace(settings, raising=raising, lowering=lowering)
        mix = f"{bench.mixed(reference, level)}; targets of {1 + SURPLUS:g} and {1 - SURPLUS:g} times Z"
        decides = "doses of the update: each is multiplied by the mean of all changes (geometric) over its own"
        bench.tell(2, 1, mix, AS_FOUND, MOVED, decides, iterations=1)
    return settings


def _feeds(bench: _Bench, settings: Settings, reference: Floats) -> Settings:
    """What is fed of each parameter: what an iteration without inputs takes of it. Where leaks free more than that, nothing."""
    nothing = 0.0 * bench.x
    part = bench.aliquot(replace(settings, slope=1.0, offset=0.0, tilt=0.0, feed=dict.fromkeys(bench.places, 0.0)), reference)
    output, before = float(part.predict(nothing)[0]), part.parameters()
    part.iterate(nothing, np.array([output]))
    bench.count += READS
    bench.seconds += READS * part.protocol.schedule.seconds_per_iteration
    error = bench.tube.pot.handling.calibration * bench.random.standard_normal((2, len(before))) / np.sqrt(READS)
    least = LEAST_FED * bench.protocol.doses.feed
    lost = bench.strands(before * (1.0 + error[0]) - part.parameters() * (1.0 + error[1]))
    decides = f"feed of each parameter in every iteration: what is lost of it, none below {least:.2g} nM"
    mix = f"{bench.mixed(reference, nothing)}; as much Y as Z"
    bench.tell(READS, 1, mix, AS_FOUND, MOVED, decides, iterations=1)
    fed = np.where(lost < least, 0.0, lost)
    return replace(settings, feed=dict(zip(bench.places, map(float, fed))))


def _blank(bench: _Bench, settings: Settings, reference: Floats) -> float:
    """What a line through the outputs over the usual inputs has at no input: Z grows a little less than in proportion to x."""
    part = bench.aliquot(settings, reference)
    # Reads are averaged, since an error here shifts every point of the whole training.
    less, more = (np.mean([bench.read(part, share * bench.x) for _ in range(READS)]) for share in INPUTS)
    mix = "; or ".join(bench.mixed(reference, share * bench.x) for share in INPUTS)
    # What is there at no input on purpose: the design's constant, and what trained constants count as they are loaded.
    constant = bench.learner.offset + REFERENCE * bench.learner.limit * float(bench.learner.inputs(0.0 * bench.x).sum())
    kept = f"{constant * bench.protocol.unit:.3g} nM"
    decides = f"blank: Z of a line through both at no input, less {kept}; it is taken off what is read"
    bench.tell(2 * READS, 1, mix, AS_FOUND, f"Z, {READS} of each", decides)
    return float(less - INPUTS[0] * (more - less) / (INPUTS[1] - INPUTS[0])) - constant


def _targets(bench: _Bench, settings: Settings) -> Settings:
    """The plane that gives the dose of a target: through doses, inputs and the outputs that training at one point ends at."""
    plain = replace(settings, slope=1.0, offset=0.0, tilt=0.0)
    doses, outputs, mixes = list[float](), list[float](), list[str]()
    points = [share * bench.x for _, share in TARGETS]
    for (weight, _), x in zip(TARGETS, points):
        parameters = bench.learner.parameters_of(weight)
        mixes.append(bench.mixed(parameters, x))
        doses.append(bench.read(bench.aliquot(settings, parameters), x))
        part = bench.aliquot(plain, parameters)
        # Training at one point rests where the update balances: there the output is what this dose really asks for.
        for _ in range(ITERATIONS):
            part.iterate(x, np.array([doses[-1]]))
        bench.seconds += ITERATIONS * part.protocol.schedule.seconds_per_iteration
        outputs.append(float(np.mean([bench.read(part, x) for _ in range(READS)])))
    count = len(TARGETS)
    bench.tell(count, 1, "; or ".join(mixes), AS_FOUND, "Z", "the dose D of each target: as much Y as there is Z")
    trained, read = f"the same, {ITERATIONS} iterations with its target D", f"Z, the mean of {READS} aliquots of each"
    bench.tell(READS * count, 1, trained, AS_FOUND, read, PLANE, ITERATIONS)
    # The rule is the inverse of the plane, bounded so that a bad measurement does not run away with the targets.
    sums = [float(x.sum()) for x in points]
    # Normal equations of what is around the means: LAPACK would round as suits the processor, and this rule moves every target.
    away: list[Floats] = [np.array(values) - float(np.mean(values)) for values in (doses, sums, outputs)]
    (dd, ds, do), (_, ss, so), _ = ([float(np.sum(one * other)) for other in away] for one in away)
    slope = 1.0 / min(max((do * ss - so * ds) / (dd * ss - ds**2), 1.0 / STEEPEST), STEEPEST)
    tilt = -slope * (so * dd - do * ds) / (dd * ss - ds**2)
    offset = float(np.mean(doses) - slope * np.mean(outputs) - tilt * np.mean(sums))
    return replace(settings, slope=slope, offset=offset, tilt=tilt)


def _start(bench: _Bench, settings: Settings) -> Floats:
    """The values (parameters,) that are loaded so that the usual inputs read as at the design's start.

    Each counts for its share of that: Z alone, and of what the blank takes off beyond what comes without parameters.
    """
    start = bench.learner.parameters()
    wanted = bench.learner.weights() * bench.learner.inputs(bench.x)
    nothing, mix = bench.read(bench.aliquot(settings, 0.0 * start), bench.x), bench.mixed(0.0 * start, bench.x)
    below = f"below {TOLD:.0%} of the usual, that share of it is loaded, {LEAST_START:.0%} at least, without them"
    bench.tell(1, 1, mix, AS_FOUND, "Z", f"what is to be read of each parameter in the steps below; {below}")
    # A tube that leaks may read the start, or more, with nothing loaded: its parameters then begin at next to nothing. To look
    # for that by readings would fail by their errors; training finds its way from there whatever is loaded.
    share = max(1.0 + (bench.learner.offset - nothing) / float(wanted.sum()), LEAST_START)
    if share < TOLD:
        return share * start
    wanted = wanted * share

    def loaded(number: int) -> float:
        def weight(value: float) -> float:
            return bench.weight(settings, np.where(np.arange(len(start)) == number, value, 0.0))

        name, nM = bench.protocol.ncrn.parameters[number].plus, f"{bench.strands(start)[number]:.3g} nM"
        return bench.solved(weight, float(start[number]), float(wanted[number]), mix, f"{name} at the start", nM)

    return np.array([loaded(number) for number in range(len(start))])


def near(measure: Callable[[float], float], guess: float, wanted: float, setting: str = "a setting") -> float:
    """A guess at which a measurement that grows with a setting is within ``WIDE`` times what is wanted.

    Raises CheckFailed, before anything is trained, where ``MOST_STEPS`` do not lead there.
    """
    told = 0.0
    for _ in range(MOST_STEPS + 1):
        told = measure(guess)
        if wanted / WIDE <= told <= wanted * WIDE:
            return guess
        # Too far off for a line through three aliquots: a slow gate tells nothing until its setting is about right.
        guess = guess * STEP if told < wanted else guess / STEP
    raise CheckFailed(f"no {setting} sets the tube: {told:.3g} is measured of Z where {wanted:.3g} is wanted; mix another")


def solve(measure: Callable[[float], float], guess: float, wanted: float) -> float:
    """Where a measurement that grows with the logarithm of a setting is ``wanted``.

    Found by a line through aliquots around the guess, then a parabola through these and closer ones; no further away than
    ``FURTHEST`` times the guess, or the guess over that.
    """
    logs, found = list[float](), list[float]()
    middle, reach = log(guess), log(FURTHEST)
    for degree, factors in enumerate(FEW, start=1):
        for factor in factors:
            logs.append(middle + log(factor))
            found.append(measure(exp(logs[-1])))
        # A polynomial need not be monotonic beyond its points; on a grid the nearest value is found without inverting it.
        grid = middle + np.linspace(-reach, reach, GRID) * (1.0 if degree == 1 else NEARER)
        curve = np.polyval(np.polyfit(logs, found, degree), grid)
        middle = float(grid[np.argmin(np.abs(curve - wanted))])
    return exp(middle)
