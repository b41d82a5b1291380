"""A page on which networks see the disc, a little beside where it is, over a stand-in for the worker."""

import numpy as np
import pytest
from fake_answers import FEATURES
from fake_compute import FakeCompute
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session


def seen_beside(micrograph, *_asked):
    """1 in the middle of what is seen, 0.5 thirty pixels from there: some is missed, some a false alarm."""
    rows, columns = np.mgrid[: micrograph.shape[0], : micrograph.shape[1]]
    return np.clip(1 - np.hypot(rows - 86, columns - 96) / 60, 0, 1).astype(np.float32)


@pytest.fixture
def fake():
    return FakeCompute(instead=FEATURES, probability=seen_beside)


@pytest.fixture
def session(fake, tmp_path, disc):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["otsu", "unet"]
    made.show(*disc)
    return made


@pytest.fixture
def features(session, fake):
    session.features.active = True
    rest(fake)
    return session.features


@pytest.fixture
def pixels(features, fake):
    """The features with their pixels shown."""
    features.view = "pixels"
    rest(fake)
    return features
