"""The chart of a distribution: bars, curve, median, and what a hand brushes."""

import numpy as np
import pandas as pd
import pytest

from workbench.app.particles.chart import DistributionChart
from workbench.particles.distribution import distribution

RNG = np.random.default_rng(1)


def drawn(count: int = 200):
    sizes = RNG.lognormal(np.log(4.0), np.log(1.2), count)
    return distribution(pd.DataFrame({"diameter_nm": sizes, "touches_edge": False}))


@pytest.fixture(name="chart")
def of_chart():
    brushed = []
    made = DistributionChart(brushed.append)
    made.brushed_to = brushed
    return made


def test_bars_hold_all_particles_and_the_curve_ends_at_all(chart):
    found = drawn()
    chart.show(found, "#56b4e9")
    assert chart.bars.y.sum() == pytest.approx(200)
    assert chart.bars.colors == ["#56b4e9"]
    assert chart.cumulative.y[0] == 0
    assert chart.cumulative.y[-1] == 1
    assert chart.median.x.tolist() == [found.median, found.median]
    assert (chart.interval.x.min(), chart.interval.x.max()) == found.median_interval


def test_a_fit_is_drawn_where_one_describes_it(chart):
    found = drawn()
    assert found.fitted is not None
    chart.show(found, "#56b4e9")
    width = np.diff(found.histogram.edges)[0]
    area = np.trapezoid(chart.fit.y, chart.fit.x)
    assert area == pytest.approx(200 * width, rel=0.05)
    two = pd.DataFrame(
        {"diameter_nm": [*RNG.normal(4, 0.2, 150), *RNG.normal(9, 0.3, 150)], "touches_edge": False}
    )
    chart.show(distribution(two), "#56b4e9")
    assert chart.fit.x.size == 0


def test_one_particle_has_no_interval_and_none_has_no_bars(chart):
    chart.show(drawn(1), "#000000")
    assert chart.bars.y.sum() == 1
    assert chart.interval.x.size == 0
    chart.show(None, "#000000")
    assert chart.bars.x.size == chart.median.x.size == 0
    chart.show(drawn(0), "#000000")
    assert chart.bars.x.size == 0


def test_what_is_brushed_is_told_and_taken_back(chart):
    chart.selector.selected = np.array([3.0, 4.5])
    chart.selector.selected = None
    assert chart.brushed_to == [[3.0, 4.5], []]
