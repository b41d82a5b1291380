"""A distribution on paper."""

import numpy as np
import pandas as pd
import pytest
from figure_files import inside_pdf, page_mm, texts_of_svg
from matplotlib.figure import Figure

from workbench.errors import WorkbenchError
from workbench.figures.distribution import figure_distribution
from workbench.figures.figure import save_figure
from workbench.particles.distribution import distribution


def of(count, *, second=0, unit="nm", **options):
    rng = np.random.default_rng(0)
    drawn = np.concatenate([rng.lognormal(np.log(4), 0.15, count), rng.lognormal(np.log(9), 0.1, second)])
    table = pd.DataFrame({f"diameter_{unit}": drawn, "touches_edge": drawn > 11})
    return distribution(table, edge="leave_out", **options)


def title(made):
    return made.axes[0].get_title(loc="left")


@pytest.mark.parametrize("width_mm", [85, 120, 180])
@pytest.mark.parametrize("qq", [False, True])
def test_it_is_as_wide_on_paper_as_asked_with_text_that_is_text(tmp_path, width_mm, qq):
    made = figure_distribution(of(187), width_mm=width_mm, qq=qq)
    save_figure(made, tmp_path / "f.pdf")
    assert page_mm((tmp_path / "f.pdf").read_bytes())[0] == pytest.approx(width_mm, abs=0.1)
    assert b"/FontFile2" in inside_pdf((tmp_path / "f.pdf").read_bytes())
    save_figure(made, tmp_path / "f.svg")
    said = texts_of_svg((tmp_path / "f.svg").read_text(encoding="utf-8"))
    assert "Equal-circle diameter, nm" in said
    assert "Cumulative share, %" in said


def test_above_it_stand_the_median_its_interval_and_n():
    found = of(187)
    low, high = found.median_interval
    assert title(figure_distribution(found)).splitlines()[:2] == [
        f"Median {found.median:.2f} nm, 95 % [{low:.2f}, {high:.2f}]",
        f"N = 187, GSD {found.gsd:.3f} [{found.gsd_interval[0]:.3f}, {found.gsd_interval[1]:.3f}]",
    ]


def test_the_bars_are_the_histogram_and_the_curve_has_their_area():
    found = of(3000)
    axes = figure_distribution(found).axes[0]
    assert [bar.get_height() for bar in axes.patches][: len(found.histogram.shares)] == pytest.approx(
        100 * found.histogram.shares
    )
    x, y = axes.lines[0].get_data()
    assert np.trapezoid(y, x) / np.diff(found.histogram.edges)[0] == pytest.approx(100, rel=0.01)


def test_the_second_axis_rises_to_all_particles():
    right = figure_distribution(of(50)).axes[1]
    _x, y = right.lines[0].get_data()
    assert (y[0], y[-1]) == (0, 100)
    assert (np.diff(y) >= 0).all()


def test_the_median_and_its_interval_are_drawn():
    found = of(187)
    axes = figure_distribution(found).axes[0]
    assert axes.lines[-1].get_xdata() == pytest.approx([found.median, found.median])
    span = axes.patches[-1]
    assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx(found.median_interval)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (of(12), "no curve: too few particles"),
        (of(200, second=100), "no curve: two groups are likely"),
        (distribution(pd.DataFrame({"diameter_nm": [4.0] * 30}), edge="keep"), "no curve: all alike"),
    ],
)
def test_a_fit_that_is_refused_is_not_drawn(found, why):
    made = figure_distribution(found)
    assert why in title(made)
    assert len(made.axes[0].lines) == 1  # the median


@pytest.mark.parametrize("count", [1, 5, 12, 187])
def test_nothing_that_is_written_leaves_the_page(count):
    made = figure_distribution(of(count))
    made.draw_without_rendering()
    box = made.get_tightbbox()
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= made.get_size_inches()[0] + 0.01
    assert box.y1 <= made.get_size_inches()[1] + 0.01


def test_a_q_q_plot_stands_below_or_beside_and_only_where_something_is_fitted():
    narrow, wide = (figure_distribution(of(187), width_mm=width, qq=True) for width in (85, 180))
    for made, beside in ((narrow, False), (wide, True)):
        made.draw_without_rendering()
        first, second = made.axes[0].get_position(), made.axes[1].get_position()
        assert (second.x0 > first.x1) == beside
        assert (second.y1 < first.y0) != beside
    assert len(figure_distribution(of(12), qq=True).axes) == 2


def test_it_goes_into_axes_of_ones_own():
    mine = Figure()
    left, right = mine.subplots(1, 2)
    assert figure_distribution(of(50), right) is mine
    assert len(left.patches) == 0
    assert len(right.patches) > 0


def test_pixels_and_volume_are_named():
    axes = figure_distribution(of(300, unit="px", weighted_by="volume")).axes[0]
    assert axes.get_xlabel() == "Equal-circle diameter, px"
    assert axes.get_ylabel() == "Share of volume per bin, %"


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(WorkbenchError, match="no distribution to draw"):
        figure_distribution(of(0))
    with pytest.raises(WorkbenchError, match="mm wide on paper"):
        figure_distribution(of(12), width_mm=3)
