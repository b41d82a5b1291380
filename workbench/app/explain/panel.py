"""Explain: click what you want explained; below the panes, what in the micrograph made each network say so."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets
from traitlets import Bool

from workbench.app.explain.box import ExplainBox
from workbench.app.explain.state import ExplainState
from workbench.app.explain.targets import CHOOSE, KINDS, WITHOUT_CLICK
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.errors import WorkbenchError


@panel("explain", "Explain", order=40)
class ExplainPanel(Panel):
    """What is explained, by which methods, and how the maps are drawn."""

    icon = "M12 3.5a8.5 8.5 0 1 0 .01 0M9.6 9.6a2.5 2.5 0 1 1 3.4 2.3c-.7.3-1 .8-1 1.7M12 16.6v.4"
    tab = "Maps"
    takes_hand = Bool(True)
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the controls."""
        explain, make = self.session.subject(ExplainState), self.controls
        make["kind"] = controls.dropdown("Target", {label: kind for kind, label in KINDS.items()})
        self._state = controls.text("", "hw-note")
        make["run"] = controls.button(
            "Explain again", self._run, "Freeze the target anew, of the masks as they are now"
        )
        make["clear"] = controls.button("Clear", explain.clear, "Explain nothing (Escape in a pane)")
        self._methods = controls.column(classes=["hw-methods"])
        self._layers = controls.column()
        make["percentile"] = controls.slider("Percentile", 90.0, 100.0, 0.1, ".1f")
        make["percentile"].tooltip = (
            "Of absolute attribution by a method, over all networks: drawn in full colour. Maps in units of the "
            "network's own (Grad-CAM, occlusion, RISE) have a scale each"
        )
        make["opacity"] = controls.slider("Map", 0.0, 1.0, 0.01)
        make["opacity"].tooltip = "Opacity of the map over the micrograph"
        controls.bind(explain, "kind", make["kind"])
        controls.bind(explain, "percentile", make["percentile"])
        controls.bind(explain, "opacity", make["opacity"])
        explain.observe(self._listed, names="known")
        explain.observe(self._ticked, names="methods")
        explain.observe(self._show_target, names=["at", "line", "kind", "known", "methods"])
        explain.observe(self._asked_for, names="active")
        explain.observe(self._layered, names=["methods", "known_layers"])
        self.session.observe(self._layered, names="selected")
        self.session.observe(self._show_target, names=["selected", "micrograph"])
        self.explained = ExplainBox(self.session, self.browser)
        self.deck = self.explained.box
        self._listed()
        self._layered()
        self._show_target()
        return controls.column(
            make["kind"],
            self._state,
            controls.row(make["run"], make["clear"], classes=["hw-pair"]),
            controls.text("Methods", "hw-subtitle"),
            self._methods,
            self._layers,
            controls.text("View", "hw-subtitle"),
            make["percentile"],
            make["opacity"],
        )

    def was_looked_at(self) -> None:
        """Let clicks choose a target while it has the hand."""
        self.session.subject(ExplainState).active = self.has_hand

    def _asked_for(self, change: dict[str, bool]) -> None:
        """Open it for a script, or close it."""
        if change["new"] != self.has_hand:
            self.set_open(change["new"])

    def _run(self) -> None:
        try:
            self.session.subject(ExplainState).run()
        except WorkbenchError as error:
            self.session.message = str(error)

    def _listed(self, _change: object = None) -> None:
        explain, boxes = self.session.subject(ExplainState), []
        for method in explain.known:
            box = self.controls[f"method {method.name}"] = controls.checkbox(method.title)
            box.value = method.name in explain.methods
            box.observe(lambda change, name=method.name: explain.tick(name, change["new"]), names="value")
            boxes.append(box)
        self._methods.children = boxes or [controls.text("asking the worker …", "hw-note")]

    def _ticked(self, change: dict[str, Any]) -> None:
        for method in self.session.subject(ExplainState).known:
            self.controls[f"method {method.name}"].value = method.name in change["new"]

    def _show_target(self, _change: object = None) -> None:
        session, explain = self.session, self.session.subject(ExplainState)
        if explain.kind in WITHOUT_CLICK:
            said = f"{KINDS[explain.kind]}, of each network's own mask"
        elif explain.kind == "region" and explain.line:
            said = f"region, {len(explain.line)} corners"
        elif explain.chosen:
            said = f"row {explain.at[0]}, column {explain.at[1]}"
        else:
            said = f"{CHOOSE[explain.kind]} in any pane."
            if explain.kind == "region":
                said += " Drag with shift to move the micrograph."
        self._state.value = html.escape(said if session.selected else "Tick a network under Networks first.")
        self.summary = said if (explain.at or explain.line) and explain.chosen and session.selected else ""
        self.controls["run"].disabled = not (explain.chosen and session.selected and explain.methods)
        self.controls["clear"].disabled = not explain.chosen

    def _layered(self, _change: object = None) -> None:
        """Show a list of layers for each network, where a selected method uses one."""
        session, explain = self.session, self.session.subject(ExplainState)
        use_layers = any(map(explain.uses_layer, explain.methods))
        names = [name for name in session.selected if use_layers and explain.known_layers.get(name)]
        boxes = []
        for name in names:
            layers = explain.known_layers[name]
            box = self.controls.get(f"layer {name}")
            if box is None or len(box.options) != len(layers) + 1:
                box = controls.dropdown(
                    session.card(name).label, {"its own choice": "", **{layer: layer for layer in layers}}
                )
                box.tooltip = "Layer of this network for methods that look at one"
                box.value = explain.layers.get(name, "")
                box.observe(
                    lambda change, name=name: explain.set_layer(name, change["new"] or ""), names="value"
                )
                self.controls[f"layer {name}"] = box
            boxes.append(box)
        self._layers.children = [controls.text("Layer", "hw-subtitle"), *boxes] if boxes else []
