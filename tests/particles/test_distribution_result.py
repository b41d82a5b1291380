"""What a distribution answers, and how it shows itself."""

import json

import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter

from workbench.errors import WorkbenchError
from workbench.particles.distribution import distribution


def of(count, gsd=1.2, seed=0, **columns):
    drawn = 4 * np.exp(np.log(gsd) * np.random.default_rng(seed).standard_normal(count))
    return distribution(
        pd.DataFrame({"diameter_nm": drawn, "touches_edge": False} | columns), edge="leave_out"
    )


def exactly(gsd, count):
    """Return a distribution whose geometric standard deviation is that."""
    logs = np.random.default_rng(0).standard_normal(count)
    logs = (logs - logs.mean()) / logs.std(ddof=1)
    table = pd.DataFrame({"diameter_nm": np.exp(np.log(gsd) * logs)})
    return distribution(table, edge="keep")


def test_gsd_1_2_and_2_percent_need_319_particles():
    needed = exactly(1.2, 203).needed_for(0.02)
    assert needed == (319, 319 - 203)
    assert exactly(1.2, 400).needed_for(0.02) == (319, 0)
    assert exactly(1.2, 50).needed_for(0.04).particles == 80
    assert of(1).needed_for() is None
    with pytest.raises(WorkbenchError, match=r"0\.02 for 2 %, not 2"):
        of(10).needed_for(2)


def test_thrice_as_many_more_halve_the_interval():
    found = of(100)
    assert found.to_halve == 300
    width = np.diff(found.median_interval).item()
    halved = np.mean([np.diff(of(400, seed=seed).median_interval).item() for seed in range(20)])
    assert halved == pytest.approx(width / 2, rel=0.3)
    assert of(5).to_halve is None


def test_the_summary_is_one_line():
    found = of(203, included=[True] * 187 + [False] * 16)
    median, (low, high) = found.median, found.median_interval
    assert found.summary() == f"{median:.2f} nm, 95 % [{low:.2f}, {high:.2f}], N = 187 of 203"
    assert repr(found) == f"Distribution({found.summary()})"
    assert of(3).summary() == f"{of(3).median:.2f} nm, N = 3"


def test_as_plain_numbers_it_goes_through_json():
    found = of(150)
    said = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert said["median"] == found.median
    assert said["median_interval"] == list(found.median_interval)
    assert said["needed_for_2_percent"] == found.needed_for().particles
    assert sum(said["histogram"]["shares"]) == pytest.approx(1)
    assert said["lognormal"]["p"] == found.lognormal.p
    assert said["verdict"]["sentence"] == found.verdict.sentence
    assert (said["counted"], said["total"], said["left_out"]) == (150, 150, {})
    for count in (0, 1, 6):
        assert json.loads(json.dumps(of(count).to_dict(), allow_nan=False))["counted"] == count


def test_a_notebook_shows_a_table_and_draws_nothing():
    data, _ = DisplayFormatter().format(of(150))
    assert set(data) == {"text/plain", "text/html"}
    for said in (
        "median, D50",
        "geometric standard deviation",
        "log-normal fit",
        "to halve its interval",
        "450 more",
    ):
        assert said in data["text/html"]


def test_the_table_says_who_was_left_out_and_why():
    found = of(30, included=[True] * 25 + [False] * 5, left_out=[""] * 25 + ["size"] * 3 + ["hand"] * 2)
    assert "25 of 30" in found._repr_html_()
    assert "3 by size, 2 by hand" in found._repr_html_()
    assert "No particle is counted." in of(0)._repr_html_()


def test_curves_and_quantiles_are_of_the_weights():
    table = pd.DataFrame({"diameter_nm": [1.0, 2, 4], "touches_edge": False, "edge_weight": [1.0, 1, 2]})
    found = distribution(table)
    diameters, below = found.cumulative()
    assert (diameters.tolist(), below.tolist()) == ([1, 2, 4], [0.25, 0.5, 1])
    assert found.quantile(0.75) == 4
    assert of(0).quantile(0.5) is None
    assert found.quantile_points() is None


def test_points_of_a_q_q_plot_are_of_the_fit_that_is_asked_for():
    found = of(150)
    for family, fitted in (("log-normal", found.lognormal), ("normal", found.normal)):
        expected, there = found.quantile_points(family)
        assert expected[75] == pytest.approx(fitted.quantile(75.5 / 150))
        assert there is found.diameters


def test_what_is_measured_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        of(10).diameters[0] = 1


def test_its_budget_is_that_of_uncertainty():
    found = of(100)
    budget = found.budget(0.01, nm_per_px=0.1)
    assert budget.value == found.median
    assert budget.part("calibration").value == pytest.approx(0.01 * found.median)
    assert found.budget(of="mean").value == found.mean


def test_it_plots_itself():
    made = of(100).plot(width_mm=120)
    assert made.get_size_inches()[0] == pytest.approx(120 / 25.4)
