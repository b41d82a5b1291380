"""Traits that are checked before they are taken, by the very fields that a saved session is checked with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from traitlets import Bool, Dict, Float, HasTraits, Instance, List, TraitError, Unicode

from workbench.app.core.network_list import in_order, moved_to, swapped
from workbench.app.core.session_file import SessionState, View, said
from workbench.errors import WorkbenchError
from workbench.figures.palette import check_colour, network_colours
from workbench.networks.card import Card

_FIELDS = {**SessionState.model_fields, **View.model_fields}
PER_NETWORK = ("thresholds", "dilations", "scales", "colours")
"""Settings that each network has its own of."""
CLEANING = ("min_area", "min_area_unit", "fill_holes", "split_touching")
VIEW = tuple(View.model_fields)
PER_MICROGRAPH = ("particle_widths",)
"""What is set for a micrograph, by the hash of its pixels."""
PARAMETERS = ("selected", "order", "current", *PER_NETWORK, *PER_MICROGRAPH, *CLEANING, *VIEW)
"""What can be undone."""


def _check_of(name: str) -> TypeAdapter[Any]:
    """Return what checks one parameter, as the field of that name is checked."""
    field = _FIELDS[name]
    wanted: Any = field.annotation
    for part in field.metadata:
        wanted = Annotated[wanted, part]
    return TypeAdapter(wanted)


_CHECKS = {name: _check_of(name) for name in PARAMETERS}


class SettingError(WorkbenchError, TraitError):
    """A page was asked for something that cannot be; everything stays as it was."""


class _Checked:
    """What is mixed into a trait, so that an invalid value is refused with a sentence."""

    def validate(self, obj: Any, value: Any) -> Any:
        name: str = self.name  # type: ignore[attr-defined]
        try:
            checked = _CHECKS[name].validate_python(value)
        except ValidationError as error:
            obj.refuse(f"{said(error.errors()[0], name)}, not {value!r}.")
        taken = super().validate(obj, list(checked) if isinstance(checked, tuple) else checked)  # type: ignore[misc]
        if why := obj.why_not(name, taken):
            obj.refuse(why)
        return taken


class _Bool(_Checked, Bool):  # type: ignore[type-arg]
    pass


class _Float(_Checked, Float):  # type: ignore[type-arg]
    pass


class _Unicode(_Checked, Unicode):  # type: ignore[type-arg]
    pass


class _List(_Checked, List[Any]):
    pass


class _Dict(_Checked, Dict):
    pass


class Parameters(HasTraits):
    """What a page is asked: it can be undone and is saved. An invalid value raises `SettingError` and stays out."""

    selected = _List(help="names of the networks shown, in the order of their panes")
    order = _List(help="names of networks as a person ordered the list; see `listed`")
    current = _Unicode(help="name of the network whose threshold is tuned")
    thresholds = _Dict(help="name of network -> threshold; what is missing stands on the card")
    dilations = _Dict(help="name of network -> dilation it is shown at; what is missing stands as trained")
    scales = _Dict(help="name of network -> factor on the pixels it is given; what is missing is 1")
    colours = _Dict(help="name of network -> #RRGGBB that it was given; see `colour_of`")
    particle_widths = _Dict(
        help="hash of a micrograph without a pixel size -> width of its particles in px, as a person set it; what is "
        "missing is found"
    )
    min_area = _Float(
        None,
        allow_none=True,
        help="smallest area of a particle, in min_area_unit; no file that is opened changes it; None: as the card of "
        "each network says",
    )
    min_area_unit = _Unicode("", help="nm2 or px2; empty: that of the next micrograph")
    fill_holes = _Bool(False)
    split_touching = _Bool(False)
    overlay_opacity = _Float(0.3)
    overlay_mode = _Unicode("both")
    overlay_colours = _Unicode("auto", help="whose colours a mask has: networks, particles or auto")
    colormap = _Unicode("gray")
    contrast = _List(default_value=[1.0, 99.0], help="percentiles of intensity")
    gamma = _Float(1.0)
    invert = _Bool(False)
    show_disagreement = _Bool(False)
    show_rings = _Bool(False, help="receptive field around the cursor")

    cards: List[Card] = List(Instance(Card), help="every network that can be selected")
    followed = Dict(help="name of a network in a pane -> Followed: weights of a run that is at work")
    message = Unicode(help="the last thing that went wrong, as a sentence; empty when put away")

    @property
    def particle_px(self) -> float | None:
        """Width of the particles that networks see a micrograph by; ``None``: it has a pixel size, or none is open."""
        return None

    def card(self, name: str) -> Card:
        """Return the card of a network by name.

        Raises
        ------
        WorkbenchError
            If there is no such network; the message lists those there are.
        """
        for card in self.cards:
            if card.name == name:
                return card
        known = ", ".join(card.name for card in self.cards)
        raise WorkbenchError(f"There is no network {name!r}; there are {known}.")

    @property
    def listed(self) -> list[str]:
        """Names of all networks in the order of the list, which their panes, tables and figures follow."""
        return in_order([card.name for card in self.cards], self.order, self.selected)

    def select(self, name: str, on: bool = True) -> None:
        """Show a network in a pane of its own, at its place in the list, or take its pane away."""
        if on and name not in self.selected:
            self.card(name)
            wanted = {*self.selected, name}
            self.selected = [other for other in self.listed if other in wanted]
        elif not on and name in self.selected:
            self.selected = [other for other in self.selected if other != name]

    def move(self, name: str, places: int) -> None:
        """Move a network's pane to the left (negative) or to the right."""
        order = list(self.selected)
        if name not in order:
            return
        index = order.index(name)
        order.insert(min(max(index + places, 0), len(order) - 1), order.pop(index))
        listed = in_order(self.listed, self.listed, order)
        with self.hold_trait_notifications():
            self.order, self.selected = listed, order

    def move_to(self, name: str, place: int) -> None:
        """Give a network another place in the list, the first being 0; its pane goes with it."""
        self.card(name)
        order = moved_to(self.listed, name, place)
        with self.hold_trait_notifications():
            self.order, self.selected = order, [other for other in order if other in self.selected]

    def colours_of(self, names: Iterable[str] = ()) -> dict[str, str]:
        """Return the colour of each network of the list, and of others such as runs, no two alike."""
        return network_colours([*(card.name for card in self.cards), *names], self.colours)

    def colour_of(self, name: str) -> str:
        """Return the colour of a network on this page, as ``#RRGGBB``."""
        return self.colours_of([name])[name]

    def set_colour(self, name: str, colour: str) -> None:
        """Give a network a colour; one that has it already gets that of this one.

        Raises
        ------
        WorkbenchError
            If it is no ``#RRGGBB``, or there is no such network.
        """
        shown = self.colours_of()
        if shown[self.card(name).name] != check_colour(colour):
            self.colours = {**self.colours, **swapped(shown, name, check_colour(colour))}

    def threshold(self, name: str) -> float:
        """Return the threshold of a network: as set, else as its card says."""
        return float(self.thresholds.get(name, self.card(name).threshold))

    def set_threshold(self, name: str, value: float) -> None:
        """Set the threshold of a network, within (0, 1)."""
        value = round(min(max(float(value), 0.005), 0.995), 4)
        if self.threshold(name) != value:
            self.thresholds = {**self.thresholds, name: value}

    def drawn_as(self) -> dict[str, Any]:
        """Return how the panes are drawn, as keywords of `workbench.figure`."""
        return {
            "overlay": self.overlay_mode,
            "opacity": self.overlay_opacity,
            "contrast": tuple(self.contrast),
            "gamma": self.gamma,
            "invert": self.invert,
            "colormap": self.colormap,
        }

    def refuse(self, why: str) -> None:
        """Say why a value was not taken.

        Raises
        ------
        SettingError
            Always.
        """
        self.message = why
        raise SettingError(why)

    def why_not(self, name: str, value: Any) -> str:
        """Say why a value that is well formed cannot be: of networks that are not here; empty where it can."""
        known = {card.name: card for card in self.cards}
        names = {"selected": value, "current": [value] if value else []}.get(name, [])
        for wanted in names:
            if wanted not in known:
                return f"There is no network {wanted!r}; there are {', '.join(known)}."
        for wanted in value if name in ("dilations", "scales") else ():
            if wanted in known and known[wanted].kind == "classical":
                return f"{known[wanted].label} is a classical method: it has no {name[:-1]} to be shown at."
        return ""
