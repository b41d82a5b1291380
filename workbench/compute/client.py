"""What a page asks for: run a network, run a function, and tell me."""

from __future__ import annotations

import atexit
import copy
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.compute import worker
from workbench.compute.connection import Link
from workbench.compute.hold import Hold
from workbench.compute.job import Callbacks, Job
from workbench.compute.job_runner import JobRunner
from workbench.compute.packing import Probability
from workbench.errors import ComputeError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.particle_scale import FittedScale
from workbench.segmentation.segmentation import Segmentation


class Compute:
    """Hands work to a Dask worker and reports what comes of it.

    Nothing here blocks the caller: the worker is started in the background at the first job, or by `start`.
    Exactly one of ``on_done``, ``on_error`` and ``on_stopped`` is called for each job, on a plain thread.

    Parameters
    ----------
    address : str, optional
        Of a Dask scheduler, such as ``tcp://127.0.0.1:8786``. ``None``: the environment variable
        WORKBENCH_SCHEDULER, and without it one worker process a GPU (or a single one) on this machine.
    """

    def __init__(self, address: str | None = None) -> None:
        self._link = Link(address)
        self._hold = Hold()

    def for_page(self) -> Compute:
        """Return the same workers for a page of its own, whose jobs can be held while nobody looks at it."""
        own = copy.copy(self)
        own._hold = Hold()
        return own

    def hold(self) -> None:
        """Take all jobs from the workers until `release`; whoever else waits there comes first."""
        self._hold.hold()

    def release(self) -> None:
        """Hand over again the jobs that were held; each begins anew."""
        self._hold.release()

    @property
    def held(self) -> bool:
        """Whether jobs wait here because nobody looks at their page."""
        return self._hold.held

    def start(self) -> None:
        """Start the worker, or the connection, in the background."""
        self._link.connection()

    def address(self, timeout: float = 180.0) -> str:
        """Return the address of the scheduler, waiting until it is there.

        Raises
        ------
        ComputeError
            If it did not start, or does not answer.
        """
        try:
            return str(self._link.connection().result(timeout).scheduler.address)
        except TimeoutError as error:
            raise ComputeError(
                f"No worker started within {timeout:.0f} s; see `workbench doctor`."
            ) from error

    def segment(
        self,
        micrograph: Micrograph,
        network: str | os.PathLike[str],
        *,
        device: str = "auto",
        dilation: int | list[int] | None = None,
        scale: float = 1.0,
        fitted: FittedScale | None = None,
        urgent: bool = True,
        on_progress: Callable[[float, str], None] | None = None,
        on_done: Callable[[Segmentation], None] | None = None,
        on_error: Callable[[str], None] | None = None,
        on_stopped: Callable[[], None] | None = None,
    ) -> Job:
        """Run a network on a micrograph, as `workbench.segment` would, on the worker.

        Parameters
        ----------
        micrograph : Micrograph
        network : str or path
            Name of a network, or its file.
        device : str
            ``auto``: what the worker has.
        dilation : int or list of int, optional
            Show the weights at this dilation; ``None``: as they were trained.
        scale : float
            Factor on the pixels that the network is given, see `workbench.at_scale`.
        fitted : FittedScale, optional
            What of that factor comes from the width of the particles; the answer says it apart from the rest.
        urgent : bool
            False: behind all that anyone else waits for.
        on_progress, on_done, on_error, on_stopped : callable
            As for `submit`; the result is a Segmentation of this very micrograph.

        Returns
        -------
        Job
        """
        name = os.fspath(network)
        card_changes: dict[str, str] = {}

        def prepare() -> tuple[Any, ...]:
            from workbench.networks.loading import locate

            path = locate(name)
            if path is None:
                return (micrograph, name, device, dilation, scale)
            card_changes["name"] = name  # the worker gets the file, whose card may bear another name
            return (micrograph, str(path.resolve()), device, dilation, scale)

        def finish(answer: Probability) -> Segmentation:
            for key, array in answer.arrays.items():
                array.flags.writeable = False
                self._link.remember(array, key)
            card = answer.network.model_copy(update=card_changes)
            return Segmentation(
                answer.probability,
                card if fitted is None else fitted.card(card),
                micrograph,
                answer.seconds,
                answer.device,
                answer.distance,
                particle_px=None if fitted is None else fitted.particle_px,
            )

        job = Job(f"Segmenting {micrograph.name} with {Path(network).name}")
        calls = Callbacks(on_progress, on_done, on_error, on_stopped)
        return self._begin(
            JobRunner(
                self._link, job, worker.segment, prepare, finish, calls, needs_device=True, urgent=urgent
            )
        )

    def submit(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        what: str | None = None,
        needs_device: bool = False,
        urgent: bool = True,
        on_progress: Callable[[float, str], None] | None = None,
        on_done: Callable[[Any], None] | None = None,
        on_error: Callable[[str], None] | None = None,
        on_stopped: Callable[[], None] | None = None,
    ) -> Job:
        """Run ``function(*arguments, progress=, stop=)`` on a worker.

        Parameters
        ----------
        function : callable
            Importable by the worker. It may call ``progress(fraction, text)`` and should raise `Stopped` soon
            after ``stop()`` is true.
        *arguments
            Micrographs, segmentations and large arrays among them are sent once and kept by hash.
        what : str, optional
            What to call it in a sentence that says it failed.
        needs_device : bool
            Whether it runs a network: one such job at a time on a device.
        urgent : bool
            False: behind all that anyone else waits for.
        on_progress : callable(fraction, text), optional
        on_done : callable(result), optional
        on_error : callable(sentence), optional
        on_stopped : callable(), optional

        Returns
        -------
        Job
        """
        name = getattr(function, "__name__", "work").replace("_", " ").strip().capitalize()
        job = Job(what or name)
        calls = Callbacks(on_progress, on_done, on_error, on_stopped)
        return self._begin(
            JobRunner(
                self._link,
                job,
                function,
                lambda: arguments,
                lambda value: value,
                calls,
                needs_device=needs_device,
                urgent=urgent,
            )
        )

    def describe(
        self, on_answer: Callable[[str], None], on_error: Callable[[str], None] | None = None
    ) -> Job:
        """Ask the worker what it computes on; the answer is such as ``cpu, 2 cores`` or ``cuda:0 H100``."""
        return self.submit(
            worker.describe, what="Asking the worker for its device", on_done=on_answer, on_error=on_error
        )

    def close(self) -> None:
        """Stop every job and end what was started here; a scheduler that was given stays."""
        self._link.close()

    @property
    def closed(self) -> bool:
        """Whether `close` has been called."""
        return self._link.closed

    def __enter__(self) -> Compute:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Compute({self._link.given or 'this machine'})"

    def _begin(self, follower: JobRunner) -> Job:
        job = follower.job
        self._link.begin(job)
        self._hold.add(job)
        follower.on_end = lambda: self._hold.remove(job)
        threading.Thread(target=follower.follow, name=f"workbench: {job.what}", daemon=True).start()
        return job


_default: Compute | None = None
_default_lock = threading.Lock()


def default_compute() -> Compute:
    """Return the Compute that this process shares; it is closed when the process ends."""
    global _default
    with _default_lock:
        if _default is None or _default.closed:
            _default = Compute()
            atexit.register(_default.close)
        return _default
