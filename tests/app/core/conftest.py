"""A page over an empty folder, which asks a stand-in for the worker about one classical method."""

import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session


@pytest.fixture
def fake():
    return FakeCompute()


@pytest.fixture
def session(fake, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["otsu"]
    return made
