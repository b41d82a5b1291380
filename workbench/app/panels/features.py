"""Features: what the layers of a network hold of the micrograph, and which kind of region it fails on."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app import controls
from workbench.app.features_box import FeaturesBox
from workbench.app.featuring import VIEWS
from workbench.app.panels.registry import Panel, panel
from workbench.errors import WorkbenchError


@panel("features", "Features", order=45)
class FeaturesPanel(Panel):
    """Which network, which layer, and what is shown of it."""

    deck_is_wide = True

    def build(self) -> widgets.Widget:
        """Make the controls."""
        features, make = self.session.features, self.controls
        self._quiet = False
        make["network"] = controls.dropdown("Network", [])
        make["other"] = controls.dropdown("Beside", [])
        make["layer"] = controls.dropdown("Layer", [])
        make["layer"].tooltip = "Name, kind and number of features, in the order in which the layers work"
        make["view"] = widgets.ToggleButtons(options=list(VIEWS.items()), layout=controls.full())
        make["view"].add_class("hw-toggles")
        make["view"].style.button_width = "auto"
        make["view"].tooltips = [
            "Each feature of the layer as a picture",
            "Pixels as points, coloured by what the mask makes of them: what is alike to the network lies together",
            "Two networks beside each other: how alike their layers are, what their first filters answer to",
        ]
        make["run"] = controls.button("Compute again", self._run, "Compute what was stopped or failed")
        self._state = controls.text("", "hw-note")
        controls.bind(features, "view", make["view"])
        make["network"].observe(self._network_set, names="value")
        make["layer"].observe(self._layer_set, names="value")
        make["other"].observe(self._other_set, names="value")
        features.observe(self._listed, names=["network", "other", "layers", "chosen", "view"])
        features.observe(self._told, names=["network", "other", "layers", "chosen", "view", "status", "busy"])
        features.observe(lambda change: self.set_open(change["new"]), names="active")
        self.session.observe(self._listed, names=["ticked", "cards"])
        self.session.observe(self._told, names=["ticked", "micrograph"])
        self.shown = FeaturesBox(self.session)
        self.deck = self.shown.box
        self._listed()
        self._told()
        return controls.column(
            make["network"],
            make["layer"],
            make["other"],
            controls.text("Show", "hw-subtitle"),
            make["view"],
            self._state,
            make["run"],
        )

    def was_opened(self, opened: bool) -> None:
        """Compute while it is open only."""
        self.session.features.active = opened

    def _run(self) -> None:
        self.session.features.run()

    def _listed(self, _change: object = None) -> None:
        session, features = self.session, self.session.features
        networks = [(session.card(name).label, name) for name in session.ticked]
        others = [
            one for one in networks if one[1] != features.network and session.card(one[1]).kind != "classical"
        ]
        layers = [(one.label, one.name) for one in features.layers.get(features.network, [])]
        self._quiet = True
        try:
            for box, options, wanted in (
                (self.controls["network"], networks, features.network),
                (self.controls["layer"], layers, features.layer),
                (self.controls["other"], others, features.other),
            ):
                if tuple(options) != tuple(box.options):
                    box.options = options
                names = [name for _label, name in options]
                box.value = wanted if wanted in names else None
                box.disabled = not options
            compares = features.view == "networks"
            controls.show(self.controls["layer"], not compares)
            controls.show(self.controls["other"], compares)
        finally:
            self._quiet = False

    def _network_set(self, change: dict[str, object]) -> None:
        if not self._quiet and isinstance(change["new"], str):
            self.session.features.network = change["new"]

    def _other_set(self, change: dict[str, object]) -> None:
        if not self._quiet and isinstance(change["new"], str):
            self.session.features.other = change["new"]

    def _layer_set(self, change: dict[str, object]) -> None:
        if self._quiet or not isinstance(change["new"], str):
            return
        try:
            self.session.features.set_layer(change["new"])
        except WorkbenchError as error:
            self.session.message = str(error)

    def _told(self, _change: object = None) -> None:
        features = self.session.features
        known = features.layers.get(features.network, [])
        layer = next((one for one in known if one.name == features.layer), None)
        said = features.why_not or features.status
        if not said and layer is not None and features.view != "networks":
            said = f"{layer.features} features, one every {layer.stride} px of the network"
        self._state.value = html.escape(said)
        controls.show(self.controls["run"], features.halted)
