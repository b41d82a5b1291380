"""What a report draws: outlines of the particles where they are, those left out otherwise."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

from workbench.micrographs.micrograph import Micrograph
from workbench.particles.files.outlines import trace_outlines
from workbench.report.drawings import as_pixels, as_svg, aspect_of, draw_micrograph, draw_sizes, picture
from workbench.report.reported import ReportedMicrograph


def lines_of(one):
    axis = Figure().subplots()
    draw_micrograph(axis, one)
    return [found for found in axis.collections if isinstance(found, LineCollection)]


def test_outlines_lie_round_the_pixels_and_those_left_out_are_dotted(reported):
    out, counted = lines_of(reported)
    assert len(out.get_segments()) == len(trace_outlines(reported.labels)[17])
    assert len(counted.get_segments()) == 6  # a disc, a ring with its hole, two pieces, a pixel
    assert out.get_linestyle()[0][1] is not None
    assert counted.get_linestyle()[0][1] is None
    assert out.get_edgecolor().tolist() != counted.get_edgecolor().tolist()
    single = min(counted.get_segments(), key=np.ptp)
    assert (single.min(axis=0).tolist(), single.max(axis=0).tolist()) == ([69.5, 57.5], [70.5, 58.5])


def test_a_large_micrograph_is_drawn_smaller_with_its_outlines_in_their_place():
    labels = np.zeros((2500, 2500), np.int32)
    labels[1000:1600, 900:1500] = 1
    one = ReportedMicrograph(
        Micrograph(np.zeros(labels.shape), 0.1, marks=()), labels, pd.DataFrame({"label": [1]})
    )
    _out, counted = lines_of(one)
    (square,) = counted.get_segments()
    assert np.abs(square.min(axis=0) - [899.5, 999.5]).max() <= 3
    assert np.abs(square.max(axis=0) - [1499.5, 1599.5]).max() <= 3


def test_the_picture_is_a_jpeg_of_the_shape_of_the_micrograph(reported):
    with Image.open(io.BytesIO(picture(reported))) as drawn:
        assert drawn.format == "JPEG"
        assert drawn.height / drawn.width == pytest.approx(60 / 90, abs=0.01)
    assert aspect_of(reported) == 60 / 90


def test_a_figure_as_svg_has_no_letters_that_need_a_font(distribution):
    figure, _wide = draw_sizes(distribution)
    figure.axes[0].set_title("sizes")
    svg = as_svg(figure).decode()
    assert svg.lstrip().startswith("<?xml")
    assert "<text" not in svg


def test_a_figure_as_pixels(distribution):
    pixels = as_pixels(draw_sizes(distribution)[0], dpi=50)
    assert (pixels.shape, pixels.dtype) == ((50, 100, 4), np.uint8)


def test_a_q_q_plot_stands_beside_the_histogram_where_a_curve_was_fitted(distribution, stand_in):
    assert draw_sizes(distribution)[1] > 150
    few = stand_in(lognormal=None)
    _figure, wide = draw_sizes(few)
    assert wide < 120
    assert few.drawn == [{"width_mm": wide, "qq": True}]
