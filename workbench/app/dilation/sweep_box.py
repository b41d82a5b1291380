"""The dilation sweep below the panes: a picture for each dilation, the curve of their scores, buttons for both."""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from pathlib import Path

from workbench.app.core.context import Context
from workbench.app.dilation.cache import DilationCache, say_dilation
from workbench.app.dilation.dice_curve import DiceCurve
from workbench.app.dilation.sweep import DilationSweep, Frame
from workbench.app.widgets import controls
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.thumbnails import Thumbnail, Thumbnails
from workbench.errors import WorkbenchError


class DilationSweepBox:
    """A view on `Session.dilation_sweep`.

    Parameters
    ----------
    session : Context
    browser : Browser
        Takes the figure as a download.

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context, browser: Browser) -> None:
        self._session, self._browser = session, browser
        strip = session.subject(DilationSweep)
        self._title = controls.text("", "hw-text")
        self._status = controls.text("", "hw-note")
        self.stop = controls.button("Stop", strip.stop, "Stop; the dilations that are there stay")
        self.paper = controls.button("Figure (PNG)", self._figure, "All of these on paper, as one figure")
        self.close = controls.button("Close", strip.close, "Stop, and show the scores again")
        self.pictures = Thumbnails(lambda key: self._guarded(lambda: strip.choose(int(key))))
        self.curve = DiceCurve(session)
        self._no_truth = controls.text(
            "Where the truth is known, hard Dice against dilation stands here.", "hw-note"
        )
        self._beside = controls.column(self._no_truth, classes=["hw-strip-curve"])
        self._body = controls.row(self.pictures, self._beside, classes=["hw-strip"])
        self.box = controls.column(
            controls.row(
                self._title,
                controls.row(self._status, self.stop, self.paper, self.close, classes=["hw-buttons"]),
                classes=["hw-box-head"],
            ),
            self._body,
            classes=["hw-box", "hw-sweep"],
        )
        strip.observe(self._show_status, names=["busy", "status", "frames", "network"])
        strip.observe(self._show_list, names=["frames", "network"])
        session.observe(self._mark_shown, names="dilations")
        self._show_status()
        self._show_list()

    def _show_status(self, _change: object = None) -> None:
        strip = self._session.subject(DilationSweep)
        asked = bool(strip.network)
        (self.box.remove_class if asked else self.box.add_class)("hw-empty")
        for part in (self.paper, self.close, self._body):
            controls.show(part, asked)
        self._title.value = "None yet: All dilations, under Mask, shows a network at each of them here"
        if asked:
            card = self._session.card(strip.network)
            trained = say_dilation(self._session.subject(DilationCache).trained(strip.network))
            title = f"{card.label} at every dilation, trained at {trained}"
            if strip.frames:
                title += f"; threshold {strip.frames[0].settings.threshold:g}"
            self._title.value = html.escape(title)
        self._status.value = html.escape(strip.status)
        controls.show(self.stop, strip.busy)
        self.paper.disabled = not strip.frames

    def _show_list(self, _change: object = None) -> None:
        strip = self._session.subject(DilationSweep)
        self.pictures.show([_thumbnail(frame) for frame in strip.frames])
        scored = any(frame.dice is not None for frame in strip.frames)
        # put in, not shown: bqplot draws a figure without a size with negative ones
        wanted = (self.curve.box,) if scored else (self._no_truth,)
        if self._beside.children != wanted:
            self._beside.children = wanted
        self._mark_shown()

    def _mark_shown(self, _change: object = None) -> None:
        strip = self._session.subject(DilationSweep)
        self.pictures.chosen = (
            str(self._session.subject(DilationCache).of(strip.network)) if strip.network else ""
        )

    def _figure(self) -> None:
        def save() -> None:
            buffer = io.BytesIO()
            self._session.subject(DilationSweep).figure().savefig(buffer, format="png", dpi=300)
            micrograph = self._session.micrograph
            stem = "micrograph" if micrograph is None else Path(micrograph.name).stem
            name = f"{stem}.{self._session.subject(DilationSweep).network}.dilations.png"
            self._browser.download(name.replace("/", "-"), buffer.getvalue(), "image/png")

        self._guarded(save)

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._session.message = str(error)


def _thumbnail(frame: Frame) -> Thumbnail:
    score = "" if frame.dice is None else f"Dice {frame.dice:.3f}"
    title = f"{frame.card.shown}, threshold {frame.settings.threshold:g}; a click shows it in the pane"
    return Thumbnail(str(frame.dilation), f"dilation {frame.dilation}", score, title, frame.png)
