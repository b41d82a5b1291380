"""What the uncertainty is made of, and how far the result moves."""

import re

from workbench.app.particles.uncertainty_box import UncertaintyBox


def test_nothing_is_compared_before_somebody_looks(looked_at, particles):
    box = UncertaintyBox(looked_at.session)
    assert particles.band is None
    assert box.band.value == ""
    assert "not known" in box.budget.value or "no band" in box.budget.value


def test_the_band_has_each_threshold_and_the_one_that_is_set(looked_at, particles, session):
    box = UncertaintyBox(looked_at.session)
    particles.compares = True
    looked_at.rest()
    assert sorted(particles.band.table["threshold"]) == [0.3, 0.5, 0.7]
    assert particles.band.table["own"].tolist() == [False, True, False]
    assert "0.5 (set)" in box.band.value
    assert not particles.comparing
    session.set_threshold("unet", 0.6)
    looked_at.rest()
    assert sorted(particles.band.table["threshold"]) == [0.3, 0.5, 0.6, 0.7]
    assert "0.6 (set)" in box.band.value


def test_a_rule_for_the_edge_is_followed(looked_at, particles):
    particles.compares = True
    looked_at.rest()
    before = particles.band.table["counted"].tolist()
    particles.edge = "keep"
    looked_at.rest()
    assert all(now == old + 1 for now, old in zip(particles.band.table["counted"], before, strict=True))


def test_a_calibration_that_is_typed_is_part_of_it(looked_at, particles):
    box = UncertaintyBox(looked_at.session)
    particles.min_confidence = 0.0
    assert re.search("magnification</th><td>–", box.budget.value)
    particles.set_calibration("3 %")
    assert not re.search("magnification</th><td>–", box.budget.value)


def test_without_a_particle_there_is_no_budget(looked_at, particles):
    box = UncertaintyBox(looked_at.session)
    particles.min_confidence = 1.0
    looked_at.rest()
    assert particles.budget() is None
    assert (box.budget.value, box.title.value) == ("", "No particle counts")
