"""Maps of each selected network by each method, below the panes while Explain is open."""

from __future__ import annotations

import html
import io
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from workbench.app.core.context import Context
from workbench.app.explain.map_queue import Found
from workbench.app.explain.state import ExplainState
from workbench.app.explain.targets import CHOOSE
from workbench.app.explain.view import ExplainView, full_colour, scale_bar
from workbench.app.widgets import controls
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.map_grid import Cell, Curve, Ground, MapGrid, Row
from workbench.compute.explaining import SpectrumFound
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import FloatImage

OWN_SCALE = (
    "a scale of colour of its own: its values are in units of this network's, not shares of the answer"
)
FORMS = {"png": "image/png", "svg": "image/svg+xml"}


class ExplainBox:
    """A view on `Session.explain`.

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
        explain = session.subject(ExplainState)
        self._lock = threading.RLock()
        self._view: ExplainView | None = None
        self._laid: object = None
        self._filled: dict[tuple[str, str], tuple[object, ...]] = {}
        self._shown: dict[tuple[str, str], FloatImage] = {}
        self._title = controls.text("", "hw-text")
        self._legend = controls.markup(
            '<span class="hw-legend">lowers<i></i>raises the answer</span>', "hw-note", "hw-explain-legend"
        )
        self._status = controls.text("", "hw-note")
        self.stop = controls.button("Stop", explain.stop, "Stop; the maps that are there stay")
        self.papers = {
            form: controls.button(
                f"Figure ({form.upper()})", partial(self._figure, form), "These maps on paper, as one figure"
            )
            for form in FORMS
        }
        self.grid = MapGrid()
        self._hint = controls.text("", "hw-note", "hw-explain-hint")
        self.box = controls.column(
            controls.row(
                self._title,
                controls.row(
                    self._status, self.stop, self._legend, *self.papers.values(), classes=["hw-buttons"]
                ),
                classes=["hw-box-head"],
            ),
            self._hint,
            self.grid,
            classes=["hw-box", "hw-explain"],
        )
        explain.observe(
            self._draw,
            names=["targets", "refusals", "found", "failures", "methods", "current", "known", "busy"],
        )
        explain.observe(self._coloured, names=["found", "percentile", "opacity", "targets"])
        explain.observe(
            self._show_heading, names=["busy", "status", "at", "line", "kind", "found", "methods", "targets"]
        )
        session.observe(self._show_heading, names=["selected", "micrograph"])
        session.observe(self._draw, names=["selected", "cards", "colours"])
        self._draw()
        self._coloured()
        self._show_heading()

    def _show_heading(self, _change: object = None) -> None:
        session, explain = self._session, self._session.subject(ExplainState)
        hint = ""
        if not session.selected:
            hint = "Tick a network under Networks: each selected network gets a row of maps."
        elif not explain.chosen:
            hint = (
                f"{CHOOSE[explain.kind]} in any pane: what in the micrograph made each selected network say so "
                "appears here."
            )
        elif not explain.methods:
            hint = "Tick a method in the panel."
        elif not (explain.targets or explain.refusals):
            hint = "waits for the masks of the networks"
        self._hint.value = html.escape(hint)
        controls.show(self._hint, bool(hint))
        self._title.value = "What made them say so" if explain.chosen and not hint else "Explain"
        self._status.value = html.escape(explain.status)
        controls.show(self._legend, bool(explain.found))
        controls.show(self.stop, explain.busy)
        for button in self.papers.values():
            button.disabled = not explain.found

    def _draw(self, _change: object = None) -> None:
        """Lay the grid where rows or columns have changed, and fill the cells that have."""
        session, explain = self._session, self._session.subject(ExplainState)
        with self._lock:
            rows = [name for name in session.selected if name in explain.targets or name in explain.refusals]
            laid = (
                tuple(rows),
                tuple(explain.methods),
                tuple(explain.targets.get(name) for name in rows),
                tuple(explain.refusals.get(name) for name in rows),
                tuple(session.colour_of(name) for name in rows),
            )
            if laid != self._laid:
                self._laid = laid
                self._lay(rows)
            for name in rows:
                for method in explain.methods if name in explain.targets else ():
                    self._fill((name, method))

    def _lay(self, names: list[str]) -> None:
        session, explain = self._session, self._session.subject(ExplainState)
        micrograph = session.micrograph
        self._filled.clear()
        self._shown.clear()
        self._view, ground = None, None
        if micrograph is not None and explain.targets:
            packed = [target.packed for target in explain.targets.values()]
            self._view = ExplainView.around(packed, micrograph.shape)
            share, text = scale_bar(self._view, micrograph.nm_per_px)
            ground = Ground(self._view.grey(micrograph), share, text)
        rows = []
        for name in names:
            target, card = explain.targets.get(name), session.card(name)
            lines = [] if target is None or self._view is None else self._view.lines(target.target)
            rows.append(
                Row(
                    name,
                    card.label,
                    session.colour_of(name),
                    "" if target is None else target.label,
                    "" if target is None else target.remark,
                    explain.refusals.get(name, ""),
                    lines,
                )
            )
        self.grid.show(rows, list(explain.methods), ground)

    def _fill(self, cell: tuple[str, str]) -> None:
        explain = self._session.subject(ExplainState)
        found, why = explain.found.get(cell), explain.failures.get(cell, "")
        state = (
            "done"
            if found
            else "failed"
            if why
            else "running"
            if explain.current == ["map", *cell]
            else "waiting"
        )
        if state == "waiting" and not explain.busy:
            state = "left"
        known = (state, found, why, explain.title(cell[1]), explain.busy if found and found.bare else None)
        if self._filled.get(cell) == known:
            return
        self._filled[cell] = known
        name, method = cell
        title = explain.title(method)
        if found is None or self._view is None:
            said = {"failed": [why], "left": ["not computed; press Explain"]}.get(state, [])
            self.grid.fill(Cell(name, method, title, state, said))
            return
        figures = found.figures
        self._shown[cell] = self._view.map(found.map)
        self.grid.fill(
            Cell(
                name,
                method,
                title,
                state,
                self._said(found),
                "FAILS the weight check" if figures is not None and figures.trust.failed else "",
                self._shown[cell],
                None if figures is None else _curve(figures.spectrum),
                OWN_SCALE if found.map.own_scale else "one scale of colour for all networks",
                () if figures is None else figures.trust.verdict,
            )
        )

    def _said(self, found: Found) -> list[str]:
        explain, figures, said = self._session.subject(ExplainState), found.figures, list(found.map.notes)
        outside = 0.0 if self._view is None else self._view.outside(found.map)
        if figures is not None:
            said = [figures.trust.line, figures.spectrum.line, figures.removal, *said]
        elif found.why_not:
            said.append(f"no trust figures: {found.why_not}")
        else:
            said.append(
                "trust figures follow" if explain.busy else "no trust figures yet; press Explain again"
            )
        if found.map.own_scale and len(explain.targets) > 1:
            said.append("colours: scale of this network")
        if outside >= 0.05:
            said.append(f"{100 * outside:.0f} % of it lies outside this view")
        return [line for line in said if line]

    def _coloured(self, _change: object = None) -> None:
        explain = self._session.subject(ExplainState)
        with self._lock:
            if self._view is not None:
                own = {method for (_name, method), found in explain.found.items() if found.map.own_scale}
                limits = full_colour(self._shown, explain.percentile, own)
                self.grid.limits = {" ".join(cell): limit for cell, limit in limits.items()}
            self.grid.opacity = explain.opacity

    def _figure(self, form: str) -> None:
        def save() -> None:
            buffer = io.BytesIO()
            self._session.subject(ExplainState).figure().savefig(buffer, format=form, dpi=300)
            micrograph = self._session.micrograph
            stem = "micrograph" if micrograph is None else Path(micrograph.name).stem
            self._browser.download(
                f"{stem}.explained.{form}".replace("/", "-"), buffer.getvalue(), FORMS[form]
            )

        self._guarded(save)

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._session.message = str(error)


def _curve(spectrum: SpectrumFound) -> Curve | None:
    """Return the profiles up to well beyond the last line of the lattice, each as a share of its largest value."""
    frequency = spectrum.frequency
    last = 1.6 * max(spectrum.lines.values(), default=float(frequency[-1]))
    seen = frequency <= last
    if not seen.any():
        return None

    def scaled(profile: FloatImage) -> list[float]:
        most = float(np.abs(profile[seen]).max())
        return [round(float(value), 3) for value in profile[seen] / (most or 1.0)]

    return Curve(
        [round(float(value), 4) for value in frequency[seen]],
        scaled(spectrum.used),
        scaled(spectrum.micrograph),
        dict(spectrum.lines),
        spectrum.unit,
        spectrum.limit,
    )
