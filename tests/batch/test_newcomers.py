"""Which micrographs there are, which have come since, and which are still being written."""

import pytest
from batches import draw, folder_of

from workbench.batch import newcomers as module
from workbench.batch.newcomers import Newcomers
from workbench.batch.plan import BatchPlan
from workbench.errors import WorkbenchError


class Clock:
    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def names(sources):
    return [one.file.name for one in sources]


def test_all_that_are_there_are_given_and_what_is_passed_over_is_said(tmp_path):
    inside = folder_of(tmp_path / "in", 2)
    (inside / "notes.txt").write_text("dull")
    said = []
    assert names(Newcomers(BatchPlan.of([inside], ["otsu"]), said.append).all()) == ["m0.tif", "m1.tif"]
    assert "passed over 1 file of another kind (.txt)" in said[0]
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkbenchError, match="no micrograph"):
        Newcomers(BatchPlan.of([tmp_path / "empty"], ["otsu"]), said.append).all()


def test_a_file_is_given_once_it_has_stopped_growing(tmp_path, clock):
    (tmp_path / "in").mkdir()
    new = Newcomers(BatchPlan.of([tmp_path / "in"], ["otsu"]), print)
    assert new.whole() == []
    path = draw(tmp_path / "in" / "m.tif", 0)
    assert new.whole() == []  # seen for the first time
    clock.now += module.STILL_S
    with path.open("ab") as file:
        file.write(b"more")
    assert new.whole() == []  # it has grown
    clock.now += module.STILL_S / 2
    assert new.whole() == []
    clock.now += module.STILL_S / 2
    assert names(new.whole()) == ["m.tif"]
    clock.now += 100
    assert new.whole() == []
    draw(tmp_path / "in" / "n.tif", 1)
    new.whole()
    clock.now += module.STILL_S
    assert names(new.whole()) == ["n.tif"]
