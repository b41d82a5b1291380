"""What the tests of Train share: a data folder with a set of discs, and a page with a draft that can start."""

import pytest
from training_set import QUICK, write_discs
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session


@pytest.fixture
def worker(compute):
    """Who works for the page; a file whose tests need no worker has a stand-in."""
    return compute


@pytest.fixture
def session(worker, tmp_path):
    write_discs(tmp_path / "data" / "discs")
    made = Session(data=DataFolder(tmp_path / "data"), compute=worker)
    made.selected = ["otsu"]
    return made


@pytest.fixture
def draft(session):
    """A draft that can start, of six steps."""
    draft = session.trainings.draft
    with draft.hold_trait_notifications():
        draft.training_set, draft.options, draft.more = "discs", {"base": 2, "depth": 1}, QUICK
        draft.epochs, draft.steps_per_epoch, draft.crop, draft.batch = 2, 3, 32, 2
    wait_for(lambda: not draft.warning)
    return draft
