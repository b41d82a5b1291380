"""A stand-in for `Compute`: it records what is asked and answers when a test says so, in the order the test says.

With it a test of a page's state takes milliseconds and can provoke any order of events on purpose::

    compute = FakeCompute()
    session = Session(micrograph, compute=compute)
    early = compute.waiting("segment", "otsu")[0]
    session.set_nm_per_px(0.1)
    early.answer(early.segmentation())      # too late: what is asked has changed
    compute.work()                          # everything that waits is answered, and what follows from it

Small answers in place of those that need torch are in `fake_answers.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from workbench.compute.job import Job
from workbench.errors import Stopped, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.checkpoint import read_card
from workbench.networks.loading import networks
from workbench.segmentation.segmentation import Segmentation

DIED = (
    "Segmenting failed: its worker process died, perhaps for lack of memory; the next job gets a fresh one."
)


@dataclass(eq=False)
class FakeJob(Job):
    """A job that a test answers.

    Attributes
    ----------
    function : str
        Name of the function, or ``segment``.
    arguments : tuple
        As they were handed over; of ``segment`` the micrograph and the network.
    options : dict
        What else was handed over, without the callbacks.
    state : str
        ``queued`` until it has ended as ``done``, ``failed`` or ``stopped``.
    stop_asked : bool
    """

    owner: FakeCompute
    function: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    calls: dict[str, Callable[..., None] | None]
    body: Callable[..., Any] | None = None
    stop_asked: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        super().__init__(self.function)

    @property
    def network(self) -> str:
        """Of ``segment``: the name or the path that was asked for."""
        return str(self.arguments[1])

    @property
    def micrograph(self) -> Micrograph:
        """The first argument."""
        return self.arguments[0]

    def stop(self) -> None:
        """Ask it to stop; it ends at once, unless the owner lets answers come that were on their way."""
        self.stop_asked = True
        if self.owner.stops_at_once:
            self._end("stopped", "stopped")

    def progress(self, fraction: float, text: str = "") -> None:
        """Let it say how far it is."""
        if self.state == "queued" and self.calls.get("progress"):
            self.calls["progress"](fraction, text)

    def answer(self, value: Any = None) -> None:
        """Let it end with a value; nothing happens where it has ended before."""
        self._end("done", "done", value)

    def fail(self, why: str = DIED) -> None:
        """Let it end with a sentence."""
        self._end("failed", "error", why)

    def run(self) -> None:
        """Let it end with what its function returns here and now; of ``segment`` with `segmentation`."""
        if self.body is None:
            self.answer(self.segmentation())
            return
        try:
            value = self.body(
                *self.arguments, progress=lambda _fraction, _text="": None, stop=lambda: self.stop_asked
            )
        except Stopped:
            self._end("stopped", "stopped")
        except WorkbenchError as error:
            self.fail(str(error))
        else:
            self.answer(value)

    def segmentation(self, probability: np.ndarray | None = None) -> Segmentation:
        """Return an answer that depends on all that was asked: pixels, pixel size, network, dilation and scale."""
        micrograph, dilation = self.micrograph, self.options["dilation"]
        listed = {card.name: card for card in networks()}
        card = listed[self.network] if self.network in listed else read_card(Path(self.network))
        changes: dict[str, Any] = {"input": card.input.model_copy(update={"scale": self.options["scale"]})}
        if card.name == "unet":  # answers have one output here, and every pixel above the threshold counts
            changes |= {"smallest_diameter_px": None, "options": {**card.options, "distance": False}}
        if dilation is not None:
            changes |= {"dilation": dilation, "trained_dilation": card.dilation}
        if probability is None:
            probability = self.owner.probability(micrograph, self.network, dilation, self.options["scale"])
        card, fitted = card.model_copy(update=changes), self.options["fitted"]
        if fitted is None:
            return Segmentation(probability, card, micrograph, 0.1, "cpu")
        return Segmentation(
            probability, fitted.card(card), micrograph, 0.1, "cpu", particle_px=fitted.particle_px
        )

    def _end(self, state: Any, call: str, *values: Any) -> None:
        if self.state != "queued":
            return
        self.state = state
        if self.calls.get(call):
            self.calls[call](*values)
        self.ended.set()


def answer_of(
    micrograph: Micrograph, network: str, dilation: int | list[int] | None = None, scale: float = 1.0
) -> np.ndarray:
    """Return a probability that is another one for any other pixel size, network, dilation or scale."""
    told = f"{micrograph.sha256} {micrograph.nm_per_px} {network} {dilation} {scale}"
    rng = np.random.default_rng(list(told.encode()))
    return rng.uniform(size=micrograph.shape).astype(np.float32)


class FakeCompute:
    """Takes jobs as `Compute` does, and leaves it to the test when and how they end.

    Parameters
    ----------
    stops_at_once : bool
        False: a job that is stopped can still be answered, as one whose answer was on its way.
    instead : mapping of function to function, optional
        What is run in place of a function that is submitted, such as `fake_answers.EXPLAINING`.
    probability : callable(micrograph, network, dilation, scale) -> (H, W) array
        What a network answers.
    """

    def __init__(
        self,
        stops_at_once: bool = True,
        instead: Mapping[Callable[..., Any], Callable[..., Any]] | None = None,
        probability: Callable[..., np.ndarray] = answer_of,
    ) -> None:
        self.jobs: list[FakeJob] = []
        self.stops_at_once = stops_at_once
        self.instead, self.probability = dict(instead or {}), probability
        self.closed = self.held = False
        self._lock = threading.Lock()

    # -- as Compute

    def start(self) -> None:
        """There is nothing to start."""

    def for_page(self) -> FakeCompute:
        """One page is all there is."""
        return self

    def hold(self) -> None:
        """Nobody looks at the page."""
        self.held = True

    def release(self) -> None:
        """Somebody looks at it again."""
        self.held = False

    def close(self) -> None:
        """End what waits."""
        self.closed = True
        for job in self.waiting():
            job._end("stopped", "stopped")

    def segment(self, micrograph: Micrograph, network: Any, **options: Any) -> FakeJob:
        """Record that a network is to be run."""
        options = {
            "dilation": None,
            "scale": 1.0,
            "fitted": None,
            "device": "auto",
            "urgent": True,
            **options,
        }
        return self._record("segment", (micrograph, str(network)), options)

    def submit(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> FakeJob:
        """Record that a function is to be run."""
        return self._record(function.__name__, arguments, options, self.instead.get(function, function))

    def describe(self, on_answer: Callable[[str], None], on_error: Any = None) -> FakeJob:
        """Answer at once."""
        job = self._record("describe", (), {"on_done": on_answer, "on_error": on_error})
        job.answer("cpu, 2 cores")
        return job

    # -- for the test

    def all(self, function: str = "", network: str = "") -> list[FakeJob]:
        """Return the jobs so far, those that have ended, too: of a function, of a network."""
        with self._lock:
            return [
                job
                for job in self.jobs
                if function in ("", job.function) and (not network or network in map(str, job.arguments[1:2]))
            ]

    def waiting(self, function: str = "", network: str = "") -> list[FakeJob]:
        """Return the jobs that have not ended, in the order in which they came."""
        return [job for job in self.all(function, network) if job.state == "queued"]

    def work(self, *functions: str, most: int = 1000) -> None:
        """Run what waits, and what follows from that, until nothing waits.

        Parameters
        ----------
        *functions : str
            Only jobs of these; by default ``segment``, ``post_process`` and what is run instead of others, none of
            which needs torch.
        most : int
            Fail after so many jobs: something asks again and again.
        """
        known = [function.__name__ for function in self.instead]
        wanted = functions or ("segment", "post_process", *known)
        for _ in range(most):
            job = next((job for job in self.waiting() if job.function in wanted), None)
            if job is None:
                return
            job.run()
        raise AssertionError(f"{most} jobs, and no end of them")

    def _record(
        self,
        function: str,
        arguments: tuple[Any, ...],
        options: dict[str, Any],
        body: Callable[..., Any] | None = None,
    ) -> FakeJob:
        calls = {name: options.pop(f"on_{name}", None) for name in ("progress", "done", "error", "stopped")}
        job = FakeJob(self, function, arguments, options, calls, body)
        with self._lock:
            self.jobs.append(job)
        if self.closed:
            job.fail("The worker has been closed; start the page again.")
        return job
