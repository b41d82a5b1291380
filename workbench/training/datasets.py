"""What a run learns from and what it is validated on: labelled sets, split by micrograph and prepared."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.cores import cores
from workbench.errors import RecipeError
from workbench.micrographs.cleaning import prepare, rescale, rescaled_shape
from workbench.micrographs.datasets.labelled_dataset import (
    LabelledDataset,
    LabelledMicrograph,
    open_dataset,
    readings,
)
from workbench.micrographs.datasets.labels import OVERLAPPING, LabelMeaning
from workbench.micrographs.datasets.pairs import numbered_readings
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.networks.card import Input
from workbench.networks.domain_check import AT_MOST, appearance_of, evenly, range_of
from workbench.networks.training_range import TrainingRange
from workbench.training.recipe import Recipe, Split
from workbench.training.synthetic_crops import drawn_appearances

Truth = npt.NDArray[Any]
"""Where there is particle: bool, or int8 with 1 particle, 0 background and -1 (`IGNORED`) where nobody is sure.

As int32 a label image: n is the n-th particle, and -1 where nobody is sure.
"""
Pairs = list[tuple[FloatImage, Truth]]
IGNORED = -1
MOST_THREADS = 8
"""Micrographs that are prepared at a time: each takes several times its size in memory."""
Reading = tuple[Micrograph, npt.NDArray[Any], BoolImage | None]
"""A micrograph, its mask (or, as int32, a number for each particle), and where nobody is sure."""


@dataclass(frozen=True)
class Sets:
    """What a run learns from and is validated on.

    Parameters
    ----------
    training, validation : list of (pixels, mask)
        Prepared as the network sees them.
    validated_on : str
        Names of the sets that the validation micrographs are from.
    names : str
        Names of all sets.
    opened : list of LabelledDataset
        They themselves.
    training_range : TrainingRange or None
        How the micrographs look that are trained on, before any augmentation, and the crops that are drawn.
    unnumbered : str
        Names of the sets whose labels do not tell particles apart that touch, where the distance to the rim is learned.
    overlapping : str
        Names of the sets whose particles overlap, where the distance to the rim is learned: of one particle a pixel.
    """

    training: Pairs
    validation: Pairs
    validated_on: str
    names: str
    opened: list[LabelledDataset]
    training_range: TrainingRange | None = None
    unnumbered: str = ""
    overlapping: str = ""


def read_sets(recipe: Recipe, given: Input) -> Sets:
    """Read all micrographs of a recipe and prepare them.

    Raises
    ------
    DatasetError
        If a set is not there or broken, or has too few micrographs for the split.
    RecipeError
        If the crop is larger than the smallest micrograph. One that only resampling made smaller than the crop is
        mirrored at its edges instead.
    """
    chosen = choose(recipe)
    opened, numbered = [*chosen.sets, *chosen.others], chosen.sets if recipe.distance else []
    read = numbered_readings if recipe.distance else readings
    learned: list[Reading] = list(read(chosen.training))
    if learned:
        check_crop(recipe, min(min(micrograph.shape) for micrograph, _mask, _ignored in learned))
    return Sets(
        [_at_least(recipe.crop, *pair) for pair in _prepared(learned, given)],
        _prepared(list(readings(chosen.validation)), given),
        ", ".join(dict.fromkeys(one.name for one in chosen.others or chosen.sets)),
        ", ".join(dict.fromkeys(one.name for one in opened)),
        opened,
        range_of(
            [
                *(
                    appearance_of(micrograph, given)
                    for micrograph, _mask, _ignored in evenly(learned, AT_MOST)
                ),
                *drawn_appearances(recipe),
            ],
            ", ".join(
                [
                    *dict.fromkeys(one.name for one in chosen.sets),
                    *(["synthetic"] if recipe.synthetic else []),
                ]
            ),
        ),
        _names_where(numbered, lambda meaning: not meaning.tells_apart),
        _names_where(numbered, lambda meaning: meaning.kind == OVERLAPPING),
    )


def _names_where(sets: list[LabelledDataset], holds: Callable[[LabelMeaning], bool]) -> str:
    """Return the names of the sets of whose labels this holds."""
    return ", ".join(dict.fromkeys(one.name for one in sets if holds(one.meaning)))


@dataclass(frozen=True)
class Chosen:
    """Which micrographs a run learns from and is validated on; nothing of them is read yet.

    Parameters
    ----------
    training, validation : list of LabelledMicrograph
    sets, others : list of LabelledDataset
        Those that are trained on, and those that serve only for validation.
    """

    training: list[LabelledMicrograph]
    validation: list[LabelledMicrograph]
    sets: list[LabelledDataset]
    others: list[LabelledDataset]


def choose(recipe: Recipe) -> Chosen:
    """Open the sets of a recipe, the one place that does, and split them.

    Raises
    ------
    DatasetError
        If a set is not there or broken, has boxes and no masks, or has too few micrographs for the split.
    """
    training: list[LabelledMicrograph] = []
    validation: list[LabelledMicrograph] = []
    sets = [open_dataset(name).with_masks() for name in recipe.training_sets]
    others = [open_dataset(name).with_masks() for name in recipe.validation_sets]
    for one in sets:
        if recipe.split is None:
            training += one.micrographs
        else:
            learned, held = split_set(one, recipe.split)
            training += learned
            validation += sorted(held, key=lambda micrograph: micrograph.name)
    for one in others:
        validation += one.micrographs
    return Chosen(_some(training, recipe), validation[: recipe.validation_at_most], sets, others)


def check_crop(recipe: Recipe, smallest_px: int) -> None:
    """Raise RecipeError if a crop is larger than the smallest edge of a micrograph, as it is in its file."""
    if recipe.crop > smallest_px:
        raise RecipeError(
            f"{recipe.name}: crop {recipe.crop} is larger than the smallest micrograph, {smallest_px} px; "
            f"make it {smallest_px - smallest_px % 32 or smallest_px} or smaller."
        )


def split_set(one: LabelledDataset, how: Split) -> tuple[list[LabelledMicrograph], list[LabelledMicrograph]]:
    """Return the micrographs of a set that are trained on, and those that are validated on."""
    if how.folds is not None:
        parts = one.split(how.seed, [1 / how.folds] * how.folds)
        held = parts.pop(how.fold)
        return [micrograph for part in parts for micrograph in part], held
    share = float(how.validation or 0)
    fractions = [1 - share - how.test, share, *([how.test] if how.test else [])]
    learned, held, *_never = one.split(how.seed, fractions)
    return learned, held


def _some(training: list[LabelledMicrograph], recipe: Recipe) -> list[LabelledMicrograph]:
    """Return at most as many as the recipe says, in their order: the first of one shuffle, so fewer are among more."""
    if recipe.training_at_most is None or recipe.training_at_most >= len(training):
        return training
    shuffled = np.random.default_rng([recipe.seed, 2]).permutation(len(training))
    return [training[place] for place in sorted(shuffled[: recipe.training_at_most])]


def _prepared(read: list[Reading], given: Input) -> Pairs:
    """Return what the network sees of each micrograph, in threads: scipy lets others work meanwhile."""
    with ThreadPoolExecutor(max_workers=min(cores(), MOST_THREADS)) as threads:
        return list(threads.map(lambda one: _pair(one, given), read))


def _pair(one: Reading, given: Input) -> tuple[FloatImage, Truth]:
    """Return what the network sees of a micrograph and of its mask; of numbers the nearest pixel is taken."""
    micrograph, mask, ignored = one
    step = given.step(micrograph.nm_per_px)
    pixels = prepare(micrograph.pixels, outliers=given.outliers, step=step, standardise=given.standardise)
    truth: Truth = (
        _nearest(mask, step) if mask.dtype == np.int32 else rescale(mask.astype(np.float32), step) > 0.5
    )
    if ignored is not None:
        # a pixel is left out where a quarter of it is not sure: half particle, half doubt is no background
        unsure = rescale(ignored.astype(np.float32), step) > 0.25
        kind = np.int32 if truth.dtype == np.int32 else np.int8
        truth = np.where(unsure, kind(IGNORED), truth.astype(kind))
    return pixels, truth


def _nearest(labels: npt.NDArray[np.int32], step: float) -> npt.NDArray[np.int32]:
    """Return a label image on a grid whose pixels are ``step`` times as wide, as `rescale` an image."""
    shape = rescaled_shape((labels.shape[0], labels.shape[1]), step)
    rows, columns = (
        np.minimum(((np.arange(length) + 0.5) * step).astype(np.intp), most - 1)
        for length, most in zip(shape, labels.shape, strict=True)
    )
    return labels[np.ix_(rows, columns)]


def _at_least(edge: int, pixels: FloatImage, mask: Truth) -> tuple[FloatImage, Truth]:
    """Mirror what is smaller than a crop at its edges."""
    missing = [max(0, edge - length) for length in pixels.shape]
    if not any(missing):
        return pixels, mask
    around = [(some // 2, some - some // 2) for some in missing]
    return np.pad(pixels, around, mode="symmetric"), np.pad(mask, around, mode="symmetric")
