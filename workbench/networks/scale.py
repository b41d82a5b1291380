"""A trained network at another scale than its own: the same weights, and particles are larger or smaller to it."""

from __future__ import annotations

import math

from workbench.errors import NetworkError
from workbench.networks.card import MOST_ENLARGED, Card
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network

SMALLEST, LARGEST = 0.25, 4.0


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


def factor_for(card: Card, particle_px: float) -> float:
    """Return the factor at which particles of a width are as wide to a network as those that it parts best.

    Parameters
    ----------
    card : Card
        With ``particle_px``.
    particle_px : float
        Width of a particle in pixels of the micrograph.

    Returns
    -------
    float
        As `at_scale` takes it, from 0.5 (beyond, a micrograph is enlarged more than it has detail for) to 4.

    Raises
    ------
    NetworkError
        If the card does not say how wide those particles are, or the width is no positive number.
    """
    if card.particle_px is None:
        raise NetworkError(
            f"{card.label} does not say how wide the particles are that it parts best (particle_px on its card), so "
            "no scale follows from the width of a particle; give the pixel size, or choose another network."
        )
    if not (math.isfinite(particle_px) and particle_px > 0):
        raise NetworkError(
            f"The width of a particle is a positive number of pixels, not {particle_px}; change it."
        )
    return min(max(particle_px / card.particle_px, 1 / MOST_ENLARGED), LARGEST)
