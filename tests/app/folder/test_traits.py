"""Why a batch can or cannot be started, paused and stopped, in sentences."""

import pytest

from workbench.app.folder.traits import READING, FolderTraits
from workbench.batch.plan import BatchPlan
from workbench.batch.status import BatchStatus


def folder(standing=None, warning="", settings="", unread=""):
    made = FolderTraits()
    made.standing, made.warning, made.settings_warning, made.unread = standing, warning, settings, unread
    return made


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (FolderTraits(), READING),
        (folder(), ""),
        (folder(BatchStatus("open")), ""),
        (folder(BatchStatus("finished")), ""),
        (folder(warning="Empty.", settings="No network."), "Empty."),
        (folder(settings="No network."), "No network."),
        (folder(BatchStatus("works"), warning="Empty."), "It is under way."),
        (folder(BatchStatus("paused")), "It is paused; Resume goes on with it."),
        (folder(BatchStatus("stopping")), "It is being stopped; then it can go on."),
        (folder(BatchStatus("open"), unread="torn"), "The folder of the results cannot be read now: torn."),
    ],
)
def test_why_it_cannot_start(made, why):
    assert made.why_not_start() == why


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (None, "Nothing is under way."),
        (BatchStatus("open"), "Nothing is under way."),
        (BatchStatus("works"), ""),
        (BatchStatus("paused"), ""),
        (BatchStatus("stopping"), "It is being stopped."),
    ],
)
def test_why_it_cannot_be_paused_or_stopped(standing, why):
    assert folder(standing).why_not_pause() == folder(standing).why_not_stop() == why


def test_results_were_made_otherwise_where_what_makes_a_mask_differs():
    made = folder()
    made.planned = BatchPlan.of(["a"], ["unet"], fill_holes=True)
    assert not made.begun_otherwise  # nothing was begun
    made.begun_with = BatchPlan.of(["elsewhere"], ["unet"], fill_holes=True, figures=True, rois=True)
    assert not made.begun_otherwise
    made.begun_with = BatchPlan.of(["a"], ["unet"])
    assert made.begun_otherwise
    made.begun_with = BatchPlan.of(["a"], ["unet"], threshold=0.4, fill_holes=True)
    assert made.begun_otherwise
