"""An explanation: the map, what it explains, and what is needed to ask how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.explanation.attribution_input import AttributionInput
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import FloatImage, Micrograph
from workbench.networks.card import Card
from workbench.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.explanation.bands import BandName
    from workbench.explanation.removal import Removal
    from workbench.explanation.spectrum import UsedSpectrum
    from workbench.explanation.trust_figures import Trust


@dataclass(frozen=True, eq=False)
class Explanation(Shown):
    """What in a micrograph made a network give an answer, by one method; shows itself as the last line of a cell.

    To NumPy and what builds on it, it is its map: ``np.asarray(exp)``.

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

    _drawn_by = "workbench.figures.explanation.explanation_figure"

    def plot(self, mask: npt.NDArray[np.bool_] | None = None, **options: Any) -> Figure:
        """Draw the micrograph, the part of it that can change the answer, and the map.

        Parameters
        ----------
        mask : (H, W) bool array, optional
            Of the network, drawn as an outline.
        **options
            Of `workbench.figures.explanation.explanation_figure`, such as ``percentile=99``.

        Returns
        -------
        matplotlib.figure.Figure
            Shows itself as the last line of a cell.
        """
        return self._figure(mask=mask, **options)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.map, dtype=dtype, copy=copy)

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
