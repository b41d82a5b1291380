"""Median and spread by threshold and network."""

import json
import math

import numpy as np
import pytest
from scipy import ndimage

from workbench.errors import Stopped, WorkbenchError
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.particles.band import size_table, threshold_band
from workbench.particles.distribution import distribution
from workbench.particles.measuring import measure
from workbench.segmentation.components import label_particles
from workbench.segmentation.segmentation import Segmentation

CENTRES = [(40, 40), (40, 120), (120, 40), (120, 120), (80, 80), (150, 80)]
RADII = [10.0, 12.0, 9.0, 14.0, 11.0, 13.0]


def cones(name="cone", slope=0.1, offset=0.0, nm_per_px=0.5, threshold=0.5):
    """Return an answer whose probability falls by a slope per px across each rim: 0.5 at the radius."""
    rows, columns = np.mgrid[:200, :160]
    inside = np.max(
        [r - np.hypot(rows - y, columns - x) for (y, x), r in zip(CENTRES, RADII, strict=True)], 0
    )
    probability = np.clip(0.5 + slope * (inside + offset), 0, 1).astype(np.float32)
    micrograph = Micrograph(np.zeros((200, 160)), nm_per_px, "cones", marks=())
    return Segmentation(probability, Card(name=name, architecture="unet", threshold=threshold), micrograph)


def test_the_median_moves_by_as_much_as_the_rim_is_soft():
    band = threshold_band([cones()], edge="keep")
    low, high = band.ends("median")
    # at 0.3 the rim lies 2 px farther out, at 0.7 as far in; 0.5 nm a pixel
    assert low - high == pytest.approx(2 * 4 * 0.5, rel=0.03)
    assert list(band.table["threshold"]) == [0.3, 0.5, 0.7]
    assert band.ends("gsd")[0] < band.ends("gsd")[1]


def test_networks_are_compared_each_at_its_own_threshold():
    band = threshold_band([cones("a"), cones("b", offset=1.0), cones("c", threshold=0.4)], edge="keep")
    found = band.networks()
    assert found["b"] - found["a"] == pytest.approx(2 * 0.5, rel=0.1)
    assert found["c"] - found["a"] == pytest.approx(2 * 0.5, rel=0.1)
    assert list(band.table.loc[band.table["network"] == "c", "threshold"]) == [0.3, 0.4, 0.5, 0.7]
    assert "between 3 networks" in band.summary()


def test_it_gives_what_a_distribution_of_measured_particles_gives():
    answer = cones()
    band = threshold_band([answer])
    row = band.table[band.table["threshold"] == 0.7].iloc[0]
    found = distribution(measure(answer.mask(0.7), answer.micrograph, lattice=False))
    assert row["counted"] == found.counted
    assert (row["median_nm"], row["mean_nm"], row["gsd"]) == pytest.approx(
        (found.median, found.mean, found.gsd)
    )


def test_micrographs_of_one_network_are_one_distribution():
    band = threshold_band([cones(), cones()], edge="keep")
    assert list(band.table["counted"]) == [12, 12, 12]


def test_particles_that_touch_are_parted_where_asked():
    rows, columns = np.mgrid[:80, :120]
    pair = np.maximum(20 - np.hypot(rows - 40, columns - 42), 20 - np.hypot(rows - 40, columns - 78))
    probability = np.clip(0.5 + 0.1 * pair, 0, 1).astype(np.float32)
    micrograph = Micrograph(np.zeros((80, 120)), 1.0, marks=())
    answer = Segmentation(probability, Card(name="n", architecture="unet"), micrograph)
    counts = [
        list(threshold_band([answer], (0.5,), edge="keep", split_touching=part).table["counted"])
        for part in (False, True)
    ]
    assert counts == [[1], [2]]


def test_small_particles_and_holes_are_as_for_a_mask():
    answer = cones()
    holed = answer.probability.copy()
    holed[40, 40], holed[5, 5] = 0, 1
    answer = Segmentation(holed, answer.network, answer.micrograph)
    band = threshold_band([answer], (0.5,), edge="keep", min_area_nm2=1.0, fill_holes=True)
    assert band.table["counted"].item() == 6
    assert band.networks() == pytest.approx(threshold_band([cones()], (0.5,), edge="keep").networks())


def test_where_nothing_is_found_it_says_so_and_is_no_number():
    empty = Segmentation(
        np.zeros((50, 50), np.float32), Card(name="n", architecture="unet"), Micrograph(np.zeros((50, 50)))
    )
    band = threshold_band([empty])
    assert band.ends() is None
    assert band.networks() == {}
    assert band.summary() == "no particle at any threshold"
    assert band.unit == "px"
    assert math.isnan(band.table["gsd"].iloc[0])
    assert json.loads(json.dumps(band.to_dict(), allow_nan=False))["rows"][0]["median_px"] is None


def test_it_shows_itself_as_a_table():
    page = threshold_band([cones()], edge="keep")._repr_html_()
    assert "threshold 0.5 (its own)" in page
    assert "N = 6" in page


def test_the_quick_sizes_are_those_of_measure():
    rng = np.random.default_rng(0)
    mask = ndimage.gaussian_filter(rng.standard_normal((120, 160)), 3) > 0.08
    micrograph = Micrograph(np.zeros((120, 160)), 0.3, marks=[Mark("data bar", 110, 120, 0, 160)])
    slow = measure(mask, micrograph, lattice=False)
    quick = size_table(label_particles(mask)[0], micrograph)
    assert len(quick) > 10
    for column in quick:
        np.testing.assert_allclose(quick[column].astype(float), slow[column].astype(float))


def test_it_stops_when_asked():
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Stopped):
        threshold_band([cones()], stop=stop)


@pytest.mark.parametrize(
    ("answers", "options", "why"),
    [
        ([], {}, "at least one segmentation"),
        ([cones()], {"thresholds": []}, "one threshold"),
        ([cones()], {"thresholds": [0.3, 1.5]}, "between 0 and 1"),
        ([cones(), cones(nm_per_px=None)], {}, "no pixel size"),
    ],
)
def test_what_makes_no_band_is_refused(answers, options, why):
    with pytest.raises(WorkbenchError, match=why):
        threshold_band(answers, **options)
