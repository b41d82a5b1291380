"""The page: header, rail and drawer, panes, dock and status line, put together around one session."""

from __future__ import annotations

import contextlib
import html
import os
from typing import Any

import ipywidgets as widgets
from traitlets import link

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.files import Files
from workbench.app.core.parameters import PARAMETERS
from workbench.app.core.presence import Presence
from workbench.app.core.session_reading import parse_session
from workbench.app.explain.link import ExplainLink
from workbench.app.export.link import ExportLink
from workbench.app.fourier.link import FourierLink
from workbench.app.label.link import LabelLink
from workbench.app.label.state import LabelState
from workbench.app.layout.frame import Frame
from workbench.app.layout.state import LayoutState
from workbench.app.mask.scores import Scores
from workbench.app.micrograph.histogram import Histogram
from workbench.app.micrograph.link import ScaleBarLink
from workbench.app.micrograph.question_bar import QuestionBar
from workbench.app.micrograph.stepper import Stepper
from workbench.app.particles.link import ParticlesLink
from workbench.app.serving.preheated import wait_for_request
from workbench.app.session import Session
from workbench.app.viewer.panes import Panes
from workbench.app.viewer.viewer import Viewer
from workbench.app.widgets import controls
from workbench.app.widgets.all_widgets import keep_in_growing
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.choice import Choice, ListChoice
from workbench.app.widgets.panel import open_panels
from workbench.compute import Compute, default_compute
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, Micrograph

FIRST_SAMPLE = "easy"
keep_in_growing()


class Workbench(widgets.Box):  # type: ignore[misc]
    """The widget: the last line of a cell in JupyterLab, or a page of its own in Voila.

    Parameters
    ----------
    micrograph : Micrograph, optional
        What to show; ``None``: a bundled sample, or what this browser had open last on this page.
    truth : (H, W) array, optional
        The true mask of ``micrograph``.
    data : path, optional
        The folder that the file picker may show; see `DataFolder`.
    compute : Compute, optional
        Who runs networks.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> page = wb.Workbench(m, truth=truth)  # as the last line of a cell it is shown
    >>> page.session.selected
    ['fcn8s', 'unet']
    >>> page.session.set_threshold("unet", 0.4)
    """

    def __init__(
        self,
        micrograph: Micrograph | None = None,
        *,
        truth: BoolImage | None = None,
        data: str | os.PathLike[str] | None = None,
        compute: Compute | None = None,
    ) -> None:
        wait_for_request()
        alone = self._alone = "voila" in os.environ.get("SERVER_SOFTWARE", "").lower()
        self.session = Session(data=DataFolder(data), compute=(compute or default_compute()).for_page())
        self.browser = Browser(keeps=alone and micrograph is None)
        self.presence = Presence(self.browser.beat, self.session.compute.hold, self.session.compute.release)
        self.viewer = Viewer()
        self.panels = {made.key: made for made in open_panels(self.session, self.browser)}
        self._panes = Panes(self.session, self.viewer)
        # after the panes: it needs the micrograph to be there
        self._label = LabelLink(self.session, self.viewer)
        self._explain = ExplainLink(self.session, self.viewer)
        self._scale_bar = ScaleBarLink(self.session, self.viewer)
        self._fourier = FourierLink(self.session, self.viewer)
        self._export = ExportLink(self.session, self.viewer)
        self._particles = ParticlesLink(self.session, self.viewer)
        self.histogram = Histogram(self.session)
        self.scores = Scores(self.session)
        super().__init__(self._parts())
        self.add_class("hw-page")
        self._listen()
        if micrograph is not None:
            self.session.show(micrograph, truth)
        else:
            self.session.open_sample(FIRST_SAMPLE)
        if not alone:  # in a notebook each widget is told of as it is made
            self._shown()

    def _parts(self) -> list[widgets.Widget]:
        usual = {
            "scores": ("Scores", self.scores.box),
            "probability": ("Probability", self.histogram.box),
        }
        frame = self.frame = Frame(self.session, self.panels, usual, in_notebook=not self._alone)
        for name in ("fills", "view_mode"):
            controls.bind(self.session.subject(LayoutState), name, self.viewer, name)
        holder = widgets.Box([self.viewer])
        holder.add_class("hw-panes")
        main = controls.column(holder, frame.dock, classes=["hw-main"])
        self.question = QuestionBar(self.session, self._set_pixel_size)
        parts = [self._head(), self._note(), self.question.box]
        return [*parts, frame.rail, frame.drawer, main, self._foot()]

    def _set_pixel_size(self) -> None:
        self.session.subject(LayoutState).drawer = "micrograph"
        self.panels["micrograph"].controls["nm_per_px"].focus()

    def _head(self) -> widgets.Widget:
        session, label = self.session, self.session.subject(LabelState)
        about = controls.markup("", "hw-about")
        scale = controls.text("", "hw-scale")
        device = controls.text("", "hw-device")
        undo = controls.button("Undo", session.undo, "Ctrl-Z")
        redo = controls.button("Redo", session.redo, "Ctrl-Shift-Z")

        def show_head(_change: object = None) -> None:
            facts = "".join(f'<span class="hw-fact">{html.escape(fact)}</span>' for fact in self._facts())
            self.browser.opened = "" if session.micrograph is None else session.micrograph.name
            about.value = f'<span class="hw-title">HRTEM Workbench</span>{facts}'
            warnings = session.scale_warnings()
            scale.value = "scale doubtful" if warnings else ""  # the panes say of which network, and Mask why
            scale.tooltip = "\n".join(warnings)
            controls.show(scale, bool(warnings))
            device.value = html.escape(session.device)
            controls.show(device, bool(session.device))
            hand = label if label.active else session
            undo.disabled, redo.disabled = not hand.can_undo, not hand.can_redo
            undo.description, redo.description = (
                ("Undo stroke", "Redo stroke") if label.active else ("Undo", "Redo")
            )

        label.observe(show_head, names=["active", "can_undo", "can_redo"])
        session.observe(show_head, names=["micrograph", "selected", "device", "can_undo", "can_redo"])
        show_head()
        self.stepper = Stepper(session)
        return controls.row(about, self.stepper.box, scale, device, undo, redo, classes=["hw-head"])

    def _facts(self) -> list[str]:
        micrograph = self.session.micrograph
        if micrograph is None:
            return []
        height, width = micrograph.shape
        size = "pixel size not known" if micrograph.nm_per_px is None else f"{micrograph.nm_per_px:.4g} nm/px"
        facts = [micrograph.name, f"{width} × {height} px", size]
        dose = micrograph.metadata.get("dose_e_per_A2")
        return [*facts, f"{dose:.3g} e/Å²"] if dose else facts

    def _note(self) -> widgets.Widget:
        session = self.session
        said = controls.text("")

        def put_away() -> None:
            session.message = ""

        bar = controls.row(
            said, controls.button("Close", put_away, "Put this message away"), classes=["hw-note-bar"]
        )

        def show_message(_change: object = None) -> None:
            said.value = html.escape(session.message)
            controls.show(bar, bool(session.message))

        session.observe(show_message, names="message")
        show_message()
        return bar

    def _foot(self) -> widgets.Widget:
        session = self.session
        status = controls.text("idle", "hw-status")
        bar = widgets.FloatProgress(min=0.0, max=1.0)
        stop = controls.button("Stop", session.stop, "Stop what runs; what is finished stays")
        retry = controls.button("Run again", session.retry, "Run again what was stopped or failed")
        keys = controls.text(
            "1–9 panes   space overlay   f fill   v views   r ruler   PgUp PgDn files   ? keys", "hw-keys"
        )
        self.status, self.stop_button, self.retry_button = status, stop, retry

        aside: dict[str, Any] = {one.aside: one for one in session.subjects if one.aside}

        def show_progress(_change: object = None) -> None:
            # what has a stop button of its own below the panes is named here while nothing else runs
            working = [f"{name}: {part.status}" for name, part in aside.items() if part.busy]
            status.value = html.escape(session.status if session.busy or not working else "; ".join(working))
            bar.value = session.fraction
            for widget in (bar, stop):
                controls.show(widget, session.busy)
            controls.show(retry, session.can_run_again and not session.busy)

        session.observe(show_progress, names=["status", "fraction", "busy", "can_run_again"])
        for part in aside.values():
            part.observe(show_progress, names=["status", "busy"])
        show_progress()
        return controls.row(status, bar, stop, retry, keys, self.browser, classes=["hw-foot"])

    def _listen(self) -> None:
        session, browser, files = self.session, self.browser, self.session.subject(Files)
        browser.on("undo", lambda _message: session.undo())
        browser.on("redo", lambda _message: session.redo())
        browser.on("previous", lambda _message: files.previous())
        browser.on("next", lambda _message: files.next())
        browser.on("next not done", lambda _message: files.next_not_done())
        browser.on("mark", lambda message: files.mark(message["mark"]))
        browser.on("hello", self._reopened)
        browser.on("ping", self.presence.hear)
        browser.on("back", lambda _message: controls.resend(self))
        link((session, "current"), (browser, "current"))

        def show_steps(_change: object = None) -> None:
            browser.steps = files.where is not None

        files.observe(show_steps, names="where")
        show_steps()
        self._stand_in()
        made = [control for each in self.panels.values() for control in each.controls.values()]
        browser.choices = [control for control in made if isinstance(control, (Choice, ListChoice))]

    def _stand_in(self) -> None:
        """Name the controls that the browser can do without Python: see `Browser.stand_in`."""
        mask, label = self.panels["mask"].controls, self.panels["label"].controls
        stand_in, viewer = self.browser.stand_in, self.viewer
        stand_in(mask["threshold"], viewer, "threshold")
        for name, trait in {"opacity": "overlay_opacity", "gamma": "gamma", "invert": "invert"}.items():
            stand_in(mask[name], viewer, trait, "view", trait)
        stand_in(mask["disagreement"], viewer, "show_disagreement", "view", "show_disagreement")
        for name, trait in {"mode": "overlay_mode", "colormap": "colormap"}.items():
            stand_in(mask[name], viewer, trait, "view", trait, values=_values(mask[name]))
        for name, trait in {"tool": "label_tool", "value": "label_value"}.items():
            stand_in(label[name], viewer, trait, values=_values(label[name]))
        stand_in(label["brush"], viewer, "brush_px")
        stand_in(label["shown"], viewer, "label_shown")

    def _reopened(self, message: dict[str, Any]) -> None:
        self.presence.hear()
        if not self._alone:
            return
        controls.resend(self)
        if self.browser.keeps:
            self._restore(message)
        self._shown()

    def _shown(self) -> None:
        for made in self.panels.values():
            made.was_shown()

    def _restore(self, message: dict[str, Any]) -> None:
        """Show what this browser kept of the page, and let it keep what follows."""
        if message.get("kept"):
            # one written by another version is passed over: the sample stays
            with contextlib.suppress(WorkbenchError):
                self.session.restore(parse_session(message["kept"], "the last session"))
        self.session.observe(self._keep, names=["origin", "micrograph", "pixel_sizes", *PARAMETERS])
        for subject in self.session.subjects:
            subject.observe_kept(self._keep)

    def _keep(self, _change: object = None) -> None:
        self.browser.kept = self.session.state().model_dump_json()

    def __repr__(self) -> str:
        return f"Workbench({self.session!r})"


def _values(choice: widgets.Widget) -> list[Any]:
    return [option[1] if isinstance(option, tuple) else option for option in choice.options]
