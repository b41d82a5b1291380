"""How alike two maps are, at their own grain, and how alike by chance."""

import numpy as np
import pytest
from scipy import ndimage, stats

from workbench.explanation.agreement import agreement, grain, rank_correlation
from workbench.explanation.trust_figures import Randomised
from workbench.explanation.trust_report import Trust


def test_maps_that_only_fade_alike_with_the_distance_are_not_correlated():
    target = np.zeros((80, 80), np.bool_)
    target[40, 40] = True
    fading = np.exp(-ndimage.distance_transform_edt(~target) / 6)
    first, second = (
        fading * np.abs(np.random.default_rng(seed).normal(size=fading.shape)) for seed in (0, 1)
    )
    assert stats.spearmanr(first.ravel(), second.ravel())[0] > 0.7
    assert abs(rank_correlation(first, second, target)) < 0.05
    assert rank_correlation(first, 3 * first, target) == pytest.approx(1)
    assert rank_correlation(first, np.ones_like(first), target) == 0


TARGET = np.hypot(*(np.mgrid[:120, :140] - np.array([60, 70])[:, None, None])) < 30


FADING = np.exp(-ndimage.distance_transform_edt(~TARGET) / 30)


def smooth_map(seed: int, width_px: float) -> np.ndarray:
    """A random map that fades with the distance from the target, as all maps do."""
    return FADING * ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=TARGET.shape), width_px)


def patchy_map(seed: int, edge: int = 24, stride: int = 12) -> np.ndarray:
    """A map as occlusion makes it: means over patches on a grid, each patch with a value of its own."""
    rng = np.random.default_rng(seed)
    total, times = np.zeros(TARGET.shape), np.zeros(TARGET.shape)
    for row in range(-stride, TARGET.shape[0], stride):
        for column in range(-stride, TARGET.shape[1], stride):
            patch = (slice(max(0, row), row + edge), slice(max(0, column), column + edge))
            total[patch] += rng.normal()
            times[patch] += 1
    return FADING * total / times


def verdict(found: np.ndarray, other: np.ndarray) -> Randomised:
    one = agreement(found, other, TARGET)
    return Randomised(
        ("all",),
        np.array([one.rank]),
        np.zeros(1),
        np.array([one.similarity]),
        one.rank_by_chance,
        one.similarity_by_chance,
    )


@pytest.mark.parametrize("drawn", [lambda seed: smooth_map(seed, 12), patchy_map], ids=["smooth", "patchy"])
def test_smooth_maps_that_share_nothing_are_not_called_the_same(drawn):
    found = [verdict(drawn(2 * seed), drawn(2 * seed + 1)) for seed in range(20)]
    # 39 random maps for each of two figures: a false alarm in at most 2 of 40 pairs; 4 of 20 come once in 60 times
    assert sum(one.same_map for one in found) <= 3


def test_agreement_that_chance_reaches_is_no_failure_and_is_told():
    pairs = [(smooth_map(2 * seed, 12), smooth_map(2 * seed + 1, 12)) for seed in range(40)]
    found = [verdict(*pair) for pair in pairs]
    by_chance = [one for one in found if not one.depends_on_weights and not one.same_map]
    assert by_chance  # the plain threshold fails these
    for one in by_chance:
        assert (
            one.similarity[-1] <= one.similarity_by_chance or one.rank_correlation[-1] <= one.rank_by_chance
        )
        trust = Trust("Occlusion", None, None, None, None, one, None)
        assert not trust.failed
        assert trust.line.startswith("weights: map too smooth to tell")
        assert "maps as smooth as this one do so by chance" in trust.sentences[0]


@pytest.mark.parametrize("drawn", [lambda seed: smooth_map(seed, 12), patchy_map], ids=["smooth", "patchy"])
def test_a_smooth_map_beside_itself_with_noise_is_called_the_same(drawn):
    for seed in range(5):
        found = drawn(seed)
        noise = FADING * np.random.default_rng(100 + seed).normal(size=TARGET.shape) * found.std() / 2
        assert verdict(found, found + noise).same_map
        assert verdict(found, found).same_map


def test_the_grain_of_a_map_is_that_of_its_patches():
    assert grain(np.random.default_rng(0).normal(size=(80, 90))) == 1
    squares = np.repeat(np.repeat(np.random.default_rng(0).normal(size=(12, 14)), 10, 0), 10, 1)
    assert 5 <= grain(squares) <= 6  # the autocorrelation of squares of 10 px falls to a half at 5
    assert grain(np.ones((40, 50))) == 50
