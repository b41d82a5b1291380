"""Why a study can or cannot be started, stopped and tried again, in sentences."""

import pytest
from study_standing import HALF

from workbench.app.study.traits import READING, StudyTraits
from workbench.study.status import StudyStatus


def study(warning="", standing=None):
    made = StudyTraits()
    made.warning, made.standing = warning, standing
    return made


@pytest.mark.parametrize(
    ("warning", "standing", "why"),
    [
        ("", None, ""),
        ("", StudyStatus("new"), ""),
        ("", StudyStatus("open"), ""),
        (READING, None, READING),
        ("", StudyStatus("works"), "It is under way."),
        ("", StudyStatus("starting"), "It is under way."),
        ("", StudyStatus("stopping"), "It is being stopped; then it can go on."),
        ("", StudyStatus("open", unread="torn"), "Its folder cannot be read now: torn."),
    ],
)
def test_why_it_cannot_start(warning, standing, why):
    assert study(warning, standing).why_not_start() == why


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (None, "Nothing is under way."),
        (StudyStatus("open"), "Nothing is under way."),
        (StudyStatus("works"), ""),
        (StudyStatus("stopping"), "It is being stopped: each cell ends its step."),
    ],
)
def test_why_it_cannot_be_stopped(standing, why):
    assert study(standing=standing).why_not_stop() == why


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (StudyStatus("open"), "No cell has failed."),
        (StudyStatus("open", HALF.cells), ""),
        (HALF, "It is under way."),
    ],
)
def test_why_nothing_can_be_tried_again(standing, why):
    assert study(standing=standing).why_not_retry() == why


def test_nothing_is_saved_before_a_plan_is_chosen():
    made = study()
    assert made.asked() == {}
    made.plan, made.workers = "p.toml", 3
    assert made.asked() == {"plan": "p.toml", "out": "", "workers": 3}
