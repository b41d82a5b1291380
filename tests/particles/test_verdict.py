"""What is said of a distribution."""

import numpy as np
import pytest

from workbench.particles.fits import fit
from workbench.particles.modality import two_groups
from workbench.particles.verdict import verdict_on


def on(values):
    values = np.sort(values)
    ones = np.ones(len(values))
    fits = [fit(values, ones, family) for family in ("log-normal", "normal")]
    return verdict_on(len(values), *fits, two_groups(values, ones), "nm", len(values))


def lognormal(seed, count, gsd=1.3, median=4.0):
    return median * np.exp(np.log(gsd) * np.random.default_rng(seed).standard_normal(count))


def test_a_log_normal_is_called_one():
    found = on(lognormal(0, 400))
    assert (found.kind, found.fit) == ("log-normal", "log-normal")
    assert found.sentence.startswith("A log-normal distribution describes it (p = ")


def test_a_normal_is_called_one():
    found = on(np.random.default_rng(1).normal(10, 2.5, 400))
    assert (found.kind, found.fit) == ("normal", "normal")


def test_a_narrow_one_is_both():
    found = on(lognormal(2, 150, 1.05))
    assert (found.kind, found.fit) == ("either", "log-normal")
    assert "150 particles are too few, or too alike" in found.sentence


def test_of_fewer_than_a_hundred_two_groups_are_not_ruled_out():
    found = on(lognormal(3, 40))
    assert found.kind == "undecided"
    assert "40 particles are too few to rule out two groups" in found.sentence


def test_two_groups_are_named():
    found = on(np.concatenate([lognormal(4, 200, 1.1), lognormal(5, 100, 1.1, 8.0)]))
    assert (found.kind, found.fit) == ("groups", None)
    assert found.sentence.startswith(
        "Neither a log-normal nor a normal distribution describes it: two groups"
    )
    assert "(67 and 33 % of the particles)" in found.sentence


def test_neither_is_said():
    found = on(np.random.default_rng(6).uniform(2, 6, 1000))
    assert (found.kind, found.fit) == ("neither", None)


@pytest.mark.parametrize(
    ("ratio", "share", "gsd"),
    [(2, 0.5, 1.15), (2, 0.2, 1.15), (2, 0.1, 1.15), (1.5, 0.5, 1.1), (3, 0.1, 1.3)],
)
@pytest.mark.parametrize("count", [20, 60, 100, 600, 3000])
def test_a_bimodal_sample_is_never_called_log_normal(ratio, share, gsd, count):
    few = round(share * count)
    for seed in range(20 if count < 1000 else 5):
        values = np.concatenate(
            [lognormal(seed, count - few, gsd), lognormal(99 + seed, few, gsd, 4 * ratio)]
        )
        assert on(values).kind not in ("log-normal", "normal", "either")


def test_among_thousands_a_small_deviation_is_said_and_forgiven():
    rng = np.random.default_rng(7)
    nearly = 4 * np.exp(np.log(1.25) * rng.standard_t(20, 20000))
    found = on(nearly)
    assert found.kind == "log-normal"
    assert "to within" in found.sentence


@pytest.mark.parametrize(
    ("count", "alike", "kind", "sentence"),
    [
        (0, False, "none", "No particle is counted."),
        (1, True, "few", "One particle is too few to tell how they are distributed; no curve is fitted."),
        (12, False, "few", "12 particles are too few to tell how they are distributed; no curve is fitted."),
        (50, True, "equal", "All particles have the same diameter; no curve is fitted."),
    ],
)
def test_where_nothing_was_fitted_it_says_why(count, alike, kind, sentence):
    assert verdict_on(count, None, None, None, "nm", count, alike=alike) == (kind, sentence, None)
