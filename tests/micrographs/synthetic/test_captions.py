"""What is written on a micrograph: how often, where, and that a crop cuts it where it should."""

from collections import Counter

import numpy as np
import pytest

from workbench.micrographs.synthetic import draw
from workbench.micrographs.synthetic.burnt_in import FONTS, burn
from workbench.micrographs.synthetic.captions import draw_marks

SHAPE = (200, 300)


@pytest.fixture(scope="module")
def drawn():
    return [draw_marks(SHAPE, np.random.default_rng([1, number])) for number in range(800)]


def of(drawn, kind):
    return [mark for marks in drawn for mark in marks if mark.kind == kind]


def test_letters_and_scale_bars_are_frequent_arrows_and_data_bars_seldom(drawn):
    shown = Counter(kind for marks in drawn for kind in {mark.kind for mark in marks})
    share = {kind: count / len(drawn) for kind, count in shown.items()}
    assert share["letters"] == pytest.approx(0.7, abs=0.05)
    assert share["scale bar"] == pytest.approx(0.75, abs=0.05)
    assert share["arrow"] == pytest.approx(0.15, abs=0.04)
    assert 0.05 < share["data bar"] < 0.12
    assert any(not marks for marks in drawn)
    assert max(sum(mark.kind == "arrow" for mark in marks) for marks in drawn) == 3


def test_a_data_bar_is_drawn_first_so_that_the_others_lie_on_it(drawn):
    assert all(mark.kind != "data bar" for marks in drawn for mark in marks[1:])


def test_a_data_bar_lies_along_the_top_or_the_bottom_in_black_and_white(drawn):
    bars = of(drawn, "data bar")
    assert {bar.row for bar in bars} == {0.0, 200.0}
    assert {(bar.tone, bar.ground) for bar in bars} == {(0, 255), (255, 0)}
    assert {bar.text.count("\n") for bar in bars} == {0, 1, 2}


def test_letters_lie_in_a_corner_of_the_picture_which_the_frame_may_be_a_crop_of(drawn):
    letters = of(drawn, "letters")
    near = [mark for mark in letters if 0 < mark.row < 10 and 0 < mark.column < 14]
    cut = [
        [mark for mark in letters if -60 < at(mark) < 0]
        for at in (lambda one: one.row, lambda one: one.column)
    ]
    assert len(near) > 0.2 * len(letters)
    assert min(map(len, cut)) > 0.01 * len(letters)
    assert all(9 <= mark.size_px <= 60 for mark in letters)


def test_a_ground_is_of_the_other_tone(drawn):
    for kind in ("letters", "scale bar"):
        marks = of(drawn, kind)
        grounds = [mark for mark in marks if mark.ground is not None]
        assert len(grounds) / len(marks) == pytest.approx(0.25, abs=0.05)
        assert all(mark.ground == (0 if mark.tone > 127 else 255) for mark in grounds)
        assert np.mean([mark.tone in (0, 255) for mark in marks]) > 0.85


def test_a_scale_bar_is_in_the_lower_part_and_says_its_length_in_letters_that_the_font_has(drawn):
    bars = of(drawn, "scale bar")
    assert {bar.style for bar in bars} == {"bar", "ticks", "arrows"}
    assert {bar.font for bar in bars} == set(FONTS)
    assert np.mean([bar.text == "" for bar in bars]) == pytest.approx(0.15, abs=0.04)
    texts = {bar.text for bar in bars}
    assert {"100 nm", "50nm"} <= texts
    assert any("µm" in text for text in texts)
    assert not any("µ" in bar.text for bar in bars if not bar.font)
    assert all(0.12 * 300 <= bar.length_px <= 0.4 * 600 for bar in bars)


def covered(*marks):
    return burn(np.full(SHAPE, 120, np.float32), marks)


def test_marks_cover_a_small_part_of_a_frame_and_arrows_lie_within_it_and_are_seen(drawn):
    assert max(covered(*marks).mean() for marks in drawn[:20]) < 0.25
    for arrow in of(drawn[:20], "arrow"):
        assert 0 < arrow.row < 200
        assert 0 < arrow.column < 300
        assert covered(arrow).any()


def test_a_seed_gives_the_same_marks():
    one, same, other = (draw_marks(SHAPE, np.random.default_rng(seed)) for seed in (8, 8, 9))
    assert one == same != other


def test_marks_lie_in_the_frame_or_are_cut_by_it():
    marked = [
        draw(np.random.default_rng([7, number]), (96, 96), kinds=["empty"], burnt_in=1.0)
        for number in range(60)
    ]
    letters = [mark for drawn in marked for mark in drawn.scene.marks if mark.kind == "letters"]
    assert np.mean([drawn.burnt_in.any() for drawn in marked]) > 0.6
    assert any(mark.row < 0 or mark.column < 0 for mark in letters)
    assert any(0 < mark.row < 20 and 0 < mark.column < 20 for mark in letters)
    assert max(drawn.burnt_in.mean() for drawn in marked) < 0.6
