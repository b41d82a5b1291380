"""The features of a layer as pictures, the strongest first; one of them large, and what excites it."""

from __future__ import annotations

import html
from collections.abc import Callable

from workbench.app.core.context import Context
from workbench.app.features.state import FeaturesState
from workbench.app.widgets import controls
from workbench.app.widgets.thumbnails import Thumbnail, Thumbnails
from workbench.compute.features import ExcitedFound, FeatureShown, png_of
from workbench.errors import WorkbenchError
from workbench.micrographs.length_text import length_text

LARGE_PX = 384


class FeatureMapsView:
    """A view on the maps of `Session.features`.

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
        self.list = Thumbnails(lambda key: self._guarded(lambda: features.choose(int(key))))
        self.large = Thumbnails()
        self.excite = controls.button(
            "What excites it",
            lambda: self._guarded(features.excite),
            "Make, from noise, the picture that this feature answers to most strongly",
        )
        self._title = controls.text("", "hw-text")
        self._said = controls.text("", "hw-note")
        self._beside = controls.column(
            controls.row(self._title, self.excite, classes=["hw-box-head"]),
            self.large,
            self._said,
            classes=["hw-feature"],
        )
        self.box = controls.row(self.list, self._beside, classes=["hw-feature-maps"])
        features.observe(self._listed, names="maps")
        features.observe(self._chosen, names=["maps", "channel", "excited", "exciting"])
        self._listed()
        self._chosen()

    def _listed(self, _change: object = None) -> None:
        maps = self._session.subject(FeaturesState).maps
        shown = () if maps is None else maps.shown
        self.list.show(
            [
                Thumbnail(
                    str(feature.channel),
                    str(feature.channel),
                    f"± {feature.strength:.2g}",
                    f"Feature {feature.channel}: standard deviation {feature.strength:.3g}; a click enlarges it",
                    feature.png,
                )
                for feature in shown
            ]
        )
        controls.show(self._beside, bool(shown))

    def _chosen(self, _change: object = None) -> None:
        features = self._session.subject(FeaturesState)
        feature, excited = features.feature, features.excited
        self.list.chosen = "" if feature is None else str(feature.channel)
        if feature is None:
            self.large.show([])
            return
        self._title.value = f"Feature {feature.channel}"
        pictures = [_answer(feature)]
        if excited is not None:
            pictures.append(_excites(excited))
        self.large.show(pictures)
        self.excite.disabled = features.exciting or excited is not None
        self._said.value = html.escape(
            "is being made: a picture climbs from noise to where the feature answers most …"
            if features.exciting
            else ""
            if excited is not None
            else "What excites it: a picture made from noise so that this feature answers as strongly as it can."
        )
        controls.show(self._said, excited is None)

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self._session.message = str(error)


def _answer(feature: FeatureShown) -> Thumbnail:
    said = f"black {feature.low:.3g}, white {feature.high:.3g}"
    return Thumbnail("map", "its answer to this micrograph", said, said, png_of(feature.map, LARGE_PX))


def _excites(excited: ExcitedFound) -> Thumbnail:
    size = f"{excited.edge_px} px"
    if excited.nm_per_px is not None:
        size = length_text(excited.edge_px * excited.nm_per_px)
    said = f"{size} across; its mean answer: noise {excited.before:.2g}, this {excited.after:.2g}"
    return Thumbnail("excited", "what excites it", said, said, excited.png)
