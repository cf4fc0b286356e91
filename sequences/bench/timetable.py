"""The plan in words: every step of an iteration with its start, what a hand does, tubes and volumes, and what being late does.

The clock of a wait runs from the end of the one before, so that pipetting is a part of it, as in the robot's script. What
comes before the reaction is moved onto the first beads is preparation, and has times before zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sequences.bench.document import Document, DocumentSection, Table, clock_time, three
from sequences.robot.steps import TRANSFER_S, Do, RobotPlan, Step
from sequences.vendors.plates import Plates

PAUSE_S = 1200.0
"""To measure a sample or to spin a filter: an estimate."""
BEARABLE, SPOILED = 0.05, 0.25
"""Of a wait: up to here a delay is as pipetting errors are; beyond there the iteration is better given up. Estimates."""
MOST_CARDS = 100
HEADER = ("step", "start h:min:s", "hands-on min", "do", "tube", "µL", "reaction µL")


@dataclass(frozen=True, slots=True)
class BenchLine:
    """One line: its start and end (s), hands-on minutes, tube and uL, and the reaction's volume (uL) afterwards."""

    start: float
    end: float
    minutes: float
    do: str
    tube: str
    uL: float
    after_uL: float

    @property
    def is_transfer(self) -> bool:
        """Whether something is pipetted."""
        return self.uL > 0


@dataclass(frozen=True, slots=True)
class Handwork:
    """Means over all iterations: transfers, those of them from a stock, minutes of work, those of them before the clock starts,
    and the hours from then on.

    ``spin_filter_iterations`` are those before which a spin filter is needed, ``smallest_uL`` is the least that is taken from a
    stock, ``under_the_least`` are stocks of which too little is taken, and ``volume_uL`` what the reaction is mixed as and what
    is there at the end.
    """

    pipettings_per_iteration: float
    additions_per_iteration: float
    hands_on_minutes_per_iteration: float
    preparation_minutes_per_iteration: float
    hours_per_iteration: float
    spin_filter_iterations: tuple[int, ...]
    smallest_uL: float
    under_the_least: tuple[str, ...]
    volume_uL: tuple[float, float]


def handwork(plan: RobotPlan) -> Handwork | None:
    """What the iterations of a plan ask of a hand; None where there are none."""
    if not plan.iterations:
        return None
    lines = [list(bench_lines(plan, number)) for number in range(1, len(plan.iterations) + 1)]
    count = len(lines)
    taken = sum(len(step.taken) for steps in plan.iterations for step in steps)
    filters = tuple(n for n, steps in enumerate(plan.iterations, start=1) if any("spin filter" in step.say for step in steps))
    of_stocks = [(plan.stocks[at].name, uL) for steps in plan.iterations for step in steps for at, uL in step.taken]
    smallest = min((uL for _, uL in of_stocks), default=0.0)
    small = tuple(dict.fromkeys(name for name, uL in of_stocks if uL < plan.least_uL))
    moved = sum(line.is_transfer for each in lines for line in each)
    minutes = sum(line.minutes for each in lines for line in each) / count
    before = sum(0.0 - each[0].start for each in lines) / count / 60
    hours = sum(each[-1].end for each in lines) / count / 3600
    volumes = plan.start_uL, plan.volumes[-1]
    return Handwork(moved / count, taken / count, minutes, before, hours, filters, smallest, small, volumes)


def misfits_of(plan: RobotPlan, count: int) -> Iterator[str]:
    """What of the plan for so many iterations cannot be pipetted, or only with more than pipettes and magnets."""
    work = handwork(plan)
    if work and work.under_the_least:
        yield f"too little to pipette of {', '.join(work.under_the_least)}"
    if work and work.spin_filter_iterations:
        yield f"a spin filter before {len(work.spin_filter_iterations)} of {count} iterations"
    if len(plan.iterations) < count:
        yield f"volume for {len(plan.iterations)} of {count} iterations"


def _preparation(steps: Sequence[Step]) -> float:
    """Seconds until the first move is done; none where a wait comes first."""
    until = next((n for n, step in enumerate(steps) if step.do in (Do.MOVE, Do.WAIT)), None)
    if until is None or steps[until].do is Do.WAIT:
        return 0.0
    seconds = {Do.ADD: 0.0, Do.BEADS: TRANSFER_S, Do.MOVE: TRANSFER_S, Do.PAUSE: PAUSE_S, Do.PLATE: PAUSE_S}
    return sum(seconds.get(step.do, 0.0) + step.seconds + TRANSFER_S * len(step.taken) for step in steps[: until + 1])


def bench_lines(plan: RobotPlan, number: int) -> Iterator[BenchLine]:
    """The lines of an iteration (from 1)."""
    steps = plan.iterations[number - 1]
    volume = plan.volumes[number - 2] if number > 1 else plan.start_uL
    mark, now, kept = 0.0, -_preparation(steps), None
    labels = list(Plates(96, "column").labels())

    def line(do: str, tube: str = "", uL: float = 0.0, hands: float = 0.0, seconds: float = 0.0) -> BenchLine:
        nonlocal now
        start, now = now, now + hands + seconds
        return BenchLine(start, now, hands / 60, do, tube, uL, volume)

    for step in steps:
        here, there = labels[step.well], labels[min(step.well + 1, len(labels) - 1)]
        magnet = f"{step.seconds / 60:g} min"
        match step.do:
            case Do.ADD:
                for index, uL in step.taken:
                    volume += uL
                    yield line(f"add to {here}, mix", plan.stocks[index].name, uL, TRANSFER_S)
            case Do.BEADS:
                for index, uL in step.taken:
                    yield line(f"put into {there}", plan.stocks[index].name, uL, TRANSFER_S)
                what = f"magnet, {magnet}; take this much liquid off the pellet in {there}, then magnet off"
                yield line(what, "", step.uL, TRANSFER_S, step.seconds)
                kept = sum(uL for _, uL in step.taken) - step.uL
            case Do.MOVE:
                what = "move the clear liquid: {} to {}" if kept is None else "move onto the beads: {} to {}, mix"
                volume, kept = step.uL + (kept or 0.0), None
                yield line(what.format(here, there), "", step.uL, TRANSFER_S)
            case Do.PULL:
                yield line(f"plate on the magnet, {magnet}", seconds=step.seconds)
                mark += plan.pull
            case Do.WAIT:
                end = max(now, mark + step.seconds)
                if end > now:
                    yield line(f"wait until {clock_time(end)} ({step.say})", seconds=end - now)
                mark = now = end
            case Do.PAUSE | Do.PLATE:
                volume = plan.start_uL if "spin filter" in step.say else volume
                yield line(step.say, hands=PAUSE_S)
            case Do.RELEASE:
                pass


def _cells(number: int, line: BenchLine) -> tuple[str, ...]:
    uL = three(line.uL) if line.is_transfer else ""
    minutes = f"{line.minutes:g}" if line.minutes else ""
    return str(number), clock_time(line.start), minutes, line.do, line.tube, uL, three(line.after_uL)


def iteration_sections(plan: RobotPlan, iterations: int) -> list[DocumentSection]:
    """The first two iterations step by step, what to do if one is late; nothing without iterations."""
    if not plan.iterations:
        return []
    done, work = len(plan.iterations), handwork(plan)
    assert work is not None
    first_end = max(line.end for line in bench_lines(plan, 1))
    days = done * work.hours_per_iteration / 24
    minutes = work.preparation_minutes_per_iteration
    before = f"with {minutes:.0f} minutes of preparation before each (times below zero, not counted), " if minutes else ""
    text = (
        f"{iterations} iterations at {plan.temperature:g} °C, {clock_time(first_end)} for the first; {before}"
        f"{days:.1f} days for {done}. One takes {work.pipettings_per_iteration:.0f} transfers, "
        f"{work.additions_per_iteration:.0f} of them from a stock, and {work.hands_on_minutes_per_iteration:.0f} minutes of "
        f"work. Put {three(plan.start_uL)} µL of the tube learning into A1 of a fresh plate: the reaction moves from well to "
        "well. A wait counts from the end of the last wait or pull-down, so it includes the pipetting in between. "
        "Every iteration has its page in `protocol/bench_cards.html`. The robot's scripts do the same steps."
    )
    cut = () if done == iterations else (f"**Only {done} of {iterations} iterations can be done as written**, see the notes.",)
    first = DocumentSection("Training", (text, *cut, _table(plan, 1, "iteration_1")))
    second = [DocumentSection("Iteration 2", (_table(plan, 2, "iteration_2"),), 3)] if done > 1 else []
    notes = [f"**Note:** {each}." for each in plan.warnings]
    return [first, *second, _late_section(plan), *([DocumentSection("Notes", tuple(notes), 3)] if notes else [])]


def _table(plan: RobotPlan, number: int, name: str) -> Table:
    return Table(name, HEADER, tuple(_cells(n, line) for n, line in enumerate(bench_lines(plan, number), start=1)))


def _given_up(plan: RobotPlan) -> str:
    """How an iteration is ended before its end."""
    if plan.in_stages:
        stop = "pull all beads out as at the end of the iteration; then nothing reacts any more"
    else:
        stop = "do the steps that end this phase, from its beads on, and then those of the last phase, which clears the "
        stop += "tube; its gates stay in it and leak, more slowly in the cold"
    return f"{stop}. Close the tube, keep it at 4 °C, and go on with the next iteration"


def _late_section(plan: RobotPlan) -> DocumentSection:
    waits: dict[str, float] = {}
    for step in plan.iterations[0]:
        if step.do is Do.WAIT:
            waits[step.say] = waits.get(step.say, 0.0) + step.seconds
    rows = tuple(
        (what, clock_time(seconds), clock_time(BEARABLE * seconds), clock_time(SPOILED * seconds))
        for what, seconds in waits.items()
    )
    text = (
        "Up to the first limit go on: it matters no more than pipetting errors. Up to the second go on and note it: this "
        f"iteration's update is off, later ones correct it. Later than that, or to stop for the night: "
        f"{_given_up(plan)}. The limits are estimates ({BEARABLE:.0%} and {SPOILED:.0%} of a wait)."
    )
    header = ("wait for", "length", "late by up to: go on", "late by up to: go on, note it")
    return DocumentSection("If a step is late", (text, Table("late", header, rows)), 3)


def bench_cards(plan: RobotPlan, name: str, refills: dict[str, list[tuple[int, str]]]) -> Document:
    """One page for each iteration, to be ticked off; of the first ``MOST_CARDS``."""
    numbers = range(1, min(len(plan.iterations), MOST_CARDS) + 1)
    cards = tuple(_card(plan, number, refills.get(str(number), [])) for number in numbers)
    return Document(f"Bench cards: {name}", cards, paged=True)


def _card(plan: RobotPlan, number: int, refills: Sequence[tuple[int, str]]) -> DocumentSection:
    lines = list(bench_lines(plan, number))
    full = [f"{plan.stocks[index].name} ({how})" for index, how in refills]
    needed = dict.fromkeys(line.tube for line in lines if line.tube)
    text = f"{plan.temperature:g} °C. Started at ____:____ on __________ by __________. Tubes: {', '.join(needed)}." + (
        f" **Refill first:** {', '.join(full)}." if full else ""
    )
    rows = tuple((*_cells(n, line), "☐") for n, line in enumerate(lines, start=1))
    late = f"Late by over {BEARABLE:.0%} of a wait: write it down. By over {SPOILED:.0%}: {_given_up(plan)}."
    return DocumentSection(f"Iteration {number}", (text, Table(f"card_{number}", (*HEADER, "done"), rows), late))
