"""Crews: simulations that know nothing of one another, integrated together."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from dsd_ncrn.analysis.jobs import Bundling, InThisProcess, run_jobs, tube_work
from dsd_ncrn.arrays import Floats
from dsd_ncrn.simulate.engines.crew import by_itself, crew, side_by_side, worked_out
from dsd_ncrn.simulate.engines.lanes import LANES
from dsd_ncrn.simulate.engines.types import Solution

TIMES = np.array([0.0, 1.0])
MANY = 3 * LANES + 1


@dataclass
class Doubling:
    """Doubles what it is given, and notes how many at once. In a crew it asks, as the default engine's stepper does."""

    kind: str = "doubling"
    bundles: list[int] = field(default_factory=list[int])
    seconds: float = 0.0

    def solve(self, start: Floats) -> float:
        mine = crew()
        return float((self.solve_alone(start) if mine is None else mine.solve(self, start, TIMES, TIMES)).values[-1, 0])

    def solve_alone(self, start: Floats, times: Floats = TIMES, rates: Floats = TIMES) -> Solution:
        return self.solve_all([start], [times], [rates])[0]

    def solve_all(self, starts: Sequence[Floats], times: Sequence[Floats], rates: Sequence[Floats]) -> list[Solution]:
        self.bundles.append(len(starts))
        time.sleep(self.seconds)
        return [Solution(np.array([start, 2.0 * start]), "ok", 1) for start in starts]


def test_all_lanes_are_full_while_there_are_items() -> None:
    """Items of different length: who is done makes room for the next, and the results come in the items' order."""
    stepper = Doubling()

    def work(number: int) -> float:
        value = 1.0 + number
        for _ in range(1 + number % 3):
            value = stepper.solve(np.array([value]))
        return value

    assert side_by_side(work, range(MANY)) == [(1.0 + n) * 2 ** (1 + n % 3) for n in range(MANY)]
    asked = sum(1 + n % 3 for n in range(MANY))
    assert sum(stepper.bundles) == asked
    assert stepper.bundles[: asked // LANES - 1] == [LANES] * (asked // LANES - 1)


def test_an_item_may_have_parts_of_its_own() -> None:
    """As a training has its predictions; those of several items fill the lanes together."""
    stepper = Doubling()

    def part(value: float) -> float:
        return stepper.solve(np.array([value]))

    def work(number: int) -> float:
        return stepper.solve(np.array([sum(side_by_side(part, [1.0, 2.0, float(number)]))]))

    assert side_by_side(work, range(6)) == [4.0 * (3 + n) for n in range(6)]
    assert max(stepper.bundles) == LANES


def test_systems_of_other_kinds_are_not_mixed() -> None:
    steppers = [Doubling(kind) for kind in ("one", "other")]
    assert side_by_side(lambda n: steppers[n % 2].solve(np.array([1.0])), range(8)) == [2.0] * 8
    assert [stepper.bundles for stepper in steppers] == [[4], [4]]


def test_the_first_items_error_is_raised_and_no_thread_stays() -> None:
    stepper = Doubling()

    def work(number: int) -> float:
        value = stepper.solve(np.array([1.0]))
        if number in (3, 5):
            raise ValueError(f"item {number}")
        return value

    with pytest.raises(ValueError, match="item 3"):
        side_by_side(work, range(MANY))
    assert threading.active_count() == 1 or all("_member" not in thread.name for thread in threading.enumerate())


def test_an_engine_that_fails_fails_who_has_asked() -> None:
    class Broken(Doubling):
        def solve_all(self, *_: Any) -> list[Solution]:
            raise ArithmeticError("broken")

    with pytest.raises(ArithmeticError, match="broken"):
        side_by_side(lambda _: Broken().solve(np.array([1.0])), range(MANY))


def test_an_interrupt_ends_the_crew() -> None:
    """While integrations run in threads, the alarm reaches the one that waits for them all; no other item is begun."""
    stepper, before = Doubling(seconds=0.02), signal.signal(signal.SIGALRM, signal.default_int_handler)
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        for _ in range(1000):
            stepper.solve(np.array([1.0]))

    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            side_by_side(work, range(MANY))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert all("_member" not in thread.name for thread in threading.enumerate())
    assert begun == list(range(LANES))


def test_an_interrupt_amid_the_start_of_a_thread_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread is not there yet, and cannot be waited for."""

    def start(_: threading.Thread) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(KeyboardInterrupt):
        side_by_side(lambda _: Doubling().solve(np.array([1.0])), range(MANY))


def test_who_waits_holds_no_lock_on_what_is_worked_out() -> None:
    """Two of a class have the same descriptor: with a lock the second would wait for the first, which waits for the crew."""
    stepper = Doubling()

    @dataclass
    class Owner:
        number: float

        @worked_out
        def doubled(self) -> float:
            """By an integration."""
            return stepper.solve(np.array([self.number]))

    owners = [Owner(1.0), Owner(2.0), Owner(3.0), Owner(4.0)]
    assert side_by_side(lambda owner: owner.doubled, owners) == [2.0, 4.0, 6.0, 8.0]
    assert stepper.bundles == [4]
    assert owners[0].doubled == 2.0
    assert stepper.bundles == [4]


@tube_work
def doubled(stepper: Doubling, number: int) -> float:
    if number == 7:
        raise ValueError("seven")
    return stepper.solve(np.array([float(number)]))


class Counting(InThisProcess):
    """Counts what it is given."""

    def __init__(self) -> None:
        self.jobs = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.jobs += 1
        return super().submit(fn, *args, **kwargs)


def test_jobs_of_tubes_are_done_in_even_bundles() -> None:
    """Ten jobs are two of another executor, five each; one that fails fails alone."""
    stepper, counting = Doubling(), Counting()
    assert run_jobs(doubled, stepper, range(10, 20), Bundling(counting)) == [2.0 * n for n in range(10, 20)]
    assert (counting.jobs, stepper.bundles) == (2, [5, 5])
    done: list[int] = []
    with pytest.raises(ValueError, match="seven"):
        run_jobs(doubled, stepper, range(9), None, done.append)
    pool: Executor = Bundling(InThisProcess())
    with pytest.raises(ValueError, match="seven"):
        run_jobs(doubled, stepper, [7], pool)


def test_nobody_else_goes_on_while_one_works_by_itself() -> None:
    """Three who need the same part find it worked out once, although working it out integrates."""
    stepper, parts = Doubling(), list[float]()

    def needed(item: float) -> float:
        if not parts:
            parts.append(by_itself(lambda: stepper.solve(np.array([1.0]))))
        return parts[0] + stepper.solve(np.array([item]))

    assert side_by_side(needed, [1.0, 2.0, 3.0]) == [4.0, 6.0, 8.0]
    assert len(parts) == 1
    assert stepper.bundles == [1, 3]
