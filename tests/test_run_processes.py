"""Work in other processes: results, errors and progress come back, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import active_children

import pytest

from cli.run.background import BackgroundTask
from cli.run.workers import available_cpus, worker_pool
from dsd_ncrn.errors import CheckFailed, InputError

Report = Callable[[float], None]


def double(value: int, report: Report) -> int:
    """Reports far more often than a pipe could hold."""
    for step in range(20_000):
        report(step / 20_000)
    return 2 * value


def refuse(report: Report) -> None:
    raise InputError("the rule", 7, "The remedy.")


def fail(report: Report) -> None:
    raise CheckFailed("the check")


def die(report: Report) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(report: Report) -> None:
    report(0.5)
    time.sleep(600)


def square(value: int) -> int:
    return value**2


def end_with(value: int) -> None:
    os._exit(value)


INTERRUPTED = """
import os, signal
from multiprocessing import util
from cli.run.background import BackgroundTask
from test_run_processes import double

signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores interrupts
begin = util.spawnv_passfds

def interrupted(*arguments):
    process = begin(*arguments)
    if "spawn_main" in str(arguments):
        os.kill(os.getpid(), signal.SIGINT)
    return process

util.spawnv_passfds = interrupted
try:
    BackgroundTask(double, (1,), print)
except KeyboardInterrupt:
    print("interrupted")
"""
"""The user interrupts between the birth of the other process and the moment at which it is told its task."""


def test_an_interrupt_amid_the_start_of_a_process_leaves_no_traceback_of_it() -> None:
    """The other process would be without a task, and say so at length while the first one ends in order."""
    place = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True, env=place)
    assert (told.stdout, told.stderr) == ("interrupted\n", "")


def deaf_since_birth(_: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_processes_of_a_pool_are_deaf_to_interrupts_before_they_can_ignore_them() -> None:
    """The terminal's interrupt comes to all of them, also while they still import, which they would tell of at length."""
    with worker_pool(2) as pool:
        assert pool is not None
        assert all(pool.map(deaf_since_birth, range(4)))
    assert not deaf_since_birth(0)


def test_a_result_comes_back_with_progress_on_the_way() -> None:
    shares: list[float] = []
    task = BackgroundTask(double, (21,), shares.append)
    time.sleep(1.0)
    assert task.result() == 42
    assert shares == sorted(shares)
    assert len(shares) == 100
    task.stop()


@pytest.mark.parametrize(
    ("work", "error", "message"),
    [
        (refuse, InputError, r"^the rule \(got 7\)\. The remedy\.$"),
        (fail, CheckFailed, "^the check$"),
        (die, CheckFailed, "^a background process ended with exit code -9$"),
    ],
)
def test_what_goes_wrong_there_is_raised_here(work: Callable[[Report], None], error: type[Exception], message: str) -> None:
    task = BackgroundTask(work, (), lambda _: None)
    with pytest.raises(error, match=message):
        task.result()
    task.stop()


def test_a_task_is_stopped_at_once() -> None:
    shares: list[float] = []
    task = BackgroundTask(sleep, (), shares.append)
    while not shares:
        assert not task.poll(0.1)
    start = time.monotonic()
    task.stop()
    assert time.monotonic() - start < 3
    assert not task.process.is_alive()


def test_one_worker_is_this_process_and_more_are_a_pool() -> None:
    with worker_pool(1) as nobody:
        assert nobody is None
    with worker_pool(2) as pool:
        assert pool is not None
        assert list(pool.map(square, [1, 2, 3])) == [1, 4, 9]
    assert active_children() == []
    assert available_cpus() >= 1


def test_a_killed_worker_is_a_failed_check_with_advice() -> None:
    def killed() -> None:
        with worker_pool(2) as pool:
            assert pool is not None
            list(pool.map(end_with, [1]))

    with pytest.raises(CheckFailed, match="use fewer with --workers"):
        killed()


def test_an_interrupt_ends_the_pool() -> None:
    def interrupted() -> None:
        with worker_pool(2) as pool:
            assert pool is not None
            assert list(pool.map(square, [2])) == [4]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    deadline = time.monotonic() + 10
    while active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert active_children() == []
