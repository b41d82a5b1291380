"""Does a micrograph look like those that a network was trained on?  Measured, and said beside the training's range."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from workbench.micrographs.appearance import Appearance, appearance
from workbench.micrographs.cleaning import prepare
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card, Input
from workbench.networks.network import Network
from workbench.networks.training_range import Quantiles, TrainingRange

T = TypeVar("T")
MEASURES = ("noise", "contrast", "skewness")
LOW, HIGH = 0.01, 0.99
FEWEST = 8
"""Micrographs without which no range is told: the next one would lie outside by chance."""
AT_MOST = 200
"""Micrographs measured of a set, evenly spread over it."""


@dataclass(frozen=True)
class DomainWarning:
    """One thing in which a micrograph lies outside the training: what, and the sentence that says so.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.DomainWarning("noise", "noise 0.93, trained on 0.20 to 0.85").what
    'noise'
    """

    what: str
    sentence: str


def check_domain(network: Network | Card, micrograph: Micrograph) -> list[str]:
    """Say in what a micrograph differs from all that a network was trained on.

    Parameters
    ----------
    network : Network or Card
        Where its card has no ``training_range``, only the pixel size is compared; for a classical method nothing is.
    micrograph : Micrograph

    Returns
    -------
    list of str
        A sentence each for pixel size, noise, contrast and skewness, such as ``noise 0.93, trained on 0.20 to 0.85``;
        empty where it looks like the training.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> wb.check_domain(wb.load_network("unet"), m)
    []
    >>> wb.check_domain(wb.load_network("unet"), m.with_nm_per_px(0.5))
    ['pixel size 0.5 nm/px, trained on 0.015 to 0.08']
    """
    card = network if isinstance(network, Card) else network.card
    measured = None if card.training_range is None else appearance_of(micrograph, card.input)
    return [found.sentence for found in compare(card, micrograph.nm_per_px, measured)]


def unlike_training(card: Card, micrograph: Micrograph) -> tuple[str, ...] | None:
    """Return what `check_domain` says; None where nothing is known of a training, as of a classical method."""
    if card.training_range is None and card.nm_per_px is None:
        return None
    return tuple(check_domain(card, micrograph))


def appearance_of(micrograph: Micrograph, given: Input) -> Appearance | None:
    """Measure a micrograph as a network is given it: without outliers, at the network's pixel size.

    Parameters
    ----------
    micrograph : Micrograph
    given : Input
        Of the network's card.
    """
    cleaned = prepare(micrograph.specimen, outliers=given.outliers, standardise="none")
    return appearance(cleaned, given.step(micrograph.nm_per_px))


def compare(card: Card, nm_per_px: float | None, measured: Appearance | None) -> list[DomainWarning]:
    """Return in what a micrograph lies outside the range on a card.

    Parameters
    ----------
    card : Card
    nm_per_px : float or None
        Pixel size of the micrograph.
    measured : Appearance or None
        As `appearance_of` measured it with this card's input; None: not measured.
    """
    found = []
    if card.nm_per_px is not None and nm_per_px is not None and card.scale_warning(nm_per_px):
        low, high = card.nm_per_px
        said = f"pixel size {nm_per_px:.3g} nm/px, trained on {low:.3g} to {high:.3g}"
        found.append(DomainWarning("pixel size", said))
    if card.training_range is None or measured is None:
        return found
    for what in MEASURES:
        value, known = float(getattr(measured, what)), getattr(card.training_range, what)
        if what == "skewness" and _inverted_too(card):
            known = _either_sign(known)
        if known.low <= value <= known.high:
            continue
        said = f"{what} {value:.2f}, trained on {known.low:.2f} to {known.high:.2f}"
        if what == "skewness" and value * known.middle < 0:
            said += f": particles {'lighter' if value > 0 else 'darker'} than the support?"
        found.append(DomainWarning(what, said))
    return found


def _inverted_too(card: Card) -> bool:
    """Whether the training showed the network its micrographs with inverted contrast, too."""
    return float(card.recipe.get("augmentation", {}).get("invert", 0)) > 0


def _either_sign(known: Quantiles) -> Quantiles:
    far = max(-known.low, known.high)
    return Quantiles(low=-far, middle=0.0, high=far)


def measure_range(
    sets: Iterable[LabelledDataset],
    given: Input,
    *,
    at_most: int = AT_MOST,
    progress: Callable[[float, str], None] | None = None,
) -> TrainingRange | None:
    """Measure labelled sets for the card of a network.

    Parameters
    ----------
    sets : sequence of LabelledDataset
    given : Input
        Of the network's card.
    at_most : int
        How many micrographs are read, evenly spread over all of them.
    progress : callable(fraction, text), optional

    Returns
    -------
    TrainingRange or None
        None where fewer than 8 micrographs can be measured.

    Raises
    ------
    DatasetError
        If a micrograph of a set cannot be read.
    """
    opened = list(sets)
    chosen = evenly([micrograph for each in opened for micrograph in each.micrographs], at_most)
    appearances = []
    for number, micrograph in enumerate(chosen):
        appearances.append(appearance_of(micrograph.read()[0], given))
        if progress is not None:
            progress((number + 1) / len(chosen), micrograph.name)
    return range_of(appearances, ", ".join(dict.fromkeys(data_set.name for data_set in opened)))


def evenly(all_of: list[T], at_most: int) -> list[T]:
    """Return at most so many of a list, evenly spread over it."""
    if len(all_of) <= at_most:
        return all_of
    return [all_of[int(place)] for place in np.linspace(0, len(all_of) - 1, at_most)]


def range_of(appearances: Iterable[Appearance | None], sets: str) -> TrainingRange | None:
    """Return the range of what was measured: its 1st and 99th percentile, widened by 1/n of what lies between.

    n micrographs do not reach the ends of what they were drawn from; of values that are evenly spread the next one
    lies 1/n of the range beyond the last on average.

    Parameters
    ----------
    appearances : sequence of Appearance or None
    sets : str
        Names of the sets.
    """
    known = [measured for measured in appearances if measured is not None]
    if len(known) < FEWEST:
        return None
    return TrainingRange(
        sets=sets,
        micrographs=len(known),
        **{what: _quantiles([getattr(measured, what) for measured in known], what) for what in MEASURES},
    )


def _quantiles(values: list[float], what: str) -> Quantiles:
    low, middle, high = (float(value) for value in np.quantile(values, [LOW, 0.5, HIGH]))
    beyond = (high - low) / len(values)
    low, high = low - beyond, high + beyond
    if what != "skewness":
        low, high = max(low, 0.0), min(high, 1.0)
    return Quantiles(low=round(low, 4), middle=round(middle, 4), high=round(high, 4))
