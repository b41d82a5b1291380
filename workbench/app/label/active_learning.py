"""Which regions of the open micrograph, and of those beside it, to label next; part of the session's state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from traitlets import Bool, Float, HasTraits, Instance, Int, List, Unicode

from workbench.app.core.burnt_in import as_asked
from workbench.app.core.polling import in_background
from workbench.app.core.session_file import MOST_PROPOSALS, Origin, Proposed, ToLabel
from workbench.app.core.versions import NetworkVersion
from workbench.compute.features import Which
from workbench.compute.regions import Look, look_at, thumbnail
from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.label import NOT_SURE, PARTICLE, LabelValues
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.labelling.label_paths import known_label, label_path
from workbench.micrographs.labelling.shapes import Region
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.samples import open_sample
from workbench.segmentation.active_learning import EDGE_NM, EDGE_PX, UncertainRegion, edge_in_px

if TYPE_CHECKING:
    from workbench.app.session import Session

PER_MICROGRAPH = 4
AT_MOST = MOST_PROPOSALS
NO_MICROGRAPHS = (".truth", ".mask", ".probability")
"""How the stems of files end that the workbench writes beside a micrograph."""


@dataclass(frozen=True)
class Suggestion:
    """A region to label: of which micrograph, why, and a small picture of it.

    Attributes
    ----------
    name : str
        Of the micrograph.
    sha256 : str
        Of its pixels.
    origin : Origin
        Where to open it again.
    region : UncertainRegion
    why : str
        Such as ``U-Net is not sure``.
    png : bytes
        A picture of it, its longer edge 96 px.
    """

    name: str
    sha256: str
    origin: Origin
    region: UncertainRegion
    why: str
    png: bytes

    @property
    def key(self) -> str:
        """Names the proposal among all others."""
        return f"{self.sha256}:{self.region.top}:{self.region.left}"


class ActiveLearning(HasTraits):
    """Regions in which the selected networks contradict each other or are not sure, the most doubtful first.

    Only the regions and their thumbnails are kept; micrographs are read one after the other, and probabilities do not
    leave the worker.

    Parameters
    ----------
    session : Session
    """

    edge_nm = Float(EDGE_NM, min=0.01, help="edge of a region where the pixel size is known")
    edge_px = Int(EDGE_PX, min=1, help="edge of a region where it is not")
    per_micrograph = Int(PER_MICROGRAPH, min=1, help="regions of one micrograph at most")

    proposals: List[Suggestion] = List(Instance(Suggestion), help="the most doubtful first")
    opened = Instance(Suggestion, allow_none=True, help="what is shown")
    busy = Bool(False)
    status = Unicode(help="what is looked at, or how it ended")
    fraction = Float(0.0)
    outdated = Bool(
        False,
        help="whether they were found with other than what is set now: networks, thresholds, pixel size",
    )

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._job: Any = None
        self._again: Callable[[], object] | None = None
        self._looked_with: tuple[tuple[NetworkVersion, float], ...] = ()
        self._looked_at: dict[str, tuple[str, float | None]] = {}
        self._visited: dict[str, list[UncertainRegion]] = {}
        self._awaited: list[Proposed] = []  # saved, and not listed again yet
        session.observe(self._micrograph_changed, names="micrograph")
        session.observe(self._compare, names=["versions", "thresholds", "micrograph"])
        self.observe(self._compare, names="proposals")

    # -- what a hand does

    def look_here(self) -> threading.Thread:
        """Look through the open micrograph, in the background.

        Returns
        -------
        Thread
            Ends when ``proposals`` are there, or ``Session.message`` says why not.

        Raises
        ------
        WorkbenchError
            If no micrograph is open, or no network is selected.
        """
        micrograph, origin = self._open_one()
        self._again = self.look_here
        return self._begin(partial(iter, [(origin, micrograph)]), 1)

    def look_in_folder(self, folder: str | None = None) -> threading.Thread:
        """Look through every micrograph of a folder, the open one first; ``proposals`` grow as it goes.

        Parameters
        ----------
        folder : str, optional
            Inside the data folder; by default that of the open file.

        Returns
        -------
        Thread
            As for `look_here`.

        Raises
        ------
        WorkbenchError
            As for `look_here`, or if the folder cannot be read.
        """
        chosen = self.folder if folder is None else folder
        data = self._session.data
        files = [Path(entry.path) for entry in data.entries(chosen) if not entry.folder]
        paths = [data.resolve(path) for path in files if not path.stem.endswith(NO_MICROGRAPHS)]
        first: list[tuple[Origin, Micrograph | None]] = []
        if self._session.micrograph is not None and folder is None:
            micrograph, origin = self._open_one()
            first = [(origin, micrograph)]
            paths = [path for path in paths if origin.kind != "file" or str(path) != origin.path]
        if not first and not paths:
            raise WorkbenchError(f"There is no micrograph in {chosen or data.root.name}.")
        rest = [(Origin(kind="file", path=str(path)), None) for path in paths]
        self._again = partial(self.look_in_folder, folder)
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
        """Stop looking; what was found stays."""
        with self._lock:
            self._stop.set()
            if self._job is not None:
                self._job.stop()

    def go_on(self) -> None:
        """Look again at what was looked at when it was stopped, with the networks as they are now."""
        if self._again is not None:
            self._again()

    def open(self, proposal: Suggestion | str) -> threading.Thread:
        """Show the micrograph of a proposal with the viewer on the region, and take the label's tools in hand.

        Parameters
        ----------
        proposal : Suggestion or str
            One of ``proposals``, or its key.

        Returns
        -------
        Thread
            Ends when it is shown.

        Raises
        ------
        WorkbenchError
            If it is not among the proposals.
        """
        key = proposal if isinstance(proposal, str) else proposal.key
        found = next((one for one in self.proposals if one.key == key), None)
        if found is None:
            raise WorkbenchError("This region is not in the list any more; look again.")

        session = self._session
        opening = session.opening
        ticket = opening.click()

        def work() -> None:
            shown, origin = session.micrograph, found.origin
            if shown is None or shown.sha256 != found.sha256:
                if origin.kind == "sample":
                    opening.sample(origin.path, origin.nm_per_px, ticket, origin)
                elif origin.kind == "file":
                    size = session.pixel_sizes.get(
                        origin.path, origin.nm_per_px
                    )  # what was typed since counts
                    opening.file(origin.path, origin.frame, origin.signal, size, ticket, origin).join()
                shown = session.micrograph
            if not opening.latest(ticket):
                return  # something else was clicked since
            if shown is None or shown.sha256 != found.sha256:
                session.message = session.message or (
                    f"{found.name} is not what it was when it was looked at; open it and look again."
                )
                return
            session.label.active = True
            self._visited.setdefault(found.sha256, []).append(found.region)
            self.opened = None  # the same one again is gone to again
            self.opened = found

        return in_background(work, "open region", "opening the region", self._say)

    def propose(self, region: UncertainRegion, why: str, png: bytes) -> threading.Thread:
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
        Thread
            As for `open`.

        Raises
        ------
        WorkbenchError
            If no micrograph is open.
        """
        micrograph, origin = self._open_one()
        made = Suggestion(micrograph.name, micrograph.sha256, origin, region, why, png)
        others = [one for one in self.proposals if one.key != made.key]
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
        micrograph, values = self._session.micrograph, self._session.label.values
        regions = [] if micrograph is None else self._visited.get(micrograph.sha256, [])
        if values is None or not regions:
            raise WorkbenchError("No region of this micrograph was opened from the list; open one first.")
        rest = values == 0
        for region in regions:
            rest[region.box] = False
        height, width = rest.shape
        self._session.label.fill(Region(slice(0, height), slice(0, width), rest), NOT_SURE)

    # -- saved and reopened

    def asked(self) -> ToLabel:
        """Return the list and the regions that were opened, as they are saved; never pixels."""
        listed = [
            Proposed(name=one.name, sha256=one.sha256, origin=one.origin, region=one.region, why=one.why)
            for one in self.proposals
            if one.origin.kind != "array"  # cannot be opened again
        ]
        there = {(one.sha256, one.region) for one in listed}
        with self._lock:
            listed += [one for one in self._awaited if (one.sha256, one.region) not in there]
        return ToLabel(
            proposals=listed[:AT_MOST], visited={key: list(those) for key, those in self._visited.items()}
        )

    def restore(self, asked: ToLabel) -> threading.Thread:
        """List again what was saved, in the background; a micrograph that is gone or has changed is left out.

        Returns
        -------
        Thread
            Ends when ``proposals`` are there.
        """
        self.stop()
        self._visited = {key: list(those) for key, those in asked.visited.items()}
        with self._lock:
            self._awaited = awaited = list(asked.proposals)
        self.proposals = []

        def work() -> None:
            pngs: dict[int, bytes] = {}
            places = sorted(range(len(asked.proposals)), key=lambda at: asked.proposals[at].origin.path)
            origin: Origin | None = None
            micrograph: Micrograph | None = None  # one in memory at a time
            for place in places:
                one = asked.proposals[place]
                if origin != one.origin:
                    origin, micrograph = one.origin, self._read(one.origin)
                if micrograph is not None and _still_there(one, micrograph):
                    pngs[place] = thumbnail(micrograph, one.region)
            found = [
                Suggestion(one.name, one.sha256, one.origin, one.region, one.why, pngs[place])
                for place, one in enumerate(asked.proposals)
                if place in pngs
            ]
            with self._lock:
                if self._awaited is not awaited:  # somebody looked anew, or opened another session
                    return
                self._awaited = []
                first = {one.key for one in self.proposals}  # sent here meanwhile
                self.proposals = [*self.proposals, *(one for one in found if one.key not in first)][:AT_MOST]

        return in_background(work, "list regions again", "listing the regions", self._say)

    def _read(self, origin: Origin) -> Micrograph | None:
        try:
            if origin.kind == "sample":
                return as_asked(open_sample(origin.path)[0], origin)
            path = self._session.allowed(origin.path)
            opened = open_micrograph(path, frame=origin.frame, signal=origin.signal)
            return as_asked(opened, origin)
        except (WorkbenchError, MemoryError):
            return None

    # -- inside

    def _open_one(self) -> tuple[Micrograph, Origin]:
        micrograph, origin = self._session.micrograph, self._session.origin
        if micrograph is None or origin is None:
            raise WorkbenchError("No micrograph is open; open one first.")
        return micrograph, origin

    def _begin(self, those: Any, total: int) -> threading.Thread:
        session = self._session
        names = list(session.selected)
        if not names:
            raise WorkbenchError(
                "No network is selected; tick one, or better two, to see where they are in doubt."
            )
        labels = [session.card(name).label for name in names]
        with self._lock:
            self.stop()
            self._awaited = []
            stop = self._stop = threading.Event()
            before = self._thread
            # as they are now, however long it takes
            session.read_pixel_sizes()
            looked_with = tuple((session.version(name), session.threshold(name)) for name in names)
            networks = tuple((version.which, threshold) for version, threshold in looked_with)

            def work() -> None:
                if before is not None:
                    before.join()
                with self.hold_trait_notifications():
                    self._looked_with, self._looked_at = looked_with, {}
                    self.proposals, self.busy, self.fraction = [], True, 0.0
                try:
                    self._look(those(), total, networks, labels, stop)
                finally:
                    self.busy = False

            thread = self._thread = in_background(
                work, "next to label", "looking for what to label next", self._say
            )
        return thread

    def _say(self, why: str) -> None:
        self._session.message = why

    def _look(
        self,
        those: Iterator[tuple[Origin, Micrograph | None]],
        total: int,
        networks: tuple[tuple[Which, float], ...],
        labels: list[str],
        stop: threading.Event,
    ) -> None:
        looked, name = 0, "this micrograph"
        refused: list[str] = []
        seen: set[str] = set()
        for origin, given in those:
            if stop.is_set():
                break
            try:
                micrograph = given
                if micrograph is None:  # as the page would open it
                    micrograph, _origin = self._session.opening.read(Path(origin.path))
                if micrograph.sha256 in seen:  # a copy of another, or the sample that is open
                    total -= 1
                    continue
                seen.add(micrograph.sha256)
                name = micrograph.name
                number = looked + len(refused)
                self._tell(number, total, 0.0, micrograph.name)
                found = self._one(micrograph, networks, stop, partial(self._tell, number, total))
            except WorkbenchError as error:
                refused.append(str(error))
                continue
            if found is None:
                break
            looked += 1
            self._looked_at[micrograph.sha256] = micrograph.seen, micrograph.nm_per_px
            self._add(
                Suggestion(micrograph.name, micrograph.sha256, origin, region, region.why(labels), png)
                for region, png in found
            )
        ended = "stopped; " if stop.is_set() else ""
        counted = f"{looked} of {total} micrographs" if total > 1 else name
        none = "" if self.proposals or not looked else ": no doubt outside what is labelled"
        self.status = f"{ended}looked through {counted}{none}" if looked or total > 1 else ended.rstrip("; ")
        if refused:
            first = refused[0]
            self._session.message = (
                first if len(refused) == 1 else f"{len(refused)} could not be looked at; {first}"
            )

    def _one(
        self,
        micrograph: Micrograph,
        networks: tuple[tuple[Which, float], ...],
        stop: threading.Event,
        tell: Any,
    ) -> list[tuple[UncertainRegion, bytes]] | None:
        """Let the worker look at one micrograph and wait for it; None if it was stopped."""
        answer: list[Any] = []
        why: list[str] = []
        edge = edge_in_px(micrograph.nm_per_px, self.edge_nm, self.edge_px)
        with self._lock:
            if stop.is_set():
                return None
            job = self._job = self._session.compute.submit(
                look_at,
                micrograph,
                Look(networks, edge, self.per_micrograph),
                self._done(micrograph),
                what=f"Looking through {micrograph.name}",
                needs_device=True,
                on_progress=lambda fraction, _text: tell(fraction, micrograph.name),
                on_done=answer.append,
                on_error=why.append,
            )
        job.wait()
        self._job = None
        if why:
            raise WorkbenchError(why[0])
        return answer[0] if answer else None

    def _done(self, micrograph: Micrograph) -> BoolImage | None:
        """Return what is labelled of a micrograph; None where nothing is."""
        session = self._session
        shown = session.micrograph
        if shown is not None and shown.sha256 == micrograph.sha256 and session.label.values is not None:
            values: LabelValues | None = session.label.values
        else:
            values = LabelFile(label_path(session.data.root, micrograph)).read(micrograph.shape)
        in_set = known_label(micrograph)
        if values is None:
            values = in_set
        done = None if values is None else labelled(values, whole=in_set is not None)
        for region in self._visited.get(micrograph.sha256, []):
            if (
                done is not None and done[region.box].any()
            ):  # opened and drawn in: its background is meant, too
                done[region.box] = True
        return done

    def _add(self, more: Iterable[Suggestion]) -> None:
        self.proposals = sorted([*self.proposals, *more], key=lambda one: one.region.score, reverse=True)[
            :AT_MOST
        ]

    def _tell(self, number: int, total: int, fraction: float, name: str) -> None:
        self.fraction = (number + fraction) / total
        self.status = f"{name}, {number + 1} of {total}" if total > 1 else name

    def _compare(self, _change: object = None) -> None:
        session = self._session
        now = {name: (session.version(name), session.threshold(name)) for name in session.selected}
        then = {version.name: (version, threshold) for version, threshold in self._looked_with}
        shown = session.micrograph
        seen = None if shown is None else (shown.seen, shown.nm_per_px)
        other = shown is not None and self._looked_at.get(shown.sha256, seen) != seen
        self.outdated = bool(self.proposals) and bool(then) and (now != then or other)

    def _micrograph_changed(self, _change: object) -> None:
        shown = self._session.micrograph
        if self.opened is not None and (shown is None or shown.sha256 != self.opened.sha256):
            self.opened = None


def labelled(values: LabelValues, *, whole: bool = False) -> BoolImage:
    """Return which pixels of a label are done.

    Parameters
    ----------
    values : (H, W) uint8 array
        0 background, 1 particle, 2 not sure.
    whole : bool
        Whether background is labelled, too, as in a set that was finished.

    Returns
    -------
    (H, W) bool array
        What is drawn. Where most of a micrograph is not sure, only regions of it are labelled and the rest is left
        out (`ActiveLearning.leave_rest_out`): then all but the rest.
    """
    if np.count_nonzero(values == NOT_SURE) > values.size / 2:
        return np.asarray(values != NOT_SURE)
    return np.ones(values.shape, bool) if whole else np.asarray(values >= PARTICLE)


def _still_there(one: Proposed, micrograph: Micrograph) -> bool:
    """Say whether a micrograph is the one that was looked at, and the region lies inside it."""
    inside = all(
        0 <= part.start < part.stop <= edge
        for part, edge in zip(one.region.box, micrograph.pixels.shape, strict=True)
    )
    return inside and micrograph.sha256 == one.sha256
