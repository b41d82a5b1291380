"""The parts of the uncertainty of a median or mean diameter."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from workbench.errors import WorkbenchError
from workbench.particles.band import Band
from workbench.particles.distribution import distribution
from workbench.particles.pixel_rim import pixel_uncertainty
from workbench.particles.uncertainty import uncertainty


def of(count=200, unit="nm", **columns):
    drawn = 4 * np.exp(np.log(1.2) * np.random.default_rng(0).standard_normal(count))
    return distribution(pd.DataFrame({f"diameter_{unit}": drawn} | columns), edge="keep")


def band(medians, unit="nm"):
    """Return a band of networks by their medians at 0.3, 0.5 and 0.7."""
    rows = [
        {
            "network": name,
            "label": name,
            "threshold": threshold,
            "own": threshold == 0.5,
            "counted": 9,
            f"median_{unit}": value,
            f"mean_{unit}": value + 1,
            "gsd": 1.2,
        }
        for name, values in medians.items()
        for threshold, value in zip((0.3, 0.5, 0.7), values, strict=True)
    ]
    return Band(pd.DataFrame(rows), unit, (0.3, 0.5, 0.7))


def test_the_parts_are_what_the_guide_says_and_add_in_squares():
    found = of()
    networks = {"a": (4.3, 4.1, 3.7), "b": (4.6, 4.4, 4.2), "c": (4.0, 3.8, 3.5)}
    budget = uncertainty(found, calibration=0.01, band=band(networks), nm_per_px=0.1)
    low, high = found.median_interval
    expected = {
        "calibration": 0.01 * found.median,
        "pixel": 0.1 * pixel_uncertainty(found.median / 0.1, 200),
        "threshold": 0.6 / math.sqrt(12),
        "network": 0.3,
        "sampling": (high - low) / (2 * stats.norm.ppf(0.975)),
    }
    assert {part.name: part.value for part in budget.parts} == pytest.approx(expected)
    assert budget.combined == pytest.approx(math.sqrt(sum(value**2 for value in expected.values())))
    assert budget.expanded == pytest.approx(2 * budget.combined)
    assert budget.without == ()
    assert all(part.said for part in budget.parts)
    of_b = uncertainty(found, band=band(networks), network="b")
    assert of_b.part("threshold").value == pytest.approx(0.4 / math.sqrt(12))


def test_a_calibration_that_is_not_stated_is_not_zero():
    budget = of().budget(nm_per_px=0.1)
    assert budget.part("calibration").value is None
    assert "not stated" in budget.part("calibration").said
    assert budget.without == ("calibration", "threshold", "network")
    assert budget.summary().endswith("without calibration, threshold, network")
    for wrong in (0, 1, -0.01, math.nan):
        with pytest.raises(WorkbenchError, match="above 0 as no calibration is exact"):
            uncertainty(of(), calibration=wrong)


def test_in_pixels_no_calibration_is_missing():
    budget = of(unit="px").budget()
    assert "does not apply" in budget.part("calibration").said
    assert budget.without == ("threshold", "network")
    assert budget.part("pixel").value == pytest.approx(pixel_uncertainty(of().median, 200))


def test_the_pixel_size_is_read_off_the_table():
    known = of(y_px=np.arange(200.0), y_nm=0.25 * np.arange(200.0))
    assert known.nm_per_px == 0.25
    assert known.budget().part("pixel").value == pytest.approx(
        0.25 * pixel_uncertainty(known.median / 0.25, 200)
    )
    assert "does not say the pixel size" in of().budget().part("pixel").said


def test_of_few_particles_nothing_is_combined():
    budget = of(4).budget(0.01)
    assert (budget.combined, budget.expanded, budget.interval) == (None, None, None)
    assert "sampling" in budget.without
    assert of(0).budget(0.01).value is None


def test_one_network_says_nothing_of_networks():
    budget = of().budget(band=band({"a": (4.3, 4.1, 3.9)}))
    assert budget.part("network").value is None
    assert budget.part("threshold").value == pytest.approx(0.4 / math.sqrt(12))


def test_an_error_of_the_network_that_is_stated_counts_where_it_is_larger_than_the_spread():
    found, spread = of(), band({"a": (4.3, 4.1, 3.9), "b": (4.3, 4.3, 4.3)})
    for stated, expected in ((0.10, 0.10 * found.median), (0.001, 0.2 / math.sqrt(2))):
        assert found.budget(band=spread, network_error=stated).part("network").value == pytest.approx(
            expected
        )
    alone = found.budget(network_error=0.03).part("network")
    assert (alone.value, alone.said) == (pytest.approx(0.03 * found.median), "3 %, as stated of the network")
    with pytest.raises(WorkbenchError, match="no network is without fault"):
        found.budget(network_error=0)


def test_a_threshold_at_which_nothing_is_found_is_not_known():
    budget = of().budget(band=band({"a": (4.3, 4.1, math.nan)}))
    assert budget.part("threshold").value is None
    assert "threshold" in budget.without


def test_the_mean_has_a_budget_of_its_own():
    found = of()
    budget = found.budget(0.01, band({"a": (4.3, 4.1, 3.7), "b": (4.6, 4.5, 4.2)}), of="mean")
    assert (budget.of, budget.value) == ("mean", found.mean)
    low, high = found.mean_interval
    assert budget.part("sampling").value == pytest.approx((high - low) / (2 * stats.norm.ppf(0.975)))
    assert budget.part("network").value == pytest.approx(0.4 / math.sqrt(2))


def test_a_smallest_feret_diameter_is_less_sure_by_the_corners_of_its_pixels():
    rows = pd.DataFrame({"diameter_nm": [4.0] * 9, "feret_min_nm": np.linspace(4, 5, 9)})
    circle, smallest = (
        distribution(rows, diameter=name, edge="keep").budget(nm_per_px=0.1).part("pixel").value
        for name in ("equal_circle", "feret_min")
    )
    assert smallest > 10 * circle


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"of": "mode"}, "median or of the mean"),
        ({"band": band({"a": (4.3, 4.1, 3.7)}, "px")}, "band is in px and the distribution in nm"),
        ({"band": band({"a": (4.3, 4.1, 3.7)}), "network": "z"}, "no network 'z'; it has a"),
    ],
)
def test_what_does_not_belong_is_refused(options, why):
    with pytest.raises(WorkbenchError, match=why):
        uncertainty(of(), **options)
