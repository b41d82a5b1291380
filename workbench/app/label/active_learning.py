"""Suggests which regions to label next, in the open micrograph or a folder: the state of "Next to label"."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from traitlets import Bool, Float, Instance, Int, List, Unicode, dlink

from workbench.app.core.context import Context, Subject, stopped
from workbench.app.core.former_names import with_former_names
from workbench.app.core.opening import Opening
from workbench.app.core.polling import Background, in_background
from workbench.app.core.session_file import Origin
from workbench.app.core.subjects import subject
from workbench.app.core.typed_sizes import TypedSizes
from workbench.app.core.versions import NetworkVersion
from workbench.app.label.labelled_pixels import labelled_pixels
from workbench.app.label.region_search import RegionSearch, SearchOptions, Unread, asked_networks
from workbench.app.label.saved import MOST_PROPOSALS, ActiveLearningSaved, Proposed, ToLabel
from workbench.app.label.script import region_lines
from workbench.app.label.state import LabelState
from workbench.app.label.suggestion import Suggestion, list_again
from workbench.app.label.suggestion_micrograph import micrographs_in, read_micrograph, show_micrograph
from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.label import NOT_SURE
from workbench.micrographs.labelling.shapes import Region
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.segmentation.active_learning import EDGE_NM, EDGE_PX, UncertainRegion

PER_MICROGRAPH = 4
AT_MOST = MOST_PROPOSALS


@with_former_names({"look_here": "search_here", "look_in_folder": "search_folder"})
@subject("active_learning", order=80)
class ActiveLearning(Subject):
    """Regions in which the selected networks contradict each other or are not sure, the most doubtful first.

    Only the regions and their thumbnails are kept; micrographs are read one after the other, and probabilities do not
    leave the worker.

    Parameters
    ----------
    session : Context
    """

    saves = ActiveLearningSaved
    kept_names = ("proposals", "opened")
    aside = "next to label"
    script_at = "answers"
    script_names = ("regions",)

    edge_nm = Float(EDGE_NM, min=0.01, help="edge of a region where the pixel size is known")
    edge_px = Int(EDGE_PX, min=1, help="edge of a region where it is not")
    per_micrograph = Int(PER_MICROGRAPH, min=1, help="regions of one micrograph at most")

    proposals: List[Suggestion] = List(Instance(Suggestion), help="the most doubtful first")
    opened = Instance(Suggestion, allow_none=True, help="what is shown")
    busy = Bool(False)
    status = Unicode(help="what is being searched, or how it ended")
    fraction = Float(0.0)
    outdated = Bool(
        False,
        help="whether they were found with other than what is set now: networks, thresholds, pixel size",
    )

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._lock = threading.RLock()
        self._search: RegionSearch | None = None
        self._thread: Background | None = None
        self._again: Callable[[], object] | None = None
        self._searched_with: tuple[tuple[NetworkVersion, float], ...] = ()
        self._searched: dict[str, tuple[str, float | None]] = {}
        self._visited: dict[str, list[UncertainRegion]] = {}
        self._awaited: list[Proposed] = []  # saved, and not listed again yet
        dlink((self, "opened"), (session, "region"), lambda opened: opened and opened.region)
        self.observe(self._on_settings, names="proposals")

    def begin(self) -> None:
        """Follow what is open, and what the networks are asked."""
        self._session.observe(self._on_micrograph, names="micrograph")
        self._session.observe(self._on_settings, names=["versions", "thresholds", "micrograph"])

    # -- what a hand does

    def search_here(self) -> Background:
        """Search the open micrograph for regions to label, in the background.

        Returns
        -------
        Background
            Ends when ``proposals`` are there, or ``Session.message`` says why not.

        Raises
        ------
        WorkbenchError
            If no micrograph is open, or no network is selected.
        """
        micrograph, origin = self._open_micrograph()
        self._again = self.search_here
        return self._begin(partial(iter, [(origin, micrograph)]), 1)

    def search_folder(self, folder: str | None = None) -> Background:
        """Search every micrograph of a folder, the open one first; ``proposals`` grow as it goes.

        Parameters
        ----------
        folder : str, optional
            Inside the data folder; by default that of the open file.

        Returns
        -------
        Background
            As for `search_here`.

        Raises
        ------
        WorkbenchError
            As for `search_here`, or if the folder cannot be read.
        """
        chosen = self.folder if folder is None else folder
        data = self._session.data
        paths = micrographs_in(data, chosen)
        first: list[tuple[Origin, Micrograph | None]] = []
        if self._session.micrograph is not None and folder is None:
            micrograph, origin = self._open_micrograph()
            first = [(origin, micrograph)]
            paths = [path for path in paths if origin.kind != "file" or str(path) != origin.path]
        if not first and not paths:
            raise WorkbenchError(f"There is no micrograph in {chosen or data.root.name}.")
        rest = [(Origin(kind="file", path=str(path)), None) for path in paths]
        self._again = partial(self.search_folder, folder)
        return self._begin(lambda: iter([*first, *rest]), len(first) + len(rest))

    @property
    def folder(self) -> str:
        """The folder of the open file as the data folder calls it; the data folder itself (``""``) for any other."""
        origin, data = self._session.origin, self._session.data
        if origin is not None and origin.kind == "file":
            parent = Path(origin.path).parent
            if parent.is_relative_to(data.root):
                return data.relative(parent)
        return ""

    def stop(self) -> None:
        """Stop the search; what was found stays."""
        with self._lock:
            if self._search is not None:
                self._search.stop()

    def halt(self) -> Callable[[], object] | None:
        """Stop; return what searches again."""
        return stopped(self)

    def origins(self) -> list[Origin]:
        """Return where the regions of the list are opened from."""
        return [suggestion.origin for suggestion in self.proposals]

    def go_on(self) -> None:
        """Search again what was being searched when it was stopped, with the networks as they are now."""
        if self._again is not None:
            self._again()

    def open(self, proposal: Suggestion | str) -> Background:
        """Show the micrograph of a proposal with the viewer on the region, and take the label's tools in hand.

        Parameters
        ----------
        proposal : Suggestion or str
            One of ``proposals``, or its key.

        Returns
        -------
        Background
            Ends when it is shown.

        Raises
        ------
        WorkbenchError
            If it is not among the proposals.
        """
        key = proposal if isinstance(proposal, str) else proposal.key
        found = next((listed for listed in self.proposals if listed.key == key), None)
        if found is None:
            raise WorkbenchError("This region is not in the list any more; look again.")

        session = self._session
        click = session.subject(Opening).click()

        def work() -> None:
            if not show_micrograph(session, found, click):
                return
            session.subject(LabelState).active = True
            self._visited.setdefault(found.sha256, []).append(found.region)
            self.opened = None  # the same one again is gone to again
            self.opened = found

        return in_background(work, "open region", "opening the region", self._show_message)

    def propose(self, region: UncertainRegion, why: str, png: bytes) -> Background:
        """Put a region of the open micrograph first in the list, and open it with the label's tools at hand.

        Parameters
        ----------
        region : UncertainRegion
        why : str
            In a few words.
        png : bytes
            A picture of it.

        Returns
        -------
        Background
            As for `open`.

        Raises
        ------
        WorkbenchError
            If no micrograph is open.
        """
        micrograph, origin = self._open_micrograph()
        made = Suggestion(micrograph.name, micrograph.sha256, origin, region, why, png)
        others = [listed for listed in self.proposals if listed.key != made.key]
        self.proposals = [made, *others][:AT_MOST]
        return self.open(made)

    def leave_rest_out(self) -> None:
        """Mark as not sure all background outside the regions opened so far, so that training learns from these only.

        What is drawn elsewhere stays. One step of undo.

        Raises
        ------
        WorkbenchError
            If no region of this micrograph was opened.
        """
        micrograph, values = self._session.micrograph, self._session.subject(LabelState).values
        regions = [] if micrograph is None else self._visited.get(micrograph.sha256, [])
        if values is None or not regions:
            raise WorkbenchError("No region of this micrograph was opened from the list; open one first.")
        rest = values == 0
        for region in regions:
            rest[region.box] = False
        height, width = rest.shape
        self._session.subject(LabelState).fill(Region(slice(0, height), slice(0, width), rest), NOT_SURE)

    # -- saved and reopened

    def asked(self) -> ToLabel:
        """Return the list and the regions that were opened, as they are saved; never pixels."""
        # an array cannot be opened again
        listed = [suggestion.saved for suggestion in self.proposals if suggestion.origin.kind != "array"]
        there = {(proposed.sha256, proposed.region) for proposed in listed}
        with self._lock:
            listed += [
                proposed for proposed in self._awaited if (proposed.sha256, proposed.region) not in there
            ]
        visited = {sha256: list(regions) for sha256, regions in self._visited.items()}
        return ToLabel(proposals=listed[:AT_MOST], visited=visited)

    def to_save(self) -> dict[str, Any]:
        """Return the list, as it is saved."""
        return {"to_label": self.asked()}

    def restore(self, saved: ActiveLearningSaved) -> Background:
        """List again what was saved, in the background; a micrograph that is gone or has changed is left out.

        Returns
        -------
        Background
            Ends when ``proposals`` are there.
        """
        session, asked = self._session, saved.to_label
        self.stop()
        self._visited = {sha256: list(regions) for sha256, regions in asked.visited.items()}
        with self._lock:
            self._awaited = awaited = list(asked.proposals)
        self.proposals = []

        def work() -> None:
            found = list_again(asked.proposals, partial(read_micrograph, session))
            with self._lock:
                if self._awaited is not awaited:  # somebody searched anew, or opened another session
                    return
                self._awaited = []
                first = {suggestion.key for suggestion in self.proposals}  # sent here meanwhile
                rest = [suggestion for suggestion in found if suggestion.key not in first]
                self.proposals = [*self.proposals, *rest][:AT_MOST]

        return in_background(work, "list regions again", "listing the regions", self._show_message)

    def script(self, variables: Mapping[str, str]) -> list[str]:
        """Return the lines that find the regions of the open micrograph again."""
        session, shown = self._session, self._session.micrograph
        if shown is None or all(suggestion.sha256 != shown.sha256 for suggestion in self.proposals):
            return []
        thresholds = {variables[name]: session.threshold(name) for name in session.selected}
        edge = f"edge_px={self.edge_px}" if shown.nm_per_px is None else f"edge_nm={self.edge_nm:g}"
        return region_lines(thresholds, edge, self.per_micrograph)

    # -- inside

    def _open_micrograph(self) -> tuple[Micrograph, Origin]:
        micrograph, origin = self._session.micrograph, self._session.origin
        if micrograph is None or origin is None:
            raise WorkbenchError("No micrograph is open; open one first.")
        return micrograph, origin

    def _begin(self, micrographs: Callable[[], Iterator[Unread]], total: int) -> Background:
        session = self._session
        names = list(session.selected)
        if not names:
            raise WorkbenchError(
                "No network is selected; tick one, or better two, to see where they are in doubt."
            )
        with self._lock:
            self.stop()
            self._awaited = []
            before = self._thread
            # as they are now, however long it takes
            session.subject(TypedSizes).look()
            searched_with = asked_networks(session, names, alone=total == 1)
            options = SearchOptions(
                tuple((version.which, threshold) for version, threshold in searched_with),
                tuple(session.card(name).label for name in names),
                self.edge_nm,
                self.edge_px,
                self.per_micrograph,
            )
            search = self._search = RegionSearch(session.compute, options, self._open, self._labelled)

            def work() -> None:
                if before is not None:
                    before.join()
                with self.hold_trait_notifications():
                    self._searched_with, self._searched = searched_with, {}
                    self.proposals, self.busy, self.fraction = [], True, 0.0
                try:
                    outcome = search.run(micrographs(), total, self._show_progress, self._take)
                    self.status = outcome.status(stopped=search.stopped, found=bool(self.proposals))
                    if outcome.warning:
                        session.message = outcome.warning
                finally:
                    self.busy = False

            thread = self._thread = in_background(
                work, "next to label", "looking for what to label next", self._show_message
            )
        return thread

    def _open(self, path: Path) -> Micrograph:
        """Open a file as the page would."""
        return self._session.subject(Opening).read(path)[0]

    def _labelled(self, micrograph: Micrograph) -> BoolImage | None:
        session = self._session
        shown, values = session.micrograph, None
        if shown is not None and shown.sha256 == micrograph.sha256:
            values = session.subject(LabelState).values
        return labelled_pixels(
            session.data.root, micrograph, values, self._visited.get(micrograph.sha256, [])
        )

    def _take(self, micrograph: Micrograph, found: list[Suggestion]) -> None:
        self._searched[micrograph.sha256] = micrograph.seen, micrograph.nm_per_px
        self._add(found)

    def _show_message(self, why: str) -> None:
        self._session.message = why

    def _add(self, more: Iterable[Suggestion]) -> None:
        ranked = sorted(
            [*self.proposals, *more], key=lambda suggestion: suggestion.region.score, reverse=True
        )
        self.proposals = ranked[:AT_MOST]

    def _show_progress(self, number: int, total: int, fraction: float, name: str) -> None:
        self.fraction = (number + fraction) / total
        self.status = f"{name}, {number + 1} of {total}" if total > 1 else name

    def _on_settings(self, _change: object = None) -> None:
        session = self._session
        then = {version.name: (version, threshold) for version, threshold in self._searched_with}
        alone = any(version.fitted is not None for version, _threshold in self._searched_with)
        now = {asked[0].name: asked for asked in asked_networks(session, session.selected, alone=alone)}
        shown = session.micrograph
        seen = None if shown is None else (shown.seen, shown.nm_per_px)
        other = shown is not None and self._searched.get(shown.sha256, seen) != seen
        self.outdated = bool(self.proposals) and bool(then) and (now != then or other)

    def _on_micrograph(self, _change: object) -> None:
        shown = self._session.micrograph
        if self.opened is not None and (shown is None or shown.sha256 != self.opened.sha256):
            self.opened = None
