"""The lattice of the particle that is chosen is looked for aside, only while somebody looks; the last choice counts."""

import threading

import pytest
from drawn_lattices import GOLD_200_NM, lattices
from seen_discs import PLACES

from workbench.app.particles import lattice_state as module
from workbench.app.particles.lattice_state import PICK
from workbench.errors import WorkbenchError
from workbench.particles.lattice.one_particle import lattice_of_particle


def choose(page, name):
    page.particles.chosen = page.number(name)
    page.counted()


@pytest.fixture
def asked(monkeypatch):
    """The numbers whose lattice was looked for."""
    numbers = []

    def listened(labels, number, *others, **options):
        numbers.append(number)
        return lattice_of_particle(labels, number, *others, **options)

    monkeypatch.setattr(module, "lattice_of_particle", listened)
    return numbers


def test_before_one_is_chosen_it_says_how(lattice):
    assert (lattice.seen, lattice.said, lattice.stale) == (None, PICK, False)


def test_the_lattice_is_that_of_the_particle_that_is_chosen(crystals, lattice):
    choose(crystals, "large")
    assert lattice.seen.number == crystals.number("large")
    assert (lattice.said, lattice.stale) == ("", False)
    found = lattice.seen.lattice
    assert [one.nm for one in found.two] == pytest.approx([GOLD_200_NM] * 2, rel=0.01)
    assert found.zone_axis == "[001]"
    choose(crystals, "left")
    assert lattice.seen.lattice.phase == "one set"
    choose(crystals, "right")
    assert lattice.seen.lattice.sets == ()
    crystals.particles.chosen = 0
    assert (lattice.seen, lattice.said) == (None, PICK)


def test_it_agrees_with_the_row_of_the_table(crystals, lattice):
    choose(crystals, "large")
    row = crystals.particles.found.table.iloc[crystals.number("large") - 1]
    found = lattice.seen.lattice
    assert (found.phase, found.zone_axis) == (row["phase"], row["zone_axis"])
    assert found.two[0].nm == pytest.approx(row["d1_nm"])


def test_nothing_is_computed_while_nobody_looks(crystals, lattice, asked):
    lattice.active = False
    choose(crystals, "large")
    choose(crystals, "left")
    assert asked == []
    lattice.active = True
    crystals.counted()
    assert asked == [crystals.number("left")]
    lattice.active = False
    lattice.active = True
    crystals.counted()
    assert len(asked) == 1  # it is there


def test_of_many_choices_in_a_hurry_the_last_one_counts(crystals, lattice, monkeypatch):
    begun, go, numbers = threading.Event(), threading.Event(), []

    def slowly(labels, number, *others, **options):
        numbers.append(number)
        begun.set()
        assert go.wait(60)
        return lattice_of_particle(labels, number, *others, **options)

    monkeypatch.setattr(module, "lattice_of_particle", slowly)
    names = ("large", "right", "faint", "left")
    crystals.particles.chosen = crystals.number(names[0])
    assert begun.wait(60)
    assert lattice.stale
    assert lattice.said == module.LOOKED_FOR
    for name in names[1:]:
        crystals.particles.chosen = crystals.number(name)
    assert lattice.seen is None
    go.set()
    crystals.counted()
    assert numbers == [crystals.number("large"), crystals.number("left")]
    assert lattice.seen.number == crystals.number("left")
    assert not lattice.stale


def test_another_pixel_size_another_lattice(crystals, lattice):
    crystals.session.set_nm_per_px(None)
    crystals.rest()
    choose(crystals, "large")
    assert lattice.seen.nm_per_px is None
    assert lattice.seen.lattice.phases == ()
    assert lattice.seen.lattice.pair is not None


def test_another_micrograph_takes_it_away(crystals, lattice):
    choose(crystals, "large")
    crystals.session.show(lattices(None))
    assert lattice.seen is None
    crystals.rest()
    assert (lattice.seen, lattice.said) == (None, PICK)


def test_it_stays_while_a_threshold_moves_and_is_that_of_the_new_mask_then(crystals, lattice):
    choose(crystals, "large")
    before = lattice.seen
    crystals.session.set_threshold("unet", 0.4)
    crystals.counted()
    assert lattice.seen is before
    crystals.rest()
    assert lattice.seen is not before
    assert lattice.seen.inside.sum() > before.inside.sum()
    assert lattice.seen.number == crystals.number("large")


def test_a_particle_that_is_cut_by_hand_is_looked_at_anew(crystals, lattice):
    choose(crystals, "large")
    row, column = PLACES["large"]
    crystals.particles.correct("cut", [(row - 30, column - 12), (row + 30, column - 12)])
    crystals.rest()
    assert lattice.seen.number == crystals.particles.chosen == crystals.number("large")
    assert lattice.seen.inside.sum() < 1200


def test_other_phases_are_compared_with_kept_and_undone(crystals, lattice):
    choose(crystals, "large")
    lattice.set_phases("cu; CeO2")
    crystals.counted()
    assert lattice.phases_text == "Cu, CeO2"
    assert lattice.seen.phases == ("Cu", "CeO2")
    assert lattice.seen.lattice.phases == ()
    assert crystals.session.state().lattice_phases == "Cu, CeO2"
    crystals.session.undo()
    crystals.counted()
    assert lattice.phases == ["Au", "Ag", "Pt", "Pd", "Cu"]
    assert "Au" in lattice.seen.lattice.phases
    with pytest.raises(WorkbenchError, match="gold is no phase known here"):
        lattice.set_phases("gold")
    assert lattice.phases_text == "Au, Ag, Pt, Pd, Cu"


def test_a_session_that_is_opened_compares_with_what_was_saved(crystals, lattice):
    saved = crystals.session.state()
    lattice.set_phases("MgO")
    crystals.session.subject(type(lattice)).restore(saved)
    assert lattice.phases == ["Au", "Ag", "Pt", "Pd", "Cu"]


def test_steps_go_through_all_particles_and_around(crystals, lattice):
    count = len(crystals.particles.found.table)
    lattice.step(1)
    assert crystals.particles.chosen == 1
    lattice.step(-1)
    assert crystals.particles.chosen == count
    lattice.step(1)
    assert crystals.particles.chosen == 1
    crystals.particles.chosen = 0
    lattice.step(-1)
    assert crystals.particles.chosen == count
    crystals.session.selected = []
    crystals.rest()
    lattice.step(1)
    assert crystals.particles.chosen == 0


def test_what_goes_wrong_is_said_in_its_place(crystals, lattice, monkeypatch):
    def fails(*_asked, **_options):
        raise WorkbenchError("There is no more room.")

    choose(crystals, "large")
    monkeypatch.setattr(module, "lattice_of_particle", fails)
    choose(crystals, "left")
    assert (lattice.seen, lattice.said, lattice.stale) == (None, "There is no more room.", False)
