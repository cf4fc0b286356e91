"""Workers of a Dask cluster that somebody has started."""

from __future__ import annotations

import platform
from collections.abc import Generator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

from dsd_ncrn.errors import CheckFailed, InputError

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 5.0
"""How long a scheduler may take to answer, and a cluster without workers to get one."""
PACKAGES = ("dsd-ncrn", "numpy", "scipy", "numba")
"""What must have the same version everywhere, for the same numbers."""
Value = TypeVar("Value")


@contextmanager
def cluster(address: str, shared: object) -> Generator[tuple[Executor, object]]:
    """The workers behind a scheduler as an executor, and what stands for ``shared`` in the arguments of jobs.

    ``shared`` is a task of its own: it is on every worker once, and Dask makes it again where a worker is lost. Dask does
    the jobs of a lost worker again as well. Raises InputError for an address without scheduler or workers, and for workers
    of other versions; CheckFailed where the scheduler is lost, and for a job that ends its workers again and again.
    """
    from distributed import KilledWorker

    with reached(address) as client:
        try:
            yield client.get_executor(pure=False), client.submit(_same, shared, pure=False)
        except KilledWorker as error:
            raise CheckFailed(f"a job ended every worker that tried it, perhaps for lack of memory: {error}") from error
        except CancelledError as error:
            raise CheckFailed(f"the connection to the scheduler {address} was lost") from error


@contextmanager
def reached(address: str) -> Generator[Client]:
    """A connection to a scheduler whose workers can do the work; raises InputError as ``cluster`` does."""
    from distributed import Client

    remedy = "Start one with `dask scheduler`, and give the address that it prints."
    if not address.strip():  # Dask would start a scheduler of its own
        raise InputError("no scheduler answers here: the address is empty", address, remedy)
    try:
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"no scheduler answers here: {error}", address, remedy) from error
    with client:
        _check_workers(client, address)
        yield client


def _check_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError as error:
        raise InputError("this scheduler has no workers", address, f"Start some with `dask worker {address}`.") from error
    remedy = "Start the workers from the environment of this program."
    try:
        found = client.run(versions)
    except ModuleNotFoundError as error:
        raise InputError(f"the workers of this scheduler cannot work: {error}", address, remedy) from error
    ours = versions()
    for worker, theirs in sorted(found.items()):
        for name in ours:
            if theirs[name] != ours[name]:
                rule = f"the worker {worker} has {name} {theirs[name]}, and here it is {ours[name]}"
                raise InputError(rule, address, remedy)


def versions() -> dict[str, str]:
    """The versions of what the numbers depend on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def _same(value: Value) -> Value:
    return value
