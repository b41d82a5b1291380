"""The loop of a batch says how it stands, not more often than it takes much of the time."""

import pytest

from workbench.batch import loop
from workbench.batch.plan import BatchPlan
from workbench.batch.status import WrittenStatus
from workbench.errors import ComputeError


@pytest.fixture
def batch(tmp_path):
    return loop.Batch(BatchPlan.of(["in"], ["otsu"]), tmp_path, "cpu", print, lambda: False)


def test_it_writes_down_how_it_stands_at_most_twice_a_second(batch, monkeypatch):
    written = []
    monkeypatch.setattr(WrittenStatus, "write", lambda self, folder: written.append(folder))
    now = [50.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: now[0])
    batch._write()
    batch._write()
    assert len(written) == 1
    now[0] += loop.WRITE_S
    batch._write()
    assert len(written) == 2
    batch._write(now=True)
    assert len(written) == 3


def test_a_folder_that_cannot_be_written_ends_it_with_a_sentence(batch, monkeypatch):
    def full(_self, _folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(WrittenStatus, "write", full)
    with pytest.raises(ComputeError, match=r"cannot be written \(No space left on device\); make room"):
        batch.ended("it broke")
