"""Run lengths down the columns: those of pycocotools, packed and not."""

import numpy as np
import pytest
from particle_scenes import random_labels
from pycocotools import mask as theirs

from workbench.errors import WorkbenchError
from workbench.particles.files.run_lengths import piece_of, run_lengths, unpacked


def test_random_particles_have_the_run_lengths_of_pycocotools_and_come_back():
    rng = np.random.default_rng(5)
    count = 0
    for round_ in range(200):
        labels = random_labels(rng, round_ % 4)
        shape = labels.shape
        for number, counts in run_lengths(labels).items():
            packed = theirs.encode(np.asfortranarray(labels == number).astype(np.uint8))
            assert theirs.frPyObjects({"size": list(shape), "counts": counts.tolist()}, *shape) == packed
            assert np.array_equal(unpacked(packed["counts"])[: len(counts)], counts)
            for runs in (counts, unpacked(packed["counts"].decode())):
                piece = piece_of(runs, shape, number, None)
                whole = np.zeros(shape, bool)
                height, width = piece.pixels.shape
                whole[piece.top : piece.top + height, piece.left : piece.left + width] = piece.pixels
                assert np.array_equal(whole, labels == number)
            count += 1
    assert count > 300


def test_an_image_without_particles_has_no_runs():
    assert run_lengths(np.zeros((3, 4), int)) == {}


@pytest.mark.parametrize("runs", [[12], [], [0, 0, 12]])
def test_runs_without_a_particle_are_a_piece_without_pixels(runs):
    assert not piece_of(runs, (3, 4), 1, None).pixels.any()


@pytest.mark.parametrize("runs", [[0, 13], [-2, 3]])
def test_runs_that_do_not_fit_are_refused(runs):
    with pytest.raises(WorkbenchError, match="do not fit 4 x 3 px"):
        piece_of(runs, (3, 4), 1, None)


def test_a_text_that_nothing_was_packed_into_is_refused():
    with pytest.raises(WorkbenchError, match="damaged"):
        unpacked("12 34")
