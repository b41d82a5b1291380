"""Below the panes while Export is open: the figure as it will be written."""

from __future__ import annotations

import html

from workbench.app.core.context import Context
from workbench.app.export.preview import FigurePreview
from workbench.app.export.preview_view import PreviewView
from workbench.app.export.state import ExportState
from workbench.app.widgets import controls
from workbench.figures.sheet import MM_PER_INCH, sheet_for


class FigureBox:
    """A view on `Session.figure_preview`.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    view : PreviewView
    title, status : Widget
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        self._paper, self._preview = session.subject(ExportState), session.subject(FigurePreview)
        self.title, self.status = controls.text("", "hw-text"), controls.text("", "hw-note")
        self.view = PreviewView()
        self.box = controls.column(
            controls.row(self.title, self.status, classes=["hw-box-head"]),
            self.view,
            classes=["hw-box", "hw-figure"],
        )
        self._preview.observe(self._draw, names="png")
        self._preview.observe(self._say, names=["stale", "said"])
        self._paper.observe(self._say, names=["width_mm", "region"])
        session.observe(self._say, names=["selected", "micrograph"])
        self._draw()
        self._say()

    def _draw(self, _change: object = None) -> None:
        self.view.show(self._preview.png)

    def _say(self, _change: object = None) -> None:
        session, preview = self._session, self._preview
        names = [session.card(name).label for name in session.selected]
        self.view.alt = f"The figure as it will be written: {', '.join(['the micrograph', *names])}"
        self.view.stale = preview.stale
        self.title.value = html.escape(f"Figure as it will be written, {self._size()}")
        self.status.value = html.escape(preview.said)

    def _size(self) -> str:
        width, region = self._paper.width_mm, self._paper.region
        sheet = sheet_for(1 + len(self._session.selected), None, width)
        said = f"{sheet.inches * MM_PER_INCH:.0f} mm wide"
        if region is None:
            return f"{said}, the whole micrograph"
        return f"{said}, rows {region.top} to {region.bottom} and columns {region.left} to {region.right}"
