"""Truth of a scene: one mask a particle, overlaps kept, cut by the frame, in the right place."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.micrographs.synthetic import Camera, Lens, Material, Particle, Scene, Support, render

QUIET = Scene(
    support=Support("vacuum", grain=0.0, unevenness=0.0),
    camera=Camera(electrons_per_px=1e8, white=1.0, eight_bit=False),
)
DARK = Material(10.0)


def rendered(*particles, shape=(120, 150), scene=QUIET):
    return render(replace(scene, particles=particles), shape, np.random.default_rng(0))


def test_a_particle_is_where_it_was_put():
    drawn = rendered(Particle("cube", 40, 100, 30, material=DARK))
    rows, columns = np.nonzero(drawn.mask)
    assert (rows.mean() + 0.5, columns.mean() + 0.5) == (
        pytest.approx(40, abs=0.1),
        pytest.approx(100, abs=0.1),
    )
    assert drawn.pixels[drawn.mask].mean() < 40
    assert drawn.pixels[~drawn.mask].mean() > 250
    assert drawn.pixels.shape == (120, 150)
    assert drawn.pixels.dtype == np.float32


def test_the_rim_of_the_mask_is_the_rim_of_the_picture():
    drawn = rendered(Particle("cube", 60, 75, 60, angle=0.3, rounding=0.0, material=Material(60.0)))
    half_covered = np.exp(-0.5) * 255
    assert ((drawn.pixels < half_covered) != drawn.mask).sum() <= 4


def test_overlaps_are_kept_and_the_smallest_is_on_top():
    large, small = Particle("sphere", 60, 60, 60), Particle("sphere", 60, 80, 30)
    for order in ((large, small), (small, large)):
        drawn = rendered(*order)
        masks = drawn.masks()
        assert (masks[0] & masks[1]).sum() > 300
        areas = masks.sum((1, 2))
        assert sorted(areas) == [pytest.approx(np.pi / 4 * width**2, rel=0.02) for width in (30, 60)]
        smaller = int(areas.argmin())
        np.testing.assert_array_equal(drawn.labels == smaller + 1, masks[smaller])
        np.testing.assert_array_equal(drawn.mask, masks.any(0))


def test_a_particle_inside_another_keeps_its_label():
    drawn = rendered(
        Particle("sphere", 60, 60, 80), Particle("sphere", 60, 60, 20), Particle("sphere", 60, 60, 20)
    )
    assert [len(drawn.instances), len(np.unique(drawn.labels))] == [
        3,
        3,
    ]  # of two alike the later one is seen
    assert (drawn.labels == 3).sum() == drawn.masks()[2].sum()


def test_particles_are_cut_by_the_frame_and_those_beyond_it_are_none():
    inside, cut, beyond = (Particle("sphere", 60, column, 40) for column in (75, 150, 172))
    drawn = rendered(inside, cut, beyond)
    assert [one.particle for one in drawn.instances] == [inside, cut]
    whole, half = (one.mask.sum() for one in drawn.instances)
    assert half == whole / 2
    assert drawn.instances[1].box == (slice(40, 80), slice(130, 150))


def test_what_leaves_the_frame_does_not_come_back_on_the_other_side():
    scene = replace(QUIET, lens=Lens(fresnel_px=4.0))
    empty, drawn = rendered(scene=scene), rendered(Particle("cube", 60, -19, 40, material=DARK), scene=scene)
    assert np.abs(drawn.pixels - empty.pixels)[:, -20:].max() < 10
    assert not drawn.instances


def test_masks_in_boxes_are_tight():
    drawn = rendered(*(Particle("facet", 60, 20 + 40 * n, 30, seed=n, irregular=0.3) for n in range(3)))
    for one in drawn.instances:
        assert one.mask.shape == tuple(edge.stop - edge.start for edge in one.box)
        assert all(one.mask.any(axis)[[0, -1]].all() for axis in (0, 1))


@pytest.mark.parametrize(
    ("how", "lighter"),
    [
        ({}, False),
        ({"lens": Lens(dark_field=True), "camera": Camera(1e8, black=None, white=None)}, True),
        ({"support": Support("carbon", depth=0.05, stain=1.0)}, True),
    ],
)
def test_either_sign_of_contrast(how, lighter):
    material = Material(10.0) if not lighter or "lens" in how else Material(500.0)
    drawn = rendered(Particle("sphere", 60, 75, 50, material=material), scene=replace(QUIET, **how))
    inside, outside = drawn.pixels[drawn.mask].mean(), drawn.pixels[~drawn.mask].mean()
    assert (inside > outside + 30) if lighter else (inside < outside - 30)


def test_black_and_white_left_to_the_picture_use_the_whole_scale():
    scene = replace(QUIET, camera=Camera(500.0, black=None, white=None))
    drawn = rendered(Particle("sphere", 60, 75, 50, material=Material(100.0)), scene=scene)
    assert (drawn.pixels < 5).any()
    assert (drawn.pixels > 250).any()


def test_no_particle_no_label():
    drawn = rendered()
    assert drawn.masks().shape == (0, 120, 150)
    assert not drawn.labels.any()
    assert drawn.labels.dtype == np.uint16
