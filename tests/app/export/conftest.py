"""What the tests of an export share: a page whose network has found two discs that touch."""

import threading

import numpy as np
import pytest
from changed_cards import one_output
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph


@pytest.fixture
def two_discs():
    """Two discs that touch: one particle, or two once they are split."""
    rows, columns = np.mgrid[:96, :96]
    near = np.minimum(np.hypot(rows - 48, columns - 30), np.hypot(rows - 48, columns - 62))
    return np.clip(0.5 + (17 - near) / 10, 0, 1).astype(np.float32)


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def drawn():
    """Wait until no thread draws the figure of a page any more, and return the picture."""

    def wait(session):
        while threads := [thread for thread in threading.enumerate() if thread.name == "figure preview"]:
            for thread in threads:
                thread.join()
        return session.figure_preview.png

    return wait


@pytest.fixture
def session(compute, tmp_path, two_discs):
    made = Session(data=DataFolder(tmp_path), compute=compute)
    one_output(made, "unet")
    made.selected = ["unet"]
    made.show(Micrograph(np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32), 0.05, "touching"))
    job = compute.waiting("segment")[0]
    job.answer(job.segmentation(two_discs))
    compute.work()
    return made
