"""Traits of Explain (settings, results, progress), and the methods that need nothing else."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, Dict, Enum, Float, HasTraits, Instance, List, Unicode

from workbench.app.explain.saved import Explained
from workbench.app.explain.targets import KINDS, WITHOUT_CLICK
from workbench.compute.explaining import MethodKnown
from workbench.errors import WorkbenchError


class ExplainTraits(HasTraits):
    """What is to be explained, by which methods, and the maps that are there; computes nothing."""

    # what is asked
    active = Bool(False, help="whether a click in a pane chooses a target")
    kind = Enum(list(KINDS), "particle", help="what of it is explained")
    at: List[Any] = List(help="row and column of the click; empty: none")
    line: List[Any] = List(help="(row, column) of the corners of a free-hand region; empty: none")
    methods: List[str] = List(Unicode(), help="names of the columns")
    layers = Dict(help="name of network -> layer for the methods that use one; missing: their own choice")
    percentile = Float(
        99.0, min=0.0, max=100.0, help="of |attribution| that is drawn in full colour; see full_colour"
    )
    opacity = Float(0.75, min=0.0, max=1.0, help="of the map over the micrograph")

    # what came out
    known: List[MethodKnown] = List(Instance(MethodKnown), help="every method there is")
    known_layers = Dict(help="name of network -> layers that may be chosen")
    targets = Dict(help="name of network -> NetworkTarget")
    found: Dict[Any, Any] = Dict(help="(network, method) -> Found")
    failures: Dict[Any, Any] = Dict(help="(network, method) -> sentence that says why there is no map")
    refusals = Dict(help="name of network -> sentence that says why it has no maps at all")

    # what goes on
    busy = Bool(False)
    current: List[str] = List(
        Unicode(), help="computed now: map or figures, network and method; empty: nothing"
    )
    status = Unicode(help="how far it is, or how it ended")

    @property
    def chosen(self) -> bool:
        """Whether there is something to explain."""
        return bool(self.line if self.kind == "region" else self.at) or self.kind in WITHOUT_CLICK

    def title(self, method: str) -> str:
        """Return the name of a method on screen."""
        return next((known.title for known in self.known if known.name == method), method)

    def uses_layer(self, method: str) -> bool:
        """Say whether a method explains a layer that may be chosen."""
        return any(known.name == method and "layer" in known.options for known in self.known)

    def options(self, network: str, method: str) -> dict[str, Any]:
        """Return the options that a method is given: the layer, where it uses one and one is chosen."""
        layer = self.layers.get(network)
        return {"layer": layer} if layer and self.uses_layer(method) else {}

    def set_layer(self, network: str, layer: str) -> None:
        """Choose the layer of a network for the methods that use one; empty: their own choice."""
        others = {name: chosen for name, chosen in self.layers.items() if name != network}
        self.layers = {**others, network: layer} if layer else others

    def tick(self, method: str, on: bool = True) -> None:
        """Add a column, or take one away.

        Raises
        ------
        WorkbenchError
            If there is no such method.
        """
        names = [known.name for known in self.known]
        if on and self.known and method not in names:
            raise WorkbenchError(f"There is no method {method!r}; there are {', '.join(names)}.")
        if on and method not in self.methods:
            self.methods = [*self.methods, method]
        elif not on and method in self.methods:
            self.methods = [other for other in self.methods if other != method]

    def asked(self) -> Explained:
        """Return what is asked, as it is saved."""
        names = ("kind", "at", "line", "methods", "percentile", "opacity")
        return Explained(layers=dict(self.layers), **{name: getattr(self, name) for name in names})
