"""The figure as it will be written, drawn small while somebody looks at it."""

from __future__ import annotations

import io
from typing import Any

from traitlets import Bool, Bytes, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.polling import in_background
from workbench.app.core.subjects import subject
from workbench.app.export.page_figure import DRAWN_BY, page_figure, waited_for
from workbench.app.export.state import ExportState
from workbench.app.particles.state import UNDONE, ParticlesState

LARGEST_PX = 640
"""Longest edge of a pane in px of the micrograph: more would not be seen."""
WIDTH_PX = 1400


@subject("figure_preview", order=160)
class FigurePreview(Subject):
    """A picture of the figure, drawn by a thread whenever something that it shows has changed.

    Attributes
    ----------
    active : bool
        Whether anybody looks: else nothing is drawn.
    png : bytes
        Empty: there is none.
    stale : bool
        Whether it is of what was set before: the next is being drawn, or a mask of it is still being made.
    said : str
        Why there is none, or what it waits for; empty: it is as it will be written.

    Parameters
    ----------
    session : Context
    """

    active = Bool(False)
    png = Bytes(b"")
    stale = Bool(False)
    said = Unicode()

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._at_work = False
        self._changes, self._drawing, self._drawn = 0, 0, -1
        self._why = ""

    def begin(self) -> None:
        """Follow all that the figure shows."""
        session = self._session
        session.observe(self._changed, names=list(DRAWN_BY))
        session.observe(self._say, names=["stale", "busy", "failures"])
        session.subject(ExportState).observe(self._changed, names=list(ExportState.kept_names))
        session.subject(ParticlesState).observe(self._changed, names=list(UNDONE))
        self.observe(self._look, names="active")

    def _changed(self, change: dict[str, Any]) -> None:
        with self._session.lock:
            self._changes += 1
            if change["name"] == "micrograph":
                self.png = b""
        self._look()

    def _look(self, _change: object = None) -> None:
        """Draw what is shown now; what changes while that runs is drawn next, and of several changes the last."""
        with self._session.lock:
            wanted = self.active and self._session.micrograph is not None and self._drawn != self._changes
            begins = wanted and not self._at_work
            self._at_work = self._at_work or begins
            self._say()
        if begins:
            in_background(
                self._draw, "figure preview", "the preview of the figure", self._refuse, self._ended
            )

    def _draw(self) -> None:
        with self._session.lock:
            self._drawing = self._changes
        made = page_figure(self._session, largest_px=LARGEST_PX)
        if made is None:
            return
        buffer = io.BytesIO()
        made.savefig(buffer, format="png", dpi=WIDTH_PX / made.get_size_inches()[0])
        with self._session.lock:
            self._drawn, self._why = self._drawing, ""
            self.png = buffer.getvalue()

    def _refuse(self, why: str) -> None:
        with self._session.lock:
            self._drawn, self._why = self._drawing, why
            self.png = b""

    def _ended(self) -> None:
        with self._session.lock:
            self._at_work = False
        self._look()

    def _say(self, _change: object = None) -> None:
        session = self._session
        with session.lock:
            waits = [session.card(name).label for name in waited_for(session)]
            old = session.micrograph is not None and self._drawn != self._changes
            at_work = "is being drawn" if self.active else "is of what was set before"
            said = f"waits for {', '.join(waits)}" if waits else at_work if old else self._why
            with self.hold_trait_notifications():
                self.stale, self.said = bool(waits) or old, said
