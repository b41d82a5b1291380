"""The distribution below the panes of a figure, on one sheet."""

import numpy as np
import pandas as pd
import pytest
from figure_files import inside_pdf, page_mm, texts_of_svg

from workbench.errors import WorkbenchError
from workbench.figures.figure import figure, save_figure
from workbench.figures.with_distribution import HIGHEST_MM, LOWEST_MM
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.distribution import distribution
from workbench.segmentation.segmenting import segment

PAD_MM = 0.2


def sizes(count=187):
    drawn = np.random.default_rng(0).lognormal(np.log(4), 0.15, count)
    return distribution(pd.DataFrame({"diameter_nm": drawn, "touches_edge": False}), edge="leave_out")


@pytest.fixture(scope="module")
def micrograph():
    pixels = np.random.default_rng(0).normal(size=(120, 160)).astype(np.float32)
    return Micrograph(pixels, 0.1, "a micrograph", marks=())


@pytest.fixture(scope="module")
def answer(micrograph):
    return segment(micrograph, "otsu")


def boxes(made):
    """Where the axes lie with all that belongs to them, in mm from the lower left of the sheet."""
    made.canvas.draw()
    renderer = made.canvas.get_renderer()
    mm = 25.4 / made.dpi
    return [
        [edge * mm for edge in axes.get_tightbbox(renderer).extents]
        for axes in made.axes
        if axes.get_visible()
    ]


@pytest.mark.parametrize("panes", [0, 1, 2, 3])
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_nothing_is_cut_and_nothing_overlaps_at_any_width(micrograph, answer, width_mm, panes):
    made = figure(micrograph, [answer] * panes, width_mm=width_mm, distribution=sizes())
    wide, high = made.get_size_inches() * 25.4
    assert wide == pytest.approx(width_mm)
    *pictures, histogram, cumulative = boxes(made)
    assert len(pictures) == 1 + panes
    for left, bottom, right, top in [*pictures, histogram, cumulative]:
        assert min(left, bottom) > -PAD_MM
        assert right < wide + PAD_MM
        assert top < high + PAD_MM
    lowest = min(bottom for _left, bottom, _right, _top in pictures)
    assert max(histogram[3], cumulative[3]) < lowest
    inner = made.axes[-2].get_window_extent().height * 25.4 / made.dpi
    assert LOWEST_MM - PAD_MM < inner < HIGHEST_MM + PAD_MM


def test_the_panes_are_as_they_are_without_it(micrograph, answer):
    alone = figure(micrograph, [answer], width_mm=120)
    both = figure(micrograph, [answer], width_mm=120, distribution=sizes())
    grown = (both.get_size_inches() - alone.get_size_inches())[1]
    assert grown > 0
    for one, other in zip(alone.axes, both.axes, strict=False):
        before, after = (
            np.array(axes.get_position().extents).reshape(2, 2) * made.get_size_inches()
            for axes, made in ((one, alone), (other, both))
        )
        assert after == pytest.approx(before + np.array([0, grown]))


@pytest.mark.parametrize(("letters", "said"), [("a)", "c) Median"), ("A", "C Median"), ("(a)", "(c) Median")])
def test_it_is_lettered_as_the_last_pane(micrograph, answer, letters, said):
    made = figure(micrograph, [answer], letters=letters, distribution=sizes())
    assert made.axes[-2].get_title(loc="left").startswith(said)
    assert made.get_size_inches()[0] * 25.4 == pytest.approx(180)


def test_as_pdf_its_fonts_are_in_the_file_and_as_svg_its_text_is_text(micrograph, answer, tmp_path):
    made = figure(micrograph, [answer], width_mm=85, distribution=sizes())
    content = save_figure(made, tmp_path / "f.pdf").read_bytes()
    assert page_mm(content)[0] == pytest.approx(85, abs=0.1)
    assert b"/FontFile2" in inside_pdf(content)
    said = texts_of_svg(save_figure(made, tmp_path / "f.svg").read_text(encoding="utf-8"))
    assert {"a) a micrograph", "Equal-circle diameter, nm", "Cumulative share, %"} <= set(said)


def test_without_a_particle_there_is_a_sentence(micrograph, answer):
    none = distribution(pd.DataFrame({"diameter_nm": [2.0], "touches_edge": [True]}), edge="leave_out")
    with pytest.raises(WorkbenchError, match="No particle is counted"):
        figure(micrograph, [answer], distribution=none)
