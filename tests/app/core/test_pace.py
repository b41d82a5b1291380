"""How long networks would take: by what each reached before, for the pixels that it is given."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.pace import CPU_PX_PER_S, GPU_PX_PER_S, Pace, pixels_seen, time_said
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.segmentation import Segmentation


def micrograph(edge, nm_per_px=None):
    return Micrograph(np.zeros((edge, edge), np.float32), nm_per_px, "m")


@pytest.fixture
def session(tmp_path):
    return Session(micrograph(1024), data=DataFolder(tmp_path), compute=FakeCompute())


def answer(session, name, edge, seconds):
    probability = np.zeros((edge, edge), np.float32)
    return Segmentation(probability, session.card(name), micrograph(edge), seconds, "cpu")


def test_pixels_are_counted_as_the_network_is_given_them(session):
    card = session.card("unet")
    own = card.input.nm_per_px
    assert pixels_seen(card, micrograph(100, own)) == 100 * 100
    assert pixels_seen(card, micrograph(100, own / 4)) == pytest.approx(25 * 25)
    assert pixels_seen(card, micrograph(100, 100 * own)) == 200 * 200  # enlarged twice, and no more


def test_a_network_is_as_fast_as_it_ever_was(session):
    pace = Pace(session)
    pace.note("unet", answer(session, "unet", 1024, 4.0))
    pace.note("unet", answer(session, "unet", 1024, 1.0))
    pace.note("unet", answer(session, "unet", 1024, 8.0))
    assert pace.seconds(["unet"]) == pytest.approx(1.0)


def test_small_micrographs_say_nothing_and_classical_methods_are_not_counted(session):
    pace = Pace(session)
    pace.note("unet", answer(session, "unet", 255, 100.0))
    assert pace.seconds(["unet", "otsu"]) == pytest.approx(1024**2 / CPU_PX_PER_S)
    assert pace.seconds(["otsu"]) == 0


def test_a_network_that_has_not_run_is_as_slow_as_the_slowest_and_no_faster_than_usual(session):
    pace = Pace(session)
    pace.note("unet", answer(session, "unet", 1024, 1.0))
    assert pace.seconds(["fcn8s"]) == pytest.approx(1024**2 / CPU_PX_PER_S)
    pace.note("unet_small", answer(session, "unet", 1024, 100.0))
    assert pace.seconds(["unet", "fcn8s"]) == pytest.approx(101)
    session.device = "cuda:0 H100"
    assert Pace(session).seconds(["fcn8s"]) == pytest.approx(1024**2 / GPU_PX_PER_S)


def test_nothing_takes_no_time(tmp_path):
    session = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    assert session.micrograph is None
    assert Pace(session).seconds(["unet"]) == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10, "about 10 s"), (44, "about 40 s"), (94, "about 90 s"), (100, "about 2 min"), (600, "about 10 min")],
)
def test_a_time_in_words(seconds, said):
    assert time_said(seconds) == said
