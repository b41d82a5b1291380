"""What the tests of dilation share: a page of one network that has answered about noise."""

import numpy as np
import pytest
from fake_answers import ASIDE
from fake_compute import FakeCompute
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def noise():
    return Micrograph(np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32), 0.04, "noise")


@pytest.fixture
def fake():
    return FakeCompute(instead=ASIDE)


@pytest.fixture
def session(fake, tmp_path, noise):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["unet"]
    made.show(noise)
    rest(fake)
    return made
