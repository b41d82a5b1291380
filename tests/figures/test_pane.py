"""What every pane of a figure has."""

import io

import numpy as np
import pytest
from figure_files import texts_of_svg
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib_scalebar.scalebar import ScaleBar

from workbench.errors import WorkbenchError
from workbench.figures.palette import rgb
from workbench.figures.pane import (
    draw_outline,
    draw_scale_bar,
    grey_of,
    head_pane,
    letter_of,
    lettered,
    readable,
    short_name,
)
from workbench.micrographs.micrograph import Micrograph


def test_a_long_name_is_shortened_between_whole_letters(no_other_font):
    assert short_name("金" * 30, 36) == rf"{chr(92)}u91d1{chr(92)}u91d1…" + rf"{chr(92)}u91d1" * 3
    assert short_name("x" * 50) == "x" * 17 + "…" + "x" * 18
    assert short_name("x" * 36) == "x" * 36


def test_grey_runs_between_two_percentiles_and_is_even_where_there_is_no_contrast():
    pixels = np.arange(101, dtype=np.float32)[None]
    grey = grey_of(pixels, (10, 90))
    assert grey.dtype == np.float32
    assert (grey[0, :11].max(), grey[0, 90:].min()) == (0, 1)
    assert grey[0, 50] == pytest.approx(0.5)
    assert (grey_of(np.full((3, 4), 7, np.float32), (1, 99)) == 0.5).all()


def test_letters_go_on_after_z():
    assert [letter_of(place) for place in (0, 25, 26, 51, 52, 27 * 26)] == ["a", "z", "aa", "az", "ba", "aaa"]


@pytest.mark.parametrize(
    ("letters", "said"), [("a)", "aa) gold"), ("a", "aa gold"), ("A", "AA gold"), ("(a)", "(aa) gold")]
)
def test_a_pane_is_lettered_in_each_way(letters, said):
    axis = axes()
    head_pane(axis, "aa", "gold", "red", 8, letters)
    assert (axis.get_title("left"), axis._left_title.get_fontsize()) == (said, 8)
    head_pane(axis, "aa", "", "red", 8, letters)
    assert axis.get_title("left") == lettered("aa", letters) == said.removesuffix(" gold")


@pytest.mark.parametrize("colour", ["#F0E442", "#56B4E9", "#FFFFFF", "#000000", "#0072B2"])
def test_a_colour_of_letters_has_contrast_on_white_and_keeps_its_hue(colour):
    found = readable(colour)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(found)
    )
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
    before, after = rgb(colour), rgb(found)
    assert np.allclose(np.array(before) * max(after), np.array(after) * max(before), atol=0.01)
    assert colour not in ("#000000", "#0072B2") or found == colour


def axes():
    return Figure().subplots()


def test_a_pane_has_its_letter_and_title_word_for_word_and_no_ticks():
    axis = axes()
    head_pane(axis, "b", "cost of $1_a$", "red")
    (title,) = (one for one in axis.get_children() if isinstance(one, Text) and one.get_text())
    assert title.get_text() == "b) cost of $1_a$"
    assert not title.get_parse_math()
    assert title.get_color() == "red"
    assert (len(axis.get_xticks()), len(axis.get_yticks())) == (0, 0)
    assert not any(spine.get_visible() for spine in axis.spines.values())


def test_an_outline_runs_around_the_mask_and_there_is_none_of_nothing_or_everything():
    mask = np.zeros((20, 30), bool)
    mask[5:15, 10:20] = True
    axis = axes()
    draw_outline(axis, mask, "#FF0000", (-0.5, 29.5, 19.5, -0.5))
    (drawn,) = axis.collections
    box = drawn.get_paths()[0].get_extents()
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((9.5, 4.5, 19.5, 14.5), abs=0.6)
    for nothing in (~mask & mask, mask | ~mask, np.ones((1, 30), bool)):
        bare = axes()
        draw_outline(bare, nothing, "#FF0000", (0, 1, 0, 1))
        assert not bare.collections


@pytest.mark.parametrize(("nm_per_px", "dx", "unit"), [(0.05, 0.05, "nm"), (None, 1, "px")])
def test_a_scale_bar_is_in_nm_or_in_px(nm_per_px, dx, unit):
    axis = axes()
    draw_scale_bar(axis, Micrograph(np.zeros((4, 5), np.float32), nm_per_px, "m", marks=()))
    (bar,) = (artist for artist in axis.artists if isinstance(artist, ScaleBar))
    assert (bar.dx, bar.units) == (dx, unit)


@pytest.mark.parametrize(("nm", "label"), [(1, "1 nm"), (0.5, "0.5 nm"), (2.0, "2 nm")])
def test_a_scale_bar_has_the_length_and_the_corner_that_were_asked_for(nm, label):
    axis = axes()
    axis.imshow(np.zeros((40, 60)))
    draw_scale_bar(axis, Micrograph(np.zeros((40, 60), np.float32), 0.05, "m", marks=()), nm, "lower right")
    buffer = io.BytesIO()
    with rc_context({"svg.fonttype": "none"}):
        axis.figure.savefig(buffer, format="svg")
    (bar,) = (artist for artist in axis.artists if isinstance(artist, ScaleBar))
    assert (bar.fixed_value, bar.fixed_units, bar.location) == (nm, "nm", 4)
    assert label in texts_of_svg(buffer.getvalue().decode())


@pytest.mark.parametrize(
    ("nm_per_px", "label"), [(0.04, "0.5 nm"), (0.05, "0.75 nm"), (0.2, "2 nm"), (None, "15 px")]
)
def test_a_scale_bar_whose_length_nobody_chose_is_in_nm_however_short(nm_per_px, label):
    axis = axes()
    axis.imshow(np.zeros((40, 60)))
    draw_scale_bar(axis, Micrograph(np.zeros((40, 60), np.float32), nm_per_px, "m", marks=()))
    buffer = io.BytesIO()
    with rc_context({"svg.fonttype": "none"}):
        axis.figure.savefig(buffer, format="svg")
    assert label in texts_of_svg(buffer.getvalue().decode())


@pytest.mark.parametrize(
    ("size", "why"), [(None, "pixel size of m is not known"), (0.05, "0.25 nm wide, too little for a bar")]
)
def test_a_scale_bar_that_cannot_be_drawn_is_refused(size, why):
    micrograph = Micrograph(np.zeros((4, 5), np.float32), size, "m", marks=())
    with pytest.raises(WorkbenchError, match=why):
        draw_scale_bar(axes(), micrograph, 1)


def test_what_is_burnt_in_changes_no_contrast():
    pixels = np.linspace(0, 100, 400, dtype=np.float32).reshape(20, 20)
    with_bar = np.concatenate([pixels, np.full((10, 20), 5000, np.float32)])
    np.testing.assert_allclose(grey_of(with_bar, (1, 99), pixels)[:20], grey_of(pixels, (1, 99)))
    assert grey_of(with_bar, (1, 99), pixels)[20:].min() == 1
