"""Sweeps: the same results wherever they are done, none lost and none repeated however they end."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import cast

import pytest

from cli.job import Job
from cli.run.sweeps import opened_store, spread, sweep
from cli.run.workers import interrupts_later
from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.errors import CheckFailed, InputError
from sweep_jobs import NUMBERS, STORE, Place, Where, begun, expected, logged, root, roots


def stored(folder: Path) -> list[tuple[int, str, str]]:
    """The rows of a store whose owner has ended, in the order in which they were put there."""
    connection = sqlite3.connect(folder / STORE)
    rows = connection.execute("SELECT rowid, job, result FROM results ORDER BY rowid").fetchall()
    connection.close()
    return rows


def until(met: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def halve(place: Place, number: int) -> float:
    if number % 2:
        raise CheckFailed(f"{number} is odd")
    return number / 2


def end(place: Place, number: int) -> float:
    os._exit(1)


def test_the_number_of_workers_does_not_show(tmp_path: Path) -> None:
    """Here, on two processes, and found in the store: equal results in the order of the jobs."""
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        assert roots(folder, Where(workers)) == expected()
        assert roots(folder, Where(workers)) == expected()
        assert sorted(number for number, _ in logged(folder)) == list(NUMBERS)
    one, two = ({(job, result) for _, job, result in stored(tmp_path / name)} for name in "12")
    assert one == two
    assert {process for _, process in logged(tmp_path / "1")} == {os.getpid()}
    assert os.getpid() not in {process for _, process in logged(tmp_path / "2")}


def test_one_bundle_needs_no_process(tmp_path: Path) -> None:
    """Where there is never more than one piece of work at a time, it is done here, whatever the number of workers."""
    place = Place(tmp_path / "log")
    with opened_store(None, "base") as store, sweep(cast("Job", Where(4)), place, store, most=1) as pool:
        assert run_jobs(root, place, [4, 9], pool) == expected((4, 9))
    assert {process for _, process in logged(tmp_path)} == {os.getpid()}


def test_a_longer_sweep_does_only_what_is_new(tmp_path: Path) -> None:
    roots(tmp_path, Where(), numbers=NUMBERS[:5])
    assert roots(tmp_path, Where(), numbers=NUMBERS[::-1]) == expected(NUMBERS[::-1])
    assert [number for number, _ in logged(tmp_path)] == [*NUMBERS[:5], *NUMBERS[:4:-1]]


def test_it_can_be_used_like_any_executor_and_does_a_job_once(tmp_path: Path) -> None:
    place = Place(tmp_path / "log")
    with opened_store(None, "base") as store, sweep(cast("Job", Where()), place, store) as pool:
        assert list(pool.map(root, [place] * 3, [4, 9, 4])) == expected((4, 9, 4))
    assert [number for number, _ in logged(tmp_path)] == [4, 9]


def test_results_of_another_form_are_done_again(tmp_path: Path) -> None:
    """As after an update of the program that gives a result another field."""
    roots(tmp_path, Where(), numbers=(2,))

    def rooted(place: Place, number: int) -> float:
        return root(place, number).value

    rooted.__module__, rooted.__qualname__ = root.__module__, root.__qualname__
    place = Place(tmp_path / "log")
    with opened_store(tmp_path / STORE, "base") as store, sweep(cast("Job", Where()), place, store) as pool:
        assert store.found == 1
        assert run_jobs(rooted, place, [2], pool) == [1 / 3 * 2**0.5]
    assert len(stored(tmp_path)) == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_done_is_told_and_kept_although_another_job_fails(tmp_path: Path, workers: int) -> None:
    told: list[int] = []
    place = Place(tmp_path / "log")

    def failing() -> None:
        with opened_store(tmp_path / STORE, "base") as store, sweep(cast("Job", Where(workers)), place, store) as pool:
            run_jobs(halve, place, [2, 4, 6], pool, told.append)
            run_jobs(halve, place, [7], pool, told.append)

    with pytest.raises(CheckFailed, match=r"^7 is odd$"):
        failing()
    assert told == [1, 2, 3]
    assert sorted(result for *_, result in stored(tmp_path)) == ["1.0", "2.0", "3.0"]


def test_without_a_pool_jobs_are_done_in_turn() -> None:
    told: list[int] = []
    assert run_jobs(halve, Place(Path()), [2, 4], told=told.append) == [1.0, 2.0]
    assert told == [1, 2]


@pytest.mark.slow
def test_a_lost_worker_is_told_and_costs_no_result(tmp_path: Path) -> None:
    place = Place(tmp_path / "log")

    def losing() -> None:
        with opened_store(tmp_path / STORE, "base") as store, sweep(cast("Job", Where(2)), place, store) as pool:
            run_jobs(root, place, [2, 3], pool)
            run_jobs(end, place, [1], pool)

    with pytest.raises(CheckFailed, match="use fewer with --workers"):
        losing()
    assert len(stored(tmp_path)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_after_a_kill_nothing_is_lost_and_nothing_repeated(tmp_path: Path, workers: int) -> None:
    """What was in the store when the owner was killed stays there as it was; only jobs under way are done again."""
    owner = begun(tmp_path, Where(workers), 0.1)
    until(lambda: len(logged(tmp_path)) >= 6)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    helpers = {process for _, process in logged(tmp_path)} - {owner.pid}
    until(lambda: not any(map(_lives, helpers)), 5.0)
    done = [number for number, _ in logged(tmp_path)]
    before = stored(tmp_path)
    assert 6 - workers <= len(before) < len(NUMBERS)
    assert roots(tmp_path, Where(workers)) == expected()
    after = stored(tmp_path)
    assert after[: len(before)] == before
    assert len(after) == len(NUMBERS)
    repeated = len(logged(tmp_path)) - len(NUMBERS)
    assert 0 <= repeated == len(done) - len(before) <= 2 * workers


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_here_and_a_cluster_exclude_each_other() -> None:
    with pytest.raises(InputError, match=r"--scheduler uses the workers of its cluster \(got 3\)\. Leave out --workers"):
        spread(cast("Job", Where()), 3, "tcp://127.0.0.1:8786")
    assert spread(cast("Job", Where()), 3, None).workers == 3


def test_an_interrupt_that_another_thread_gets_waits_until_a_process_is_there() -> None:
    """Python calls the handler in the main thread, whose own mask does not keep that off."""
    ready, done = Event(), list[str]()

    def interrupt() -> None:
        ready.wait()
        os.kill(os.getpid(), signal.SIGINT)

    def start() -> None:
        with interrupts_later():
            ready.set()
            thread.join()
            time.sleep(0.01)
            done.append("started")

    thread, before = Thread(target=interrupt), signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            start()
    finally:
        signal.signal(signal.SIGINT, before)  # a shell's background jobs ignore it
    assert done == ["started"]
