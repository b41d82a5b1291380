"""Traits of Study (settings, results), and the methods that need nothing else."""

from __future__ import annotations

from typing import Any

from traitlets import HasTraits, Instance, Int, List, Unicode

from workbench.study.overview import Overview
from workbench.study.status import StudyStatus

READING = "The plan is being read…"


class StudyTraits(HasTraits):
    """Which study is chosen, how it stands, and why it can or cannot be started or stopped; reads no file."""

    # what is asked
    plan = Unicode(help="TOML, inside the data folder")
    out = Unicode(help="folder of the study, inside the data folder")
    workers = Int(1, help="cells at a time")

    # what came out
    plans: List[Any] = List(help="(label, path) of the plans in the data folder")
    warning = Unicode("Choose a plan.", help="why it cannot begin, as a sentence; empty: it can")
    overview = Instance(Overview, allow_none=True, help="what the plan asks for, once it is read")
    standing = Instance(StudyStatus, allow_none=True, help="how it stands")
    page = Unicode(help="the page that it wrote, as HTML, while it is shown")
    written: List[Any] = List(help="(plan, out, workers, retry) as started on this page, for its script")

    def why_not_start(self) -> str:
        """Return why it cannot begin or go on now, as a sentence; empty: it can."""
        if self.warning:
            return self.warning
        standing = self.standing
        if standing is not None and standing.unread:
            return f"Its folder cannot be read now: {standing.unread}."
        if standing is not None and standing.phase == "stopping":
            return "It is being stopped; then it can go on."
        return "It is under way." if standing is not None and standing.alive else ""

    def why_not_stop(self) -> str:
        """Return why it cannot be stopped, as a sentence; empty: it can."""
        standing = self.standing
        if standing is None or not standing.alive:
            return "Nothing is under way."
        return "It is being stopped: each cell ends its step." if standing.phase == "stopping" else ""

    def why_not_retry(self) -> str:
        """Return why nothing can be tried again, as a sentence; empty: it can."""
        standing = self.standing
        return self.why_not_start() or (
            "" if standing is not None and standing.failures else "No cell has failed."
        )

    def asked(self) -> dict[str, Any]:
        """Return what is asked, as it is saved with the page."""
        return {"plan": self.plan, "out": self.out, "workers": self.workers} if self.plan else {}
