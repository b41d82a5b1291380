"""How the figure is on paper: what an export asks of it that the panes do not show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Dict, Float, Tuple, Unicode, validate

from workbench.app.core.context import Context, Subject
from workbench.app.core.subjects import subject
from workbench.app.export.saved import ExportSaved, OnPaper
from workbench.errors import WorkbenchError
from workbench.figures.region import Region, check_region
from workbench.figures.sheet import check_bar, check_corner, check_letters, check_width

MICROGRAPH = ""
"""In ``titles``, the pane of the micrograph."""


@subject("export", order=150)
class ExportState(Subject):
    """How the figure is on paper; a value that cannot be is a `WorkbenchError`, and what was set stays.

    Attributes
    ----------
    width_mm : float or None
        None: as wide as its panes are on the page.
    letters : str
        How panes are lettered, see `workbench.figure`.
    titles : dict of str to str
        Name of a network, empty for the micrograph -> title of its pane; empty text: none. The others have their usual
        one.
    bar_nm : float or None
        Length of the scale bars; None: chosen by the width of a pane.
    bar_corner : str
        Where they lie, see `workbench.figure`.
    region : Region or None
        The part of the micrograph that each pane shows; None: all of it.
    view : (top, left, bottom, right)
        What the panes of the page show, in px of the micrograph; empty: nobody has said.

    Parameters
    ----------
    session : Context
    """

    saves = ExportSaved
    kept_names = undone_names = ("width_mm", "letters", "titles", "bar_nm", "bar_corner", "region")

    width_mm = Float(None, allow_none=True)
    letters = Unicode("a)")
    titles = Dict()
    bar_nm = Float(None, allow_none=True)
    bar_corner = Unicode("lower left")
    region = AnyTrait(None)
    view = Tuple()

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session

    def begin(self) -> None:
        """Follow which micrograph is open: a part that it does not have is none of it."""
        self._session.observe(self._opened, names="micrograph")

    @validate("width_mm")
    def _a_width(self, proposal: dict[str, Any]) -> float | None:
        return None if proposal["value"] is None else check_width(proposal["value"])

    @validate("letters")
    def _known_letters(self, proposal: dict[str, Any]) -> str:
        return check_letters(proposal["value"])

    @validate("titles")
    def _texts(self, proposal: dict[str, Any]) -> dict[str, str]:
        return {str(name): str(text) for name, text in proposal["value"].items()}

    @validate("bar_nm")
    def _a_length(self, proposal: dict[str, Any]) -> float | None:
        return check_bar(proposal["value"])

    @validate("bar_corner")
    def _a_corner(self, proposal: dict[str, Any]) -> str:
        return check_corner(proposal["value"])

    @validate("region")
    def _a_part(self, proposal: dict[str, Any]) -> Region | None:
        return check_region(proposal["value"])  # a session says it before its micrograph is there

    # -- what a hand does

    def set_title(self, name: str, text: str | None) -> None:
        """Give a pane a title.

        Parameters
        ----------
        name : str
            Of a network; empty: of the micrograph.
        text : str or None
            Empty: the letter alone; None: its usual title, see `usual_title`.
        """
        titles = {other: said for other, said in self.titles.items() if other != name}
        if text is not None and text != self.usual_title(name):
            titles[name] = text
        self.titles = titles

    def crop_to_view(self) -> None:
        """Let the figure show what the panes show at this moment.

        Raises
        ------
        WorkbenchError
            If it is not known what they show.
        """
        if not self.view:
            raise WorkbenchError("The panes have not said yet what they show; try again in a moment.")
        self.region = self.view

    # -- what follows

    def usual_title(self, name: str) -> str:
        """Return the title of a pane that nobody has given another."""
        session = self._session
        if name == MICROGRAPH:
            return "" if session.micrograph is None else session.micrograph.name
        return f"{session.card_of_answer(name).shown}, threshold {session.threshold(name):g}"

    def keywords(self, names: Sequence[str]) -> dict[str, Any]:
        """Return what is not as at first, as keywords of `workbench.figure`.

        Parameters
        ----------
        names : sequence of str
            Networks that the figure shows.
        """
        asked = {name: getattr(self, name) for name in self.kept_names}
        asked["region"] = None if self.region is None else tuple(self.region)
        titles = [self.titles.get(name) for name in (MICROGRAPH, *names)]
        asked["titles"] = titles if any(title is not None for title in titles) else {}
        return {
            name: value
            for name, value in asked.items()
            if value != OnPaper.model_fields[name].get_default(call_default_factory=True)
        }

    def to_save(self) -> dict[str, Any]:
        """Return how the figure is on paper."""
        return {"export": OnPaper(**{name: getattr(self, name) for name in self.kept_names})}

    def restore(self, saved: ExportSaved) -> None:
        """Ask what was saved."""
        for name in self.kept_names:
            setattr(self, name, getattr(saved.export, name))

    def _opened(self, _change: object) -> None:
        micrograph, region = self._session.micrograph, self.region
        if micrograph is not None and region is not None and not region.lies_in(micrograph.shape):
            with self._session.history.paused():
                self.region = None
