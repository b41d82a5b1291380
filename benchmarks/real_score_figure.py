"""The figure of real_scores.py: the scores of single micrographs, as points. It shows no micrograph."""

from __future__ import annotations

import numpy as np
import pandas
from particle_columns import AGREEMENT, numbers

from workbench.figures.paper import PaperFigure

METRIC = "particle_f1"


def figure(rows: pandas.DataFrame) -> PaperFigure:
    """Draw F1 of each micrograph, a row a network and a pane a set; the bar is the mean."""
    sets = list(rows.set.unique())
    networks = rows.drop_duplicates("network").set_index("network").label
    drawn = PaperFigure(3.2 * len(sets) + 1.5, 0.35 * len(networks) + 1.2)
    panes = np.atleast_1d(drawn.subplots(1, len(sets), sharex=True, sharey=True))
    for pane, name in zip(panes, sets, strict=True):
        for place, network in enumerate(networks.index):
            values = numbers(rows[(rows.set == name) & (rows.network == network)], METRIC)
            # points of one row are spread by the golden ratio, the same in every drawing
            spread = (np.arange(len(values)) * 0.618 % 1 - 0.5) * 0.5
            pane.plot(values, place + spread, ".", color="tab:blue", alpha=0.4, markeredgewidth=0)
            pane.plot([values.mean()] * 2, [place - 0.35, place + 0.35], color="black")
        pane.set(title=name, xlabel=f"Particles: {AGREEMENT[METRIC]}", xlim=(-0.02, 1.02))
    panes[0].set_yticks(range(len(networks)), networks)
    panes[0].invert_yaxis()
    return drawn
