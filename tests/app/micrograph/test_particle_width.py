"""The slider of the particles' width: there where it is of use, and set by a hand or found."""

import numpy as np
import pytest
from changed_cards import change_cards
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.micrograph.panel import MicrographPanel
from workbench.app.session import Session
from workbench.compute.particle_width import WidthFound
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff

PICTURE = Micrograph(np.random.default_rng(0).normal(size=(64, 80)).astype(np.float32), None, "a", marks=())
FOUND = WidthFound(24.0, "Particles are about 24 px wide, found from the micrograph itself.")


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def session(compute, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=compute)
    change_cards(made, "unet", particle_px=40.0)
    change_cards(made, "fcn8s", particle_px=None)
    made.selected = ["unet"]
    return made


@pytest.fixture
def panel(session):
    return MicrographPanel(session, None)


def shown(panel):
    return panel.particle_width.box.layout.display != "none"


def said(panel):
    return panel.particle_width.note.value


def test_the_slider_shows_the_width_that_was_found_and_a_hand_sets_another(session, compute, panel):
    session.show(PICTURE)
    slider = panel.controls["particle width"]
    assert (slider.value, slider.start, slider.high, said(panel)) == (None, 40, 32, "being found…")
    assert panel.controls["find width"].disabled
    compute.waiting("find_particle_width")[0].answer(FOUND)
    assert (slider.value, said(panel)[:26]) == (24, "found from the micrograph;")
    slider.value = 12.0
    assert (session.particle_px, said(panel)[:11]) == (12, "set by you;")
    panel.controls["find width"].click()
    compute.waiting("find_particle_width")[0].answer(FOUND)
    assert (session.particle_px, slider.value) == (24, 24)


def test_it_is_there_without_a_pixel_size_and_for_networks_that_go_by_it_alone(session, compute, panel):
    assert not shown(panel)
    session.show(PICTURE)
    assert shown(panel)
    session.set_nm_per_px(0.05)
    assert not shown(panel)
    session.set_nm_per_px(None)
    session.selected = ["fcn8s"]
    assert not shown(panel)
    session.selected = ["fcn8s", "unet"]
    compute.waiting("find_particle_width")[0].answer(FOUND)
    assert said(panel).endswith("at the scale that fits, FCN8s as it is")


def test_a_search_that_begins_behind_another_job_is_shown(session, panel, tmp_path):
    write_tiff(tmp_path / "a.tif", PICTURE.pixels, None)
    session.open_file("a.tif").join()
    assert said(panel) == "being found…"
    assert panel.controls["find width"].disabled
    session.stop()
    assert said(panel) == ""
    assert not panel.controls["find width"].disabled


def test_that_no_width_could_be_found_is_said(session, compute, panel):
    session.show(PICTURE)
    compute.waiting("find_particle_width")[0].answer(WidthFound(None, "It could not be found."))
    assert (panel.controls["particle width"].value, said(panel)) == (None, "It could not be found.")
