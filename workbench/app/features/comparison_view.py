"""Two networks beside each other: how alike their layers are, and which fringes their first filters answer to."""

from __future__ import annotations

import html

import numpy as np

from workbench.app.core.context import Context
from workbench.app.features.state import FeaturesState
from workbench.app.widgets import controls
from workbench.compute.network_comparison import ComparisonFound, TuningFound
from workbench.figures.palette import rgb

ACCENT = (25, 118, 210)


class ComparisonView:
    """A view on the comparison of `Session.features`.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        self._cka = controls.markup("", "hw-cka")
        self._tunings = controls.markup("", "hw-tunings")
        self.box = controls.row(self._cka, self._tunings, classes=["hw-comparison"])
        session.subject(FeaturesState).observe(self._drawn, names="comparison")
        session.observe(self._drawn, names="colours")
        self._drawn()

    def _drawn(self, _change: object = None) -> None:
        session, features = self._session, self._session.subject(FeaturesState)
        found = features.comparison
        if found is None:
            self._cka.value = self._tunings.value = ""
            return
        names = [features.network, features.other]
        labels = [session.card(name).label for name in names]
        self._cka.value = cka_svg(found, labels[0], labels[1])
        self._tunings.value = "".join(
            f"<figure>{tuning_svg(tuning, session.colour_of(name))}<figcaption><b>{html.escape(label)}</b> "
            f"{html.escape(say_tuning(tuning))}</figcaption></figure>"
            for tuning, name, label in zip(found.tunings, names, labels, strict=True)
        )


def cka_svg(found: ComparisonFound, label: str, other: str) -> str:
    """Return the CKA of all pairs of layers as a picture: a row a layer of the first network, white 0, blue 1."""
    rows, columns = found.cka.shape
    left, below, cell = 96, 84, 14
    width, height = left + cell * columns + 8, 18 + cell * rows + below
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="Linear CKA of the layers">',
        f'<text x="{left}" y="11" class="head">{html.escape(other)}, layer by layer →</text>',
        f'<text x="{left - 6}" y="11" class="head end">{html.escape(label)} ↓</text>',
    ]
    for row, name in enumerate(found.layers):
        y = 18 + cell * row
        parts.append(f'<text x="{left - 6}" y="{y + 10}" class="end">{html.escape(name)}</text>')
        for column, beside in enumerate(found.other_layers):
            value = float(found.cka[row, column])
            fill = shade(value)
            said = "not defined" if np.isnan(value) else f"{value:.2f}"
            parts.append(
                f'<rect x="{left + cell * column}" y="{y}" width="{cell}" height="{cell}" fill="{fill}">'
                f"<title>{html.escape(f'{name} and {beside}: CKA {said}')}</title></rect>"
            )
    for column, beside in enumerate(found.other_layers):
        x, y = left + cell * column + 10, 24 + cell * rows
        parts.append(
            f'<text transform="translate({x} {y}) rotate(-90)" class="end">{html.escape(beside)}</text>'
        )
    return "".join([*parts, "</svg>"])


def shade(value: float) -> str:
    """Return the colour of a CKA: white 0, the page's blue 1, grey where it is not defined."""
    if np.isnan(value):
        return "#c8ccd0"
    share = min(max(value, 0.0), 1.0)
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in ACCENT)


def tuning_svg(tuning: TuningFound, colour: str) -> str:
    """Return the filters as dots in a half circle: direction across their fringes, frequency outwards; small: any."""
    radius, middle = 92, 104
    red, green, blue = (round(255 * part) for part in rgb(colour))
    parts = [f'<svg viewBox="0 0 {2 * middle} {middle + 22}" role="img" aria-label="Filters by fringes">']
    for share in (0.25, 0.5, 0.75, 1.0):
        reach = radius * share
        parts.append(
            f'<path d="M{middle - reach},{middle}A{reach},{reach} 0 0 1 {middle + reach},{middle}" class="ring"/>'
        )
    parts.append(f'<path d="M{middle - radius},{middle}H{middle + radius}" class="ring"/>')
    for angle, frequency, selectivity in zip(
        tuning.orientation_deg, tuning.frequency, tuning.selectivity, strict=True
    ):
        out, turn = radius * frequency / tuning.last, np.deg2rad(angle)
        x, y = middle + out * float(np.cos(turn)), middle - out * float(np.sin(turn))
        size = 2 + 4 * float(selectivity)
        said = f"{angle:.0f} degrees, {frequency:.2g} {tuning.unit}, selectivity {selectivity:.2f}"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="rgba({red},{green},{blue},0.65)" '
            f'stroke="#333" stroke-width="0.6"><title>{html.escape(said)}</title></circle>'
        )
    parts += [
        f'<text x="{middle + radius}" y="{middle + 14}" class="end">{tuning.last:.3g} {tuning.unit}</text>',
        f'<text x="{middle - radius}" y="{middle + 14}">180°</text>',
        f'<text x="{middle}" y="{middle + 14}" class="mid">0</text>',
        "</svg>",
    ]
    return "".join(parts)


def say_tuning(tuning: TuningFound) -> str:
    """Say in a few words which fringes the filters answer to."""
    if not len(tuning.frequency):
        return f"{tuning.layer}: no filter answers to fringes."
    middle, choosy = float(np.median(tuning.frequency)), int((tuning.selectivity > 0.5).sum())
    return (
        f"{tuning.layer}: {len(tuning.frequency)} of {tuning.total} filters answer to fringes, most strongly at "
        f"{middle:.2g} {tuning.unit} (median); {choosy} of them to one orientation."
    )
