"""What every cell is scored on: the test micrographs, their doses and specimens, and how large their particles are."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.errors import DatasetError, RecipeError
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, LabelledMicrograph, open_dataset
from workbench.micrographs.datasets.labels import OVERLAPPING, PARTICLES
from workbench.micrographs.micrograph import BoolImage
from workbench.segmentation.masks import label_particles
from workbench.study.cells import Cell
from workbench.study.plan import StudyPlan
from workbench.training.datasets import check_crop, choose
from workbench.training.recipe import Recipe


@dataclass(frozen=True)
class EvaluationMicrograph:
    """One test micrograph.

    Parameters
    ----------
    set : str
        Folder or name of its set, as in the plan.
    name : str
    specimen : str
        Micrographs of one specimen share it, also those of simulated sets of one seed: they are no chances apart.
    pair : LabelledMicrograph
    """

    __test__ = False  # no test class, whatever pytest thinks of its name

    set: str
    name: str
    specimen: str
    pair: LabelledMicrograph

    @property
    def shown(self) -> str:
        """Set and name, such as ``dose-80/sim801_0000_0``."""
        return f"{Path(self.set).name}/{self.name}"


def open_tests(plan: StudyPlan) -> list[EvaluationMicrograph]:
    """Return all test micrographs of a plan; their pixels are read when needed.

    Raises
    ------
    DatasetError
        If a set is not there or broken, has boxes and no masks, or its doses are asked for and not known.
    """
    found = []
    for name in plan.test_sets:
        one = open_dataset(name).with_masks()
        simulated = _seed(one) is not None
        for specimen, members in one.groups().items():
            key = specimen if simulated else f"{name}/{specimen}"
            found += [EvaluationMicrograph(name, member.name, key, member) for member in members]
    if plan.doses_e_per_A2:
        lacking = [one for one in found if one.pair.dose_e_per_A2 is None]
        if lacking:
            raise DatasetError(
                f"{lacking[0].shown}: no dose is known, of {len(lacking)} of {len(found)} test micrographs; "
                "take doses_e_per_A2 out of the plan, or give dose_e_per_A2 in set.toml."
            )
    return found


def chosen_for_figure(plan: StudyPlan, tests: Sequence[EvaluationMicrograph]) -> list[EvaluationMicrograph]:
    """Return the micrographs of Figure 1: those that the plan names, or the first of each bin of dose.

    Raises
    ------
    RecipeError
        If there is none of a name.
    """
    if not plan.figure:
        bins = plan.bins or [(0.0, math.inf)]
        of_bins = [
            [one for one in tests if low <= (one.pair.dose_e_per_A2 or 0.0) < high] for low, high in bins
        ]
        return [found[0] for found in of_bins if found]
    chosen = []
    for name in plan.figure:
        found = [one for one in tests if name in (one.name, one.shown)]
        if len(found) != 1:
            raise RecipeError(
                f"figure: {name} is "
                + ("in several test sets; write it as set/name." if found else "in no test set.")
            )
        chosen += found
    return chosen


def check_sets(plan: StudyPlan, cells: Sequence[Cell]) -> None:
    """Check that there are enough micrographs for every cell, and that none that is scored on was learned from.

    Raises
    ------
    DatasetError
        If a set is not there, or broken.
    RecipeError
        If a training set is too small, a crop too large, or a test set serves for training or validation.
    """
    looked: set[str] = set()
    for cell in cells:
        plain = cell.recipe.model_copy(update={"name": "", "title": "", "seed": 0, "training_at_most": None})
        what = repr((plain.training_sets, plain.validation_sets, plain.split, plain.crop, cell.training_size))
        if what in looked:
            continue
        looked.add(what)
        chosen = choose(plain)
        count = len(chosen.training)
        if cell.training_size is not None and cell.training_size > count:
            raise RecipeError(
                f"training_sizes: {cell.training_size} micrographs are asked for, and there are {count} to train on."
            )
        if chosen.training:  # else every crop is synthetic
            check_crop(cell.recipe, min(chosen.training[0].read()[0].shape))
        _check_unseen(plan, cell.recipe, [*chosen.sets, *chosen.others])


def describe_tests(plan: StudyPlan, tests: Sequence[EvaluationMicrograph]) -> tuple[pd.DataFrame, str]:
    """Read all test micrographs once.

    Returns
    -------
    table : DataFrame
        One row each: ``set``, ``micrograph``, ``specimen``, ``dose_e_per_A2``, ``nm_per_px``, ``bin`` (of dose; empty
        outside all), ``edge_px`` (the shorter one), ``particles`` and ``diameter_px``: the median diameter of the
        circles with the areas of its particles that do not touch the edge (NaN without one).
    sha256 : str
        Of all pixels and masks.
    """
    rows, digest = [], hashlib.sha256()
    for one in tests:
        micrograph, mask = one.pair.read()
        digest.update(f"{one.set}/{one.name} {mask.shape}".encode())
        digest.update(np.ascontiguousarray(micrograph.pixels).data)
        digest.update(np.packbits(mask).data)
        dose = one.pair.dose_e_per_A2
        diameters = diameters_px(one.pair, mask)
        rows.append(
            {
                "set": one.set,
                "micrograph": one.name,
                "specimen": one.specimen,
                "dose_e_per_A2": math.nan if dose is None else dose,
                "nm_per_px": math.nan if micrograph.nm_per_px is None else micrograph.nm_per_px,
                "bin": next(
                    (bin_name(low, high) for low, high in plan.bins if low <= (dose or 0) < high), ""
                ),
                "edge_px": min(micrograph.shape),
                "particles": len(diameters),
                "diameter_px": float(np.median(diameters)) if diameters else math.nan,
            }
        )
    return pd.DataFrame(rows), digest.hexdigest()


def diameters_px(pair: LabelledMicrograph, mask: BoolImage) -> list[float]:
    """Return the diameters of the circles with the areas of the particles that lie whole in the micrograph.

    Where the label has a number for each particle, touching ones are told apart.
    """
    label = pair.load()[1]
    one_each = pair.meaning.kind in (PARTICLES, OVERLAPPING) and label.ndim == 2
    numbered = label if one_each else label_particles(mask)[0]
    areas = np.bincount(np.where(mask, numbered, 0).astype(np.int64).ravel())
    edge = np.concatenate([numbered[0], numbered[-1], numbered[:, 0], numbered[:, -1]])
    areas[np.unique(edge).astype(np.int64)] = 0
    return [2 * math.sqrt(area / math.pi) for area in areas[1:] if area]


def bin_name(low: float, high: float) -> str:
    """Return how a bin of dose is called."""
    return f"{low:g} to {high:g} e/Å²"


def _check_unseen(plan: StudyPlan, recipe: Recipe, learned: Sequence[LabelledDataset]) -> None:
    tests = [open_dataset(name) for name in plan.test_sets]
    places = {(one.folder.resolve(), one.source.name) for one in learned}
    seeds = {seed: one.name for one in learned if (seed := _seed(one)) is not None}
    for name, test in zip(plan.test_sets, tests, strict=True):
        if (test.folder.resolve(), test.source.name) in places:
            raise RecipeError(
                f"{name} is a test set, and {recipe.architecture} is trained or validated on it; name another one."
            )
        seed = _seed(test)
        if seed in seeds:
            raise RecipeError(
                f"{name} and {seeds[seed]}, which is trained or validated on, are simulated from one seed, {seed}, so "
                "they may show the same specimens; simulate the test set from another."
            )


def _seed(one: LabelledDataset) -> int | None:
    """Return the seed of a simulated set."""
    details = one.description.get("details")
    seed = details.get("seed") if isinstance(details, dict) else None
    return seed if isinstance(seed, int) else None
