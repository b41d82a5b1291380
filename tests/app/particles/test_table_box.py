"""One row a particle, in the unit of the micrograph; those that do not count are struck out and say why."""

import numpy as np
import pytest
from seen_discs import PLACES, micrograph_of
from widget_doings import Told, elsewhere

from workbench.app.particles.table_box import TableBox, columns_of


@pytest.fixture
def box(looked_at):
    return TableBox(looked_at.session)


@pytest.fixture
def told(box):
    return Told(box.table)


def rows_of(told):
    """The last rows that were sent: columns by key, each as numbers or words; and which are struck out."""
    message, buffers = next(one for one in reversed(told) if one[0]["kind"] == "rows")
    parts = iter(buffers[1:])
    cells = {
        column["key"]: message["words"][column["key"]]
        if column["digits"] < 0
        else np.frombuffer(next(parts), "<f4")
        for column in message["columns"]
    }
    return message, np.frombuffer(buffers[0], "<i4"), cells


def test_there_is_a_row_for_each_particle_of_the_label_image(looked_at, particles, box, told):
    told.say(kind="ready")
    message, numbers, cells = rows_of(told)
    assert numbers.tolist() == np.unique(particles.found.labels)[1:].tolist()
    np.testing.assert_allclose(cells["diameter"], particles.found.table["diameter_nm"], rtol=1e-6)
    assert message["struck"] == {str(looked_at.number("edge") - 1): "at the edge"}
    assert cells["said"][looked_at.number("edge") - 1] == "out: at the edge"
    assert cells["said"].count("yes") == 5


def test_lengths_bear_the_unit_of_the_micrograph(looked_at, particles, session, box, told):
    told.say(kind="ready")
    titles = {column["key"]: column["title"] for column in rows_of(told)[0]["columns"]}
    assert (titles["diameter"], titles["error"], titles["feret_max"], titles["d1"]) == (
        "diameter, nm",
        "± nm",
        "Feret max, nm",
        "d₁, nm",
    )
    session.set_nm_per_px(None)
    looked_at.rest()
    message, _numbers, cells = rows_of(told)
    assert all(" nm" not in column["title"] for column in message["columns"])
    assert cells["diameter"].max() == pytest.approx(40, abs=1)
    digits = {column["key"]: column["digits"] for column in message["columns"]}
    assert (digits["diameter"], digits["label"], digits["said"]) == (1, 0, -1)


def test_a_column_that_was_not_measured_is_not_shown(particles):
    table = particles.found.table
    shown = [name for name, _column in columns_of(table)]
    assert "confidence" in shown
    less = table.drop(columns="confidence")
    less.attrs = table.attrs
    assert [name for name, _column in columns_of(less)] == [name for name in shown if name != "confidence"]


def test_a_particle_that_is_taken_out_or_made_by_hand_says_so(looked_at, particles, box, told):
    particles.toggle(*PLACES["left"])
    looked_at.counted()
    particles.correct("cut", [(10, 40), (70, 40)])
    looked_at.counted()
    message, _numbers, cells = rows_of(told)
    left, half = looked_at.number("left") - 1, int(particles.found.labels[40, 30]) - 1
    assert (cells["said"][left], message["struck"][str(left)]) == ("out: by hand", "by hand")
    assert cells["said"][half] == "yes, by hand"
    assert str(half) not in message["struck"]


def test_a_cell_has_room_for_each_reason(looked_at, particles, box, told):
    particles.min_confidence = 0.68
    particles.set_sizes(1.0, None)
    looked_at.counted()
    _message, _numbers, cells = rows_of(told)
    said = {name: cells["said"][looked_at.number(name) - 1] for name in ("faint", "small", "edge")}
    assert said == {"faint": "out: confidence", "small": "out: size", "edge": "out: at the edge"}
    assert max(map(len, cells["said"])) <= 16


def test_a_row_is_taken_out_in_the_table_and_in_again(looked_at, particles, box, told):
    number = looked_at.number("right")
    told.say(kind="strike", number=number)
    looked_at.counted()
    assert looked_at.left_out()["right"] == "hand"
    told.say(kind="strike", number=number)
    looked_at.counted()
    assert looked_at.left_out()["right"] == ""


def test_what_is_chosen_or_pointed_at_is_the_same_in_table_and_state(particles, box):
    box.table.chosen, particles.pointed = 3, 2
    assert (particles.chosen, box.table.pointed) == (3, 2)
    elsewhere(lambda: setattr(particles, "chosen", 0))
    assert box.table.chosen == 0


def test_rows_are_grey_while_they_are_not_of_what_is_set(looked_at, session, box):
    session.set_threshold("unet", 0.4)
    looked_at.counted()
    assert box.table.stale
    looked_at.rest()
    assert not box.table.stale


def test_where_there_is_no_row_the_table_says_why(looked_at, particles, session, box, told):
    session.set_threshold("unet", 0.99)
    looked_at.fake.probability = lambda micrograph, *_asked: np.zeros(micrograph.shape, np.float32)
    session.show(micrograph_of(seed=1))
    looked_at.counted()
    assert box.table.empty == "Waiting for the mask."
    assert rows_of(told)[0]["count"] == 0
    looked_at.rest()
    assert box.table.empty == "No particle."
    session.selected = []
    assert box.table.empty == "Tick a network under Networks first."
    session.selected = ["unet"]
    session.show(micrograph_of(seed=2))
    looked_at.fake.waiting("segment")[0].fail("The network cannot see this.")
    looked_at.counted()
    assert box.table.empty == "The network cannot see this."
