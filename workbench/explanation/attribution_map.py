"""The map, what it explains, and what a check of it needs. Knows no check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.explanation.attribution_input import AttributionInput
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.card import Card


@dataclass(frozen=True, eq=False)
class AttributionMap:
    """What in a micrograph made a network give an answer, by one method.

    Parameters
    ----------
    map : (H, W) float32 array
        Attribution on the micrograph's own grid; 0 where nothing can change the answer. The unit is the logit's: per
        unit of standardised intensity for a gradient, the logit itself for those that multiply with the input.
    target : Target
    method : str
        Its name; see `workbench.explanation.methods`.
    network : Card
    micrograph : Micrograph
    value : float
        The sum of the logits that is explained, on the micrograph as it is.
    options : mapping
        That the method was given.
    seconds : float
        From the call to the map.
    parts : tuple of (AttributionInput, (h, w) float32 array)
        What the network saw, and the map in its pixels; one, but for a target spread over a large micrograph.
    notes : tuple of str
        What happened on the way that a person should know, such as that memory was short.
    """

    map: FloatImage
    target: Target
    method: str
    network: Card
    micrograph: Micrograph
    value: float
    options: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    parts: tuple[tuple[AttributionInput, FloatImage], ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        what = f"{self.method} of {self.target.label}, {self.network.label}, {self.micrograph.name!r}"
        return f"{type(self).__name__}({what})"
