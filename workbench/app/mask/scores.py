"""The table below the panes: what each network found, and against the truth where it is known."""

from __future__ import annotations

import html

import numpy as np

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.widgets import controls
from workbench.micrographs.length_text import length_text

COLUMNS = {"dice_hard": "Dice", "iou": "IoU", "precision": "precision", "recall": "recall"}


class Scores:
    """One row a network: scores, number of particles, mean diameter, time.

    Parameters
    ----------
    session : Context
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        self._title = controls.text("", "hw-text")
        self._table = controls.markup("")
        self._note = controls.text("", "hw-note")
        self.box = controls.column(
            controls.row(self._title, classes=["hw-box-head"]), self._table, self._note, classes=["hw-box"]
        )
        session.observe(
            self._draw,
            names=[
                "postprocessed",
                "segmentations",
                "selected",
                "truth",
                "micrograph",
                "failures",
                "stale",
                "colours",
            ],
        )
        self._draw()

    def _draw(self, _change: object = None) -> None:
        session = self._session
        scored = session.truth is not None
        self._title.value = "Against the truth of this micrograph" if scored else "What they found"
        names = list(COLUMNS) if scored else []
        heads = [
            "network",
            "threshold",
            *(COLUMNS[name] for name in names),
            "particles",
            "diameter",
            "area",
            "time",
        ]
        rows = "".join(self._row(name, names) for name in session.selected)
        head = "".join(f"<th>{label}</th>" for label in heads)
        self._table.value = f'<table class="hw-scores"><tr>{head}</tr>{rows}</table>'
        self._note.value = html.escape(self._disagreement())

    def _row(self, name: str, names: list[str]) -> str:
        session = self._session
        label, shown = html.escape(session.card(name).label), session.subject(Results).shown(name)
        found = session.segmentations.get(name) if shown is None else shown[0]
        stale = session.stale.get(name, "")
        # the row is about the answer that its numbers are of, and says so where another is set
        for said in filter(None, ("" if found is None else found.network.changed, stale.partition(":")[0])):
            label += f"<br><small>{html.escape(said)}</small>"
        first = (
            f'<td><span class="hw-swatch" style="background:{session.colour_of(name)}"></span> {label}</td>'
        )
        if shown is None or found is None:
            waits = session.subject(Results).pending(name) or session.micrograph is None
            why = html.escape(session.failures.get(name) or ("waiting" if waits else "not computed"))
            return f'<tr>{first}<td colspan="{len(names) + 5}">{why[:80]}</td></tr>'
        postprocessed = shown[1]
        diameters = [column for column in postprocessed.particles.columns if column.startswith("diameter_")]
        diameter = "–"
        if diameters and len(postprocessed.particles):
            mean = float(postprocessed.particles[diameters[0]].mean())
            diameter = length_text(mean) if diameters[0] == "diameter_nm" else f"{mean:.3g} px"
        cells = [
            f"{postprocessed.settings.threshold:.2f}",
            *(f"{postprocessed.scores[key]:.3f}" for key in names if key in postprocessed.scores),
            str(len(postprocessed.particles)),
            diameter,
            f"{100 * postprocessed.mask.sum() / found.micrograph.specimen_px:.1f} %",
            f"{found.seconds:.2g} s",
        ]
        row = f'<tr class="hw-stale" title="{html.escape(stale)}">' if stale else "<tr>"
        return row + first + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

    def _disagreement(self) -> str:
        """Say on how many pixels not all masks agree, which the panes mark, and whose masks these are."""
        session = self._session
        masks = [
            session.postprocessed[name].mask for name in session.selected if name in session.postprocessed
        ]
        if len(masks) < 2:
            return ""
        differ = np.zeros_like(masks[0])
        for mask in masks[1:]:
            differ |= mask != masks[0]
        waiting = len(session.selected) - len(masks)
        who = f"The {len(masks)} networks" if not waiting else f"The {len(masks)} networks that have a mask"
        pixels = differ.size if session.micrograph is None else session.micrograph.specimen_px
        return f"{who} disagree on {100 * differ.sum() / pixels:.1f} % of the pixels."
