"""The training as a liquid handler does it: every transfer, wait and pull of every iteration, volumes tracked.

The reaction goes from well to well. Where a stage needs beads, their slurry waits in the next well, is drained on the magnet,
and the reaction is moved onto the pellet: only the liquid that the pellet keeps adds to the volume. A pull leaves the beads
behind and moves what is above them on. A magnet takes every bead: strands of another tag than biotin float until beads for
their tag come, in time before the pull.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil, inf

from dsd_ncrn.constants import constant
from dsd_ncrn.crn.events import Add, Adjust, Event, PullDown, TopUp, Wait
from dsd_ncrn.dsd.experiment import APART_S, SPARE, Experiment
from dsd_ncrn.dsd.staged import BARE, TAG
from dsd_ncrn.dsd.system import Component, DsdSystem
from sequences.bench.mixing import DILUTIONS, MOST_FOLD, Stocks, undiluted_uM
from sequences.bench.schedule import top_ups
from sequences.robot.steps import LEAST_UL, TRANSFER_S, TUBE_DEAD_UL, TUBE_UL, Do, RobotPlan, Step, Stock

MAGNET_S, BIND_S = 120.0, 600.0
"""On the magnet until beads are at the wall; from beads of a tag to the pull of what has it."""
WELL_UL, MOST_UL, FEWEST_UL = 200.0, 150.0, 40.0
"""Of the plate; more is brought back on a spin filter before an iteration; with less nothing is left to pull from."""
STARTS = (1.0, 1.2, 1.4)
"""Of the volume asked for: the first that lasts for the training is taken."""
WELLS = 96
REFILL = "refill mix"


def plan_of(
    system: DsdSystem, experiment: Experiment, stocks: Stocks, volume_uL: float, smallest_uL: float, temperature: float
) -> RobotPlan:
    """The training of a tube of ``volume_uL`` at a temperature (degrees Celsius), from stocks of their usual strength."""
    least, count = max(LEAST_UL, smallest_uL), len(experiment.training)
    tried = (_Planner(system, experiment, stocks, volume_uL * share, least).plan(temperature) for share in STARTS)
    usual = next(tried)
    plan = next((each for each in (usual, *tried) if len(each.iterations) == count), usual)
    larger = f"mix {plan.start_uL:g} µL of the tube in place of {volume_uL:g} µL: the pellets keep what is missing in the end"
    return plan if plan.start_uL == volume_uL else replace(plan, warnings=(larger, *plan.warnings))


class _Planner:
    def __init__(self, system: DsdSystem, experiment: Experiment, stocks: Stocks, volume_uL: float, least: float) -> None:
        self.system, self.experiment, self.usual = system, experiment, stocks
        self.start, self.least = volume_uL, least
        self.pull = experiment.pull or MAGNET_S + TRANSFER_S
        self.volume, self.well, self.thinned = volume_uL, 0, 1.0
        self.tubes: dict[tuple[str, int], int] = {}
        self.known: list[Stock] = []
        self.steps: list[Step] = []
        self.floating: dict[str, float] = {}
        self.warned: dict[str, list[int]] = {}
        self.number = 0
        clocks = system.clocks.values()
        self.beads = {name for clock in clocks for name in (*clock.scavengers, *clock.captures.values())}
        self.beads |= {each.name for each in system.components if each.tag == TAG}
        self.prepared = {name for well in experiment.wells for name in (*well.gates, BARE)}
        self.tags = {each.name: each.tag for each in system.components if each.tag not in ("", TAG)}

    def plan(self, temperature: float) -> RobotPlan:
        """The whole plan, at a temperature (degrees Celsius)."""
        done: list[tuple[Step, ...]] = []
        volumes: list[float] = []
        for number, events in enumerate(self.experiment.training, start=1):
            self.number, self.steps = number, []
            self._iteration(_merged((*self.experiment.start, *events) if number == 1 else events, self.beads))
            done.append(tuple(self.steps))
            volumes.append(self.volume)
            if self.volume < FEWEST_UL:
                break
        totals = {stock.name: 0.0 for stock in self.known}
        for step in (step for steps in done for step in steps):
            for index, uL in step.taken:
                totals[self.known[index].name] += uL
        tubes = tuple(_filled(stock, totals[stock.name], self.least) for stock in self.known)
        warnings = tuple(self._warnings(volumes, temperature))
        staged = self.experiment.in_stages
        return RobotPlan(tubes, tuple(done), tuple(volumes), self.start, temperature, self.pull, staged, self.least, warnings)

    def _iteration(self, events: Sequence[Event]) -> None:
        if self.volume > MOST_UL:
            text = f"Bring the {self.volume:.1f} µL in the reaction's well back to {self.start:g} µL on a spin filter."
            self._do(Do.PAUSE, say=text)
            self.volume = self.start
        for place, event in enumerate(events):
            match event:
                case TopUp(doses=feed) if self.number > 1 or feed:
                    self._refill(feed)
                case Add(doses):
                    self._add({name: nM for name, nM in doses.items() if nM > 0})
                case Adjust(levels):
                    self._do(Do.PAUSE, say=f"Measure {', '.join(levels)} on a sample and add what is missing (protocol.md).")
                case Wait(seconds, purpose, phase):
                    self._wait(
                        seconds,
                        phase or str(purpose),
                        next((each for each in events[place + 1 :] if not isinstance(each, Wait)), None),
                    )
                case PullDown(components):
                    self._pull(components)
                case _:
                    pass

    def _add(self, doses: Mapping[str, float]) -> None:
        held = {name: nM for name, nM in doses.items() if name in self.beads}
        if held:
            self._onto(held)
        for name, nM in doses.items():
            if name not in held:
                self._liquid(self.system.by_name[name], nM)
                if name in self.tags:
                    self.floating[name] = nM

    def _liquid(self, component: Component, nM: float) -> None:
        """c = s v / (V + v): the concentration in the volume that the addition makes."""
        strength = self._strength(component.name)
        chosen = self._dilution(component.name, lambda dilution: nM * self.volume / (strength / dilution - nM), strength / nM)
        index = self._tube(component.name, component.name, strength / 1000, chosen, beads=False)
        uL = nM * self.volume / (strength / chosen - nM)
        self._do(Do.ADD, taken=((index, uL),), doses=(nM,))
        self._grow(uL)

    def _strength(self, name: str) -> float:
        """nM of an undiluted stock."""
        return undiluted_uM(self.system.by_name[name], self.usual) * 1000

    def _refill(self, feed: Mapping[str, float]) -> None:
        """The premix that brings fuels and gates back, with the feed; what is left is thinned as the volume has grown."""
        if self.number == 1:
            self._add(feed)
            return
        left = {name: nM * self.thinned for name, nM in self.experiment.left.items()}
        rows = top_ups(self.system, left, self.volume, self.volume, self.usual) if left else ()
        if left and not rows:
            self._warn("the stocks are too weak to top the reaction up; fuels run out")
        fed = {name: nM * self.volume / self._strength(name) for name, nM in feed.items()}
        volumes = {row.component: row.volume_uL for row in rows} | fed
        total = sum(volumes.values())
        if total > 0:
            if (REFILL, 1) not in self.tubes:
                self.tubes[REFILL, 1] = len(self.known)
                thinned = next(each for each in DILUTIONS if each * total >= SPARE * self.least)
                parts = {name: uL / total / thinned for name, uL in volumes.items()}
                self.known.append(Stock(REFILL, REFILL, 0.0, thinned, False, components=parts))
            index = self.tubes[REFILL, 1]
            uL = total * self.known[index].dilution
            if fed:  # to the point: of fuels a little more or less does not matter
                uL = sum(fed.values()) / sum(self.known[index].components[name] for name in fed)
            self._do(Do.ADD, taken=((index, uL),), doses=(0.0,))
            self.volume += uL
        self.thinned = 1.0

    def _onto(self, doses: Mapping[str, float], capture: str = "") -> None:
        """Slurries into the next well, drained, and the reaction moved onto them."""
        taken: list[tuple[int, float]] = []
        strength = constant("beads.capacity").number * 1000  # pmol/uL are uM
        least = self.volume * (1.0 - self.experiment.lost)  # what comes onto them, without what pellets keep
        held = sum(nM for name, nM in doses.items() if name in self.prepared) * self.volume / strength
        if held:
            point = (self.number - 1) % len(self.experiment.points) + 1
            named = ", ".join("bare tethers" if name == BARE else name for name in doses if name in self.prepared)
            text = f"Put the washed beads with {named} of point {point} (protocol.md, Side wells) into the next well."
            self._do(Do.PAUSE, say=text)
        for name, nM in ((name, nM) for name, nM in doses.items() if name not in self.prepared):
            chosen = self._dilution(name, lambda dilution, nM=nM: nM * least * dilution / strength, inf)
            index = self._tube(capture or name, capture or f"{name} beads", strength / 1000, chosen, beads=True)
            taken.append((index, nM * self.volume * chosen / strength))
        slurry = held + sum(uL for _, uL in taken)
        undiluted = sum(doses.values()) * self.volume / strength
        kept = min(slurry, self.experiment.carried * max(undiluted, self.least))
        after = least + kept
        taken = [(index, uL * after / self.volume) for index, uL in taken]
        slurry *= after / self.volume
        self._next_well()
        self._do(Do.BEADS, uL=slurry - kept, seconds=MAGNET_S, taken=tuple(taken), doses=tuple(doses.values()))
        self._move()
        self._grow(kept)

    def _wait(self, seconds: float, phase: str, following: Event | None) -> None:
        """Beads for another tag than biotin come in time before what has it is pulled out. A pull-down that takes no time in
        the events takes its time from the wait before."""
        if isinstance(following, PullDown):
            seconds = max(0.0, seconds - self.pull + self.experiment.pull)
        caught = self._caught(following.components) if isinstance(following, PullDown) else {}
        if not caught:
            self._do(Do.WAIT, seconds=seconds, say=phase)
            return
        early = min(BIND_S, seconds)
        if seconds > early:
            self._do(Do.WAIT, seconds=seconds - early, say=phase)
        tag = self.tags[next(iter(caught))]
        self._onto({tag: sum(caught.values())}, f"beads for {tag}")
        self._do(Do.WAIT, seconds=early, say=phase)
        self.floating = {name: nM for name, nM in self.floating.items() if name not in caught}

    def _caught(self, components: Iterable[str]) -> dict[str, float]:
        return {name: self.floating[name] for name in components if name in self.floating}

    def _pull(self, components: Iterable[str]) -> None:
        for name in self._caught(components):
            self._warn(f"no wait before the pull of {name} in which beads could catch it")
        self._do(Do.PULL, seconds=max(MAGNET_S, self.pull - TRANSFER_S))
        self._next_well()
        self._move()
        self._do(Do.RELEASE)

    def _move(self) -> None:
        uL = self.volume * (1.0 - self.experiment.lost)
        self._do(Do.MOVE, uL=uL)
        self.well += 1
        self.volume = uL

    def _next_well(self) -> None:
        if self.well == WELLS - 1:
            text = "Lay a new plate for the reaction, and move the reaction from H12 of the old one to A1 of the new one."
            self._do(Do.PLATE, say=text)
            self.well = 0

    def _grow(self, uL: float) -> None:
        self.thinned *= self.volume / (self.volume + uL)
        self.volume += uL
        if self.volume > WELL_UL:
            self._warn(f"the reaction is more than a well of {WELL_UL:g} µL holds")

    def _dilution(self, name: str, volume_at: Callable[[int], float], most: float) -> int:
        """The least dilution of which enough to pipette is needed; warns where there is none."""
        usable = [dilution for dilution in DILUTIONS if 1.1 * dilution < most]
        fitting = next((dilution for dilution in usable if volume_at(dilution) >= self.least), None)
        if fitting is None:
            self._warn(f"{name} is under {self.least:g} µL even at the highest dilution")
        return fitting or usable[-1]

    def _tube(self, component: str, name: str, uM: float, dilution: int, beads: bool) -> int:
        if (component, dilution) not in self.tubes:
            self.tubes[component, dilution] = len(self.known)
            thinned = f" 1:{dilution}" if dilution > 1 else ""
            self.known.append(Stock(name + thinned, component, uM / dilution, dilution, beads))
        return self.tubes[component, dilution]

    def _do(
        self,
        what: Do,
        uL: float = 0.0,
        seconds: float = 0.0,
        taken: tuple[tuple[int, float], ...] = (),
        doses: tuple[float, ...] = (),
        say: str = "",
    ) -> None:
        self.steps.append(Step(what, self.well, uL, seconds, taken, doses, say))
        if what is not Do.BEADS:  # that is within a wait
            left = 1.0 - self.experiment.evaporation * seconds / 3600
            self.volume, self.thinned = self.volume * left, self.thinned / left

    def _warn(self, what: str) -> None:
        self.warned.setdefault(what, []).append(self.number)

    def _warnings(self, volumes: Sequence[float], temperature: float) -> Iterable[str]:
        for what, numbers in self.warned.items():
            which = sorted(set(numbers))
            shown = ", ".join(map(str, which[:8])) + (", …" if len(which) > 8 else "")
            yield f"{what}: iteration{'s' if len(which) > 1 else ''} {shown}"
        count = len(self.experiment.training)
        if len(volumes) < count:
            yield f"only {len(volumes)} of {count} iterations: under {FEWEST_UL:g} µL are left then; start with more"
        filters = sum(step.do is Do.PAUSE and "spin filter" in step.say for step in self.steps)
        if filters:
            yield "the reaction grows beyond its well: the robot waits for somebody with a spin filter before an iteration"
        hours = count * self.experiment.seconds / 3600
        share = self.experiment.evaporation
        counted = f"{share:.1%} of the volume an hour is counted as evaporated" if share else "evaporation is not counted"
        yield (
            f"about {hours:.0f} h in open wells at {temperature:g} °C: keep a lid on the plate, or the air at 80 % moisture; "
            f"{counted}"
        )


def _filled(stock: Stock, used_uL: float, least: float) -> Stock:
    """A tube with what its steps take; refilled where that is more than it holds."""
    whole = used_uL + TUBE_DEAD_UL
    made = whole if stock.components or stock.dilution == 1 else max(whole, least * min(stock.dilution, MOST_FOLD))
    return replace(stock, volume_uL=min(whole, TUBE_UL), refills=max(0, ceil(whole / TUBE_UL) - 1), made_uL=made)


def _merged(events: Iterable[Event], beads: set[str]) -> list[Event]:
    """Additions of beads that follow one another within ``APART_S`` as one, the waits between them a part of the next."""
    out: list[Event] = []
    for event in events:
        if isinstance(event, Wait) and out and isinstance(last := out[-1], Wait) and last.phase == event.phase:
            out[-1] = replace(event, seconds=last.seconds + event.seconds)
            continue
        waited = len(out) > 1 and isinstance(out[-1], Wait) and out[-1].seconds < APART_S
        before = out[-2] if waited else out[-1] if out else None
        if isinstance(event, Add) and isinstance(before, Add) and beads & set(event.doses) and beads & set(before.doses):
            late = out.pop() if isinstance(out[-1], Wait) else None
            out[-1] = Add({**before.doses, **event.doses}, before.purpose, before.phase)
            out += [late] if late else []
        else:
            out.append(event)
    return out
