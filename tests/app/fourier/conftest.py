"""A page over a stand-in for the worker, on which a lattice is open: 0.2355 nm at 30 degrees, 0.04 nm/px."""

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph


def draw(nm_per_px=0.04, shape=(256, 256)):
    rows, columns = np.indices(shape)
    along = columns * np.cos(np.pi / 6) - rows * np.sin(np.pi / 6)
    pixels = np.random.default_rng(0).normal(size=shape) + np.cos(2 * np.pi * along * 0.04 / 0.2355)
    return Micrograph(pixels.astype(np.float32), nm_per_px, "lattice")


@pytest.fixture(scope="session")
def lattice():
    """Draw it: lattice(nm_per_px=0.04, shape=(256, 256)) returns a micrograph."""
    return draw


@pytest.fixture
def fake():
    return FakeCompute()


@pytest.fixture
def session(fake, tmp_path, lattice):
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = []
    made.show(lattice())
    rest(fake)
    return made


@pytest.fixture
def looked_at(session):
    """The same, with its transform there."""
    session.fourier.active = True
    session.wait(60)
    return session
