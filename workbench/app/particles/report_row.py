"""The fields in which a person types what the report is to say of the sample."""

from __future__ import annotations

from functools import partial
from typing import Any

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.particles.report_state import ReportState
from workbench.app.widgets import controls

HINTS = {
    "sample": ("Sample", "not stated"),
    "microscope": ("Microscope", "not stated"),
    "operator": ("Operator", "not stated"),
    "note": ("Note", "whatever a reader should know"),
}


class ReportRow:
    """The fields; they show what is stated, and take what is typed when the cursor leaves them.

    Parameters
    ----------
    session : Context
    make : dict of str to Widget
        The controls of the panel; those made here go there.

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context, make: dict[str, Any]) -> None:
        self._session, self._state = session, session.subject(ReportState)
        self._fields: dict[str, widgets.Text | widgets.Textarea] = {}
        for name, (label, hint) in HINTS.items():
            field = controls.typed_lines(label, hint) if name == "note" else controls.typed(label, hint)
            field.observe(partial(self._typed, name), names="value")
            make[name] = self._fields[name] = field
        self._state.observe(self._show, names=list(HINTS))
        session.observe(self._known, names="micrograph")
        self._show()
        self._known()
        self.box = controls.column(*self._fields.values())

    def _typed(self, name: str, change: dict[str, str]) -> None:
        self._state.type_in(name, change["new"])
        self._show()

    def _show(self, _change: object = None) -> None:
        for name, field in self._fields.items():
            field.value = getattr(self._state, name)

    def _known(self, _change: object = None) -> None:
        """Let the empty field of the microscope say what the file of the micrograph knows."""
        micrograph = self._session.micrograph
        known = None if micrograph is None else micrograph.metadata.get("microscope")
        self._fields["microscope"].placeholder = f"{known}, by the file" if known else "not stated"
