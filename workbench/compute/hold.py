"""Jobs that nobody looks at any more: taken from the workers, and handed over again when somebody comes back."""

from __future__ import annotations

import threading

from workbench.compute.job import Job


class Hold:
    """The jobs of one page, which run while somebody is there.

    A job that is held is not stopped: it waits here, none of its callbacks is called, and it begins anew afterwards.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._held = False

    @property
    def held(self) -> bool:
        """Whether jobs wait here."""
        return self._held

    def add(self, job: Job) -> None:
        """Count a job to the page; where its jobs are held, it waits with them."""
        with self._lock:
            self._jobs[job.id] = job
            if self._held:
                job.inbox.put(("hold", None))

    def remove(self, job: Job) -> None:
        """Forget a job that has ended."""
        with self._lock:
            self._jobs.pop(job.id, None)

    def hold(self) -> None:
        """Take the jobs from the workers."""
        self._tell(True)

    def release(self) -> None:
        """Hand them over again."""
        self._tell(False)

    def _tell(self, held: bool) -> None:
        with self._lock:
            if held == self._held:
                return
            self._held = held
            for job in self._jobs.values():
                job.inbox.put(("hold" if held else "release", None))
