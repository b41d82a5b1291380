"""A page over a folder of four micrographs, on which a stand-in works in place of a process."""

import pytest
from batch_standing import StandIn, write_folder
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.batch import launch


@pytest.fixture
def data(tmp_path):
    write_folder(tmp_path / "data" / "sample-3")
    return DataFolder(tmp_path / "data")


@pytest.fixture
def sample(data):
    """The folder of the micrographs."""
    return data.root / "sample-3"


@pytest.fixture
def session(data):
    return Session(data=data, compute=FakeCompute())


@pytest.fixture
def at_work(monkeypatch):
    made = StandIn()
    monkeypatch.setattr(launch, "start_process", made)
    return made
