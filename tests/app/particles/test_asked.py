"""Which number a particle has after something changed."""

import numpy as np
import pandas as pd

from workbench.app.particles.asked import Asked, number_now
from workbench.particles.particle_set import ParticleSet
from workbench.particles.selection import Selection


def particles(*rows: str) -> ParticleSet:
    labels = np.array([[int(letter) for letter in row] for row in rows], np.int32)
    return ParticleSet(labels, pd.DataFrame({"label": range(1, labels.max() + 1)}))


BEFORE = particles("1100", "1100", "0022")


def test_a_particle_has_the_number_of_what_most_of_it_belongs_to():
    now = particles("0011", "2200", "2033")
    assert number_now(2, BEFORE, now) == 3
    assert number_now(1, BEFORE, particles("0000", "1200", "0033")) in (0, 1, 2)
    assert number_now(1, BEFORE, particles("2200", "2100", "0033")) == 2


def test_a_particle_that_is_gone_has_none():
    assert number_now(1, BEFORE, particles("0000", "0000", "0011")) == 0
    assert number_now(0, BEFORE, BEFORE) == 0


def test_of_another_micrograph_only_numbers_that_there_are_stay():
    small = particles("10")
    assert number_now(1, BEFORE, small) == 1
    assert number_now(2, BEFORE, small) == 0
    assert number_now(2, None, BEFORE) == 2


def test_what_is_asked_is_of_one_micrograph_and_one_network():
    asked = Asked(None, "unet", None, None, Selection(), "number", [])
    assert asked.of_the_same(asked._replace(corrections=[1]))
    assert not asked.of_the_same(asked._replace(name="fcn8s"))
