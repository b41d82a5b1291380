"""The box below the panes while Features is open: the features of a layer, or the pixels by their features."""

from __future__ import annotations

import html

from workbench.app.core.context import Context
from workbench.app.features.comparison_view import ComparisonView
from workbench.app.features.maps_view import FeatureMapsView
from workbench.app.features.pixels_view import PixelsView
from workbench.app.features.state import FeaturesState
from workbench.app.widgets import controls

COARSE_PX = 4
"""Edge of a feature in px of the micrograph from which on it is said that places share one."""


class FeaturesBox:
    """A view on `Session.features`.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        features = session.subject(FeaturesState)
        self._title = controls.text("", "hw-text")
        self._status = controls.text("", "hw-note")
        self.stop = controls.button("Stop", features.stop, "Stop; what is there stays")
        self._said = controls.text("", "hw-note")
        self.maps, self.pixels = FeatureMapsView(session), PixelsView(session)
        self.comparison = ComparisonView(session)
        self._body = controls.column(classes=["hw-features-body"])
        self.box = controls.column(
            controls.row(
                self._title,
                controls.row(self._status, self.stop, classes=["hw-buttons"]),
                classes=["hw-box-head"],
            ),
            self._said,
            self._body,
            classes=["hw-box", "hw-features"],
        )
        features.observe(
            self._show_heading,
            names=[
                "view",
                "network",
                "other",
                "chosen",
                "layers",
                "maps",
                "embedding",
                "comparison",
                "busy",
                "exciting",
                "status",
            ],
        )
        session.observe(self._show_heading, names=["selected", "micrograph"])
        self._show_heading()

    def _show_heading(self, _change: object = None) -> None:
        session, features = self._session, self._session.subject(FeaturesState)
        why = features.why_not
        of = ""
        if not why and features.network:
            label = session.card(features.network).label
            of = f" of {label}, {features.layer}"
            if features.view == "networks":
                of = f", {label} beside {session.card(features.other).label}"
        titles = {"maps": "Features", "pixels": "Pixels by the features", "networks": "Inside two networks"}
        self._title.value = html.escape(titles[features.view] + of)
        self._status.value = html.escape("" if why else features.status)
        self._said.value = html.escape(why or self._sentence())
        controls.show(self._said, bool(self._said.value))
        controls.show(self.stop, features.busy or features.exciting)
        views = {
            "maps": (self.maps.box, features.maps),
            "pixels": (self.pixels.box, features.embedding),
            "networks": (self.comparison.box, features.comparison),
        }
        view, shown = views[features.view]
        wanted = () if why or shown is None else (view,)
        if self._body.children != wanted:
            self._body.children = wanted

    def _sentence(self) -> str:
        features = self._session.subject(FeaturesState)
        maps, found = features.maps, features.embedding
        if features.view == "maps" and maps is not None:
            alive = maps.total - maps.silent
            which = (
                f"All {alive} features that answer to this micrograph"
                if len(maps.shown) == alive
                else f"The {len(maps.shown)} of {maps.total} features that answer most to this micrograph"
            )
            silent = f"; {maps.silent} of {maps.total} say the same everywhere" if maps.silent else ""
            return (
                f"{which}, the strongest (largest standard deviation) first{silent}. {_every(maps.step)}, each map "
                "from black to white on its own scale."
            )
        if features.view == "pixels" and found is not None:
            return (
                f"{found.places.shape[1]} places, laid out so that their features differ most (principal components). "
                f"{_every(found.step)}{', which nearby places share' if found.step >= COARSE_PX else ''}"
                + (
                    "; places where mask and truth differ were drawn more often."
                    if self._session.truth is not None
                    else "."
                )
            )
        compared = features.comparison
        if features.view == "networks" and compared is not None:
            where = "" if compared.whole else " in the middle of the micrograph"
            return (
                f"Left: linear CKA of the layers at {compared.places} places{where}, white 0 (nothing in common) to "
                "blue 1 (the same up to rotation and scale). Right: the filters of each first layer, by the fringes "
                "that they answer to most: direction across them, frequency outwards, large: one orientation only."
            )
        return ""


def _every(step: float) -> str:
    return f"One value every {step:.3g} px"
