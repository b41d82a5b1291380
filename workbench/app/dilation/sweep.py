"""Runs one network at all dilations: a small picture each, its scores, and all of them as a figure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from traitlets import Bool, Instance, List, Unicode

from workbench.app.core.answers import Answers
from workbench.app.core.context import Context, Subject
from workbench.app.core.results import Results
from workbench.app.core.subjects import subject
from workbench.app.core.waiting import Waiting
from workbench.app.dilation.cache import LARGEST, DilationCache
from workbench.app.dilation.picture import picture
from workbench.errors import WorkbenchError
from workbench.figures.palette import colour_of
from workbench.micrographs.micrograph import BoolImage
from workbench.networks.card import Card
from workbench.particles.post_processing import MaskSettings, Postprocessed, post_process
from workbench.segmentation.segmentation import Segmentation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.compute import Job


@dataclass(frozen=True, eq=False)
class Frame:
    """What a network makes of the micrograph at one dilation.

    Attributes
    ----------
    dilation : int
    card : Card
        Of the network at this dilation.
    settings : MaskSettings
        How the mask was made of its probability.
    scores : dict of str to float
        Against the truth; empty where none is known.
    png : bytes
        The mask over the micrograph, the longer edge 160 px.
    """

    dilation: int
    card: Card
    settings: MaskSettings
    scores: dict[str, float]
    png: bytes
    shape: tuple[int, int]
    bits: npt.NDArray[np.uint8]

    @property
    def dice(self) -> float | None:
        """Hard Dice; None where no truth is known."""
        return self.scores.get("dice_hard")

    @property
    def mask(self) -> BoolImage:
        """The mask, (H, W) bool."""
        flat = np.unpackbits(self.bits, count=self.shape[0] * self.shape[1])
        return flat.reshape(self.shape).astype(bool)


@subject("dilation_sweep", order=70)
class DilationSweep(Subject):
    """The dilations 1 to 8 of one network, computed one after the other behind all that is waited for.

    Answers that the slider has kept are used, and those made here are kept for it.

    Parameters
    ----------
    session : Context
    """

    aside = "all dilations"
    script_at = "answers"
    script_names = ("strip", "network")

    shown = Bool(False, help="whether it stands below the panes")
    network = Unicode(help="name of the network whose dilations these are")
    frames: List[Frame] = List(
        Instance(Frame), help="in the order of their dilations; more follow while busy"
    )
    busy = Bool(False)
    status = Unicode(help="what is computed, or how it ended")

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._lock = threading.RLock()
        self._ticket = 0
        self._waiting: list[int] = []
        self._failed: list[str] = []
        self._job: Job | None = None

    def begin(self) -> None:
        """Follow what is open, and what its network is asked."""
        session = self._session
        session.observe(self._gone, names=["micrograph", "truth"])
        session.observe(self._versions_changed, names="versions")
        session.observe(self._follow, names="postprocessed")
        session.observe(self._recolour, names="colours")

    # -- what a hand does

    def run(self, name: str | None = None) -> Waiting[Any]:
        """Compute all dilations of a network and show them; returns at once, ``frames`` grow.

        Parameters
        ----------
        name : str, optional
            Of a selected network; None: the one that is tuned.

        Returns
        -------
        Waiting
            Its ``result()`` waits for them, and returns ``frames``.

        Raises
        ------
        WorkbenchError
            If there is no micrograph or no network, or it is a classical method.
        """
        session = self._session
        name = session.current if name is None else name
        why = session.subject(DilationCache).why_off(name if name in session.selected else "")
        if why or session.micrograph is None:
            raise WorkbenchError(why or "Open a micrograph first.")
        with self._lock:
            self._drop()
            ticket = self._ticket
            self._waiting, self._failed = list(range(1, LARGEST + 1)), []
            with self.hold_trait_notifications():
                self.network, self.frames, self.busy, self.shown = name, [], True, True
        session.subject(DilationCache).hold()
        self._next(ticket)
        return session.waiting(lambda: self.frames)

    def stop(self) -> None:
        """Stop computing; the dilations that are there stay."""
        with self._lock:
            was_busy = self.busy
            self._drop()
            if was_busy:
                self.status = f"stopped after {len(self.frames)} of {LARGEST}"

    def halt(self) -> Callable[[], object] | None:
        """Stop; return what computes them anew."""
        again = partial(self.run, self.network) if self.busy else None
        self.stop()
        return again

    def close(self) -> None:
        """Stop and take it away from below the panes."""
        self.stop()
        self.shown = False

    def choose(self, dilation: int) -> None:
        """Show the network's pane at a dilation; nothing is computed that is here already."""
        self._session.select(self.network)
        self._session.current = self.network
        self._session.subject(DilationCache).set(self.network, dilation)

    def figure(self) -> Figure:
        """Return all dilations that are there as one figure, with their scores where the truth is known.

        Raises
        ------
        WorkbenchError
            If there is none yet.
        """
        from workbench.figures.figure import figure

        session, frames = self._session, list(self.frames)
        if not frames or session.micrograph is None:
            raise WorkbenchError("No dilation is computed yet; press All dilations.")
        masks = [frame.mask for frame in frames]
        answers = [
            Segmentation(mask.astype(np.float32), frame.card, session.micrograph)
            for frame, mask in zip(frames, masks, strict=True)
        ]
        thresholds = [frame.settings.threshold for frame in frames]
        return figure(
            session.micrograph,
            answers,
            masks=masks,
            thresholds=thresholds,
            colours=[session.colour_of(self.network)] * len(frames),
            truth=session.truth,
            columns=3,
        )

    def script(self, _variables: Mapping[str, str]) -> list[str]:
        """Return the lines that make the same pictures."""
        if not self.frames:
            return []
        colour = self._session.colour_of(self.network)
        coloured = "" if colour == colour_of(self.network) else f", colours=[{colour!r}] * len(strip)"
        return [
            "",
            f"# {self.network} at every dilation, side by side",
            "network = " + self._session.version(self.network).at(None).loaded,
            f"strip = [wb.segment(m, wb.dilate(network, d)) for d in {[one.dilation for one in self.frames]}]",
            f"masks = [one.mask({self.frames[0].settings.arguments}) for one in strip]",
            f'wb.figure(m, strip, masks=masks, columns=3{coloured}).savefig("dilations.png", dpi=300)',
        ]

    # -- what follows

    def _next(self, ticket: int) -> None:
        session = self._session
        with self._lock:
            if ticket != self._ticket or session.micrograph is None:
                return
            if not self._waiting:
                self._finish()
                return
            dilation = self._waiting.pop(0)
            self.status = f"dilation {dilation} of {LARGEST}"
            micrograph = session.micrograph
        request = session.subject(DilationCache).request(self.network, dilation, micrograph)
        found, postprocessed, made = session.subject(Answers).kept(request)
        if found is not None:
            fits = made == session.subject(Results).mask_asked(self.network, request)
            self._tune(ticket, dilation, found, postprocessed if fits else None)
            return

        def done(found: Segmentation) -> None:
            if ticket != self._ticket:
                return
            if session.asked.changed(request.version):
                self._failed_at(ticket, dilation, "its weights were written anew meanwhile")
                return
            session.subject(Answers).keep(request, found)
            self._tune(ticket, dilation, found, None)

        version = request.version
        job = session.compute.segment(
            micrograph,
            version.network,
            dilation=version.rates,
            scale=version.scale,
            fitted=version.fitted,
            urgent=False,
            on_done=done,
            on_error=lambda why: self._failed_at(ticket, dilation, why),
        )
        with self._lock:
            if ticket == self._ticket:
                self._job = job
            else:
                job.stop()

    def _tune(
        self, ticket: int, dilation: int, found: Segmentation, postprocessed: Postprocessed | None
    ) -> None:
        settings = self._session.settings(self.network)
        if postprocessed is not None and postprocessed.settings == settings:
            self._add(ticket, dilation, found, postprocessed)
            return
        self._job = self._session.compute.submit(
            post_process,
            found,
            settings,
            self._session.truth,
            on_done=lambda made: self._add(ticket, dilation, found, made),
            on_error=lambda why: self._failed_at(ticket, dilation, why),
        )

    def _add(self, ticket: int, dilation: int, found: Segmentation, postprocessed: Postprocessed) -> None:
        png = picture(found.micrograph, postprocessed.mask, self._session.colour_of(self.network))
        frame = Frame(
            dilation,
            found.network,
            postprocessed.settings,
            dict(postprocessed.scores),
            png,
            found.micrograph.shape,
            np.packbits(postprocessed.mask),
        )
        with self._lock:
            if ticket != self._ticket:
                return
            others = [other for other in self.frames if other.dilation != dilation]
            self.frames = sorted([*others, frame], key=lambda other: other.dilation)
        self._next(ticket)

    def _recolour(self, _change: object) -> None:
        """Draw the pictures that are there in the colour that the network has now."""
        micrograph = self._session.micrograph
        with self._lock:
            if micrograph is not None and self.frames:
                colour = self._session.colour_of(self.network)
                self.frames = [replace(one, png=picture(micrograph, one.mask, colour)) for one in self.frames]

    def _failed_at(self, ticket: int, dilation: int, why: str) -> None:
        with self._lock:
            if ticket != self._ticket:
                return
            self._failed.append(f"dilation {dilation}: {why}")
        self._next(ticket)

    def _finish(self) -> None:
        self._job = None
        with self.hold_trait_notifications():
            self.busy, self.status = False, "; ".join(self._failed)
        self._session.subject(DilationCache).resume()
        if not self._failed:
            self._follow()  # the settings may have changed meanwhile

    def _drop(self) -> None:
        self._ticket += 1  # what still comes of it is not wanted
        job, self._job, self._waiting = self._job, None, []
        if job is not None:
            job.stop()
        if self.busy:
            self.busy = False
            self._session.subject(DilationCache).resume()

    def _follow(self, _change: object = None) -> None:
        """Make the masks anew when the network's own is made with another threshold or another cleaning."""
        session = self._session
        with self._lock:
            postprocessed = session.postprocessed.get(self.network)
            if self.busy or postprocessed is None or postprocessed.settings != session.settings(self.network):
                return
            stale = [frame for frame in self.frames if frame.settings != postprocessed.settings]
            asked = {
                frame.dilation: session.subject(DilationCache).request(self.network, frame.dilation)
                for frame in stale
            }
            kept = [
                dilation for dilation, request in asked.items() if session.subject(Answers).kept(request)[0]
            ]
            gone = ", ".join(str(frame.dilation) for frame in stale if frame.dilation not in kept)
            why = f"other settings at dilation {gone}; press All dilations" if gone else ""
            if not kept:
                self.status = why
                return
            self._drop()
            ticket, self._waiting, self._failed = self._ticket, kept, [why] if why else []
            self.busy = True
        session.subject(DilationCache).hold()
        self._next(ticket)

    def _versions_changed(self, change: dict[str, Any]) -> None:
        old, new = (change[when].get(self.network) for when in ("old", "new"))
        if old is not None and new is not None and old.at(1) != new.at(1):
            self._gone(change)

    def _gone(self, _change: dict[str, Any]) -> None:
        """Forget the frames of another micrograph, or of another pixel size, scale or weights."""
        with self._lock:
            self._drop()
            with self.hold_trait_notifications():
                self.frames, self.status, self.shown = [], "", False
