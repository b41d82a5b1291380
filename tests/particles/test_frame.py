"""What the frame cuts, and how the others stand for it."""

import numpy as np
import pytest
from scipy import ndimage

from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.frame import edge_weights, frame_px, touches_edge


def micrograph(shape, *marks: Mark) -> Micrograph:
    return Micrograph(np.zeros(shape, np.float32), 1.0, marks=marks)


def test_particles_at_the_edge_and_at_a_data_bar_are_cut():
    labels = np.zeros((60, 80), np.int32)
    labels[0:5, 10:20] = 1
    labels[20:30, 30:40] = 2
    labels[40:50, 50:60] = 3
    labels[20:24, 78:80] = 4
    bar = Mark("data bar", 50, 60, 0, 80)
    assert touches_edge(labels, 4, micrograph((60, 80), bar)).tolist() == [True, False, True, True]
    assert touches_edge(labels, 4, micrograph((60, 80))).tolist() == [True, False, False, True]


def test_a_data_bar_is_no_part_of_the_frame_but_letters_are():
    bar, text = Mark("data bar", 50, 60, 0, 80), Mark("text", 5, 10, 5, 40)
    assert frame_px(micrograph((60, 80), bar, text)) == (50, 80)
    assert frame_px(micrograph((60, 80), Mark("blank", 0, 60, 70, 80))) == (60, 70)


def test_a_particle_a_quarter_of_the_frame_wide_stands_for_nearly_two():
    boxes = [(slice(10, 35), slice(10, 35)), (slice(0, 25), slice(50, 75))]
    weights = edge_weights(boxes, np.array([False, True]), micrograph((100, 100)))
    assert weights.tolist() == pytest.approx([100 * 100 / (75 * 75), 0])


def test_weighted_discs_in_a_frame_have_the_mean_diameter_of_all():
    """Discs of two sizes at random places: without the weights the large ones are too few."""
    rng = np.random.default_rng(3)
    found, weights = [], []
    frame = micrograph((200, 200))
    for _ in range(4000):
        radius = rng.choice([8.0, 40.0])
        y, x = rng.uniform(-50, 250, size=2)
        if min(y, x) - radius < 0 or max(y, x) + radius > 200:
            continue
        box = (slice(0, round(2 * radius)), slice(0, round(2 * radius)))
        found.append(2 * radius)
        weights.append(edge_weights([box], np.array([False]), frame)[0])
    assert np.mean(found) < 38
    assert np.average(found, weights=weights) == pytest.approx(48, abs=2.5)


def test_no_particle():
    assert edge_weights([], np.zeros(0, bool), micrograph((9, 9))).size == 0
    assert touches_edge(np.zeros((9, 9), np.int32), 0, micrograph((9, 9))).size == 0


def test_numbers_agree_with_boxes_of_scipy():
    labels = np.zeros((40, 40), np.int32)
    labels[5:15, 6:26] = 1
    weights = edge_weights(ndimage.find_objects(labels), np.array([False]), micrograph((40, 40)))
    assert weights[0] == pytest.approx(1600 / (30 * 20))
