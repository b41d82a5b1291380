"""Numbers of a distribution and of a budget in words, with their units and intervals."""

import numpy as np
import pandas as pd

import workbench as wb
from workbench.report.numbers import budget_rows, number_rows


def test_the_rows_of_a_distribution(distribution):
    rows, sentences = number_rows(distribution.to_dict())
    said = dict(rows)
    assert said["diameter"] == "smallest Feret diameter, number-weighted"
    assert said["counted, N"] == "40 of 47"
    assert said["median, D50"] == "4.12 nm, 95 % [4.03, 4.21]"
    assert said["mean"] == "4.30 nm"
    assert said["geometric standard deviation"] == "1.23, 95 % [1.20, 1.30]"
    assert said["log-normal fit"] == "median 4.12 ± 0.05 nm, GSD 1.230 ± 0.020, p < 0.001"
    assert "normal fit" not in said
    assert said["below 100 nm, by number"] == "100.0 %, 95 % [90.0, 100.0]"
    assert said["for 2 % of the median"] == "319 particles"
    assert said["to halve its interval"] == "120 more particles"
    assert said["bins of the histogram"] == "Freedman-Diaconis"
    assert sentences == ["A log-normal describes it.", "A note."]


def test_what_is_not_there_is_not_said():
    assert number_rows({}) == ([], [])
    assert dict(number_rows({"median": None, "unit": "nm"})[0]) == {"median, D50": "–"}


def test_a_real_distribution_and_its_real_budget():
    drawn = np.random.default_rng(2).lognormal(np.log(4), np.log(1.2), 200)
    found = wb.distribution(pd.DataFrame({"diameter_nm": drawn, "touches_edge": drawn > 6}))
    said = dict(number_rows(found.to_dict())[0])
    assert said["counted, N"] == f"{found.counted} of 200"
    low, high = found.median_interval
    assert said["median, D50"] == f"{found.median:.2f} nm, 95 % [{low:.2f}, {high:.2f}]"
    assert said["log-normal fit"].startswith("median")
    rows, sentences = budget_rows(found.budget(0.01).to_dict())
    assert [name for name, _ in rows[:2]] == ["calibration", "pixel"]
    assert "1 % as stated" in dict(rows)["calibration"]
    assert sentences[0].startswith("The median diameter is 3.9")


def test_a_part_that_is_not_known_is_not_nought():
    parts = [
        {"name": "calibration", "value": None, "said": "not stated"},
        {"name": "network", "value": None},
        {"name": "sampling", "value": 0.04, "said": "interval"},
    ]
    budget = {"of": "mean", "unit": "nm", "value": 4.0, "parts": parts, "combined": 0.04, "expanded": 0.08}
    rows, sentences = budget_rows({**budget, "coverage_factor": 2.0, "without": ["calibration", "network"]})
    assert rows == [
        ("calibration", "not stated"),
        ("network", "not known"),
        ("sampling", "0.040 nm: interval"),
        ("combined", "0.040 nm"),
        ("expanded, k = 2", "0.08 nm"),
    ]
    assert sentences == [
        "The mean diameter is 4.00 ± 0.08 nm (k = 2).",
        "Not in the sum, as they are not known: calibration, network.",
    ]
