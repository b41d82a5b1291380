"""What runs for a page: started, shown, stopped; a newer request for the same thing replaces the older."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from workbench.app.core.versions import NetworkVersion
from workbench.compute import Compute, Job
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.particles.post_processing import MaskSettings, Postprocessed, post_process
from workbench.segmentation.segmentation import Segmentation


@dataclass
class _Running:
    title: str
    job: Job | None = None
    fraction: float = 0.0
    text: str = ""
    since: float = field(default_factory=time.monotonic)


class Jobs:
    """The jobs of one page, by key.

    Parameters
    ----------
    compute : Compute
        Who does the work.
    show : callable(status: str, fraction: float, busy: bool)
        Told whenever what runs has changed; may be called from any thread, one at a time.
    lock : RLock, optional
        Of the session: held while an answer is taken and while what runs is told, so that whoever holds it sees a job
        either at work or with all that came of it. Whatever else answers under a lock answers under this one, for two
        locks that are taken in either order are a page that stands still.
    """

    def __init__(
        self,
        compute: Compute,
        show: Callable[[str, float, bool], None],
        lock: threading.RLock | None = None,
    ) -> None:
        self._compute = compute
        self._show = show
        self._running: dict[str, _Running] = {}
        self._lock = lock or threading.RLock()

    def at_work(self) -> bool:
        """Say whether any job runs or waits for its turn."""
        return bool(self._running)

    def running(self, key: str) -> bool:
        """Say whether the job of this key has neither ended nor been stopped."""
        return key in self._running

    def stop_all(self) -> list[str]:
        """Stop every job and return the keys of those that ran."""
        with self._lock:
            stopped = list(self._running)
            for key in stopped:
                self._drop(key)
        self._show_running()
        return stopped

    def keep(self, keys: Iterable[str]) -> None:
        """Stop every job but those of these keys."""
        wanted = set(keys)
        with self._lock:
            for key in [key for key in self._running if key not in wanted]:
                self._drop(key)
        self._show_running()

    def drop(self, *keys: str) -> None:
        """Stop the jobs of these keys."""
        with self._lock:
            for key in keys:
                self._drop(key)
        self._show_running()

    def begin(self, key: str, title: str) -> object:
        """Show that something runs which is no job, such as the reading of a file; return what `finish` takes."""
        mine = _Running(title)
        with self._lock:
            self._drop(key)
            self._running[key] = mine
        self._show_running()
        return mine

    def finish(self, key: str, running: object) -> None:
        """Show no more what `begin` showed; nothing happens where it was stopped or replaced."""
        with self._lock:
            if self._running.get(key) is not running:
                return
            del self._running[key]
        self._show_running()

    def segment(
        self,
        key: str,
        title: str,
        micrograph: Micrograph,
        version: NetworkVersion,
        done: Callable[[Segmentation], None],
        failed: Callable[[str], None],
    ) -> None:
        """Run a network on a micrograph; exactly one of the callbacks follows, unless the job is stopped."""
        self.start(
            key,
            title,
            done,
            failed,
            lambda **on: self._compute.segment(
                micrograph,
                version.network,
                dilation=version.rates,
                scale=version.scale,
                fitted=version.fitted,
                **on,
            ),
        )

    def post_process(
        self,
        key: str,
        title: str,
        segmentation: Segmentation,
        settings: MaskSettings,
        truth: BoolImage | None,
        done: Callable[[Postprocessed], None],
        failed: Callable[[str], None],
    ) -> None:
        """Make the exact mask, its particles and its scores."""
        self.start(
            key,
            f"{title} mask",
            done,
            failed,
            lambda **on: self._compute.submit(post_process, segmentation, settings, truth, **on),
        )

    def start(
        self,
        key: str,
        title: str,
        done: Callable[[Any], None],
        failed: Callable[[str], None],
        submit: Callable[..., Job],
    ) -> None:
        """Begin a job; exactly one of the callbacks follows, unless it is stopped or replaced.

        Parameters
        ----------
        key : str
            A running job of the same key is stopped.
        title : str
            Shown until the job says more.
        done : callable(result)
        failed : callable(sentence)
        submit : callable(on_progress=, on_done=, on_error=, on_stopped=) -> Job
        """
        mine = _Running(title)
        with self._lock:
            self._drop(key)
            self._running[key] = mine

        def end(answer: Callable[[Any], None] | None, value: Any = None) -> None:
            with self._lock:
                if self._running.get(key) is not mine:
                    return  # stopped, or replaced by a newer request
                del self._running[key]
                try:
                    if answer is not None:
                        answer(value)
                finally:
                    self._show_running()

        def progress(fraction: float, text: str) -> None:
            mine.fraction, mine.text = fraction, text
            with self._lock:
                if self._running.get(key) is mine:
                    self._show_running()

        mine.job = submit(
            on_progress=progress,
            on_done=lambda value: end(done, value),
            on_error=lambda why: end(failed, why),
            on_stopped=lambda: end(None),
        )
        if self._running.get(key) is not mine and mine.job is not None:
            mine.job.stop()  # it was replaced while it was being submitted
        self._show_running()

    def _drop(self, key: str) -> None:
        running = self._running.pop(key, None)
        if running is not None and running.job is not None:
            running.job.stop()

    def _show_running(self) -> None:
        with self._lock:  # else what was so a moment ago could be told last
            self._show(*self._said())

    def _said(self) -> tuple[str, float, bool]:
        running = list(self._running.values())
        if not running:
            return "idle", 0.0, False
        shown = max(running, key=lambda job: job.fraction)
        fraction = sum(job.fraction for job in running) / len(running)
        text = f"{shown.title} {shown.text}" if shown.text.startswith("waits") else shown.text or shown.title
        if 0.05 < shown.fraction < 1:
            seconds = (time.monotonic() - shown.since) * (1 - shown.fraction) / shown.fraction
            text = f"{text}, {max(seconds, 1):.0f} s left"
        if len(running) > 1:
            text = f"{text} (and {len(running) - 1} more)"
        return text, fraction, True
