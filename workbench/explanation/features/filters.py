"""What the filters of a layer answer to: the orientation and spacing of the fringes that they like best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from workbench.explanation.features.layers import activations, check_layer, ready
from workbench.micrographs.micrograph import FloatImage
from workbench.networks.network import Network

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FilterTuning:
    """How strongly each filter of a layer answers to gratings.

    Parameters
    ----------
    response : (C, O, F) float32 array
        Root mean square, over the phase, of the answer at the centre of a grating of amplitude 1, less that to an
        even image; by filter, orientation and frequency. Of everything on the way up to the layer.
    orientation_deg : (O,) array
        Direction across the fringes: 0 along a row, 90 down a column.
    frequency_per_px : (F,) array
        In the network's pixels.
    layer : str
    nm_per_px : float or None
        Edge of the pixel that the network asks for; None where its card names none.
    """

    response: FloatImage
    orientation_deg: Floats
    frequency_per_px: Floats
    layer: str
    nm_per_px: float | None

    @property
    def frequency(self) -> Floats:
        """Frequencies in `unit`."""
        return self.frequency_per_px / (self.nm_per_px or 1.0)

    @property
    def unit(self) -> str:
        """``1/nm``, or ``1/px`` where the card names no pixel size."""
        return "1/px" if self.nm_per_px is None else "1/nm"

    @property
    def preferred_orientation_deg(self) -> Floats:
        """Of the strongest answer of each filter; NaN where it answers to none."""
        return self._at_best(self.orientation_deg, 0)

    @property
    def preferred_frequency(self) -> Floats:
        """Of the strongest answer of each filter, in `unit`; NaN where it answers to none."""
        return self._at_best(self.frequency, 1)

    @property
    def selectivity(self) -> Floats:
        """How much each filter minds the orientation at its preferred frequency: 0 not at all, 1: one only.

        One minus the circular variance, ``|sum r exp(2 i a)| / sum r`` (Ringach et al., J. Neurosci. 22, 5639, 2002).
        """
        best = self.response.max(axis=1).argmax(axis=1)
        curve = self.response[np.arange(len(best)), :, best].astype(np.float64)
        whole = curve.sum(axis=1)
        vector = np.abs(curve @ np.exp(2j * np.deg2rad(self.orientation_deg)))
        found: Floats = np.divide(vector, whole, out=np.full(len(whole), np.nan), where=whole > 0)
        return found

    def _at_best(self, values: Floats, axis: int) -> Floats:
        flat = self.response.reshape(len(self.response), -1)
        best = np.unravel_index(flat.argmax(axis=1), self.response.shape[1:])[axis]
        found: Floats = np.where(flat.max(axis=1) > 0, values[best], np.nan)
        return found

    def __repr__(self) -> str:
        return f"FilterTuning({self.layer}: {len(self.response)} filters)"


def tune_filters(
    network: Network,
    layer: str,
    *,
    orientations: int = 12,
    frequencies: int = 16,
    patch_px: int = 64,
    phases: int = 4,
    device: str = "cpu",
) -> FilterTuning:
    """Measure what each filter of a layer answers to, with gratings of one standard deviation's amplitude.

    Measured, not read off the kernels: so it holds for a layer behind others too, pools and ReLUs included. Meant for
    first layers; a deep one sees more than the patch.

    Parameters
    ----------
    network : Network
    layer : str
        One of `layer_names`.
    orientations : int
        Evenly spread over 180 degrees.
    frequencies : int
        Evenly spread from one period in 16 px to Nyquist, one in 2 px.
    patch_px : int
        Edge of a grating; made a multiple of the stride of the network.
    phases : int
        Evenly spread; their mean square does not depend on where the fringes lie.
    device : str

    Raises
    ------
    ExplanationError
        If there is no such layer, or the network is a classical method.
    """
    check_layer(network, layer)
    module = ready(network, device)
    edge = -(-patch_px // module.stride) * module.stride
    angles: Floats = np.arange(orientations, dtype=np.float64) * (180 / orientations)
    waves: Floats = np.linspace(1 / 16, 1 / 2, frequencies, dtype=np.float64)
    where = torch.arange(edge, dtype=torch.float32) - edge // 2
    given = next(module.parameters()).device

    def answer(images: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            found = activations(module, images[:, None].to(given), [layer])[layer]
        return found[:, :, found.shape[2] // 2, found.shape[3] // 2].cpu()

    still = answer(torch.zeros((1, edge, edge)))
    response = np.zeros((still.shape[1], orientations, frequencies), np.float32)
    shifts = torch.arange(phases)[:, None, None] * (2 * np.pi / phases)
    for row, angle in enumerate(np.deg2rad(angles)):
        along = where[None, :] * float(np.cos(angle)) + where[:, None] * float(np.sin(angle))
        for column, wave in enumerate(waves):
            found = answer(torch.cos(2 * np.pi * float(wave) * along + shifts)) - still
            response[:, row, column] = found.square().mean(0).sqrt().numpy()
    size = network.card.input.nm_per_px
    return FilterTuning(
        response, angles, waves, layer, None if size is None else size * network.card.input.scale
    )
