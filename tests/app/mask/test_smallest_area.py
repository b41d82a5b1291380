"""The slider of the smallest area, and what is said beside it."""

import numpy as np
import pytest
from changed_cards import change_cards
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.mask.smallest_area import SmallestAreaControls
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def session(tmp_path):
    session = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    change_cards(session, "unet", smallest_diameter_px=40.0)  # it knows 0.05 nm/px
    session.selected = ["unet", "otsu"]
    session.current = "unet"
    session.show(Micrograph(np.zeros((24, 32), np.float32), 0.1, "m"))
    return session


@pytest.fixture
def made(session):
    return SmallestAreaControls(session, {})


def shown(widget):
    return widget.layout.display != "none"


def test_until_a_hand_moves_it_the_slider_stands_where_the_card_says_and_the_note_says_so(session, made):
    assert session.min_area is None
    assert made.slider.value == pytest.approx(np.pi)
    assert made.note.value == ("Particles under 2 nm are left out, as the card of U-Net says; 0 keeps them.")
    assert not shown(made.as_card)
    session.current = "otsu"
    assert made.slider.value == 0
    assert not shown(made.note)
    assert session.min_area is None  # what is shown of a card was not typed


def test_a_hand_replaces_what_the_cards_say_and_a_button_puts_it_back(session, made):
    for area in (0.0, 5.0):
        made.slider.value = area
        assert (session.min_area, session.min_area_unit) == (area, "nm2")
        assert [session.settings(name).min_area_nm2 for name in session.selected] == [area, area]
        assert made.note.value == (
            "Set by hand, for all networks. As the card of U-Net says, particles under 2 nm are left out."
        )
        made.as_card.click()
        assert session.min_area is None
        assert made.slider.value == pytest.approx(np.pi)


def test_an_area_that_is_typed_is_taken_beyond_the_end_of_the_slider(session, made):
    made.typed.value = "50"
    assert (session.min_area, session.min_area_unit) == (50.0, "nm2")
    assert (made.slider.value, made.slider.max, made.typed.value) == (50.0, 50.0, "50")
    made.typed.value = "300 px²"
    assert (session.min_area, session.min_area_unit) == (300.0, "px2")
    assert (made.slider.description, made.typed.value) == ("Min. px²", "300")
    session.set_min_area(0.126, "nm2")  # by a script
    assert made.typed.value == "0.126"


def test_what_is_no_area_is_said_beside_the_field_which_shows_what_holds(session, made):
    before = made.typed.value
    made.typed.value = "-3"
    assert session.min_area is None
    assert made.typed.value == before == "3.142"
    assert made.note.value.startswith("&#x27;-3&#x27; is no smallest area; type a number of nm²")
    assert shown(made.note)
    made.typed.value = "5"
    assert made.note.value.startswith("Set by hand, for all networks.")


def test_without_a_pixel_size_the_diameter_is_said_in_pixels(session, made):
    session.set_nm_per_px(None)
    assert made.note.value.startswith("Particles under 40 px are left out")
    assert made.slider.description == "Min. px²"
    assert made.slider.value == pytest.approx(400 * np.pi)
