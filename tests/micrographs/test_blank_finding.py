"""What was painted over is found by its one grey and its straight edges; what only looks like that is not."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

import workbench as wb
from workbench.micrographs.mark_finding import find_marks
from workbench.micrographs.micrograph import Micrograph


def film(edge=256, seed=0):
    """Noise of 8 bits about a middle grey."""
    noise = np.random.default_rng(seed).normal(150, 12, (edge, edge))
    return ndimage.gaussian_filter(noise, 0.6).clip(0, 255).astype(np.uint8)


def blanks(pixels):
    return [mark[1:] for mark in find_marks(pixels) if mark.kind == "blank"]


def near(found, wanted, px=3):
    return len(found) == len(wanted) and all(
        abs(a - b) <= px
        for one, other in zip(found, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("grey", [0, 90, 251])
def test_painted_rectangles_are_found_also_at_the_edge_and_of_any_grey(grey):
    pixels = film()
    pixels[20:90, 30:120] = grey
    pixels[150:256, 0:60] = grey
    assert near(blanks(pixels), [(20, 90, 30, 120), (150, 256, 0, 60)])


def test_a_shape_of_two_rectangles_is_one_blank_with_the_box_around_it():
    pixels = film()
    pixels[10:100, 20:120] = 255
    pixels[10:60, 120:150] = 255
    assert near(blanks(pixels), [(10, 100, 20, 150)])


def test_a_shape_whose_box_is_mostly_specimen_is_left():
    pixels = film()
    pixels[20:200, 20:60] = 255
    pixels[160:200, 20:220] = 255
    assert blanks(pixels) == []


def test_it_is_found_in_a_large_picture_and_after_jpeg():
    pixels = film(1536)
    pixels[300:700, 200:900] = 255
    assert near(blanks(pixels), [(300, 700, 200, 900)], px=6)
    packed = io.BytesIO()
    Image.fromarray(pixels[:1024, :1024]).save(packed, "JPEG", quality=92)
    assert near(blanks(np.asarray(Image.open(packed))), [(300, 700, 200, 900)], px=10)


def disc(edge, radius, row, column):
    rows, columns = np.mgrid[:edge, :edge]
    return np.hypot(rows - row, columns - column) < radius


def rounded_square():
    rows, columns = np.abs(np.mgrid[:256, :256] - 128) / 60
    return rows**4 + columns**4 < 1


def ragged():
    """Where film ends along the rows, some pixels further here than there."""
    edge = 90 + ndimage.gaussian_filter1d(np.random.default_rng(2).normal(0, 12, 256), 3)
    return np.arange(256)[:, None] < edge


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(disc(256, 60, 120, 130), id="saturated particle"),
        pytest.param(rounded_square(), id="saturated particle that fills its box"),
        pytest.param(disc(256, 160, 0, 0), id="vacuum in a corner"),
        pytest.param(ragged(), id="vacuum beyond a ragged edge"),
        pytest.param(
            np.add.outer(np.arange(256), np.arange(256)) < 160,
            id="vacuum behind an edge that is not along the rows",
        ),
        pytest.param(
            np.abs(np.add.outer(np.arange(256), -np.arange(256))) < 40, id="a wire from corner to corner"
        ),
        pytest.param(np.indices((256, 256)).max(0) < 20, id="a small square"),
    ],
)
def test_what_the_camera_saturated_is_none(cut):
    pixels = film()
    pixels[cut] = 255
    assert blanks(pixels) == []


def test_squares_of_a_drawing_without_noise_are_what_is_shown():
    pixels = np.full((128, 128), 200, np.uint8)
    pixels[30:80, 30:90] = 20
    assert blanks(pixels) == []


def test_a_network_sees_what_is_around_and_finds_the_particle_that_the_blank_hid_from_a_threshold():
    pixels = film()
    particle = disc(256, 30, 180, 180)
    pixels[particle] -= 60
    clean = Micrograph(pixels.astype(np.float32), None, "clean")
    pixels[10:100, 20:200] = 255
    painted = Micrograph(pixels.astype(np.float32), None, "painted")
    assert [mark.kind for mark in painted.left_out] == ["blank"]
    masks = [wb.segment(one, "otsu").mask() for one in (clean, painted)]
    assert not masks[1][10:100, 20:200].any()
    assert (masks[0] & masks[1]).sum() > 0.9 * particle.sum()
    kept = wb.segment(painted.with_marks(()), "otsu").mask()
    assert (kept & particle).sum() < 0.5 * particle.sum()
