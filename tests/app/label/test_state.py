"""The label of a session, without a browser: what a script may call, what lies on the disk."""

import zlib

import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.export.script import script
from workbench.app.label.link import LabelLink
from workbench.app.session import Session
from workbench.app.viewer.viewer import Viewer
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph


def disc():
    rows, columns = np.mgrid[:120, :160]
    pixels = 100 - 60.0 * (np.hypot(rows - 60, columns - 80) < 30)
    return Micrograph(pixels.astype(np.float32), 0.05, "disc")


@pytest.fixture
def fake():
    return FakeCompute()


def session_on(worker, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=worker)
    made.selected = ["otsu"]
    made.show(disc())
    return made


@pytest.fixture
def session(fake, tmp_path):
    return session_on(fake, tmp_path)


def test_what_is_drawn_lies_on_the_disk_with_its_pixel_size(session):
    session.label.paint([(10, 10), (10, 60)], size_px=5)
    session.label.enclose([(80, 80), (80, 100), (100, 100), (100, 80)], value=2)
    session.label.erase([(10, 60)], size_px=9)
    session.label.wait()
    found = open_micrograph(session.label.path)
    assert found.nm_per_px == pytest.approx(0.05)
    assert (found.pixels == session.label.values).all()
    assert set(np.unique(found.pixels)) == {0, 1, 2}
    assert "particle" in session.label.shares


def test_a_pixel_size_that_is_typed_is_that_of_the_label_too(session):
    session.label.paint([(10, 10)])
    session.label.wait()
    session.set_nm_per_px(0.07)
    session.label.wait()
    assert open_micrograph(session.label.path).nm_per_px == pytest.approx(0.07)


def test_a_micrograph_shown_again_has_its_label(session, fake, tmp_path):
    session.label.paint([(10, 10), (30, 90)])
    session.label.wait()
    drawn = session.label.values.copy()
    session.open_sample("easy")
    assert not session.label.values.any()
    other = Session(disc(), data=DataFolder(tmp_path), compute=fake)
    assert (other.label.values == drawn).all()


def test_ctrl_z_takes_back_strokes_while_the_hand_labels_and_parameters_else(session):
    session.gamma = 1.5
    session.label.paint([(10, 10)])
    session.label.active = True
    session.undo()
    assert not session.label.values.any()
    assert session.gamma == 1.5
    session.redo()
    assert session.label.values.any()
    session.label.active = False
    session.undo()
    assert session.gamma == 1.0


def test_a_saved_session_has_the_tools_at_hand_as_they_were(session, fake, tmp_path):
    session.label.active = True
    other = Session(data=DataFolder(tmp_path), compute=fake)
    other.restore(session.state())
    assert other.label.active


@pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start
def test_a_flood_and_a_mask_follow_the_network_and_its_threshold(compute, tmp_path):
    session = session_on(compute, tmp_path)
    wait_for(lambda: "otsu" in session.postprocessed)
    session.label.flood(60, 80, source="otsu")
    assert (session.label.values == session.postprocessed["otsu"].mask).mean() > 0.98
    with pytest.raises(WorkbenchError, match="not above its threshold"):
        session.label.flood(2, 2, source="otsu")
    session.label.accept("otsu")
    assert (session.label.values == session.postprocessed["otsu"].mask).all()
    session.label.undo()
    session.label.undo()
    assert not session.label.values.any()
    with pytest.raises(WorkbenchError, match="has no mask yet"):
        session.label.accept("bandpass")


def test_another_programs_file_is_neither_lost_nor_taken_unasked(session):
    session.label.paint([(10, 10)], size_px=9)
    session.label.wait()
    theirs = np.zeros((120, 160), np.uint8)
    theirs[50:70, 50:70] = 1
    tifffile.imwrite(session.label.path, theirs)
    session.label.paint([(90, 90)], size_px=9)
    session.label.wait()
    assert session.label.conflict
    assert "changed by another page or program" in session.message
    assert (tifffile.imread(session.label.path) == theirs).all()
    mine = session.label.values.copy()
    session.label.load_theirs()
    assert (session.label.values == theirs).all()
    session.label.undo()
    session.label.wait()
    assert (session.label.values == mine).all()
    assert (tifffile.imread(session.label.path) == mine).all()


def test_mine_is_kept_when_asked(session):
    session.label.paint([(10, 10)], size_px=9)
    session.label.wait()
    tifffile.imwrite(session.label.path, np.ones((120, 160), np.uint8))
    session.label.paint([(90, 90)], size_px=9)
    session.label.wait()
    session.label.keep_mine()
    session.label.wait()
    assert not session.label.conflict
    assert (tifffile.imread(session.label.path) == session.label.values).all()


def test_a_full_disk_says_so_and_the_drawing_stays(session, monkeypatch):
    import errno

    from workbench.micrographs import writing

    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "_write", full)
    session.label.paint([(10, 10)], size_px=9)
    session.label.wait()
    assert "no room on the disk" in session.message
    assert session.label.saved == "not saved"
    assert session.label.values.any()
    monkeypatch.undo()
    session.label.paint([(30, 30)], size_px=9)
    session.label.wait()
    assert (tifffile.imread(session.label.path) == session.label.values).all()


def test_a_micrograph_left_while_its_label_could_not_be_written_comes_back_with_it(session, monkeypatch):
    from workbench.micrographs import writing

    def fail(*_arguments):
        raise RuntimeError("the encoder is gone")

    monkeypatch.setattr(writing, "_write", fail)
    session.label.paint([(10, 10)], size_px=9)
    session.label.wait()
    assert "was not saved (the encoder is gone)" in session.message
    assert session.label.saved == "not saved"
    drawn = session.label.values.copy()
    session.open_sample("easy")
    assert not session.label.values.any()
    session.show(disc())
    assert (session.label.values == drawn).all()
    assert session.label.saved == "not saved"
    session.label.undo()
    assert not session.label.values.any()
    monkeypatch.undo()
    session.label.redo()
    session.label.wait()
    assert (tifffile.imread(session.label.path) == drawn).all()
    assert session.message == ""


def test_the_script_loads_the_label(session, tmp_path, monkeypatch):
    session.open_sample("easy")
    session.label.paint([(10, 10)], size_px=9)
    session.label.wait()
    names: dict = {}
    lines = [line for line in script(session).splitlines() if "label" in line or line.startswith("import")]
    exec("\n".join(lines), names)
    assert (names["label"] == session.label.values).all()


class Sent:
    """What a viewer sends, in place of a browser."""

    def __init__(self, session):
        self.viewer, self.sent = Viewer(), []
        self.viewer.send = lambda message, buffers=None: self.sent.append(message)
        self.link = LabelLink(session, self.viewer)

    def stroke(self, **changed):
        stroke = {"kind": "stroke", "tool": "brush", "points": [9, 9, 9, 30], "size": 5, "value": 1}
        self.viewer._heard(None, {**stroke, "seen": self.viewer.labels_sent, "sum": None, **changed}, [])


def test_a_stroke_that_the_browser_painted_alike_is_not_sent_back(session):
    session.label.active = True
    browser = Sent(session)
    session.label.paint([(9, 9), (9, 30)], 5, 1)
    expected = np.ascontiguousarray(session.label.values[7:12, 7:33])
    session.label.undo()
    browser.sent.clear()
    browser.stroke(sum=zlib.adler32(expected))
    assert browser.sent == []
    assert session.label.values[9, 20] == 1


@pytest.mark.parametrize("changed", [{"sum": 12345}, {"sum": None}, {"seen": 0}])
def test_a_stroke_that_may_differ_comes_back_as_a_box(session, changed):
    browser = Sent(session)
    session.label.active = True  # the first message that a browser can have missed
    browser.sent.clear()
    browser.stroke(**changed)
    (message,) = browser.sent
    assert (message["kind"], message["top"], message["left"]) == ("label", 7, 7)
    assert (message["rows"], message["columns"]) == (5, 26)


def test_of_a_micrograph_drawn_at_reduced_size_the_label_has_every_pixel(session, monkeypatch):
    from workbench.app.viewer import viewer as module

    monkeypatch.setattr(module, "LARGEST_TEXTURE", 64)  # 120 x 160 px are drawn as 40 x 53
    browser = Sent(session)
    browser.viewer.set_micrograph(session.micrograph.pixels, 0.05)
    browser.sent.clear()
    browser.stroke(points=[30, 30, 30, 60], size=4, sum=None)
    drawn = np.argwhere(session.label.values)
    assert (drawn.min(0).tolist(), drawn.max(0).tolist()) == ([28, 28], [32, 62])
    (message,) = browser.sent
    assert (message["factor"], message["height"], message["width"]) == (3, 40, 53)
    assert (message["top"], message["left"], message["rows"], message["columns"]) == (9, 9, 2, 12)


def test_a_stroke_drawn_on_the_micrograph_before_is_not_drawn_on_this_one(session):
    session.label.active = True
    browser = Sent(session)
    seen = browser.viewer.labels_sent
    session.open_sample("easy")
    browser.stroke(seen=seen)
    assert not session.label.values.any()
    browser.stroke()
    assert session.label.values.any()


@pytest.mark.parametrize(
    "changed", [{"tool": "spray"}, {"size": 0}, {"size": 10**6}, {"value": 9}, {"points": []}]
)
def test_a_stroke_that_makes_no_sense_is_refused(session, changed):
    browser = Sent(session)
    browser.stroke(**changed)
    assert not session.label.values.any()
    assert session.message
