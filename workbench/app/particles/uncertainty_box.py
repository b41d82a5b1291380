"""Below the panes: how far the result depends on network and threshold, and the budget of its uncertainty."""

from __future__ import annotations

import html

from workbench.app.core.context import Context
from workbench.app.particles.state import ParticlesState
from workbench.app.widgets import controls
from workbench.particles.band import Band
from workbench.particles.budget import Budget
from workbench.particles.wording import number

NAMES = {
    "calibration": "magnification",
    "pixel": "pixels",
    "threshold": "threshold",
    "network": "network",
    "sampling": "sampling",
}
"""What each part of the budget is called."""


class UncertaintyBox:
    """A view on the band and the budget of the network that is tuned.

    Parameters
    ----------
    session : Context
    """

    def __init__(self, session: Context) -> None:
        self._state = session.subject(ParticlesState)
        self.title = controls.text("", "hw-text")
        self.band = controls.markup("", "hw-uncertainty-part")
        self.budget = controls.markup("", "hw-uncertainty-part")
        parts = controls.row(self.budget, self.band, classes=["hw-uncertainty-parts"])
        self.box = controls.column(
            controls.row(self.title, classes=["hw-box-head"]), parts, classes=["hw-box", "hw-distribution"]
        )
        self._state.observe(self._draw, names=["band", "distribution", "calibration", "comparing"])
        self._draw()

    def _draw(self, _change: object = None) -> None:
        state = self._state
        budget = state.budget()
        if state.comparing:
            self.title.value = "Counting at other thresholds, with each network …"
        else:
            self.title.value = html.escape(
                "No particle counts" if budget is None else f"Median {budget.summary()}"
            )
        self.budget.value = "" if budget is None else budget_html(budget)
        self.band.value = "" if state.band is None else band_html(state.band)


def budget_html(budget: Budget) -> str:
    """Return the parts of a budget as an HTML table."""
    largest = max((part.value or 0.0 for part in budget.parts), default=0.0)

    def amount(value: float | None) -> str:
        return "–" if value is None else number(value, (-largest / 2, largest / 2) if largest else None)

    lines = [(NAMES.get(part.name, part.name), amount(part.value), part.said) for part in budget.parts]
    lines.append(
        ("together", amount(budget.combined), "root of the sum of their squares, of those that are known")
    )
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th><td>{html.escape(value)}</td><td>{html.escape(said)}</td></tr>"
        for name, value, said in lines
    )
    head = f"<tr><th scope='col'>part</th><th scope='col'>± {budget.unit}</th><th scope='col'>what it is</th></tr>"
    return f"<table>{head}{rows}</table>"


def band_html(band: Band) -> str:
    """Return median and GSD by network and threshold as an HTML table."""
    unit = band.unit
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(str(row['label']))}</th>"
        f"<td>{row['threshold']:.2g}{' (set)' if row['own'] else ''}</td><td>{row['counted']}</td>"
        f"<td>{_said(row[f'median_{unit}'])}</td><td>{_said(row['gsd'])}</td></tr>"
        for row in band.table.to_dict("records")
    )
    heads = ("network", "threshold", "N", f"median, {unit}", "GSD")
    head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in heads)
    return (
        f"<table><tr>{head}</tr>{rows}</table><p>{html.escape(band.summary())}. All particles but those at the edge, "
        "before rules and corrections by hand.</p>"
    )


def _said(value: float) -> str:
    return "–" if value != value else number(value)
