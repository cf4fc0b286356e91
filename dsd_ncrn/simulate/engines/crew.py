"""Many simulations as a crew whose integrations are done side by side.

Each simulation is ordinary code in a thread of its own, and one thread runs at a time: until it asks for an integration,
waits for others of its own making, or is done. When all have asked, what they ask for is integrated, LANES at a time where
the networks are the same, and they go on. So nothing in the simulations has to know of the others, and what each gives is
what it gives alone.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.engines.lanes import LANES
from dsd_ncrn.simulate.engines.types import Solution

Item = TypeVar("Item")
Result = TypeVar("Result")
FEW = 3
"""Fewer integrations than that are faster one after the other than in lanes that stay empty."""
_here = threading.local()


class worked_out(cached_property[Result]):
    """A cached property whose work may integrate. It has no lock, as in Python 3.12: one who waits in a crew would hold it."""

    def __get__(self, instance: object, owner: type[Any] | None = None) -> Any:
        if instance is None:
            return self
        known: dict[str, Any] = instance.__dict__
        if self.attrname not in known:
            known[str(self.attrname)] = self.func(instance)
        return known[str(self.attrname)]


class SideBySide(Protocol):
    """A stepper that can integrate several tubes at once; equal ``kind`` means equal systems."""

    @property
    def kind(self) -> Hashable:
        """Equal for equal systems and tolerances."""
        ...

    def solve_alone(self, start: Floats, times: Floats, rates: Floats) -> Solution:
        """See Stepper."""
        ...

    def solve_all(self, starts: Sequence[Floats], times: Sequence[Floats], rates: Sequence[Floats]) -> list[Solution]:
        """The same of each of several tubes."""
        ...


class _Left(BaseException):
    """The crew was given up."""


class _Turn(SimpleQueue[None]):
    """What a thread waits for. A semaphore is Python's own code, which an interrupt may leave with its lock held."""

    def acquire(self) -> None:
        """Wait for it."""
        self.get()

    def release(self) -> None:
        """Let the one who waits go on."""
        self.put(None)


@dataclass(eq=False)
class _Asked:
    """An integration, and the turn of who waits for it."""

    stepper: SideBySide
    arguments: tuple[Floats, Floats, Floats]
    turn: _Turn = field(default_factory=_Turn)
    found: Solution | Exception | None = None


@dataclass(eq=False)
class _Group(Generic[Item, Result]):
    """Items that one thread waits for."""

    work: Callable[[Item], Result]
    left: int
    turn: _Turn = field(default_factory=_Turn)
    results: dict[int, Result] = field(default_factory=dict[int, Result])
    errors: dict[int, BaseException] = field(default_factory=dict[int, BaseException])


def crew() -> Crew | None:
    """The one that this thread belongs to."""
    return getattr(_here, "crew", None)


def by_itself(work: Callable[[], Result]) -> Result:
    """The result of some work, during which no other simulation of the crew goes on: what it leaves, the others then find."""
    mine, _here.crew = crew(), None
    try:
        return work()
    finally:
        _here.crew = mine


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """``work(item)`` of every item, in their order; integrations in them are done together. Raises the first item's error."""
    everything = list(items)
    if len(everything) < 2:
        return [work(item) for item in everything]
    mine = crew()
    return mine.run(work, everything) if mine is not None else Crew().begin(work, everything)


class Crew:
    """At most LANES simulations at a time, beside those that wait for their own parts."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[_Group[Any, Any], int, Any]] = deque()
        self._ready: deque[_Turn] = deque()
        self._asked: list[_Asked] = []
        self._waiting: set[_Turn] = set()
        self._threads: set[threading.Thread] = set()
        self._members, self._left = 0, False

    def begin(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """The results of some items, for a thread that belongs to no crew; if it is interrupted, the crew ends first."""
        try:
            return self.run(work, items)
        except BaseException:
            self._left = True  # first: who rests from now on goes at once
            for turn in list(self._waiting):
                turn.release()
            for thread in list(self._threads):
                thread.join()
            raise

    def run(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """The results of some items, for who then waits for them."""
        group: _Group[Item, Result] = _Group(work, len(items))
        self._jobs.extendleft((group, number, items[number]) for number in reversed(range(len(items))))
        # Who waits for parts of its own makes room for another member meanwhile.
        member = crew() is self
        self._members -= member
        self._rest(group.turn)
        self._members += member
        for number in sorted(group.errors):
            raise group.errors[number]
        return [group.results[number] for number in range(len(items))]

    def solve(self, stepper: SideBySide, start: Floats, times: Floats, rates: Floats) -> Solution:
        """An integration, once all others wait as well."""
        asked = _Asked(stepper, (start, times, rates))
        self._asked.append(asked)
        self._rest(asked.turn)
        assert asked.found is not None
        if isinstance(asked.found, Exception):
            raise asked.found
        return asked.found

    def _rest(self, turn: _Turn) -> None:
        """Let another go on until it is one's own turn."""
        self._waiting.add(turn)
        if not self._left:
            self._wake()
            turn.acquire()
        if self._left:
            raise _Left
        self._waiting.discard(turn)

    def _wake(self) -> None:
        """Let the next one go on: who may, a new one, or who has asked for an integration."""
        more = self._jobs and self._members < LANES
        # Nobody can go on without a solution: only then all that was asked for is integrated, as many lanes full as can be.
        if not self._ready and not more and self._asked:
            self._integrate()
        if self._ready:
            self._ready.popleft().release()
        elif more:
            self._members += 1
            threading.Thread(target=self._member, daemon=True).start()

    def _integrate(self) -> None:
        """Do all that is asked for."""
        kinds: dict[Hashable, list[_Asked]] = {}
        for each in self._asked:
            # Side by side are equal systems with equally many output times.
            kinds.setdefault((each.stepper.kind, len(each.arguments[1])), []).append(each)
        for alike in kinds.values():
            for first in range(0, len(alike), LANES):
                some = alike[first : first + LANES]
                try:
                    for each, solution in zip(some, _solutions(some)):
                        each.found = solution
                except Exception as error:  # noqa: BLE001 - raised again by who has asked
                    for each in some:
                        each.found = error
        self._ready.extend(each.turn for each in self._asked)
        self._asked = []

    def _member(self) -> None:
        """Do one job after the other."""
        _here.crew = self
        self._threads.add(threading.current_thread())  # not before: nobody can wait for one amid its start
        try:
            while self._jobs and not self._left:
                group, number, item = self._jobs.popleft()
                try:
                    group.results[number] = group.work(item)
                except Exception as error:  # noqa: BLE001 - raised again by who waits for the group
                    group.errors[number] = error
                group.left -= 1
                if not group.left:
                    self._ready.append(group.turn)
                if self._members > LANES:
                    break
        except _Left:
            return
        finally:
            self._threads.discard(threading.current_thread())
        self._members -= 1
        if not self._left:
            self._wake()


def _solutions(some: Sequence[_Asked]) -> list[Solution]:
    """Those of one kind of system."""
    if len(some) < FEW:
        return [each.stepper.solve_alone(*each.arguments) for each in some]
    starts, times, rates = zip(*(each.arguments for each in some))
    return some[0].stepper.solve_all(starts, times, rates)
