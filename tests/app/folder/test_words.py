"""How a batch stands, in words."""

import pytest
from batch_standing import standing

from workbench.app.folder.words import counted, ended_by, fraction_of, phase_of, progress_of, summary_of
from workbench.batch.status import BatchStatus


def test_micrographs_are_counted_with_their_word():
    assert [counted(count) for count in (0, 1, 200)] == ["0 micrographs", "1 micrograph", "200 micrographs"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, "2 of 4, 1 failed, about 4 min left"),
        ({"left_s": None}, "2 of 4, 1 failed, time left is known when the next is done"),
        ({"step": "report"}, "2 of 4, 1 failed, the report is written"),
        ({"step": "follows"}, "2 of 4, 1 failed, waits for more"),
        ({"step": "done"}, "2 of 4, 1 failed, all is written"),
        ({"phase": "paused"}, "2 of 4, 1 failed"),
        ({"phase": "open"}, "2 of 4, 1 failed"),
    ],
)
def test_how_far_it_is_names_failures_and_what_is_left(tmp_path, how, said):
    assert progress_of(standing(tmp_path, **how)) == said


def test_before_the_micrographs_are_known_that_is_said():
    assert progress_of(BatchStatus("works")) == "the micrographs are looked through"
    assert progress_of(BatchStatus("open")) == "nothing is done yet"
    assert fraction_of(BatchStatus("works")) == 0
    assert summary_of(BatchStatus("works")) == summary_of(None) == ""


def test_a_share_counts_what_failed_too_and_a_summary_what_is_done(tmp_path):
    assert fraction_of(standing(tmp_path)) == 0.75
    assert summary_of(standing(tmp_path)) == "2 of 4"


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("works", "under way"),
        ("paused", "paused"),
        ("stopping", "is being stopped"),
        ("open", "stopped"),
        ("finished", "finished"),
    ],
)
def test_phases_have_plain_words_also_where_they_cannot_be_read_now(phase, said):
    assert phase_of(BatchStatus(phase)) == said
    assert phase_of(BatchStatus(phase), "torn", "12:00:00") == f"cannot be read; at 12:00:00: {said}"
    assert phase_of(BatchStatus(phase), "torn") == f"cannot be read: {said}"


def test_what_ended_it_is_said_and_of_a_process_that_died_where_to_look():
    assert ended_by(BatchStatus("open"), died=False) == ""
    assert ended_by(BatchStatus("open", said="No room."), died=False) == "No room."
    assert "batch-log.txt" in ended_by(BatchStatus("open"), died=True)
