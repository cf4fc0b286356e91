"""Sweeps on a Dask cluster: a scheduler and two workers in processes of their own, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from distributed import Client

from cli.job import Job
from cli.run import workers as cli_cluster
from cli.run.sweeps import opened_store, sweep
from conftest import Invoke
from dsd_ncrn.analysis.jobs import run_jobs
from dsd_ncrn.errors import CheckFailed, InputError
from dsd_ncrn.simulate.engines.lanes import LANES
from sweep_jobs import ENVIRONMENT, NUMBERS, STORE, Place, Where, expected, logged, root, root_of_a_bundle, roots

LESS_PATIENT = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
"""Dask gives up a job whose workers have ended more often than that; three times, if it is not told."""


@dataclass
class Cluster:
    """A scheduler and its workers as processes."""

    folder: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    def add_worker(self) -> None:
        """One with a single thread, which is not started again when it ends."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        self.workers.append(_begun("dask_worker", self.address, *options))

    def stop(self) -> None:
        """End all of it."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def _begun(program: str, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", *options]
    return subprocess.Popen(command, env=ENVIRONMENT | LESS_PATIENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _started(folder: Path) -> Cluster:
    """A scheduler without workers."""
    file = folder / "scheduler.json"
    scheduler = _begun("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    deadline = time.monotonic() + 60
    while not file.exists() or not file.read_text(encoding="utf-8").endswith("}"):
        assert time.monotonic() < deadline and scheduler.poll() is None
        time.sleep(0.05)
    return Cluster(folder, json.loads(file.read_text(encoding="utf-8"))["address"], scheduler, [])


@pytest.fixture(scope="module")
def running() -> Iterator[list[Cluster]]:
    """The cluster that is there, which the tests of this file share as far as it has outlived them."""
    clusters = list[Cluster]()
    yield clusters
    for each in clusters:
        each.stop()


@pytest.fixture
def cluster(running: list[Cluster], tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """A scheduler with two workers."""
    if not running or running[-1].scheduler.poll() is not None:
        running.append(_started(tmp_path_factory.mktemp("cluster")))
    made = running[-1]
    made.workers, others = [each for each in made.workers if each.poll() is None][:2], made.workers
    for process in others:
        if process not in made.workers:
            process.kill()
            process.wait()
    while len(made.workers) < 2:
        made.add_worker()
    deadline = time.monotonic() + 60  # on a busy machine they take longer than a user is made to wait for them
    with Client(made.address, timeout=60, set_as_default=False) as client:
        while len(client.scheduler_info()["workers"]) != 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    return made


def _killed_while_working(victim: subprocess.Popen[bytes], folder: Path) -> threading.Thread:
    """Kills a process as soon as it has done two jobs, which is amid its third."""

    def kill() -> None:
        while [process for _, process in logged(folder)].count(victim.pid) < 2:
            time.sleep(0.01)
        victim.send_signal(signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


@pytest.mark.slow
def test_a_killed_worker_costs_time_but_no_result(cluster: Cluster, tmp_path: Path) -> None:
    """The same results as here; every one is in the store once; a second sweep does nothing."""
    killer = _killed_while_working(cluster.workers[0], tmp_path)
    where = Where(scheduler=cluster.address)
    assert roots(tmp_path, where, 0.15) == expected()
    killer.join(5.0)
    assert cluster.workers[0].wait(5.0) == -signal.SIGKILL
    assert {process for _, process in logged(tmp_path)} == {worker.pid for worker in cluster.workers}
    with opened_store(tmp_path / STORE, "base") as store:
        assert store.found == len(NUMBERS)
    done = logged(tmp_path)
    assert roots(tmp_path, where) == expected()
    assert logged(tmp_path) == done


@pytest.mark.slow
def test_a_lost_worker_costs_its_bundle_alone(cluster: Cluster, tmp_path: Path) -> None:
    """Three bundles on two workers, of which one is killed amid its own: what it had begun is done again, and nothing else."""
    killer = _killed_while_working(cluster.workers[0], tmp_path)
    assert roots(tmp_path, Where(scheduler=cluster.address), 0.15, work=root_of_a_bundle) == expected()
    killer.join(5.0)
    assert cluster.workers[0].wait(5.0) == -signal.SIGKILL
    lost = {number for number, process in logged(tmp_path) if process == cluster.workers[0].pid}
    done = [number for number, process in logged(tmp_path) if process == cluster.workers[1].pid]
    assert sorted(done) == list(NUMBERS)
    assert 2 <= len(lost) < LANES


@pytest.mark.slow
def test_a_sweep_goes_on_although_all_workers_were_lost(cluster: Cluster, tmp_path: Path) -> None:
    """What the jobs share is lost with the workers as well, and is made again on one that comes later."""
    place = Place(tmp_path / "log")
    with opened_store(None, "base") as store, sweep(cast("Job", Where(scheduler=cluster.address)), place, store) as pool:
        assert run_jobs(root, place, [2, 3], pool) == expected((2, 3))
        for worker in cluster.workers:
            worker.kill()
            worker.wait()
        cluster.add_worker()
        assert run_jobs(root, place, [4, 5], pool) == expected((4, 5))


def end(place: Place, number: int) -> float:
    os._exit(1)


@pytest.mark.slow
def test_a_job_that_ends_its_workers_is_given_up(cluster: Cluster, tmp_path: Path) -> None:
    """Dask gives a job to another worker, here once."""
    place = Place(tmp_path / "log")

    def losing() -> None:
        where = cast("Job", Where(scheduler=cluster.address))
        with opened_store(None, "base") as store, sweep(where, place, store) as pool:
            run_jobs(end, place, [1], pool)

    with pytest.raises(CheckFailed, match="a job ended every worker that tried it, perhaps for lack of memory"):
        losing()
    assert all(worker.wait(10.0) == 1 for worker in cluster.workers)


@pytest.mark.slow
def test_a_lost_scheduler_is_told_and_costs_no_result(cluster: Cluster, tmp_path: Path) -> None:
    place = Place(tmp_path / "log")

    def losing() -> None:
        where = cast("Job", Where(scheduler=cluster.address))
        with opened_store(tmp_path / STORE, "base") as store, sweep(where, place, store) as pool:
            run_jobs(root, place, [2, 3], pool)
            cluster.scheduler.kill()
            run_jobs(root, place, [4, 5], pool)

    with pytest.raises(CheckFailed, match=r"the connection to the scheduler tcp://127\.0\.0\.1:[0-9]+ was lost"):
        losing()
    assert roots(tmp_path, Where(), numbers=(2, 3)) == expected((2, 3))
    assert [number for number, _ in logged(tmp_path)].count(2) == 1


@pytest.mark.slow
def test_the_leak_study_of_a_design_is_the_same_there(cluster: Cluster, invoke: Invoke, small: Path, tmp_path: Path) -> None:
    """The bytes of the table, with what the workers share taken apart and put together again on its way."""
    for name, where in (("here", ("--workers", 1)), ("there", ("--scheduler", cluster.address))):
        result = invoke("leaks", small, "-o", tmp_path / name, *where)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "here" / "leaks.csv").read_bytes() == (tmp_path / "there" / "leaks.csv").read_bytes()


@pytest.mark.slow
def test_workers_of_other_versions_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The version here is made up; the workers, in their own processes, tell the true one."""
    true = cli_cluster.version
    monkeypatch.setattr(cli_cluster, "version", lambda name: "0.0.7" if name == "scipy" else true(name))
    with pytest.raises(InputError) as caught:
        roots(tmp_path, Where(scheduler=cluster.address))
    assert f"has scipy {true('scipy')}, and here it is 0.0.7 (got '{cluster.address}'). Start the workers" in str(caught.value)


@pytest.mark.slow
def test_a_scheduler_without_workers_is_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli_cluster, "ANSWER_S", 1.0)
    for worker in cluster.workers:
        worker.kill()
        worker.wait()
    with pytest.raises(InputError, match=r"this scheduler has no workers .* Start some with `dask worker tcp://127"):
        roots(tmp_path, Where(scheduler=cluster.address))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "carrier-pigeon://coop", "127.0.0.1:port", ""])
def test_an_address_without_a_scheduler_is_refused(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli_cluster, "ANSWER_S", 1.0)
    start = time.monotonic()
    with pytest.raises(InputError, match=r"no scheduler answers here: .* Start one with `dask scheduler`, and give"):
        roots(tmp_path, Where(scheduler=address))
    assert time.monotonic() - start < 25, "Dask by itself waits for 30 s"
    assert logged(tmp_path) == []


def test_no_client_that_failed_is_left_when_another_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask's ``Client.__del__`` stops its loop: amid the start of another client that would wait for ever."""
    left, failed = list[int](), weakref.WeakSet[Any]()

    class Failing:
        def __init__(self, *_: object, **__: object) -> None:
            self.me = self  # a circle, as in Dask
            left.append(len(failed))
            failed.add(self)
            raise OSError("refused")

    monkeypatch.setattr("distributed.Client", Failing)
    for _ in range(2):
        with suppress(OSError):
            cli_cluster._client("tcp://nowhere")
    assert left == [0, 0]


@pytest.mark.slow
def test_a_busy_machine_is_given_time_and_then_told_of(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """As LoopRunner of Dask ends where its thread has not begun after 10 s."""
    tried: list[str] = []

    def busy(address: str, **options: Any) -> Client:
        tried.append(address)
        assert len(tried) == 3
        return Client(address, **options)

    monkeypatch.setattr("distributed.Client", busy)
    with cli_cluster.reached(cluster.address):
        assert len(tried) == 3
    with pytest.raises(CheckFailed, match=r"this machine is too busy to connect to .*: try again, or use --workers"):
        cli_cluster.reached(cluster.address).__enter__()
    assert len(tried) == 6


def test_a_command_without_dask_says_how_to_get_it(
    invoke: Invoke, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = invoke("leaks", small, "-o", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert result.exit_code == 2
    assert "a cluster needs Dask, which is not installed" in result.stderr
    assert "pip install 'dsd-ncrn[cluster]'" in result.stderr


def test_a_command_tries_its_cluster_before_it_works(invoke: Invoke, small: Path, tmp_path: Path) -> None:
    for command in ("leaks", "run"):
        result = invoke(command, small, "-o", tmp_path / "out", "--scheduler", "carrier-pigeon://coop")
        assert result.exit_code == 2
        assert "no scheduler answers here" in result.stderr
        assert not (tmp_path / "out").exists()
