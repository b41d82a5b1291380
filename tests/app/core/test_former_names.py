"""Attributes of a session of version 0.1.0 work for one more release, and say what they are called now."""

from operator import attrgetter

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.former_names import FORMER_NAMES
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def session(tmp_path):
    compute = FakeCompute()
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["otsu"]
    made.show(Micrograph(np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32), 0.05, "noise"))
    compute.work()
    return made


@pytest.mark.parametrize(("former", "now"), FORMER_NAMES.items())
def test_it_is_read_under_its_former_name(session, former, now):
    with pytest.warns(DeprecationWarning, match=f"{former} is called {now}"):
        found = getattr(session, former)
    assert found == getattr(session, now)


def test_what_is_selected_is_set_under_its_former_name(session):
    with pytest.warns(DeprecationWarning, match="ticked is called selected"):
        session.ticked = ["otsu", "bandpass"]
    with pytest.warns(DeprecationWarning, match="active is called current"):
        session.active = "bandpass"
    assert (session.selected, session.current) == (["otsu", "bandpass"], "bandpass")


def test_a_network_is_selected_under_the_former_name(session):
    with pytest.warns(DeprecationWarning, match="tick is called select"):
        session.tick("bandpass")
    assert session.selected == ["otsu", "bandpass"]


@pytest.mark.parametrize(
    ("part", "former", "now"),
    [
        ("explain", "aims", "targets"),
        ("study", "doubt", "warning"),
        ("study", "look_for_plans", "list_plans"),
        ("trainings.draft", "doubt", "warning"),
        ("trainings.draft", "look_for_sets", "list_sets"),
    ],
)
def test_parts_of_a_session_are_read_under_their_former_names(session, part, former, now):
    held = attrgetter(part)(session)
    with pytest.warns(DeprecationWarning, match=f"{former} is called {now}"):
        found = getattr(held, former)
    assert found == getattr(held, now)


def test_a_card_says_under_the_former_name_that_a_micrograph_is_of_another_scale(session):
    card = session.card("unet")
    with pytest.warns(DeprecationWarning, match="doubt is called scale_warning"):
        said = card.doubt(5.0)
    assert said == card.scale_warning(5.0) != ""
