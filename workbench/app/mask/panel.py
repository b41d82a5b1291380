"""Mask: threshold, cleaning and how the panes are drawn."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.dilation.controls import DilationControls
from workbench.app.dilation.scale_controls import ScaleControls
from workbench.app.dilation.sweep import DilationSweep
from workbench.app.dilation.sweep_box import DilationSweepBox
from workbench.app.mask.smallest_area import SmallestAreaControls
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel

PARTED = (
    "{} tells touching particles apart and counts each. Splitting draws lines between them in its mask, too."
)

VIEW = {
    "overlay_opacity": "opacity",
    "overlay_mode": "mode",
    "overlay_colours": "overlay_colours",
    "colormap": "colormap",
    "gamma": "gamma",
    "invert": "invert",
    "show_disagreement": "disagreement",
}
"""Traits of the session, and the controls that show them."""


@panel("mask", "Mask", order=30)
class MaskPanel(Panel):
    """How a probability becomes a mask, and how it is drawn; below the panes all dilations, once they are asked for."""

    icon = "M12 4a8 8 0 1 0 .01 0M12 4v16M12 8h3.5M12 12h7.5M12 16h5.5"
    tab = "Dilations"
    tab_is_tall = True

    def build(self) -> widgets.Widget:
        """Make the sliders and boxes."""
        session, make = self.session, self.controls
        make["network"] = controls.dropdown("Network", [])
        self._outside = controls.text("", "hw-note", "hw-outside")
        make["threshold"] = controls.slider("Threshold", 0.01, 0.99, 0.01)
        make["card"] = controls.button(
            "back to that of its card",
            self._as_on_card,
            "The threshold that was chosen on validation, when the network was trained",
            "hw-link",
        )
        make["fill_holes"] = controls.checkbox("Fill holes")
        make["split_touching"] = controls.checkbox("Split touching particles")
        self._parted = controls.text("", "hw-note")
        view = self._view()

        controls.bind(session, "fill_holes", make["fill_holes"])
        controls.bind(session, "split_touching", make["split_touching"])
        make["network"].on_pick(self._network_set)
        make["threshold"].observe(self._threshold_set, names="value")
        session.observe(self._networks_shown, names=["selected", "current", "cards"])
        session.observe(self._threshold_shown, names=["current", "thresholds"])
        session.observe(self._outside_shown, names=["domain_warnings", "current", "selected"])
        self._networks_shown()
        self._threshold_shown()
        self._outside_shown()
        self.wants_deck = False
        self.deck = DilationSweepBox(session, self.browser).box
        session.subject(DilationSweep).observe(self._strip_shown, names="shown")
        self._own = controls.column(
            controls.text("Of one network", "hw-subtitle"),
            make["network"],
            self._outside,
            make["threshold"],
            make["card"],
            DilationControls(session, make).box,
            ScaleControls(session, make).box,
            classes=["hw-group"],
        )
        self._everyones = controls.text("", "hw-note")
        self._everyones_box = controls.column(
            controls.text("Of all networks", "hw-subtitle"),
            self._everyones,
            SmallestAreaControls(session, make).box,
            make["fill_holes"],
            make["split_touching"],
            self._parted,
            classes=["hw-group"],
        )
        session.observe(self._owner_shown, names=["current", "selected", "cards", "colours"])
        self._owner_shown()
        return controls.column(self._own, self._everyones_box, view)

    def _view(self) -> widgets.Widget:
        """Make what says how the panes are drawn."""
        session, make = self.session, self.controls
        make["opacity"] = controls.slider("Overlay", 0.0, 1.0, 0.01)
        make["mode"] = controls.dropdown(
            "Drawn as", {"fill + outline": "both", "fill": "fill", "outline": "outline"}
        )
        make["overlay_colours"] = controls.dropdown(
            "Coloured",
            {"automatic": "auto", "by network": "networks", "neighbours apart": "particles"},
        )
        make["overlay_colours"].tooltip = (
            "Neighbours apart: particles that lie next to others have colours of their own. "
            "Automatic: so where touching particles are parted"
        )
        make["colormap"] = controls.dropdown("Colours", ["gray", "viridis", "inferno", "cividis"])
        make["contrast"] = widgets.FloatRangeSlider(
            description="Contrast",
            min=0.0,
            max=100.0,
            step=0.5,
            readout_format=".0f",
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        make["contrast"].add_class("hw-row")
        make["contrast"].tooltip = "Percentiles of intensity shown as black and white"
        make["gamma"] = controls.slider("Gamma", 0.2, 3.0, 0.05)
        make["invert"] = controls.checkbox("Invert the micrograph")
        make["disagreement"] = controls.checkbox("Mark disagreement")

        for trait, name in VIEW.items():
            controls.bind(session, trait, make[name])
        session.observe(self._contrast_shown, names="contrast")
        make["contrast"].observe(self._contrast_set, names="value")
        self._contrast_shown()
        names = (
            "opacity",
            "contrast",
            "gamma",
            "mode",
            "overlay_colours",
            "colormap",
            "invert",
            "disagreement",
        )
        return controls.column(
            controls.text("View of all panes", "hw-subtitle"),
            *(make[name] for name in names),
            classes=["hw-group"],
        )

    def _strip_shown(self, change: dict[str, bool]) -> None:
        self.wants_deck = change["new"]

    def _as_on_card(self) -> None:
        name = self.session.current
        self.session.thresholds = {
            key: value for key, value in self.session.thresholds.items() if key != name
        }

    def _networks_shown(self, _change: object = None) -> None:
        session, choice = self.session, self.controls["network"]
        choice.offer(
            lambda: ([(session.card(name).label, name) for name in session.selected], session.current)
        )
        options = choice.options
        self.controls["disagreement"].disabled = len(options) < 2
        self.controls["disagreement"].tooltip = (
            "Tick two networks to compare them" if len(options) < 2 else ""
        )
        self.controls["threshold"].disabled = not options
        parts = bool(session.current) and session.card(session.current).distance
        self._parted.value = html.escape(PARTED.format(session.card(session.current).label) if parts else "")
        controls.show(self._parted, parts)

    def _owner_shown(self, _change: object = None) -> None:
        """Mark what is one network's with its colour, and name those that share the rest."""
        session = self.session
        name, shown = session.current, [session.card(name).label for name in session.selected]
        self._own.layout.border_left = f"4px solid {session.colour_of(name)}" if name else None
        said = f"the same for {shown[0]} and whatever is shown next" if len(shown) == 1 else ""
        if len(shown) > 1:
            said = f"the same for {', '.join(shown[:-1])} and {shown[-1]}"
        self._everyones.value = html.escape(said)
        controls.show(self._everyones, bool(said))

    def _network_set(self, name: str | None) -> None:
        if name is not None:
            self.session.current = name

    def _threshold_shown(self, _change: object = None) -> None:
        name, make = self.session.current, self.controls
        make["card"].disabled = name not in self.session.thresholds
        if not name:
            self.summary = ""
            return
        value = self.session.threshold(name)
        if abs(make["threshold"].value - value) > 1e-6:
            make["threshold"].value = value
        self.summary = f"{value:.2f}"

    def _threshold_set(self, change: dict[str, float]) -> None:
        if self.session.current and abs(self.session.threshold(self.session.current) - change["new"]) > 1e-6:
            self.session.set_threshold(self.session.current, change["new"])

    def _outside_shown(self, _change: object = None) -> None:
        found = self.session.domain_warnings.get(self.session.current, [])
        self._outside.value = html.escape(
            "Unlike its training: " + "; ".join(warning.sentence for warning in found)
        )
        controls.show(self._outside, bool(found))

    def _contrast_shown(self, _change: object = None) -> None:
        self.controls["contrast"].value = tuple(self.session.contrast)

    def _contrast_set(self, change: dict[str, tuple[float, float]]) -> None:
        self.session.contrast = list(change["new"])
