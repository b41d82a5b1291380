"""The thread that writes labels: whatever it meets, it says so, keeps what is drawn and tries again."""

import threading

import numpy as np
import pytest
import tifffile
from waiting import wait_for

from workbench.app.label import saver as label_saver
from workbench.app.label.saver import LabelSaver
from workbench.micrographs.labelling.label import Label
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.micrograph import Micrograph

MICROGRAPH = Micrograph(np.zeros((20, 30), np.float32), 0.05, "grains")


class Told:
    """What the saver said, in order."""

    def __init__(self):
        self.done = []
        self.clashes = []

    def saver(self):
        return LabelSaver(
            threading.RLock(),
            lambda file, values: None,
            self.clashes.append,
            lambda file, why: self.done.append(why),
        )


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def label():
    values = np.zeros((20, 30), np.uint8)
    values[3:9, 4:8] = 1
    return Label(values)


@pytest.mark.parametrize(
    "met",
    [PermissionError("not yours"), ValueError("a bad value"), MemoryError(), RuntimeError("a lost reader")],
)
def test_whatever_is_met_is_said_and_the_label_is_written_once_it_can_be(
    tmp_path, told, label, monkeypatch, met
):
    monkeypatch.setattr(label_saver, "FIRST_RETRY_SECONDS", 0.01)
    file = LabelFile(tmp_path / "drafts" / "grains.tif")
    broken, write = threading.Event(), file.write
    broken.set()

    def meet(*arguments):
        if broken.is_set():
            raise met
        write(*arguments)

    monkeypatch.setattr(file, "write", meet)
    saver = told.saver()
    saver.save(file, label, MICROGRAPH)
    saver.wait()
    assert told.done
    assert "grains.tif was not saved" in told.done[0]
    assert (str(met) or type(met).__name__) in told.done[0]
    assert saver.unsaved(file.path).label is label
    wait_for(lambda: len(told.done) > 2)  # it tries again without a further stroke
    broken.clear()
    wait_for(lambda: told.done[-1] == "")
    assert (tifffile.imread(file.path) == label.values).all()
    assert saver.unsaved(file.path) is None


def test_a_saver_whose_listener_fails_still_writes_the_next_label(tmp_path, label):
    def gone(*_arguments):
        raise RuntimeError("the page is gone")

    saver = LabelSaver(threading.RLock(), gone, gone, gone)
    file = LabelFile(tmp_path / "a.tif")
    saver.save(file, label, MICROGRAPH)
    saver.wait()
    told = Told()
    saver._begun, saver._done = (lambda *_: None), (lambda _file, why: told.done.append(why))
    saver.save(file, label, MICROGRAPH)
    saver.wait()
    assert told.done == [""]
    assert (tifffile.imread(file.path) == label.values).all()


def test_a_label_that_clashes_is_kept_until_somebody_decides(tmp_path, told, label):
    file = LabelFile(tmp_path / "a.tif")
    tifffile.imwrite(file.path, np.zeros((20, 30), np.uint8))
    saver = told.saver()
    saver.save(file, label, MICROGRAPH)
    saver.wait()
    assert told.clashes == [file]
    assert saver.unsaved(file.path).label is label
    file.accept()
    saver.save(file, label, MICROGRAPH)
    saver.wait()
    assert saver.unsaved(file.path) is None
    assert told.done == [""]
