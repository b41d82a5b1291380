"""Keeps the viewer's panes as the session says: one for the micrograph, one for each selected network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from workbench.app.core.context import Context
from workbench.app.core.parameters import CLEANING
from workbench.app.core.results import Results
from workbench.app.viewer.viewer import Viewer

STALE = "#8A949E"
"""Grey: what is drawn is not of what is set."""
UNCOUNTED = ("not counted yet", "not counted")
"""All above the threshold is drawn, as it moves; what is cleaned and counted of it is being made, or was stopped."""


class Panes:
    """The link between a session and a viewer; it holds nothing but what the viewer was last told.

    Parameters
    ----------
    session : Context
    viewer : Viewer
    """

    def __init__(self, session: Context, viewer: Viewer) -> None:
        self._session, self._viewer = session, viewer
        self._pixels: str = ""
        self._shown: dict[str, int] = {}
        self._masks: dict[str, tuple[int, bool]] = {}
        session.observe(self._micrograph, names="micrograph")
        session.observe(
            self._networks,
            names=["selected", "segmentations", "failures", "cards", "versions", "stale", "colours"],
        )
        session.observe(self._networks, names=list(CLEANING))
        session.observe(self._thresholds, names=["thresholds", "current"])
        session.observe(self._tuned, names=["postprocessed", "overlay_colours"])
        session.observe(self._view, names=["overlay_opacity", "overlay_mode", "colormap", "gamma", "invert"])
        session.observe(self._view, names="show_disagreement")
        session.observe(
            self._rings, names=["fields", "show_rings", "current", "selected", "micrograph", "colours"]
        )
        session.observe(self._outside, names=["domain_warnings", "selected"])
        session.observe(self._contrast, names="contrast")
        session.observe(self._region, names="region")
        self._micrograph()
        self._view()

    def _micrograph(self, _change: object = None) -> None:
        micrograph = self._session.micrograph
        if micrograph is None:
            return
        if micrograph.sha256 != self._pixels:
            self._pixels = micrograph.sha256
            for name in list(self._shown):
                self._viewer.set_probability(name, None)
            self._shown, self._masks = {}, {}
            self._viewer.set_micrograph(micrograph.pixels, micrograph.nm_per_px)
            self._contrast()
        else:
            self._viewer.nm_per_px = micrograph.nm_per_px
        self._viewer.marks = [[mark.top, mark.left, mark.bottom, mark.right] for mark in micrograph.left_out]
        self._networks()

    def _networks(self, _change: object = None) -> None:
        session, viewer = self._session, self._viewer
        for name in [name for name in self._panes() if name not in session.selected]:
            viewer.remove_pane(name)
            self._shown.pop(name, None)
            self._masks.pop(name, None)
        for name in session.selected:
            found = session.segmentations.get(name)
            why = session.failures.get(name, "")
            stale = self._stale(name)
            viewer.set_pane(
                name,
                title=self._title(name),
                color=STALE if stale and stale not in UNCOUNTED else session.colour_of(name),
                stale=stale,
                kind="network",
                threshold=session.threshold(name),
                busy=not session.subject(Results).current(name) and not why,
                note=why,
            )
            if found is not None and self._shown.get(name) != id(found.probability):
                viewer.set_probability(name, found.probability)
                self._shown[name] = id(found.probability)
            elif found is None and name in self._shown:  # of another pixel size, or with other marks
                viewer.set_probability(name, None)
                del self._shown[name]
                self._masks.pop(name, None)
        viewer.order(list(session.selected))

    def _title(self, name: str) -> str:
        """Return what a pane is called: by the answer that it shows, else by what is asked for."""
        session = self._session
        found, answered = session.segmentations.get(name), session.subject(Results).answered(name)
        label = session.card(name).label if found is None else found.network.shown
        epoch = (session.version(name) if answered is None else answered.version).epoch
        return label if epoch is None else f"{label}, epoch {epoch}"

    def _stale(self, name: str) -> str:
        """Say that what a pane draws is not what is set.

        Another threshold the browser draws by itself, at once, whatever else follows from it: what is left out, filled
        or parted, and the count, are said to wait.
        """
        session, results = self._session, self._session.subject(Results)
        if name not in session.stale:
            return ""
        postprocessed, card = session.postprocessed.get(name), session.card(name)
        if results.masked(name) and postprocessed is not None:
            asked, made = session.settings(name), postprocessed.settings
            if asked.only_threshold(card) and made.only_threshold(card):
                return ""
            if replace(made, threshold=asked.threshold) == asked:
                return UNCOUNTED[not results.pending(name)]
        return "not as set yet" if results.pending(name) else "not as set"

    def _thresholds(self, _change: object = None) -> None:
        for name in self._session.selected:
            self._viewer.set_pane(name, threshold=self._session.threshold(name))

    def _tuned(self, _change: object = None) -> None:
        for name in self._session.selected:
            postprocessed = self._session.postprocessed.get(name)
            if postprocessed is None:
                continue
            settings, coloured = postprocessed.settings, self._session.in_colours(name)
            if self._masks.get(name) == (id(postprocessed), coloured):
                continue
            if settings.only_threshold(self._session.card(name)) and not coloured:
                self._viewer.clear_mask(name)  # the browser draws probability > threshold by itself
                self._masks.pop(name, None)
            else:
                colours = postprocessed.colours[postprocessed.labels] if coloured else None
                self._viewer.set_mask(name, postprocessed.mask, settings.threshold, colours)
                self._masks[name] = id(postprocessed), coloured

    def _view(self, _change: object = None) -> None:
        session, viewer = self._session, self._viewer
        for name in ("overlay_opacity", "overlay_mode", "colormap", "gamma", "invert", "show_disagreement"):
            setattr(viewer, name, getattr(session, name))

    def _rings(self, _change: object = None) -> None:
        session = self._session
        for pane in list(self._viewer.panes):
            own = pane["kind"] == "micrograph"
            field = (
                session.fields.get(session.current if own else pane["key"]) if session.show_rings else None
            )
            rings = None
            if field is not None:
                colour = session.colour_of(session.current) if own else "#ffffff"
                rings = {**field.rings(session.micrograph), "color": colour}
            self._viewer.set_pane(pane["key"], rings=rings)

    def _outside(self, _change: object = None) -> None:
        session = self._session
        for name in self._panes():
            found = session.domain_warnings.get(name, [])
            lines = [
                f"This micrograph is unlike those that {session.card(name).label} was trained on:",
                *(warning.sentence for warning in found),
            ]
            self._viewer.set_pane(
                name,
                warning=", ".join(warning.what for warning in found),
                warnings="\n".join(lines) if found else "",
            )

    def _contrast(self, _change: object = None) -> None:
        micrograph = self._session.micrograph
        if micrograph is None:
            return
        pixels = micrograph.specimen  # what is burnt in is no reason for another contrast
        step = max(int(np.sqrt(pixels.size / 1e6)), 1)
        low, high = np.percentile(pixels[::step, ::step], self._session.contrast)
        self._viewer.contrast = [float(low), float(high) if high > low else float(low) + 1.0]

    def _region(self, change: dict[str, Any]) -> None:
        region = change["new"]
        self._viewer.look_at(None if region is None else region.box)

    def _panes(self) -> list[str]:
        return [pane["key"] for pane in self._viewer.panes if pane["kind"] == "network"]
