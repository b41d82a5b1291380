"""A page on which a network sees the disc, over a stand-in for the worker."""

import numpy as np
import pytest
from changed_cards import one_output
from fake_answers import EXPLAINING
from fake_compute import FakeCompute
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session


def disc_seen(micrograph, *_asked):
    """1 in the middle of the disc, 0.5 where it ends: its mask is the truth."""
    rows, columns = np.mgrid[: micrograph.shape[0], : micrograph.shape[1]]
    return np.clip(1 - np.hypot(rows - 80, columns - 90) / 60, 0, 1).astype(np.float32)


@pytest.fixture
def fake():
    return FakeCompute(instead=EXPLAINING, probability=disc_seen)


@pytest.fixture
def session(fake, tmp_path, disc):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    one_output(made, "unet")
    made.selected = ["unet", "otsu"]
    made.thresholds = {"unet": 0.5}
    made.show(*disc)
    rest(fake)
    return made


@pytest.fixture
def explain(session, fake):
    session.explain.methods = ["gradient", "grad_cam"]
    session.explain.active = True
    rest(fake)
    return session.explain
