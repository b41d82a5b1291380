"""Traits of Folder (settings, results), and the methods that need nothing else."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, Enum, Float, HasTraits, Instance, Int, List, Unicode

from workbench.batch.plan import BatchPlan
from workbench.batch.status import BatchStatus

READING = "The folder is being read…"
NOT_ASKED = ("inputs", "figures", "rois")
"""What of a plan changes no mask."""


class FolderTraits(HasTraits):
    """Which folder is run, how that stands, and why it can or cannot be started or stopped; reads no file."""

    # what is asked
    folder = Unicode(".", help="of the micrographs, inside the data folder; a full stop: the data folder")
    out = Unicode("results", help="folder of the results, inside the data folder")
    follows = Bool(True, help="whether both follow the list of files under Micrograph")
    frames = Enum(("first", "all"), "first", help="which images of a stack")
    nm_per_px = Float(None, allow_none=True, help="of all files, whatever they say; None: as each file says")
    figures = Bool(False, help="write a figure of each micrograph, too")
    rois = Bool(False, help="write outlines for ImageJ, too")
    more = Bool(False, help="wait for more micrographs when all is done, until it is stopped")

    # what came out
    count = Int(None, allow_none=True, help="micrographs in the folder, once it is read")
    passed_over = List(Unicode(), help="sentences on the files of the folder that are none")
    warning = Unicode(READING, help="why the folder cannot be run, as a sentence; empty: it can")
    planned = Instance(BatchPlan, allow_none=True, help="what is run, as set on the page")
    settings_warning = Unicode(help="why what is set on the page cannot be run; empty: it can")
    differences = List(Unicode(), help="sentences: in what the results differ from what the page shows")
    standing = Instance(BatchStatus, allow_none=True, help="how what was begun in ``out`` stands")
    begun_with = Instance(BatchPlan, allow_none=True, help="with what it was begun")
    died = Bool(False, help="whether the process that worked in ``out`` ended without taking leave")
    unread = Unicode(help="why the folder of the results cannot be read now; empty: it can")
    files: List[Any] = List(Unicode(), help="names of the reports and tables that are in it")
    written: List[Any] = List(help="plan and folder of what was started on this page, for its script")

    @property
    def begun_otherwise(self) -> bool:
        """Whether what is in ``out`` was made with other settings than those of the page."""
        begun, planned = self.begun_with, self.planned
        if begun is None or planned is None:
            return False
        leave = set(NOT_ASKED)
        return bool(begun.model_dump(exclude=leave) != planned.model_dump(exclude=leave))

    def why_not_start(self) -> str:
        """Return why it cannot begin or go on now, as a sentence; empty: it can."""
        standing = self.standing
        if self.unread:
            return f"The folder of the results cannot be read now: {self.unread}."
        if standing is not None and standing.phase == "stopping":
            return "It is being stopped; then it can go on."
        if standing is not None and standing.phase == "paused":
            return "It is paused; Resume goes on with it."
        if standing is not None and standing.alive:
            return "It is under way."
        return str(self.warning or self.settings_warning)

    def why_not_pause(self) -> str:
        """Return why it cannot be paused or resumed, as a sentence; empty: it can."""
        standing = self.standing
        if standing is None or not standing.alive:
            return "Nothing is under way."
        return "It is being stopped." if standing.phase == "stopping" else ""

    def why_not_stop(self) -> str:
        """Return why it cannot be stopped, as a sentence; empty: it can."""
        return self.why_not_pause()

    def asked(self) -> dict[str, Any]:
        """Return what is asked, as it is saved with the page."""
        names = ("folder", "out", "follows", "frames", "nm_per_px", "figures", "rois", "more")
        return {name: getattr(self, name) for name in names}
