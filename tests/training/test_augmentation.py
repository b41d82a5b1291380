"""Crops: where they lie, how they are turned and scaled, and what is done to their intensities."""

import numpy as np
import pytest
from scipy import ndimage

from workbench.training.augmentation import RELATIVE_CONTRAST, Window, cut, disturb, random_crop
from workbench.training.recipe import Augmentation

NOTHING = {
    "dihedral": False,
    "scale": (1, 1),
    "invert": 0,
    "blur": 0,
    "noise": 0,
    "gradient": 0,
    "contrast": (1, 1),
    "brightness": 0,
}


def only(**how) -> Augmentation:
    return Augmentation(**{**NOTHING, **how})


def plane(edge: int = 200):
    """An image that is linear in row and column: interpolation gives it back exactly."""
    rows, columns = np.mgrid[:edge, :edge].astype(np.float32)
    return rows + 1000 * columns


def noise(seed: int = 0, edge: int = 96):
    return np.random.default_rng(seed).normal(size=(edge, edge)).astype(np.float32)


def test_without_any_change_a_crop_is_a_piece_of_the_micrograph():
    image = plane()
    mask = image > 90_000
    crop, truth = random_crop(image, mask, 64, only(), np.random.default_rng(1))
    top, left = int(crop[0, 0] % 1000), int(crop[0, 0] // 1000)
    assert np.array_equal(crop, image[top : top + 64, left : left + 64])
    assert np.array_equal(truth, mask[top : top + 64, left : left + 64])


def test_crops_reach_every_place():
    image = plane(70)
    corners = {
        float(random_crop(image, image > 0, 64, only(), np.random.default_rng(seed))[0][0, 0])
        for seed in range(400)
    }
    assert len(corners) == 49  # 7 x 7 places


def test_dihedral_gives_all_eight_views():
    image = plane(64)
    seen = {
        random_crop(image, image > 0, 64, only(dihedral=True), np.random.default_rng(seed))[0].tobytes()
        for seed in range(100)
    }
    views = {np.rot90(one, turns).tobytes() for one in (image, image[:, ::-1]) for turns in range(4)}
    assert seen == views


@pytest.mark.parametrize(("step", "angle"), [(1.0, 0.3), (0.8, 0.0), (0.7, 2.0), (1.0, np.pi)])
def test_a_window_is_cut_where_it_says(step, angle):
    # On a plane the value at a pixel is the value of the plane at the place of its centre.
    found = cut(plane(), Window(90.0, 110.0, step, angle), 48)
    offset = np.arange(48) - 23.5
    rows, columns = np.meshgrid(offset, offset, indexing="ij")
    row = 90 + step * (np.cos(angle) * rows - np.sin(angle) * columns) - 0.5
    column = 110 + step * (np.sin(angle) * rows + np.cos(angle) * columns) - 0.5
    assert np.allclose(found, row + 1000 * column, rtol=1e-5)


def test_shrinking_and_enlarging_keep_image_and_mask_together():
    rows, columns = np.mgrid[:160, :160]
    mask = np.hypot(rows - 80, columns - 75) < 15
    for step in (0.6, 1.0, 1.6):
        window = Window(80, 75, step, 0.5)
        image = cut(mask.astype(np.float32), window, 64)
        truth = cut(mask, window, 64)
        assert truth.dtype == np.bool_
        assert (truth != (image > 0.5)).mean() < 0.01
        assert truth.sum() == pytest.approx(np.pi * (15 / step) ** 2, rel=0.05)


def test_shrinking_removes_what_the_coarser_grid_cannot_hold():
    checks = (np.indices((200, 200)).sum(0) % 2).astype(np.float32)
    shrunk = cut(checks, Window(100, 100, 3.0), 32)
    assert shrunk.std() < 0.02


def test_the_scale_is_within_its_range_and_changes_the_pixel_size():
    rows, columns = np.mgrid[:300, :300]
    image = np.hypot(rows - 150, columns - 150).astype(np.float32)
    slopes = []
    for seed in range(60):
        crop, _ = random_crop(image, image > 1e9, 64, only(scale=(0.5, 2)), np.random.default_rng(seed))
        slopes.append(np.hypot(*np.gradient(crop))[20:40, 20:40].mean())
    assert min(slopes) > 0.45
    assert max(slopes) < 2.05
    assert max(slopes) / min(slopes) > 2.5


def test_rotation_takes_any_angle():
    image = np.tile(np.arange(256, dtype=np.float32), (256, 1))
    angles = []
    for seed in range(60):
        crop, _ = random_crop(image, image > 1e9, 64, only(rotate=1), np.random.default_rng(seed))
        down, right = (float(np.median(part)) for part in np.gradient(crop))
        angles.append(np.arctan2(down, right) % (2 * np.pi))
    assert np.histogram(angles, 6, (0, 2 * np.pi))[0].min() >= 3


def test_with_particle_finds_the_rare_particle():
    mask = np.zeros((512, 512), bool)
    mask[10:30, 10:30] = True
    image = noise(edge=512)
    found = [
        random_crop(image, mask, 128, only(), np.random.default_rng(seed), with_particle=wanted)[1].any()
        for wanted in (True, False)
        for seed in range(60)
    ]
    assert sum(found[:60]) > 2 * sum(found[60:])


@pytest.mark.parametrize("name", ["blur", "noise", "poisson", "gradient", "gamma", "invert", "spikes"])
def test_each_change_is_made_where_its_chance_says(name):
    image = noise()
    always, never = only(**{name: 1}), only()
    assert np.array_equal(disturb(image, never, np.random.default_rng(0)), image)
    changed = disturb(image, always, np.random.default_rng(0))
    assert changed.dtype == np.float32
    assert not np.array_equal(changed, image)
    half = only(**{name: 0.5})
    made = sum(not np.array_equal(disturb(image, half, np.random.default_rng(s)), image) for s in range(200))
    assert 70 < made < 130


def test_invert_turns_the_sign():
    assert np.array_equal(disturb(noise(), only(invert=1), np.random.default_rng(0)), -noise())


def test_gaussian_noise_adds_its_variance():
    widths = [
        disturb(np.zeros((96, 96), np.float32), only(noise=1), np.random.default_rng(s)).std()
        for s in range(40)
    ]
    assert 0.09 < min(widths) < 0.3
    assert 0.8 < max(widths) < 1.01


def test_counting_noise_has_the_variance_of_its_dose():
    # Of N electrons a pixel: relative variance 1 / N, in standard deviations of the micrograph 1 / (N c^2).
    flat = np.zeros((128, 128), np.float32)
    for dose in (2.0, 40.0):
        found = disturb(flat, only(poisson=1, dose_per_px=(dose, dose)), np.random.default_rng(0))
        assert found.var() == pytest.approx(1 / (dose * RELATIVE_CONTRAST**2), rel=0.05)
        assert abs(found.mean()) < 5 * found.std() / 128


def test_blur_smooths_within_its_range():
    image = noise()
    least = ndimage.gaussian_filter(image, 1.5, mode="mirror").std()
    for seed in range(20):
        assert least * 0.99 < disturb(image, only(blur=1), np.random.default_rng(seed)).std() < 1


def test_a_gradient_is_a_plane():
    added = disturb(np.zeros((64, 64), np.float32), only(gradient=1), np.random.default_rng(3))
    assert np.ptp(added) > 0.1
    assert np.allclose(np.diff(added, 2, axis=0), 0, atol=1e-6)
    assert np.allclose(np.diff(added, 2, axis=1), 0, atol=1e-6)


def test_gamma_keeps_order_mean_and_deviation():
    image = noise()
    changed = disturb(image, only(gamma=1), np.random.default_rng(0))
    order = np.argsort(image, axis=None)
    assert np.diff(changed.ravel()[order]).min() >= 0  # two almost alike may round to the same
    assert changed.mean() == pytest.approx(image.mean(), abs=1e-4)
    assert changed.std() == pytest.approx(image.std(), rel=1e-4)


def test_contrast_and_brightness_are_a_factor_and_an_offset():
    image = noise()
    changed = disturb(image, only(contrast=(2, 2), brightness=0.5), np.random.default_rng(0))
    slope, offset = np.polyfit(image.ravel(), changed.ravel(), 1)
    assert slope == pytest.approx(2, rel=1e-4)
    assert 0.01 < abs(offset) < 2


def test_spikes_are_few_single_bright_pixels():
    changed = disturb(np.zeros((96, 96), np.float32), only(spikes=1), np.random.default_rng(0))
    assert 1 <= (changed > 0).sum() <= 20
    assert 4 <= changed.max() <= 10


def test_the_same_generator_gives_the_same_crop():
    how = Augmentation(rotate=0.5, poisson=0.5, gamma=0.5, spikes=0.5)
    image, mask = noise(edge=128), noise(1, 128) > 1
    one, two = (random_crop(image, mask, 64, how, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])
