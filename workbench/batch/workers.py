"""Who works on a batch: processes of this machine, or the workers of a scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from workbench.compute.cluster import gpu_count, local_cluster
from workbench.compute.connection import CONNECT_SECONDS, quietly
from workbench.compute.keys import keys_for
from workbench.cores import cores
from workbench.errors import ComputeError

GIB = 1 << 30
ROOM_PER_WORKER = 2 * GIB
"""Memory that a process with torch, a network and a large micrograph takes."""
READERS_PER_GPU = 4
"""Micrographs at a time: reading, cleaning and writing of one overlap with the network of another."""


@dataclass(frozen=True)
class Workers:
    """What a batch hands its work to.

    Attributes
    ----------
    client : distributed.Client
    slots : int
        How many micrographs are worked on at a time.
    threads : int
        That torch may use for one; 0: as it comes.
    """

    client: Any
    slots: int
    threads: int


def usual_workers() -> int:
    """Return how many processes fit: one a GPU, else one a core, as long as there is memory for them."""
    import psutil

    fit = max(1, int(psutil.virtual_memory().available) // ROOM_PER_WORKER)
    return gpu_count() or max(1, min(cores(), fit))


@contextmanager
def workers_of(scheduler: str | None, workers: int | None) -> Iterator[Workers]:
    """Start processes here, or connect to a scheduler; what was started here ends with it, whatever it is doing.

    Parameters
    ----------
    scheduler : str or None
        Address of a scheduler of Dask, whose workers see the same files.
    workers : int or None
        Processes here; None: as many as fit.

    Raises
    ------
    ComputeError
        If nobody answers, or nothing can be started.
    """
    from distributed import Client

    cluster: Any = None
    try:
        if scheduler is None:
            count = workers or usual_workers()
            at_a_time = READERS_PER_GPU if gpu_count() else 1
            cluster = local_cluster(count, at_a_time)
        client = Client(  # type: ignore[no-untyped-call]
            cluster or scheduler,
            set_as_default=False,
            timeout=CONNECT_SECONDS,
            security=None if scheduler is None else keys_for(scheduler),
        )
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except Exception:
            _close(client)
            raise
    except Exception as error:
        _end(cluster)
        where = "no worker could be started" if scheduler is None else f"no worker answers at {scheduler}"
        raise ComputeError(f"The batch does not begin: {where} ({type(error).__name__}: {error}).") from error
    try:
        found = client.scheduler_info(n_workers=-1)["workers"]
        slots = max(1, sum(int(one["nthreads"]) for one in found.values()))
        threads_each = max(1, cores() // count) if scheduler is None else 0
        with client.as_current():
            yield Workers(client, slots, threads_each)
    finally:
        _close(client)
        _end(cluster)


def _close(client: Any) -> None:
    quietly(lambda: client.close(timeout=2))


def _end(cluster: Any) -> None:
    if cluster is not None:
        quietly(lambda: cluster.close(timeout=5))
