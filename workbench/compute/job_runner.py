"""Follows one job: hands it over, hears of it, and calls back."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from workbench.compute import worker
from workbench.compute.cluster import DEVICE_RESOURCE, offers_devices
from workbench.compute.connection import KEY, Link, alive, quietly
from workbench.compute.job import Callbacks, Job, State
from workbench.compute.packing import Failure, Missing, Task, WasStopped, pack
from workbench.errors import ComputeError, WorkbenchError

LOG = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often a job that has not begun looks whom it waits for."""
HELD = "waits until its page is looked at again"


class JobRunner:
    """Follows one job from its thread: everything that happens to the job arrives in its inbox."""

    def __init__(
        self,
        link: Link,
        job: Job,
        function: Callable[..., Any],
        prepare: Callable[[], tuple[Any, ...]],
        finish: Callable[[Any], Any],
        calls: Callbacks,
        needs_device: bool = False,
        urgent: bool = True,
    ) -> None:
        self.link = link
        self.job = job
        self.function = function
        self.prepare = prepare
        self.finish = finish
        self.calls = calls
        self.needs_device = needs_device
        self.urgent = urgent
        self.client: Any = None
        self.future: Any = None
        self.packed: tuple[Any, ...] = ()
        self.arrays: dict[str, npt.NDArray[Any]] = {}
        self.handed: list[str] = []
        self.attempts = 0
        self.handed_over = 0
        self.held = False
        self.on_end: Callable[[], None] = lambda: None

    def follow(self) -> None:
        """Run until the job has ended; the last callback comes just before ``Job.wait`` returns."""
        try:
            value = self._result()
        except WorkbenchError as error:
            self._finish("failed", "error", str(error))
        except _StopRequested:
            self._stop_worker_after(lambda: self._finish("stopped", "stopped"))
        except MemoryError:
            self._finish("failed", "error", f"{self.job.what} failed: there is not enough memory.")
        except Exception as error:
            LOG.debug("%s failed", self.job.what, exc_info=True)
            self._finish("failed", "error", f"{self.job.what} failed: {type(error).__name__}: {error}")
        else:
            self.job.fraction = 1.0
            self._finish("done", "done", value)

    def _finish(self, state: State, which: str, *values: Any) -> None:
        job = self.job
        job.until = time.monotonic()
        job.state = state
        if state == "failed":
            job.text = str(values[0])
        self.future = None  # the worker may forget the result
        self.link.end(job)
        self.on_end()
        self.calls(which, *values)
        job.ended.set()

    def _stop_worker_after(self, tell: Callable[[], None]) -> None:
        client, future = self.client, self.future
        tell()
        if client is not None and future is not None:
            # first the flag, which the running function sees; then Dask forgets the job
            quietly(lambda: client.run(worker.request_stop, self.job.id, on_error="ignore"))
            quietly(lambda: future.cancel())

    def _result(self) -> Any:
        inbox = self.job.inbox
        ready = self.link.connection()
        ready.add_done_callback(lambda _: inbox.put(("connected", None)))
        while True:
            try:
                # what has begun says so by itself; what waits looks for whom
                waits = self.job.state == "queued" and self.future is not None
                what, value = inbox.get(timeout=LOOK_SECONDS if waits else None)
            except queue.Empty:
                self._say_for_whom()
                continue
            if what == "stop":
                raise _StopRequested
            if what == "connected":
                self.client = ready.result()
                self.packed = tuple(pack(item, self.link.key, self.arrays) for item in self.prepare())
                self._begin()
            elif what == "hold":
                self._hold()
            elif what == "release":
                self.held = False
                self._begin()
            elif what == "progress":
                self._progress(*value)
            elif value is self.future:
                answer = self._answer()
                match answer:
                    case Missing(keys):
                        # Together with what was sent before: two large arrays may push each other out over there.
                        self._hand_over([*keys, *(key for key in self.handed if key not in keys)])
                    case Failure(sentence):
                        raise ComputeError(sentence)
                    case WasStopped():
                        raise _StopRequested
                    case _Again():
                        self._hand_over(list(self.arrays))
                    case _:
                        return self.finish(answer)

    def _begin(self) -> None:
        """Hand the job over, unless it is held, or already there."""
        if self.client is not None and not self.held and self.future is None:
            self._hand_over([key for key in self.arrays if key not in self.link.sent])

    def _hold(self) -> None:
        """Take the job from the workers; a running function sees it within one tile, as if its page were lost."""
        self.held = True
        future, self.future = self.future, None
        if future is not None:
            quietly(lambda: future.cancel())
            self.attempts = 0
        job = self.job
        job.state, job.fraction, job.text = "queued", 0.0, HELD
        self.calls("progress", 0.0, HELD)

    def _say_for_whom(self) -> None:
        for_whom = self.link.waits_for(self.client)
        if for_whom and for_whom != self.job.text:
            self.job.text = for_whom
            self.calls("progress", 0.0, for_whom)

    def _progress(self, fraction: float, text: str) -> None:
        job = self.job
        if self.future is None:
            return  # the last word of what was taken from the worker
        if job.state == "queued":
            job.state = "running"
            job.since = time.monotonic()
        job.fraction, job.text = fraction, text or job.text
        self.calls("progress", fraction, text)

    def _hand_over(self, keys: list[str]) -> None:
        """Submit the job, and with it the arrays of these keys."""
        self.attempts += 1
        if self.attempts > 4:
            raise ComputeError(f"{self.job.what} failed: the workers come and go; see `workbench doctor`.")
        self.handed = keys
        self.handed_over += 1
        job, client, link = self.job, self.client, self.link
        sent = [client.scatter(self.arrays[key], hash=False) for key in keys]
        task = Task(job.id, link.topic, job.what, self.function, self.packed, tuple(keys))
        resources = {DEVICE_RESOURCE: 1} if self.needs_device and offers_devices(client) else None
        future = client.submit(
            worker.run,
            task,
            *sent,
            key=f"{KEY}{job.id}-{self.handed_over}",
            pure=False,
            resources=resources,
            priority=0 if self.urgent else -1,
        )
        link.sent.update(keys)
        self.future = future
        future.add_done_callback(lambda _: job.inbox.put(("finished", future)))

    def _answer(self) -> Any:
        from distributed import KilledWorker

        try:
            return self.future.result()
        except KilledWorker as error:
            if self.job.state == "queued":
                return _Again()  # it only waited there when the worker died
            raise ComputeError(
                f"{self.job.what} failed: its worker process died, perhaps for lack of memory; "
                "the next job gets a fresh one."
            ) from error
        except Exception as error:
            if "Cancelled" not in type(error).__name__:
                raise
            if self.job.state == "queued" and alive(self.client):
                return _Again()  # what was sent for it was lost with another worker
            raise ComputeError(
                f"{self.job.what} failed: the connection to the worker was lost; try again."
            ) from error


class _Again:
    """The job was lost before it began and can be handed over again."""


class _StopRequested(Exception):
    """The person pressed stop."""
