"""The distribution below the panes, as numbers and sentences."""

import numpy as np
import pandas as pd

from workbench.app.particles.distribution_box import DistributionBox, facts_html
from workbench.particles.distribution import distribution


def test_it_says_whose_and_what(looked_at, particles):
    box = DistributionBox(looked_at.session)
    assert box.title.value.endswith(particles.distribution.summary())
    assert "N = 5 of 6" in box.title.value
    assert "Median, D50" in box.facts.value
    assert box.chart.bars.y.sum() == 5


def test_it_follows_a_rule_and_says_that_none_counts(looked_at, particles):
    box = DistributionBox(looked_at.session)
    particles.min_confidence = 1.0
    looked_at.rest()
    assert box.title.value.endswith("no particle counts")
    assert "Median" not in box.facts.value
    assert box.chart.bars.x.size == 0


def test_what_is_brushed_is_kept_in_the_state(looked_at, particles):
    box = DistributionBox(looked_at.session)
    box.chart.selector.selected = np.array([2.0, 3.0])
    assert particles.brushed == [2.0, 3.0]


def test_it_is_grey_while_it_is_not_of_what_is_set(looked_at, particles):
    box = DistributionBox(looked_at.session)
    particles.stale = True
    assert "hw-stale" in box.box._dom_classes
    particles.stale = False
    assert "hw-stale" not in box.box._dom_classes


def test_numbers_of_many_have_intervals_and_those_of_one_say_why_not():
    many = np.random.default_rng(3).lognormal(1.4, 0.2, 300)
    said = facts_html(distribution(pd.DataFrame({"diameter_nm": many, "touches_edge": False})))
    assert said.count("95 %") >= 3
    assert "number-weighted" in said
    one = facts_html(distribution(pd.DataFrame({"diameter_px": [4.0], "touches_edge": [False]})))
    assert "no interval can be given" in one
    assert " nm" not in one
