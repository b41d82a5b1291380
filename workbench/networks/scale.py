"""A trained network at another scale than its own: the same weights, and particles are larger or smaller to it."""

from __future__ import annotations

import math

from workbench.errors import NetworkError
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.particle_scale import LARGEST, SMALLEST


def at_scale(network: Network, factor: float) -> Network:
    """Return the network with its pixels made larger or smaller.

    Parameters
    ----------
    network : Network
        Stays as it is.
    factor : float
        By which the pixels are multiplied that a micrograph is resampled to before the network sees it: at 2 a particle
        is half as many pixels wide. From 0.25 to 4; 1 is the network as it was trained.

    Returns
    -------
    Network
        Shares module and weights with ``network``; where the factor is not 1 its scores are left out.

    Raises
    ------
    NetworkError
        If it is a classical method, which measures in nm, or the factor is out of range.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.at_scale(wb.load_network("unet"), 2).card.changed
    'pixels x 2'
    """
    if not isinstance(network.module, SegmentationModule):
        raise NetworkError(
            f"{network.card.label} is a classical method and has no pixel size of its own; choose a network."
        )
    if not (math.isfinite(factor) and SMALLEST <= factor <= LARGEST):
        raise NetworkError(f"A scale is a number from {SMALLEST:g} to {LARGEST:g}, not {factor}; change it.")
    card = network.card
    given = card.input.model_copy(update={"scale": float(factor)})
    scores = card.scores if factor == 1 else []
    return Network(network.module, card.model_copy(update={"input": given, "scores": scores}))
