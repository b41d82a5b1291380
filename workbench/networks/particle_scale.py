"""The scale at which a network sees a micrograph without a pixel size: by the width of its particles."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from workbench.errors import NetworkError
from workbench.networks.card import MOST_ENLARGED, Card

SMALLEST, LARGEST = 0.25, 4.0
"""Factors that `workbench.at_scale` takes."""


def best_width(card: Card) -> float:
    """Return the width of the particles that a network parts best, in pixels as it sees them.

    Raises
    ------
    NetworkError
        If its card does not say so, as that of a classical method.
    """
    if card.particle_px is None:
        raise NetworkError(
            f"{card.label} does not say how wide the particles are that it parts best (particle_px on its card), so "
            "no scale follows from the width of a particle; give the pixel size, or choose another network."
        )
    return card.particle_px


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
        As `workbench.at_scale` takes it, from 0.5 (beyond, a micrograph is enlarged more than it has detail for) to 4.

    Raises
    ------
    NetworkError
        If the card does not say how wide those particles are, or the width is no positive number.
    """
    best = best_width(card)
    if not (math.isfinite(particle_px) and particle_px > 0):
        raise NetworkError(
            f"The width of a particle is a positive number of pixels, not {particle_px}; change it."
        )
    return min(max(particle_px / best, 1 / MOST_ENLARGED), LARGEST)


def width_finder(card: Card, known: Iterable[Card]) -> Card:
    """Return the network that finds for another how wide particles are: the smallest that knows how.

    How wide they are is the same for all networks, and finding it takes seven looks, two of them at two and four times
    the pixels.

    Parameters
    ----------
    card : Card
        Of the network that is to see the micrograph at a scale that fits; it finds the width itself where it is the
        smallest.
    known : iterable of Card
        Of the networks that there are.
    """
    if card.parameters is None:  # nobody counted them
        return card
    able = [other for other in known if other.particle_px is not None and other.parameters is not None]
    return min([card, *able], key=lambda one: one.parameters or 0)


class FittedScale(NamedTuple):
    """What of a scale comes from the width of the particles.

    Attributes
    ----------
    particle_px : float
        Width of a particle in pixels of the micrograph.
    factor : float
        By which the scale that a network has otherwise is multiplied.
    """

    particle_px: float
    factor: float

    @classmethod
    def of(cls, card: Card, particle_px: float) -> FittedScale:
        """Return what fits a card: `factor_for`, so that its own scale times that is one that `at_scale` takes.

        Raises
        ------
        NetworkError
            As `factor_for`.
        """
        own = card.input.scale
        return cls(particle_px, min(max(own * factor_for(card, particle_px), SMALLEST), LARGEST) / own)

    def own(self, scale: float) -> float:
        """Return what is left of a scale without this."""
        return round(scale / self.factor, 6)

    def card(self, card: Card) -> Card:
        """Return a card at the whole scale as one that tells both apart: it is called as at its own scale."""
        apart = {"scale": self.own(card.input.scale), "fitted": self.factor}
        return card.model_copy(update={"input": card.input.model_copy(update=apart)})
