"""The figure of a page: its panes, as they are drawn, on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.export.state import ExportState
from workbench.app.particles.state import ParticlesState
from workbench.particles.post_processing import Postprocessed
from workbench.segmentation.segmentation import Segmentation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWN_BY = (
    "micrograph",
    "selected",
    "postprocessed",
    "colours",
    "overlay_colours",
    "overlay_mode",
    "overlay_opacity",
    "contrast",
    "gamma",
    "invert",
    "colormap",
    "split_touching",
)
"""What of the page it depends on, beside how it is on paper and what was done by hand to particles."""


def shown_masks(session: Context) -> list[tuple[str, Segmentation, Postprocessed]]:
    """Return each mask that is shown with the answer that it was made of, in the order of the panes."""
    results = session.subject(Results)
    shown = {name: results.shown(name) for name in session.selected}
    return [(name, *both) for name, both in shown.items() if both is not None]


def counted(session: Context, name: str, shown: Postprocessed) -> tuple[Any, pd.DataFrame]:
    """Return label image and table of a network's particles as they are counted: corrected by hand, and selected.

    The numbers of both are the same.
    """
    made = session.subject(ParticlesState).particles(name)
    return (shown.labels, shown.particles) if made is None else (made.labels, made.table)


def waited_for(session: Context) -> list[str]:
    """Return the networks whose mask, as it is set, is still to come."""
    results = session.subject(Results)
    return [name for name in session.selected if results.pending(name) and not results.settled(name)]


def page_figure(session: Context, **more: Any) -> Figure | None:
    """Return the figure of what the page shows, None where nothing is open.

    Parameters
    ----------
    session : Context
    **more
        Other keywords of `workbench.figure`.

    Raises
    ------
    WorkbenchError
        As `workbench.figure`: of a bar that is longer than what is shown, for instance.
    """
    from workbench.figures.figure import figure

    with session.lock:  # an answer that is being taken is there with its mask, or not
        micrograph, shown = session.micrograph, shown_masks(session)
        names = [name for name, _found, _made in shown]
        asked = session.drawn_as() | session.subject(ExportState).keywords(names) | more
        coloured = [session.in_colours(name) for name in names]
        colours = [session.colour_of(name) for name in names]
    if micrograph is None:
        return None
    return figure(
        micrograph,
        [found for _name, found, _made in shown],
        thresholds=[made.settings.threshold for _name, _found, made in shown],
        masks=[made.mask for _name, _found, made in shown],
        labels=[
            counted(session, name, made)[0] if apart else None
            for (name, _found, made), apart in zip(shown, coloured, strict=True)
        ],
        colours=colours,
        **asked,
    )
