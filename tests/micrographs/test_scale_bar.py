"""The ends of burnt-in bars along lines that are drawn roughly; how long each bar is, is known as it was drawn here."""

import math
from functools import cache

import numpy as np
import pytest
from scipy import ndimage

from workbench.errors import MicrographError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.scale_bar import ScaleBar, find_scale_bar
from workbench.micrographs.synthetic.burnt_in import BurntIn, burn
from workbench.micrographs.synthetic.jpeg import through_jpeg


def specimen(seed=0, shape=(200, 500)):
    """Grey discs on a noisy film."""
    return film(seed, shape).copy()


@cache
def film(seed, shape):
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    grey = np.full(shape, 150, np.float32)
    for row, column in random.uniform((0, 0), shape, (12, 2)):
        grey[np.hypot(rows - row, columns - column) < 17] -= 70
    return (ndimage.gaussian_filter(grey, 1.5) + random.normal(0, 8, shape)).astype(np.float32)


def shown(grey):
    return Micrograph(grey.clip(0, 255), marks=())


def with_bar(length, style="bar", tone=255, ground=None, text="50 nm"):
    grey = specimen()
    burn(grey, (BurntIn("scale bar", 120, 40, 20, text, tone, ground, length, style=style),))
    return grey


@pytest.mark.parametrize("length", [20, 61, 150, 400])
@pytest.mark.parametrize(("tone", "ground"), [(255, None), (0, None), (255, 0), (0, 255)])
@pytest.mark.parametrize("style", ["bar", "ticks", "arrows"])
def test_the_ends_of_a_bar_are_found_to_a_pixel(style, tone, ground, length):
    found = find_scale_bar(shown(with_bar(length, style, tone, ground)), (117, 42), (118, 36 + length))
    assert found.start[1] == pytest.approx(40, abs=1)
    assert found.end[1] == pytest.approx(41 + length, abs=1)
    assert found.length_px == pytest.approx(length + 1, abs=1)
    assert 119 <= found.start[0] == found.end[0] <= 126


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((121, 100), None),
        ((128, 170), None),
        ((115, 90), (115, 150)),
        ((123, 10), (124, 230)),
        ((114, 45), (130, 187)),
        ((122, 187), (122, 45)),
    ],
    ids=["clicked", "clicked beside it", "too short", "too long", "tilted", "from right to left"],
)
def test_a_line_that_is_drawn_roughly_will_do(start, end):
    found = find_scale_bar(shown(with_bar(150)), start, end)
    assert (found.start[1], found.end[1]) == pytest.approx((40, 191), abs=1)


@pytest.mark.parametrize("quality", [50, 75, 95])
@pytest.mark.parametrize("noise", [0, 10])
def test_noise_and_jpeg_move_no_end_by_a_pixel(noise, quality):
    grey = with_bar(150) + np.random.default_rng(3).normal(0, noise, (200, 500)).astype(np.float32)
    found = find_scale_bar(shown(through_jpeg(grey, quality)), (124, 50), (121, 180))
    assert (found.start[1], found.end[1]) == pytest.approx((40, 191), abs=1)


def test_an_enlarged_picture_has_a_bar_that_is_longer_by_the_same_factor():
    grey = ndimage.zoom(with_bar(150), 1.7, order=3, mode="nearest", grid_mode=True)
    found = find_scale_bar(shown(grey), (205, 80), (206, 300))
    assert found.length_px == pytest.approx(1.7 * 151, abs=1)


def test_a_bar_with_an_outline_ends_where_its_fill_ends():
    grey = specimen()
    grey[118:128, 58:182] = 0
    grey[120:126, 60:180] = 255
    found = find_scale_bar(shown(grey), (122, 70), (122, 170))
    assert (found.start, found.end) == ((123, pytest.approx(60, abs=0.1)), (123, pytest.approx(180, abs=0.1)))


def on_a_plate(tone, plate, gap):
    """A bar of 150 px in rows 120 to 125; the plate is wider and ends above it, and below it under a caption."""
    grey = specimen()
    grey[120 - gap : 155, 90:260] = plate
    grey[120:125, 100:250] = tone
    grey[132:148:2, 150:200] = tone
    return grey


# like the bars of the soot that is measured by hand: light grey as the film around the plate, and white
@pytest.mark.parametrize("flipped", [False, True], ids=["below the caption", "above it"])
@pytest.mark.parametrize(("tone", "plate"), [(150, 0), (255, 0), (0, 255)])
@pytest.mark.parametrize("gap", [6, 9])
def test_a_line_beside_the_plate_is_of_the_bar_on_it(gap, tone, plate, flipped):
    grey = on_a_plate(tone, plate, gap)
    outside = 120 - gap - 3
    if flipped:
        grey, outside = grey[::-1], len(grey) - outside
    for line in (((outside, 100), (outside, 250)), ((outside, 170), None)):
        found = find_scale_bar(shown(grey), *line)
        assert (found.start[1], found.end[1]) == pytest.approx((100, 250), abs=0.5)


@pytest.mark.parametrize("row", [114, 117, 122, 127, 129])
def test_a_bar_as_grey_as_the_film_is_told_from_the_plate_on_either_side(row):
    found = find_scale_bar(shown(on_a_plate(150, 0, 6)), (row, 110), (row, 240))
    assert (found.start[1], found.end[1]) == pytest.approx((100, 250), abs=0.5)


def test_an_upright_bar_is_found_by_a_line_and_by_a_click():
    grey = specimen()
    grey[40:141, 300:305] = 0
    for line in (((50, 299), (130, 306)), ((90, 303), None)):
        found = find_scale_bar(shown(grey), *line)
        assert (found.start, found.end) == (
            (pytest.approx(40, abs=0.1), 302.5),
            (pytest.approx(141, abs=0.1), 302.5),
        )


@pytest.mark.parametrize("degrees", [20, -70])
def test_an_oblique_bar_is_as_long_as_a_level_one(degrees):
    grey = specimen(shape=(400, 400))
    rows, columns = np.mgrid[:400, :400] + 0.5 - 200
    down, right = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    along, across = rows * down + columns * right, rows * right - columns * down
    cover = (60.5 - np.abs(along)).clip(0, 1) * (3.5 - np.abs(across)).clip(0, 1)
    grey += (255 - grey) * cover.astype(np.float32)
    slip = math.radians(degrees + 3)
    drawn = np.array([math.sin(slip), math.cos(slip)])
    found = find_scale_bar(shown(grey), tuple(200 - 50 * drawn), tuple(202 + 55 * drawn))
    assert found.length_px == pytest.approx(120, abs=1)


def test_where_no_bar_lies_none_is_made_up():
    random = np.random.default_rng(5)
    nothing = shown(specimen(1))
    for row, column in random.uniform((10, 60), (190, 440), (10, 2)):
        for end in (None, (row + random.uniform(-3, 3), column + random.uniform(-50, 50))):
            with pytest.raises(MicrographError, match="No bar lies along this line"):
                find_scale_bar(nothing, (row, column), end)


def test_a_bar_that_is_cut_off_by_the_edge_has_no_length():
    grey = specimen()
    grey[120:126, 430:] = 255
    for line in (((122, 440), (122, 499)), ((122, 470), None)):
        with pytest.raises(MicrographError, match="goes on to the edge of the picture"):
            find_scale_bar(shown(grey), *line)


def test_a_line_outside_of_the_picture_is_refused():
    with pytest.raises(MicrographError, match="outside of the micrograph"):
        find_scale_bar(shown(specimen()), (122, 40), (122, 501))


def test_a_picture_of_one_grey_has_no_bar():
    with pytest.raises(MicrographError, match="No bar lies"):
        find_scale_bar(Micrograph(np.ones((50, 50)), marks=()), (20, 20), (20, 40))


def test_a_caption_and_a_length_in_pixels_make_a_pixel_size():
    bar = ScaleBar((10.5, 20.0), (10.5, 232.0))
    assert bar.nm_per_px("50 nm") == pytest.approx(50 / 212, rel=1e-5)
    assert bar.nm_per_px("0,2 um") == pytest.approx(200 / 212, rel=1e-5)
    assert bar.said(" 50  nm") == "50 nm over 212 px"
    with pytest.raises(MicrographError, match="a number with its unit"):
        bar.nm_per_px("50")
