"""Crops that are drawn while training: a synthetic micrograph from a seed, prepared as the network sees others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.micrographs.appearance import Appearance, appearance
from workbench.micrographs.micrograph import FloatImage
from workbench.micrographs.synthetic import SyntheticMicrograph, draw
from workbench.training.recipe import Recipe, Synthetic

MOST_COVERED = 0.6
"""A crop of which particles cover more is taken for a part of a micrograph that shows more of its background."""
TRIES = 4
"""How often a crop is drawn anew where it must show some particle."""
MEASURED = 48
"""Crops that tell which share of the pixels is particle, or how all of them look."""
_CROP, _SHARE, _LOOK = 3, 4, 5
"""Streams of a recipe's seed; 0 to 2 are those of labelled sets."""


def drawn_before(number: int, how: Synthetic | None) -> int:
    """Return how many of the crops 0 to ``number - 1`` of a run are drawn: its share, evenly among the others."""
    return 0 if how is None else int(number * how.share + 1e-6)  # 0.7 of 10 are 7


def drawn_crop(
    recipe: Recipe, number: int, *, with_particle: bool = False
) -> tuple[FloatImage, npt.NDArray[np.int32]]:
    """Draw the crop of a run that has this number.

    Parameters
    ----------
    recipe : Recipe
        With ``synthetic``.
    number : int
        Number and the recipe's seed alone say what it shows.
    with_particle : bool
        Draw anew, up to 4 times, until some particle is in it.

    Returns
    -------
    (S, S) float32 array, (S, S) int32 array
        Standardised pixels, and a label image: 0 background and what is burnt in, n the n-th particle, the smallest on
        top.
    """
    rng = np.random.Generator(np.random.SFC64([recipe.seed, _CROP, number]))
    for _ in range(TRIES if with_particle else 1):
        drawn = _draw(recipe, rng)
        if drawn.instances:
            break
    return standardised(drawn, rng), drawn.labels.astype(np.int32)


def drawn_particle_share(recipe: Recipe) -> float:
    """Return the share of particle pixels in drawn crops, measured on 48 that no run is trained on."""
    rng = np.random.Generator(np.random.SFC64([recipe.seed, _SHARE]))
    return float(np.mean([_draw(recipe, rng).mask.mean() for _ in range(MEASURED)]))


def drawn_appearances(recipe: Recipe) -> list[Appearance | None]:
    """Measure how drawn crops look, on 48 that no run is trained on; empty where the recipe draws none."""
    if recipe.synthetic is None:
        return []
    rng = np.random.Generator(np.random.SFC64([recipe.seed, _LOOK]))
    return [appearance(_draw(recipe, rng).pixels) for _ in range(MEASURED)]


def standardised(drawn: SyntheticMicrograph, rng: np.random.Generator) -> FloatImage:
    """Return pixels in standard deviations of the micrograph that a crop is a part of.

    That is taken to be like the crop, without what is burnt in. Of a crop that particles nearly fill it is taken to
    show more background, so that the inside of a large particle stays as dark as it is in a whole micrograph.

    Parameters
    ----------
    drawn : SyntheticMicrograph
    rng : Generator
    """
    pixels, specimen, particle = drawn.pixels, ~drawn.burnt_in, drawn.mask
    counted = pixels[specimen] if specimen.any() else pixels.ravel()
    mean, variance = float(counted.mean()), float(counted.var())
    background = specimen & ~particle
    if particle.mean() > MOST_COVERED * specimen.mean() and background.sum() >= 64:
        share = float(rng.uniform(0.2, MOST_COVERED))
        inside, outside = pixels[particle], pixels[background]
        step = float(inside.mean() - outside.mean())
        mean = float(outside.mean()) + share * step
        variance = (
            share * float(inside.var()) + (1 - share) * float(outside.var()) + share * (1 - share) * step**2
        )
    return np.asarray((pixels - np.float32(mean)) * np.float32(1 / max(variance**0.5, 1e-3)), np.float32)


def _draw(recipe: Recipe, rng: np.random.Generator) -> SyntheticMicrograph:
    how = recipe.synthetic
    assert how is not None
    return draw(
        rng,
        (recipe.crop, recipe.crop),
        kinds=how.kinds,
        widths_px=how.widths_px,
        inverted=how.inverted,
        burnt_in=how.burnt_in,
    )
