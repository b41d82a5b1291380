"""How the figure is on paper: what an export asks of it that the panes do not show."""

from __future__ import annotations

from typing import Any

from traitlets import Float, Unicode, validate

from workbench.app.core.context import Subject
from workbench.app.core.subjects import subject
from workbench.app.export.saved import ExportSaved, OnPaper
from workbench.figures.sheet import check_bar, check_letters, check_width


@subject("export", order=150)
class ExportState(Subject):
    """How the figure is on paper; a value that cannot be is a `WorkbenchError`, and what was set stays.

    Attributes
    ----------
    width_mm : float or None
        None: as wide as its panes are on the page.
    letters : str
        How panes are lettered, see `workbench.figure`.
    bar_nm : float or None
        Length of the scale bars; None: chosen by the width of a pane.
    """

    saves = ExportSaved
    kept_names = ("width_mm", "letters", "bar_nm")

    width_mm = Float(None, allow_none=True)
    letters = Unicode("a)")
    bar_nm = Float(None, allow_none=True)

    @validate("width_mm")
    def _a_width(self, proposal: dict[str, Any]) -> float | None:
        return None if proposal["value"] is None else check_width(proposal["value"])

    @validate("letters")
    def _known_letters(self, proposal: dict[str, Any]) -> str:
        return check_letters(proposal["value"])

    @validate("bar_nm")
    def _a_length(self, proposal: dict[str, Any]) -> float | None:
        return check_bar(proposal["value"])

    def keywords(self) -> dict[str, Any]:
        """Return what is not as at first, as keywords of `workbench.figure`."""
        asked = {name: getattr(self, name) for name in self.kept_names}
        return {name: value for name, value in asked.items() if value != OnPaper.model_fields[name].default}

    def to_save(self) -> dict[str, Any]:
        """Return how the figure is on paper."""
        return {"export": OnPaper(**{name: getattr(self, name) for name in self.kept_names})}

    def restore(self, saved: ExportSaved) -> None:
        """Ask what was saved."""
        for name in self.kept_names:
            setattr(self, name, getattr(saved.export, name))
