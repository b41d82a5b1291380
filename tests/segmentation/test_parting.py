"""Touching particles parted by the distance to their rims, which is given here without a network."""

import numpy as np
import pytest

from workbench.errors import Stopped
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.particles.measuring import label_image, measure
from workbench.particles.post_processing import MaskSettings, post_process
from workbench.segmentation.masks import clean_mask, label_particles, number_particles
from workbench.segmentation.parting import part_by_distance, split_by_distance
from workbench.segmentation.rim_distance import rim_distance
from workbench.segmentation.segmentation import Segmentation

ROWS, COLUMNS = np.mgrid[:200, :220].astype(float)


def spheres(rows=5, columns=6, radius=15.0, apart=28.0):
    """Return a label image of spheres in square contact that overlap a little."""
    labels = np.zeros(ROWS.shape, np.int32)
    away = np.full(ROWS.shape, np.inf)
    for number in range(rows * columns):
        y, x = 25 + apart * (number // columns), 25 + apart * (number % columns)
        own = np.hypot(ROWS - y, COLUMNS - x)
        labels = np.where((own <= radius) & (own < away), number + 1, labels)
        away = np.minimum(away, own)
    return labels


def noisy(labels, noise=0.03):
    """Return the distance of particles as a network might give it: smoothed and uneven."""
    from scipy import ndimage

    rough = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=labels.shape), 2)
    found = ndimage.gaussian_filter(rim_distance(labels), 1) + noise * rough / rough.std()
    return found.clip(0, 1).astype(np.float32)


def test_spheres_in_contact_have_numbers_of_their_own_and_lose_no_pixel():
    true = spheres()
    found = part_by_distance(true > 0, noisy(true))
    assert found.dtype == np.int32
    assert np.array_equal(found > 0, true > 0)
    assert found.max() == 30
    assert np.array_equal(label_image(found), found)  # what the package reads as one number a particle
    for number in range(1, 31):
        own = np.bincount(found[true == number])
        assert own.max() >= 0.95 * own.sum()
    first = [int(np.flatnonzero(found == number)[0]) for number in range(1, 31)]
    assert first == sorted(first)


def test_the_mask_has_a_line_of_background_where_the_label_image_has_none():
    true = spheres()
    split = split_by_distance(true > 0, noisy(true))
    assert label_particles(split)[1] == 30
    line = (true > 0) & ~split
    assert 0 < line.sum() < 0.1 * (true > 0).sum()


def test_rods_large_particles_and_specks_stay_whole():
    labels = np.zeros(ROWS.shape, np.int32)
    labels[10:20, 10:200] = 1
    labels[np.hypot(ROWS - 110, COLUMNS - 80) <= 70] = 2
    labels[100:102, 180:190] = 3
    labels[150:160, 180:190] = 4
    found = part_by_distance(labels > 0, noisy(labels, 0.05))
    assert found.max() == 4


@pytest.mark.parametrize(("angle", "width"), [(0.35, 5.0), (0.5, 4.0), (0.7, 4.5), (0.9, 3.6)])
def test_a_narrow_rod_across_the_pixel_grid_stays_whole(angle, width):
    across = np.abs((ROWS - 100) * np.cos(angle) - (COLUMNS - 110) * np.sin(angle))
    along = np.abs((ROWS - 100) * np.sin(angle) + (COLUMNS - 110) * np.cos(angle))
    rod = ((across <= width / 2) & (along <= 80)).astype(np.int32)
    assert part_by_distance(rod > 0, rim_distance(rod)).max() == 1


def test_two_halves_that_no_shape_tells_apart_are_parted_by_the_distance_alone():
    labels = np.zeros(ROWS.shape, np.int32)
    labels[50:90, 20:110], labels[50:90, 110:200] = 1, 2  # a rod for whoever sees its outline only
    found = Segmentation(
        (labels > 0).astype(np.float32) * np.float32(0.9),
        Card(name="two", title="Two", architecture="unet"),
        Micrograph(np.zeros(labels.shape, np.float32), 0.5, "m"),
        distance=noisy(labels),
    )
    table = measure(found.label_image(), found.micrograph)
    assert table["area_nm2"].tolist() == [900.0, 900.0]
    assert len(post_process(found, MaskSettings(0.5, split_touching=True)).particles) == 2


@pytest.mark.parametrize("by_distance", [True, False])
def test_small_ones_are_dropped_and_holes_filled_as_in_a_mask(by_distance):
    true = spheres(1, 2)
    mask = true > 0
    mask[0:4, 0:4] = True
    mask[24:26, 24:26] = False
    distance = noisy(true) if by_distance else None
    how = {"min_area_nm2": 20, "fill_holes": True, "distance": distance}
    numbers = number_particles(mask, **how)
    assert numbers.max() == 2
    assert numbers[25, 25] == 1
    assert numbers[0, 0] == 0
    assert label_particles(clean_mask(mask, split_touching=True, **how))[1] == 2


def test_a_stop_is_heard():
    true = spheres(1, 2)
    with pytest.raises(Stopped):
        part_by_distance(true > 0, noisy(true), lambda: True)
