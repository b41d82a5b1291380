"""Features: what the layers of a network hold of the micrograph, and which kind of region it fails on."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.features.box import FeaturesBox
from workbench.app.features.state import FeaturesState
from workbench.app.features.traits import VIEWS
from workbench.app.widgets import controls
from workbench.app.widgets.choice import Offer
from workbench.app.widgets.panel import Panel, panel
from workbench.errors import WorkbenchError


@panel("features", "Features", order=45)
class FeaturesPanel(Panel):
    """Which network, which layer, and what is shown of it."""

    icon = "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z"
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the controls."""
        features, make = self.session.subject(FeaturesState), self.controls
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
        make["network"].on_pick(self._network_set)
        make["layer"].on_pick(self._layer_set)
        make["other"].on_pick(self._other_set)
        features.observe(self._listed, names=["network", "other", "layers", "chosen", "view"])
        features.observe(
            self._show_state, names=["network", "other", "layers", "chosen", "view", "status", "busy"]
        )
        features.observe(self._asked_for, names="active")
        self.session.observe(self._listed, names=["selected", "cards"])
        self.session.observe(self._show_state, names=["selected", "micrograph"])
        self.shown = FeaturesBox(self.session)
        self.deck = self.shown.box
        self._listed()
        self._show_state()
        return controls.column(
            make["network"],
            make["layer"],
            make["other"],
            controls.text("Show", "hw-subtitle"),
            make["view"],
            self._state,
            make["run"],
        )

    def was_looked_at(self) -> None:
        """Compute while it is looked at."""
        self.session.subject(FeaturesState).active = self.is_looked_at

    def _asked_for(self, change: dict[str, bool]) -> None:
        """Open it for a script, or close it."""
        if change["new"] != self.is_looked_at:
            self.set_open(change["new"])

    def _run(self) -> None:
        self.session.subject(FeaturesState).run()

    def _listed(self, _change: object = None) -> None:
        make = self.controls
        for name, read in (
            ("network", self._read_networks),
            ("layer", self._read_layers),
            ("other", self._read_others),
        ):
            make[name].offer(read)
            make[name].disabled = not make[name].options
        compares = self.session.subject(FeaturesState).view == "networks"
        controls.show(make["layer"], not compares)
        controls.show(make["other"], compares)

    def _read_networks(self) -> Offer:
        session = self.session
        return [(session.card(name).label, name) for name in session.selected], session.subject(
            FeaturesState
        ).network

    def _read_layers(self) -> Offer:
        features = self.session.subject(FeaturesState)
        layers = features.layers.get(features.network, [])
        return [(layer.label, layer.name) for layer in layers], features.layer

    def _read_others(self) -> Offer:
        session, features = self.session, self.session.subject(FeaturesState)
        cards = [session.card(name) for name in session.selected if name != features.network]
        return [(card.label, card.name) for card in cards if card.kind != "classical"], features.other

    def _network_set(self, name: str | None) -> None:
        if name is not None:
            self.session.subject(FeaturesState).network = name

    def _other_set(self, name: str | None) -> None:
        if name is not None:
            self.session.subject(FeaturesState).other = name

    def _layer_set(self, name: str | None) -> None:
        if name is None:
            return
        try:
            self.session.subject(FeaturesState).set_layer(name)
        except WorkbenchError as error:
            self.session.message = str(error)

    def _show_state(self, _change: object = None) -> None:
        features = self.session.subject(FeaturesState)
        known = features.layers.get(features.network, [])
        layer = next((known_layer for known_layer in known if known_layer.name == features.layer), None)
        said = features.why_not or features.status
        if not said and layer is not None and features.view != "networks":
            said = f"{layer.features} features, one every {layer.stride} px of the network"
        self._state.value = html.escape(said)
        controls.show(self.controls["run"], features.halted)
