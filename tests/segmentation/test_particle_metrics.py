"""Particles matched one by one, each metric against a count by hand."""

import math

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.segmentation.particle_metrics import (
    box_overlaps,
    boxes_of,
    f1,
    matches,
    mean_f1,
    panoptic_quality,
    particle_overlaps,
    particle_scores,
    size_errors,
)

TRUE = np.array([[1, 1, 1, 1, 0, 2, 2, 2, 2, 2, 0, 7]])
PREDICTED = np.array([[5, 5, 5, 0, 0, 0, 0, 3, 3, 3, 3, 0]])
"""By hand: 5 and 1 share 3 of 4 pixels, 3 and 2 share 3 of 6; 7 is missed."""


def test_overlaps_of_label_images_by_hand():
    found = particle_overlaps(PREDICTED, TRUE).toarray()
    np.testing.assert_allclose(found, [[0, 3 / 6, 0], [3 / 4, 0, 0]])  # in the order of the numbers


def test_scores_by_hand():
    overlaps = particle_overlaps(PREDICTED, TRUE)
    assert matches(overlaps).tolist() == [0.75, 0.5]
    assert f1(overlaps) == 2 * 2 / 5
    # two found at 0.5; one at 0.55 ... 0.75; none above
    assert mean_f1(overlaps) == pytest.approx((0.8 + 5 * 0.4) / 10)
    assert panoptic_quality(overlaps) == pytest.approx(
        0.75 / 2.5
    )  # what overlaps by half is not above a half


def test_masks_may_overlap_and_are_compared_with_label_images():
    masks = np.zeros((3, 1, 12), bool)
    masks[0, 0, :4] = True
    masks[1, 0, 2:10] = True
    found = particle_overlaps(masks, TRUE).toarray()  # the third mask is of no pixel, and no particle
    np.testing.assert_allclose(found, [[1, 0, 0], [2 / 10, 5 / 8, 0]])
    np.testing.assert_allclose(particle_overlaps(TRUE, masks).toarray(), found.T)
    np.testing.assert_allclose(particle_overlaps(masks, masks).toarray(), [[1, 2 / 10], [2 / 10, 1]])


def test_each_particle_is_matched_once_the_best_pair_first():
    """The second prediction fits both; the first has the better claim to the first truth."""
    true, predicted = np.zeros((2, 1, 20), bool), np.zeros((2, 1, 20), bool)
    true[0, 0, 0:10] = true[1, 0, 4:14] = True
    predicted[0, 0, 0:9] = predicted[1, 0, 2:12] = True
    overlaps = particle_overlaps(predicted, true)
    np.testing.assert_allclose(overlaps.toarray(), [[9 / 10, 5 / 14], [8 / 12, 8 / 12]])
    np.testing.assert_allclose(matches(overlaps), [9 / 10, 8 / 12])
    assert f1(overlaps, 0.7) == 0.5


def test_boxes_by_hand():
    ours = np.array([[0, 0, 10, 10], [20, 20, 30, 40]])
    theirs = np.array([[0, 5, 10, 15], [20, 20, 30, 40], [50, 50, 60, 60]])
    overlaps = box_overlaps(ours, theirs)
    np.testing.assert_allclose(overlaps.toarray(), [[50 / 150, 0, 0], [0, 1, 0]])
    assert f1(overlaps) == 2 / 5
    labels = np.zeros((12, 14), np.uint16)
    labels[2:5, 3:4] = labels[4, 3:9] = 9
    labels[11, 13] = 2
    assert boxes_of(labels).tolist() == [[11, 13, 12, 14], [2, 3, 5, 9]]
    assert boxes_of(labels == np.array([9, 2])[:, None, None]).tolist() == [[2, 3, 5, 9], [11, 13, 12, 14]]


def test_errors_of_sizes_by_hand():
    found = size_errors([2.0, 8.0, 4.0], [1.0, 1.0, math.e, math.e])
    assert found["count_error"] == pytest.approx(-0.25)
    assert found["median_diameter_error"] == pytest.approx(4 / ((1 + math.e) / 2) - 1)
    # ln 2, 2 ln 2, 3 ln 2: their deviation is ln 2 sqrt(2/3); that of 0, 0, 1, 1 is 1/2
    gsd = math.exp(math.log(2) * math.sqrt(2 / 3))
    assert found["gsd_error"] == pytest.approx(gsd / math.exp(0.5) - 1)


def test_all_scores_of_a_micrograph():
    found = particle_scores(PREDICTED, TRUE)
    assert (found["particle_f1"], found["count_error"]) == (0.8, pytest.approx(2 / 3 - 1))
    assert found["median_diameter_error"] == pytest.approx((math.sqrt(3) + 2) / 2 / 2 - 1)
    perfect = particle_scores(TRUE, TRUE)
    assert (
        perfect.pop("particle_f1") == perfect.pop("particle_mean_f1") == perfect.pop("panoptic_quality") == 1
    )
    assert perfect == {"count_error": 0, "median_diameter_error": 0, "gsd_error": 0}


def test_without_particles():
    none = np.zeros((1, 12), int)
    both = particle_scores(none, none)
    assert (both["particle_f1"], both["particle_mean_f1"], both["panoptic_quality"]) == (1, 1, 1)
    assert math.isnan(both["count_error"])
    missed = particle_scores(none, TRUE)
    assert (missed["particle_f1"], missed["panoptic_quality"], missed["count_error"]) == (0, 0, -1)
    assert math.isnan(missed["median_diameter_error"])
    assert f1(box_overlaps(np.zeros((0, 4)), np.array([[0, 0, 1, 1]]))) == 0
    assert boxes_of(none).shape == (0, 4)


def test_many_particles_need_little_memory():
    """A dense matrix of 40,000 by 40,000 would be 12.8 GB."""
    labels = np.arange(1, 40001).reshape(200, 200)
    assert particle_scores(labels, labels)["particle_mean_f1"] == 1


@pytest.mark.parametrize(
    ("predicted", "said"),
    [
        (np.zeros((3, 4)), "whole numbers"),
        (np.zeros((3, 4), bool), "whole numbers"),
        (np.zeros((2, 3, 4), int), "whole numbers"),
        (np.zeros((4, 3), int), "same micrograph"),
    ],
)
def test_what_holds_no_particles_is_said(predicted, said):
    with pytest.raises(WorkbenchError, match=said):
        particle_overlaps(predicted, np.zeros((3, 4), int))


def test_boxes_and_diameters_that_are_none_are_said():
    with pytest.raises(WorkbenchError, match="shape"):
        box_overlaps(np.zeros((2, 3)), np.zeros((0, 4)))
    with pytest.raises(WorkbenchError, match="bottom below its top"):
        box_overlaps(np.array([[5, 0, 5, 1]]), np.zeros((0, 4)))
    with pytest.raises(WorkbenchError, match="positive"):
        size_errors([0.0], [1.0])
