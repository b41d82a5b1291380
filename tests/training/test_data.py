"""Batches: which crops, the same whoever makes them."""

import errno
import pickle
import sys
from collections import Counter

import numpy as np
import pytest
import torch

from workbench.errors import ComputeError
from workbench.networks.card import Input
from workbench.training import data
from workbench.training.data import Crops, batches, workers_for
from workbench.training.datasets import read_sets
from workbench.training.recipe import Loss


@pytest.fixture
def crops(short):
    return Crops(read_sets(short, Input()).training, short)


def taken(crops, first=0, **how):
    with batches(crops, first, **how) as source:
        return list(source)


def test_a_pass_takes_every_micrograph_once(short):
    pairs = [(np.full((64, 64), number, np.float32), np.zeros((64, 64), bool)) for number in range(6)]
    still = short.augmentation.model_copy(
        update={"contrast": (1, 1), "brightness": 0, "invert": 0, "noise": 0, "gradient": 0, "blur": 0}
    )
    crops = Crops(pairs, short.model_copy(update={"augmentation": still}))
    numbers = [round(float(crops[number][0].mean())) for number in range(12)]
    assert Counter(numbers) == dict.fromkeys(range(6), 2)
    assert numbers[:6] != numbers[6:]


def test_shapes_and_kinds_of_a_batch(crops):
    images, masks = taken(crops)[0]
    assert (images.shape, masks.shape) == ((4, 1, 64, 64), (4, 64, 64))
    assert images.dtype == masks.dtype == torch.float32
    assert set(masks.unique().tolist()) <= {0.0, 1.0}


def test_borders_come_with_the_crop_where_the_loss_wants_them(short):
    bordered = short.model_copy(update={"loss": Loss(kind="border")})
    _images, masks, border = Crops(read_sets(bordered, Input()).training, bordered)[0]
    assert border.shape == masks.shape


def test_particle_crops_show_particles(short):
    rows, columns = np.mgrid[:512, :512]
    pairs = [(np.zeros((512, 512), np.float32), np.hypot(rows - 30, columns - 30) < 15)]
    shares = []
    for chance in (0.0, 1.0):
        crops = Crops(pairs, short.model_copy(update={"particle_crops": chance}))
        shares.append(np.mean([bool(crops[number][1].any()) for number in range(60)]))
    assert shares[1] > 2 * shares[0]


def test_processes_together_see_what_one_would(crops):
    alone = taken(crops)
    two = [taken(crops, rank=rank, world=2) for rank in (0, 1)]
    for whole, *parts in zip(alone, *two, strict=True):
        for number, tensor in enumerate(whole):
            assert torch.equal(tensor, torch.cat([part[number] for part in parts]))


def test_a_run_that_begins_later_sees_the_later_batches(crops):
    whole, rest = taken(crops), taken(crops, first=4)
    assert (len(whole), len(rest)) == (6, 2)
    for one, other in zip(whole[4:], rest, strict=True):
        assert torch.equal(one[0], other[0])


@pytest.mark.slow
def test_workers_make_the_same_crops_and_leave_main_alone(crops, tmp_path):
    expected = taken(crops)
    crops.move_to(tmp_path / "micrographs.tmp")
    main = sys.modules["__main__"]
    before = getattr(main, "__file__", None), main.__spec__
    found = taken(crops, workers=2)
    assert (getattr(main, "__file__", None), main.__spec__) == before
    for one, other in zip(expected, found, strict=True):
        assert torch.equal(one[0], other[0])
        assert torch.equal(one[1], other[1])


def test_micrographs_that_workers_share_do_not_travel_with_each(crops, tmp_path):
    heavy = len(pickle.dumps(crops))
    crops.move_to(tmp_path / "micrographs.tmp")
    assert crops[0][0].shape == (1, 64, 64)  # mapped here, too
    assert len(pickle.dumps(crops)) < heavy / 10


def test_a_full_disk_leaves_no_half_file(crops, tmp_path, monkeypatch):
    def full(*_arguments, **_names):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(data.np, "ascontiguousarray", full)
    with pytest.raises(ComputeError, match="No space left"):
        crops.move_to(tmp_path / "micrographs.tmp")
    assert not (tmp_path / "micrographs.tmp").exists()


def test_a_worker_that_was_ended_is_said(crops, monkeypatch):
    class Dead:
        def __iter__(self):
            return self

        def __next__(self):
            raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed.")

    monkeypatch.setattr(data, "DataLoader", lambda *_arguments, **_names: Dead())
    with batches(crops, 0) as source, pytest.raises(ComputeError, match="resume with fewer workers"):
        next(source)


def test_how_many_workers_follows_the_recipe_then_the_machine(recipe, monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: set(range(6)), raising=False)
    free = recipe.model_copy(update={"workers": None})
    assert workers_for(recipe.model_copy(update={"workers": 5}), "cpu") == 5
    assert (workers_for(free, "cpu"), workers_for(free, "cuda"), workers_for(free, "cuda", 2)) == (1, 5, 2)
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: {0})
    assert workers_for(free, "cuda") == 0
