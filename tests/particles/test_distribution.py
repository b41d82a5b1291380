"""From a table to its distribution: how many, which numbers, and what cannot be said."""

import math

import numpy as np
import pandas as pd
import pytest

from workbench.errors import WorkbenchError
from workbench.particles.distribution import distribution


def table(diameters, **columns):
    return pd.DataFrame({"diameter_nm": np.asarray(diameters, float), "touches_edge": False} | columns)


def lognormal(count, seed=0, gsd=1.2, median=4.0):
    return median * np.exp(np.log(gsd) * np.random.default_rng(seed).standard_normal(count))


def test_its_numbers_are_those_of_numpy():
    values = lognormal(300)
    found = distribution(table(values), edge="keep")
    assert found.mean == pytest.approx(values.mean())
    assert found.sd == pytest.approx(values.std(ddof=1))
    assert found.median == found.d50 == pytest.approx(np.median(values))
    assert (found.d10, found.d90) == pytest.approx(tuple(np.quantile(values, (0.1, 0.9), method="hazen")))
    assert found.geometric_mean == pytest.approx(np.exp(np.log(values).mean()))
    assert found.gsd == pytest.approx(np.exp(np.log(values).std(ddof=1)))
    for name in ("mean", "median", "d10", "d90", "gsd"):
        low, high = getattr(found, f"{name}_interval")
        assert low < getattr(found, name) < high
    assert found.effective == pytest.approx(300)
    assert (found.verdict.kind, found.notes) == ("log-normal", ())


@pytest.mark.parametrize(("by", "power"), [("number", 0), ("area", 2), ("volume", 3)])
def test_means_are_those_of_the_moments(by, power):
    values = lognormal(500)
    found = distribution(table(values), weighted_by=by, edge="keep")
    assert found.mean == pytest.approx((values ** (power + 1)).sum() / (values**power).sum())
    hatch_choate = 4 * math.exp(power * math.log(1.2) ** 2)
    assert found.median == pytest.approx(hatch_choate, rel=0.04)


def test_edge_weights_give_back_what_the_edge_took():
    values = lognormal(4000, gsd=1.5, median=40)
    chance = (1 - values / 512) ** 2  # that a disc lies within a frame of 512 px
    seen = np.random.default_rng(1).random(4000) < chance
    rows = table(values, edge_weight=1 / chance)
    rows["touches_edge"] = ~seen
    weighted, bare = (distribution(rows, edge=edge) for edge in ("weights", "leave_out"))
    assert weighted.median == pytest.approx(np.median(values), rel=0.01)
    assert weighted.median_interval[0] < np.median(values) < weighted.median_interval[1]
    assert bare.median < 0.98 * np.median(values)
    assert weighted.left_out == bare.left_out == {"edge": int((~seen).sum())}
    assert weighted.effective < weighted.counted


def test_of_no_particle_all_is_none_and_a_sentence_says_so():
    found = distribution(table([1.0], included=False))
    assert (found.counted, found.total, found.left_out) == (0, 1, {"hand": 1})
    for name in ("mean", "sd", "median", "d10", "d90", "geometric_mean", "gsd", "below_100_nm", "lognormal"):
        assert getattr(found, name) is None
    assert found.verdict.sentence == "No particle is counted."
    assert found.summary() == "no median, N = 0 of 1"


def test_one_particle_has_a_size_and_no_spread():
    found = distribution(table([4.0]), edge="keep")
    assert (found.median, found.mean, found.d10, found.geometric_mean) == pytest.approx((4, 4, 4, 4))
    assert (found.sd, found.gsd, found.median_interval, found.mean_interval) == (None,) * 4
    assert found.notes == ("N = 1: of fewer than 6 particles no interval can be given.",)


@pytest.mark.parametrize(("count", "given"), [(5, False), (6, True)])
def test_from_six_particles_on_there_is_an_interval(count, given):
    found = distribution(table(lognormal(count)), edge="keep")
    assert (found.median_interval is not None) == given
    assert any("fewer than 6" in note for note in found.notes) != given


@pytest.mark.parametrize(("count", "fitted"), [(19, False), (20, True)])
def test_from_twenty_particles_on_something_is_fitted(count, fitted):
    found = distribution(table(lognormal(count)), edge="keep")
    assert (found.lognormal is not None) == (found.normal is not None) == fitted
    assert (found.verdict.kind == "few") != fitted


def test_particles_that_are_all_alike_have_no_spread_and_no_fit():
    found = distribution(table([4.0] * 40), edge="keep")
    assert (found.sd, found.gsd, found.median_interval) == (0, 1, (4, 4))
    assert (found.lognormal, found.gsd_interval, found.verdict.kind) == (None, None, "equal")


def test_few_large_particles_hold_the_volume_and_no_interval_is_given():
    found = distribution(table(lognormal(100, gsd=1.6)), weighted_by="volume", edge="keep")
    assert found.median is not None
    assert (found.median_interval, found.mean_interval, found.lognormal) == (None, None, None)
    assert "Weighted by volume, an interval needs" in found.notes[0]
    narrow = distribution(table(lognormal(100, gsd=1.1)), weighted_by="volume", edge="keep")
    assert narrow.median_interval is not None
    assert narrow.gsd_interval is not None
    assert (narrow.mean_interval, narrow.d10_interval, narrow.d90_interval) == (None, None, None)


def test_a_few_weights_that_outweigh_the_rest_leave_no_interval():
    found = distribution(table(lognormal(8), edge_weight=[1.0] * 7 + [40.0]))
    assert found.median_interval is None
    assert found.notes == ("A few particles hold most of the weight, so no interval can be given.",)


def test_the_share_below_100_nm_is_by_smallest_feret_and_by_number():
    rows = table([150.0, 90, 120, 80], feret_min_nm=[130.0, 80, 95, 70], edge_weight=[2.0, 1, 1, 1])
    for by in ("number", "volume"):
        share = distribution(rows, weighted_by=by).below_100_nm
        assert share.value == pytest.approx(3 / 5)
        assert 0 < share.interval[0] < 0.6 < share.interval[1] < 1
    assert distribution(table([150.0])).below_100_nm is None
    pixels = pd.DataFrame({"diameter_px": [150.0], "feret_min_px": [90.0]})
    assert distribution(pixels, edge="keep").below_100_nm is None


def test_which_diameter_is_asked_for_is_the_one_that_is_given():
    rows = table([4.0] * 6, feret_min_nm=[3.0] * 6, feret_max_nm=[5.0] * 6)
    for name, value in (("equal_circle", 4), ("feret_min", 3), ("feret_max", 5)):
        found = distribution(rows, diameter=name, edge="keep")
        assert (found.median, found.diameter) == (pytest.approx(value), name)
    assert found.named == "largest Feret diameter, number-weighted"


def test_micrographs_that_differ_make_the_interval_wider_and_are_told():
    shifts = np.repeat(np.linspace(-0.3, 0.3, 12), 20)
    values = lognormal(240) * np.exp(shifts)
    names = np.repeat([f"m{number}" for number in range(12)], 20)
    alone, together = (
        distribution(rows, edge="keep") for rows in (table(values), table(values, micrograph=names))
    )
    widths = [np.diff(one.median_interval).item() for one in (alone, together)]
    assert widths[1] > 1.8 * widths[0]
    assert together.effective < 80
    assert together.micrographs == 12
    assert together.notes[0].startswith(
        "The 12 micrographs differ by more than chance, so 240 particles tell as much"
    )
    few = distribution(table(values[:80], micrograph=names[:80]), edge="keep")
    assert "which the intervals do not take in: that needs 5 micrographs" in few.notes[0]


def test_micrographs_that_do_not_differ_are_said_to_be_few():
    rows = [table(lognormal(30, seed)) for seed in range(5)]
    found = distribution(rows, edge="keep")
    assert found.notes == () or found.notes[0].startswith("Particles come by the micrograph, and 5 are few")
    assert found.effective <= 150


def test_a_wrong_table_is_refused():
    with pytest.raises(WorkbenchError, match="no table of particles"):
        distribution(pd.DataFrame({"x": [1.0]}))
