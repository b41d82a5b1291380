"""Which places of a micrograph are drawn, what the mask makes of each, and which others are like one."""

import numpy as np

from workbench.app.features.places import (
    KINDS,
    MORE_WRONG,
    PLACES,
    draw_places,
    kinds_of,
    region_around,
    spots_of,
)
from workbench.compute.features import EmbeddingFound
from workbench.micrographs.micrograph import Micrograph


def test_others_like_it_are_of_its_kind_apart_from_each_other_and_the_most_alike():
    places = np.array([[100, 105, 100, 300, 500], [100, 105, 300, 300, 500]])
    coordinates = np.array([[0, 0], [0.1, 0], [3, 0], [1, 0], [0.2, 0]], np.float32)
    found = EmbeddingFound("head", coordinates, (1.0, 0.0), places, 1.0)
    micrograph = Micrograph(
        np.random.default_rng(0).normal(size=(600, 600)).astype(np.float32), None, "noise"
    )
    kinds = np.array([1, 1, 1, 1, 0], np.uint8)
    spots = spots_of(micrograph, found, kinds, 0, None, None)
    assert [one.index for one in spots] == [0, 3, 2]  # 1 lies in the region of 0, and 4 is of another kind


def test_places_are_drawn_everywhere_and_more_where_the_mask_is_wrong():
    wrong = np.zeros((300, 400), bool)
    wrong[10, 20:25] = True
    places, fitted = draw_places(wrong.shape, wrong)
    assert (fitted, places.shape) == (PLACES, (2, PLACES + 5))
    assert {tuple(place) for place in places[:, fitted:].T} == {(10, column) for column in range(20, 25)}
    assert (places.max(axis=1) < wrong.shape).all()
    assert np.abs(places[:, :fitted].mean(axis=1) / wrong.shape - 0.5).max() < 0.03
    assert draw_places(wrong.shape, ~wrong)[0].shape == (2, PLACES + MORE_WRONG)
    assert (draw_places(wrong.shape, None)[0] == places[:, :fitted]).all()


def test_the_four_kinds():
    mask, truth = np.array([[0, 1, 0, 1]], bool), np.array([[0, 1, 1, 0]], bool)
    places = np.array([[0, 0, 0, 0], [0, 1, 2, 3]])
    said = [KINDS[kind] for kind in kinds_of(places, mask, truth)]
    assert said == ["background", "particle", "missed particle", "false alarm"]


def test_a_region_stays_inside_a_micrograph_that_may_be_smaller_than_it():
    region = region_around(2, 99, 40, (60, 100))
    assert (region.top, region.left, region.height, region.width) == (0, 60, 40, 40)
    region = region_around(5, 5, 40, (20, 100))
    assert (region.top, region.left, region.height, region.width) == (0, 0, 20, 40)
