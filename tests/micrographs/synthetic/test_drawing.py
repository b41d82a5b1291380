"""Micrographs drawn at random: the same for a seed, whole in their truth, as varied as asked."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from workbench.micrographs.synthetic import KINDS, SHAPES, SUPPORTS, draw, draw_scene
from workbench.micrographs.synthetic.drawing import NARROWEST_PX, WIDEST_PX

OVER = """
import hashlib
import numpy as np
from workbench.micrographs.synthetic import draw
drawn = [draw(np.random.default_rng([5, n]), (128, 128)) for n in range(4)]
print(hashlib.sha256(b"".join(one.pixels.tobytes() + one.labels.tobytes() for one in drawn)).hexdigest())
"""


def scenes(count=300, **how):
    return [draw_scene(np.random.default_rng([1, number]), (256, 256), **how) for number in range(count)]


@pytest.fixture(scope="module")
def many():
    return scenes(700)


def test_one_seed_one_micrograph_in_any_process():
    drawn = [draw(np.random.default_rng([5, number]), (128, 128)) for number in range(4)]
    said = hashlib.sha256(b"".join(one.pixels.tobytes() + one.labels.tobytes() for one in drawn)).hexdigest()
    other = subprocess.run([sys.executable, "-c", OVER], capture_output=True, text=True, check=True).stdout
    assert said == other.strip()
    assert not np.array_equal(drawn[0].pixels, draw(np.random.default_rng([5, 9]), (128, 128)).pixels)


@pytest.mark.parametrize(
    ("number", "kind", "particles", "area", "mean"),
    [(0, "plates", 1, 8067, 114.21), (1, "wires", 2, 9071, 70.66), (4, "touching", 13, 2295, 60.34)],
)
def test_a_seed_gives_the_same_micrograph_on_any_machine(number, kind, particles, area, mean):
    drawn = draw(np.random.default_rng([5, number]), (128, 128))
    assert (drawn.scene.kind, len(drawn.instances)) == (kind, particles)
    assert drawn.mask.sum() == pytest.approx(area, abs=2)  # machines differ in the last bit
    assert drawn.pixels.mean() == pytest.approx(mean, abs=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_whole(kind):
    for number in range(12):
        drawn = draw(np.random.default_rng([2, number]), (96, 128), kinds=[kind], inverted=0.3, burnt_in=0.5)
        assert drawn.pixels.shape == (96, 128)
        assert drawn.pixels.dtype == np.float32
        assert np.isfinite(drawn.pixels).all()
        assert drawn.pixels.min() >= 0
        assert drawn.pixels.max() <= 255
        assert drawn.scene.kind == kind
        masks = drawn.masks()
        assert masks.any((1, 2)).all()
        assert not (masks & drawn.burnt_in).any()
        np.testing.assert_array_equal(masks.any(0), drawn.mask)
        np.testing.assert_array_equal(drawn.mask, drawn.labels > 0)
        assert drawn.labels.max() <= len(drawn.instances)
        for one in drawn.instances:  # each label lies in the mask of its own particle
            assert one.mask.any()


def test_an_empty_one_has_no_particle_and_others_nearly_always_do():
    assert not any(scene.particles for scene in scenes(20, kinds=["empty"]))
    shown = [
        bool(draw(np.random.default_rng([3, number]), (96, 96), kinds=[kind], burnt_in=0.0).instances)
        for kind in KINDS
        if kind != "empty"
        for number in range(10)
    ]
    assert np.mean(shown) > 0.9


def test_all_shapes_supports_and_ways_of_contrast_are_drawn(many):
    drawn = many
    particles = [one for scene in drawn for one in scene.particles]
    assert {one.shape for one in particles} == set(SHAPES)
    assert {scene.support.kind for scene in drawn} == set(SUPPORTS)
    assert {scene.kind for scene in drawn} == set(KINDS)
    assert {mark.kind for scene in drawn for mark in scene.marks} == {
        "letters",
        "scale bar",
        "data bar",
        "arrow",
    }
    lenses = [scene.lens for scene in drawn]
    assert min(lens.fresnel_px for lens in lenses) < -2
    assert max(lens.fresnel_px for lens in lenses) > 4
    assert any(lens.fresnel_px == 0 for lens in lenses)
    assert any(lens.dark_field for lens in lenses)
    assert any(lens.drift_px > 1 for lens in lenses)
    assert any(scene.support.stain > 0 for scene in drawn)
    assert any(scene.camera.jpeg for scene in drawn)
    assert any(scene.camera.charging for scene in drawn)
    assert any(scene.camera.vignetting for scene in drawn)
    assert any(one.crystal and one.crystal.fringes for one in particles)
    assert any(one.crystal and one.crystal.sectors for one in particles)


def test_widths_reach_from_five_to_four_hundred_pixels(many):
    medians = [np.median([one.width_px for one in scene.particles]) for scene in many if scene.particles]
    assert NARROWEST_PX / 2 < min(medians) < 1.4 * NARROWEST_PX
    assert 0.7 * WIDEST_PX < max(medians) < 1.8 * WIDEST_PX


@pytest.mark.parametrize("widths", [(5, 12), (30, 40), (200, 400)])
def test_widths_are_as_asked(widths):
    kinds = ["scattered", "touching", "few", "overlapping"]
    drawn = [scene for scene in scenes(80, kinds=kinds, widths_px=widths) if len(scene.particles)]
    medians = [np.median([one.width_px for one in scene.particles if one.shape != "rod"]) for scene in drawn]
    middle = np.nanmedian(medians)
    assert 0.9 * widths[0] < middle < 1.1 * widths[1]


def test_chances_of_inversion_and_marks_are_kept():
    plain = scenes(60, inverted=0.0, burnt_in=0.0)
    assert not any(scene.marks or scene.lens.dark_field or scene.support.stain for scene in plain)
    inverted = scenes(60, inverted=1.0)
    assert all(scene.lens.dark_field or scene.support.stain > 0 for scene in inverted)


def test_particles_are_darker_in_bright_field_and_lighter_in_the_inverted():
    def lighter(**how):
        found = []
        for number in range(60):
            drawn = draw(
                np.random.default_rng([4, number]), (96, 96), kinds=["scattered"], burnt_in=0.0, **how
            )
            if 0.02 < drawn.mask.mean() < 0.9:
                found.append(drawn.pixels[drawn.mask].mean() > drawn.pixels[~drawn.mask].mean())
        return np.mean(found)

    assert lighter(inverted=0.0) < 0.1
    assert lighter(inverted=1.0) > 0.8


def test_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError, match="nosuch"):
        draw(np.random.default_rng(0), kinds=["nosuch"])
