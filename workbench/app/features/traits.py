"""Traits of Features (settings, results, progress), and the methods that need nothing else."""

from __future__ import annotations

import numpy as np
from traitlets import Bool, Dict, Enum, HasTraits, Instance, Int, List, Unicode

from workbench.app.features.places import Spot
from workbench.app.features.saved import Featured
from workbench.compute.features import EmbeddingFound, ExcitedFound, FeatureShown, MapsFound
from workbench.compute.network_comparison import ComparisonFound
from workbench.errors import WorkbenchError

VIEWS = {"Maps": "maps", "Pixels": "pixels", "Compare": "networks"}
"""What is shown: the features of a layer as pictures, the pixels by their features, two networks side by side."""


class FeaturesTraits(HasTraits):
    """Which features of which network are shown, and what is there of them; computes nothing."""

    # what is asked
    active = Bool(False, help="whether the panel is open: else nothing is computed")
    view = Enum(list(VIEWS.values()), "maps")
    network = Unicode(help="name of a selected network; empty: none is selected")
    other = Unicode(help="name of another one, that it is compared with; empty: there is none")
    chosen = Dict(help="name of network -> layer; missing: its last features")
    channel = Int(-1, help="the feature that is shown large; -1: none")

    # what came out
    layers = Dict(help="name of network -> its layers, as LayerShown")
    maps = Instance(MapsFound, allow_none=True)
    excited = Instance(ExcitedFound, allow_none=True, help="of the feature that is shown large")
    embedding = Instance(EmbeddingFound, allow_none=True)
    kinds = Instance(
        np.ndarray, allow_none=True, help="(N,) of the embedding's places, see feature_places.KINDS"
    )
    comparison = Instance(ComparisonFound, allow_none=True)
    spots: List[Spot] = List(Instance(Spot), help="the place that was chosen, then others like it")
    opened = Instance(Spot, allow_none=True, help="the one that the panes show")

    # what goes on
    busy = Bool(False, help="whether maps or places are computed")
    exciting = Bool(False, help="whether the picture that excites a feature is made")
    status = Unicode(help="what is waited for, or how it ended")

    @property
    def layer(self) -> str:
        """The layer that is shown: as chosen, else the last features; empty while they are not known."""
        known = self.layers.get(self.network, [])
        names = [layer.name for layer in known]
        wanted: str = self.chosen.get(self.network, "")
        return wanted if wanted in names else next((str(layer.name) for layer in known if layer.first), "")

    @property
    def feature(self) -> FeatureShown | None:
        """The feature that is shown large."""
        shown = () if self.maps is None else self.maps.shown
        return next((feature for feature in shown if feature.channel == self.channel), None)

    def set_layer(self, layer: str) -> None:
        """Show a layer of the network that is shown.

        Raises
        ------
        WorkbenchError
            If the network has no layer of that name.
        """
        names = [known.name for known in self.layers.get(self.network, [])]
        if names and layer not in names:
            raise WorkbenchError(f"There is no layer {layer!r}; there are {', '.join(names)}.")
        self.chosen = {**self.chosen, self.network: layer}

    def asked(self) -> Featured:
        """Return what is asked, as it is saved."""
        return Featured(view=self.view, network=self.network, other=self.other, layers=dict(self.chosen))
