"""The part of the panel Export that says how the figure is on paper."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial

import ipywidgets as widgets

from workbench.app.core.context import Context
from workbench.app.export.state import MICROGRAPH, ExportState
from workbench.app.widgets import controls
from workbench.errors import WorkbenchError
from workbench.figures.pane import letter_of, lettered
from workbench.figures.sheet import BAR_CORNERS, JOURNAL_WIDTHS_MM, LETTERS, check_bar, check_letters

WHOLE = "the whole micrograph"


class PaperControls:
    """Width, letters, scale bar, the part that is shown, and a title for each pane.

    Parameters
    ----------
    session : Context
    made : dict of str to Widget
        The panel's controls by name; these are added.

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context, made: dict[str, widgets.Widget]) -> None:
        self._session, self._made, self._state = session, made, session.subject(ExportState)
        self._writing = controls.Writing()
        state = self._state
        made["width"] = controls.dropdown("Width", _widths(None)[0])
        made[
            "width"
        ].tooltip = "Width of the figure on paper, as journals print it, with letters of 8 and 7 points."
        made["letters"] = controls.dropdown("Letters", LETTERS)
        made["letters"].tooltip = "How the panes are lettered."
        made["bar"] = controls.typed("Bar, nm", "automatic")
        made["bar"].tooltip = "Length of the scale bar in nm; empty: chosen by the width of a pane."
        made["corner"] = controls.dropdown("Bar at", BAR_CORNERS)
        made["corner"].tooltip = "Where in each pane the scale bar lies."
        made["crop"] = controls.button(
            "crop to the view",
            lambda: self._guarded(state.crop_to_view),
            "Let each pane of the figure show what the panes show now.",
            "hw-link",
        )
        made["whole"] = controls.button(
            WHOLE, partial(setattr, state, "region", None), "Let each pane show all of it.", "hw-link"
        )
        made["usual titles"] = controls.button(
            "usual titles",
            partial(setattr, state, "titles", {}),
            "Names of the networks with their thresholds, and that of the micrograph.",
            "hw-link",
        )
        self._part = controls.text("", "hw-note")
        self._titles = controls.column()
        made["width"].on_pick(lambda width: setattr(state, "width_mm", width or None))
        made["letters"].on_pick(partial(setattr, state, "letters"))
        made["corner"].on_pick(partial(setattr, state, "bar_corner"))
        made["bar"].observe(self._bar_typed, names="value")
        state.observe(self._show, names=["width_mm", "letters", "bar_nm", "bar_corner", "region"])
        state.observe(self._show_titles, names=["titles", "letters"])
        session.observe(self._show_titles, names=["selected", "micrograph", "thresholds", "segmentations"])
        session.observe(self._show, names="micrograph")
        self._show()
        self._show_titles()
        self.box = controls.column(
            *(made[name] for name in ("width", "letters", "bar", "corner")),
            self._part,
            controls.row(made["crop"], made["whole"]),
            self._titles,
            made["usual titles"],
        )

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._session.message = str(error)

    def _bar_typed(self, _change: object) -> None:
        typed = self._made["bar"].value.strip().removesuffix("nm").strip()
        self._guarded(lambda: setattr(self._state, "bar_nm", check_bar(typed or None)))
        self._show()

    def _show(self, _change: object = None) -> None:
        state, make = self._state, self._made
        make["width"].offer(lambda: _widths(state.width_mm))
        make["letters"].offer(lambda: (LETTERS, state.letters))
        make["corner"].offer(lambda: (BAR_CORNERS, state.bar_corner))
        make["bar"].value = "" if state.bar_nm is None else f"{state.bar_nm:g}"
        self._part.value = html.escape(f"Shows {self._said()}")
        controls.show(make["whole"], state.region is not None)

    def _said(self) -> str:
        """Say which part is shown."""
        region, size = self._state.region, self._session.nm_per_px
        if region is None:
            return WHOLE
        height, width = region.shape
        said = f"rows {region.top} to {region.bottom}, columns {region.left} to {region.right}"
        return said if size is None else f"{said}: {width * size:.3g} × {height * size:.3g} nm"

    def _show_titles(self, _change: object = None) -> None:
        state, names = self._state, [MICROGRAPH, *self._session.selected]
        letters = check_letters(state.letters)
        rows = []
        for place, name in enumerate(names):
            field = self._made.get(f"title {name}")
            if field is None:
                field = self._made[f"title {name}"] = controls.typed("", "no title")
                field.style.description_width = "56px"  # more of the title is seen
                field.tooltip = "Title of this pane; empty: the letter alone."
                field.observe(partial(self._title_typed, name), names="value")
            with self._writing:
                field.description = f"Title {lettered(letter_of(place), letters)}"
                field.value = state.titles.get(name, state.usual_title(name))
            rows.append(field)
        if list(self._titles.children) != rows:
            self._titles.children = rows
        controls.show(self._made["usual titles"], any(name in state.titles for name in names))

    def _title_typed(self, name: str, change: dict[str, str]) -> None:
        if not self._writing:
            self._state.set_title(name, change["new"].strip())


def _widths(chosen: float | None) -> tuple[list[tuple[str, float]], float]:
    """Return the widths to choose from, with one that a script set, and the chosen one; 0: as on screen."""
    known = {0.0: "as on screen"}
    known |= {width: f"{width:g} mm, {name}" for name, width in JOURNAL_WIDTHS_MM.items()}
    if chosen is not None:
        known.setdefault(chosen, f"{chosen:g} mm")
    return [(known[width], width) for width in sorted(known)], chosen or 0.0
