"""Labelled sets: one way in, honest splits, and a sentence for each way in which a set can be wrong."""

import json

import numpy as np
import pytest
from saved_sets import discs, save

import workbench as wb
from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset, open_dataset, read_all

DOSES = np.geomspace(20, 2000, 24)


@pytest.fixture
def specimens(tmp_path):
    """24 specimens at doses from 20 to 2000, two shots each, the second at 1.2 times the dose."""
    names = [f"sim_{index:02d}_{shot}" for index in range(24) for shot in range(2)]
    folder = save(tmp_path / "set", *discs(48), names, name="sim", group_by=r"^(sim_\d+)_")
    (folder / "truth").mkdir()
    shuffled = np.random.default_rng(5).permutation(DOSES)
    for index, dose in enumerate(shuffled):
        for shot in range(2):
            truth = {"optics": {"dose_e_per_A2": dose * 1.2**shot}}
            (folder / "truth" / f"sim_{index:02d}_{shot}.json").write_text(json.dumps(truth))
    return open_dataset(folder)


def specimen(pair):
    return pair.name.rsplit("_", 1)[0]


def test_a_set_opens_by_folder_in_both_ways(tmp_path):
    folder = save(tmp_path / "set", *discs(2), name="x", nm_per_px=0.02)
    for opened in (wb.open_dataset(folder), wb.LabelledDataset(str(folder))):
        assert opened.name == "x"
        assert opened.folder == folder
        micrograph, mask = opened.micrographs[1].read()
        assert micrograph.nm_per_px == 0.02
        assert mask.sum() == 6
        assert len(read_all(opened.micrographs)) == 2
        opened.check()


@pytest.mark.parametrize("fractions", [(0.5, 0.5), (0.75, 0.125, 0.125)])
def test_a_split_by_dose_covers_the_range_in_each_part_and_parts_no_specimen(specimens, fractions):
    for seed in range(5):
        parts = specimens.split(seed, fractions, by_dose=True)
        assert sum(map(len, parts)) == 48
        sides = [{specimen(pair) for pair in part} for part in parts]
        assert sum(map(len, sides)) == len(set.union(*sides)) == 24
        for part in parts:
            doses = [pair.dose_e_per_A2 for pair in part]
            assert min(doses) < DOSES[8]
            assert max(doses) > DOSES[15]


def test_a_split_without_doses_in_mind_can_miss_the_range(specimens):
    """Else the test above could not fail."""
    highest = [
        max(pair.dose_e_per_A2 for pair in specimens.split(seed, (0.75, 0.125, 0.125))[1])
        for seed in range(5)
    ]
    assert min(highest) < DOSES[15]


@pytest.mark.parametrize("by_dose", [False, True])
def test_in_folds_each_specimen_is_held_out_once_and_never_on_both_sides(specimens, by_dose):
    folds = specimens.folds(5, 0, by_dose=by_dose)
    assert len(folds) == 5
    for train, held_out in folds:
        assert not {specimen(pair) for pair in train} & {specimen(pair) for pair in held_out}
        assert len(train) + len(held_out) == 48
        assert len(held_out) in (8, 10)
    assert sorted(pair.name for _train, held_out in folds for pair in held_out) == sorted(
        pair.name for pair in specimens.micrographs
    )


def test_folds_follow_the_seed(specimens):
    names = [
        [[pair.name for pair in held_out] for _train, held_out in specimens.folds(4, seed)]
        for seed in (0, 0, 1)
    ]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize("k", [1, 25])
def test_too_few_or_too_many_folds_are_refused(specimens, k):
    with pytest.raises(DatasetError, match=f"there are 2 to 24 folds, not {k}"):
        specimens.folds(k, 0)


def test_micrographs_without_a_dose_are_shared_out_too(specimens):
    for path in sorted((specimens.folder / "truth").iterdir())[:16]:
        path.unlink()
    halves = specimens.split(0, (0.5, 0.5), by_dose=True)
    assert [sum(pair.dose_e_per_A2 is None for pair in half) for half in halves] == [8, 8]


@pytest.mark.parametrize("key", ["nm_per_px", "dose_e_per_A2"])
@pytest.mark.parametrize("value", [0, -1.0, "0.02", True])
def test_sizes_and_doses_are_positive_numbers(tmp_path, key, value):
    with pytest.raises(DatasetError, match=f"{key} is a positive number"):
        LabelledDataset(save(tmp_path / "set", *discs(1)), **{key: value})


def test_values_of_a_label_are_chosen_by_the_caller_or_the_description(tmp_path):
    images, masks = discs(2)
    classes = masks.astype(np.uint8)
    classes[:, 6, :] = 2
    folder = save(tmp_path / "set", images, classes)
    with pytest.raises(DatasetError, match=r"m0: the label holds 3 values \(0, 1 and 2\)"):
        open_dataset(folder).check()
    assert open_dataset(folder, particle=1).micrographs[0].read()[1].sum() == 6
    assert open_dataset(folder, particle=[1, 2]).micrographs[0].read()[1].sum() == 14
    LabelledDataset.write_description(folder, particle=[2])
    assert open_dataset(folder).micrographs[0].read()[1].sum() == 8
    LabelledDataset.write_description(folder, labels="particles")
    assert open_dataset(folder).micrographs[0].read()[1].sum() == 14
