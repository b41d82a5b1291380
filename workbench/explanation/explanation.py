"""An explanation: the map, what it explains, and what is needed to ask how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.explanation.attribution_input import AttributionInput
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.card import Card

if TYPE_CHECKING:
    from workbench.explanation.bands import BandName
    from workbench.explanation.removal import Removal
    from workbench.explanation.spectrum import UsedSpectrum
    from workbench.explanation.trust_figures import Trust


@dataclass(frozen=True, eq=False)
class Explanation:
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

    def trust(self, **options: Any) -> Trust:
        """Measure how far this map can be trusted; `workbench.explanation.trust.trust` says what it may be given."""
        from workbench.explanation.trust import trust

        return trust(self, **options)

    def spectrum(self, nm_per_px: float | None = None) -> UsedSpectrum:
        """Say which spatial frequencies it draws on; see `workbench.explanation.spectrum.used_spectrum`."""
        from workbench.explanation.spectrum import used_spectrum

        return used_spectrum(self, nm_per_px)

    def without(self, band: BandName = "lattice", **options: Any) -> Removal:
        """Remove a band inside the target and ask again; see `workbench.explanation.removal.without_band`."""
        from workbench.explanation.removal import without_band

        return without_band(self, band, **options)

    def __repr__(self) -> str:
        return f"Explanation({self.method} of {self.target.label}, {self.network.label}, {self.micrograph.name!r})"
