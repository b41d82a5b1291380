"""Below the panes: the distribution of the diameters, as a chart and as numbers."""

from __future__ import annotations

import html

from workbench.app.core.context import Context
from workbench.app.particles.chart import DistributionChart
from workbench.app.particles.state import ParticlesState
from workbench.app.particles.words import rows_html
from workbench.app.widgets import controls
from workbench.particles.distribution_result import Distribution
from workbench.particles.wording import number, with_interval

SAMPLED = "With its interval of 95 %, of sampling alone"
ENOUGH = "Particles still needed for an interval of 2 % of the median to either side"


class DistributionBox:
    """A view on the distribution of the network that is tuned.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    chart : DistributionChart
    """

    def __init__(self, session: Context) -> None:
        self._session, self._state = session, session.subject(ParticlesState)
        self.title = controls.text("", "hw-text")
        self.chart = DistributionChart(self._brushed)
        self.facts = controls.markup("", "hw-distribution-facts")
        parts = controls.row(self.chart.figure, self.facts, classes=["hw-distribution-parts"])
        self.box = controls.column(
            controls.row(self.title, classes=["hw-box-head"]), parts, classes=["hw-box", "hw-distribution"]
        )
        self._state.observe(self._draw, names="distribution")
        self._state.observe(self._grey, names="stale")
        session.observe(self._draw, names="colours")
        self._draw()

    def _brushed(self, ends: list[float]) -> None:
        self._state.brushed = ends

    def _grey(self, _change: object = None) -> None:
        (self.box.add_class if self._state.stale else self.box.remove_class)("hw-stale")

    def _draw(self, _change: object = None) -> None:
        found, state = self._state.distribution, self._state
        name = self._session.card(state.of).label if state.of else ""
        if found is None or not found.counted:
            self.title.value = html.escape(
                f"{name}: no particle counts" if found is not None else "Waiting for the mask"
            )
        else:
            self.title.value = html.escape(f"{name}: {found.summary()}")
        self.chart.show(found, self._session.colour_of(state.of) if state.of else "#8a949e")
        self.facts.value = "" if found is None else facts_html(found)


def facts_html(found: Distribution) -> str:
    """Return the numbers of a distribution, and what it is like, as HTML."""
    unit, needed = found.unit, found.needed_for()
    rows = [
        (
            "Median, D50",
            with_interval(found.median, found.median_interval, unit),
            SAMPLED,
        ),
        ("GSD", with_interval(found.gsd, found.gsd_interval), "Geometric standard deviation"),
        (
            "Mean",
            with_interval(found.mean, found.mean_interval, unit),
            SAMPLED,
        ),
        ("SD", f"{number(found.sd)} {unit}", "Standard deviation of the diameters"),
        (
            "D10 · D90",
            f"{number(found.d10)} · {number(found.d90)} {unit}",
            "A tenth of the particles is smaller, and a tenth is larger",
        ),
    ]
    if found.below_100_nm is not None:
        share = f"{100 * found.below_100_nm.value:.0f} %"
        rows.append(("Below 100 nm", share, "Share by number whose smallest Feret diameter is below 100 nm"))
    if needed is not None and needed.more:
        rows.append(
            (
                "For 2 %",
                f"{needed.more} more",
                ENOUGH,
            )
        )
    if not found.counted:
        rows = []
    said = "".join(
        f"<p>{html.escape(sentence)}</p>" for sentence in (found.verdict.sentence, *found.notes) if sentence
    )
    about = (
        f"<p>{html.escape(found.named)}; bins by {html.escape(found.histogram.rule)}.</p>"
        if found.counted
        else ""
    )
    return rows_html(rows) + said + about
