"""The link between this process and the workers: made in the background, mended when it broke."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable
from concurrent.futures import Future as Promise
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.compute.cluster import local_cluster
from workbench.compute.job import Job
from workbench.compute.keys import keys_for
from workbench.errors import ComputeError

LOG = logging.getLogger(__name__)

SCHEDULER_VARIABLE = "WORKBENCH_SCHEDULER"
CONNECT_SECONDS = 20
KEY = "workbench-"
"""What the key of every job begins with; the job's id follows."""


class Link:
    """A Dask client, perhaps with a cluster of its own, and what the workers are known to keep.

    Parameters
    ----------
    address : str, optional
        Of a scheduler; ``None``: the environment variable WORKBENCH_SCHEDULER, else a cluster here.
    """

    def __init__(self, address: str | None = None) -> None:
        self.given = address or os.environ.get(SCHEDULER_VARIABLE) or None
        self.topic = f"workbench-{uuid.uuid4().hex}"
        self.jobs: dict[str, Job] = {}
        self.sent: set[str] = set()
        self.closed = False
        self.lock = threading.RLock()
        self.ready: Promise[Any] | None = None
        self.cluster: Any = None
        self.keys: dict[int, tuple[weakref.ref[Any], str]] = {}
        self._others: tuple[float, str] = (-math.inf, "")

    def begin(self, job: Job) -> None:
        """Hear what is reported of a job."""
        with self.lock:
            if not self.closed:
                self.jobs[job.id] = job

    def end(self, job: Job) -> None:
        """Hear no more of a job."""
        with self.lock:
            self.jobs.pop(job.id, None)

    def close(self) -> None:
        """Stop every job and end what was started here; a scheduler that was given stays."""
        with self.lock:
            if self.closed:
                return
            self.closed = True
            jobs, ready, cluster = list(self.jobs.values()), self.ready, self.cluster
        for job in jobs:
            job.stop()
        for job in jobs:
            job.wait(2)
        if ready is not None and ready.done() and ready.exception() is None:
            quietly(lambda: ready.result().close(timeout=2))
        if cluster is not None:
            quietly(lambda: cluster.close(timeout=5))

    def connection(self) -> Promise[Any]:
        """Return what becomes the client; started again when the last attempt failed or the link broke."""
        with self.lock:
            ready = self.ready
            if ready is not None and (not ready.done() or (not ready.exception() and alive(ready.result()))):
                return ready
            self.ready = ready = Promise()
            if self.closed:
                ready.set_exception(ComputeError("The worker has been closed; start the page again."))
            else:
                threading.Thread(
                    target=self._connect, args=(ready,), name="workbench worker", daemon=True
                ).start()
            return ready

    def waits_for(self, client: Any) -> str:
        """Say for whom a job that has not begun waits, such as ``waits for another page``; empty: for one of its own.

        All jobs ask, and are answered from one look a second.
        """
        with self.lock:
            looked, answer = self._others
            if time.monotonic() - looked < 1:
                return answer
            self._others = (time.monotonic(), answer)
            own = set(self.jobs)
        found: dict[str, list[Any]] = {}
        quietly(lambda: found.update(client.processing()))
        answer = whose([str(key) for keys in found.values() for key in keys], own)
        with self.lock:
            self._others = (time.monotonic(), answer)
        return answer

    def _connect(self, ready: Promise[Any]) -> None:
        try:
            from distributed import Client

            if self.given is None and self.cluster is None:
                cluster = local_cluster()
                with self.lock:
                    self.cluster = cluster
                    if self.closed:
                        cluster.close(timeout=5)
            client = Client(  # type: ignore[no-untyped-call]
                self.cluster or self.given,
                set_as_default=False,
                direct_to_workers=self.given is None,
                timeout=CONNECT_SECONDS,
                # of its own cluster it knows them; None: what the person's configuration says
                security=None if self.given is None else keys_for(self.given),
            )
            client.subscribe_topic(self.topic, self._hear)  # type: ignore[no-untyped-call]
            self.sent.clear()
            ready.set_result(client)
        except Exception as error:
            LOG.debug("no worker", exc_info=True)
            if self.given is not None:
                why = (
                    f"No scheduler answers at {self.given} ({type(error).__name__}); "
                    f"start it, or unset {SCHEDULER_VARIABLE} to use this machine."
                )
            else:
                why = f"No worker could be started: {type(error).__name__}: {error}; see `workbench doctor`."
            ready.set_exception(ComputeError(why))

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        message = event[1]
        job = self.jobs.get(message["job"])
        if job is not None:
            job.inbox.put(("progress", (message["fraction"], message["text"])))

    def remember(self, array: npt.NDArray[Any], key: str) -> None:
        """Note that a worker keeps this array under this key."""
        identity = id(array)
        with self.lock:
            self.keys[identity] = (weakref.ref(array, lambda _: self.keys.pop(identity, None)), key)
            self.sent.add(key)

    def key(self, array: npt.NDArray[Any]) -> str:
        """Return the key of an array: the one it came with, else its hash."""
        known = self.keys.get(id(array))
        if known is not None and known[0]() is array:
            return known[1]
        contiguous = np.ascontiguousarray(array)
        digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())
        digest.update(contiguous.reshape(-1).view(np.uint8).data)
        return f"array:{digest.hexdigest()}"


def whose(keys: list[str], own: set[str]) -> str:
    """Say for whom one waits, by the keys that the workers have.

    Parameters
    ----------
    keys : list of str
        Of all that is handed to them.
    own : set of str
        Ids of the jobs of this process.
    """
    ids = [key.removeprefix(KEY).rsplit("-", 1)[0] if key.startswith(KEY) else "" for key in keys]
    foreign = [one for one in ids if one not in own]
    if not foreign:
        return ""
    return "waits for another page" if any(foreign) else "waits for other work on its worker"


def alive(client: Any) -> bool:
    """Say whether a client is, or soon will be, connected."""
    return client.status in ("running", "connecting")


def quietly(action: Callable[[], Any]) -> None:
    """Do something on the way out, whatever becomes of it."""
    try:
        action()
    except Exception:
        LOG.debug("ignored on the way out", exc_info=True)
