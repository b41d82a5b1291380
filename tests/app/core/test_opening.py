"""The last click wins, whatever it was and however long an earlier one takes."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_file import Origin, SessionState
from workbench.app.core.uploads import keep
from workbench.app.export.script import script
from workbench.app.label.suggestion import Suggestion
from workbench.app.session import Session
from workbench.errors import MicrographError
from workbench.micrographs import reading
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff
from workbench.segmentation.active_learning import UncertainRegion

PIXELS = np.eye(64, dtype=np.float32)
REGION = UncertainRegion(0, 0, 8, 8, (0.5,), 0.0, 0.0)


class Gate:
    """Holds the reading of files whose name begins with "slow" until a test opens it."""

    def __init__(self, monkeypatch):
        self.reached, self.open = threading.Event(), threading.Event()
        original = reading.list_contents

        def slow(path):
            if "slow" in str(path):
                self.reached.set()
                assert self.open.wait(60)
            return original(path)

        monkeypatch.setattr(reading, "list_contents", slow)


@pytest.fixture
def gate(monkeypatch):
    return Gate(monkeypatch)


@pytest.fixture
def session(tmp_path, monkeypatch, gate):
    monkeypatch.setenv("WORKBENCH_UPLOADS", str(tmp_path / "uploads"))
    data = tmp_path / "data"
    data.mkdir()
    for number, name in enumerate(("first", "second", "slow", "slow2")):
        write_tiff(data / f"{name}.tif", PIXELS + number, 0.05)
    np.save(data / "stack.npy", np.stack([PIXELS, PIXELS + 7]))
    (data / "slow.dm3").write_bytes(b"junk")
    made = Session(data=DataFolder(data), compute=FakeCompute())
    made.selected = ["otsu"]
    made.show(Micrograph(PIXELS + 10, 0.05, "shown"))
    return made


def a_file(session):
    session.open_file("second.tif").join()
    return "second"


def a_sample(session):
    session.open_sample("easy")
    return session.micrograph.name


def an_array(session):
    session.show(Micrograph(PIXELS * 2, 0.05, "array"))
    return "array"


def an_upload(session):
    session.open_file(str(keep("upload.tif", (session.data.root / "first.tif").read_bytes()))).join()
    return "upload"


def a_session_of_a_sample(session):
    session.restore(SessionState(origin=Origin(kind="sample", path="touching"), selected=["otsu"]))
    return session.micrograph.name


def a_session_of_an_array(session):
    session.restore(SessionState(origin=Origin(kind="array"), selected=["otsu"]))
    return "shown"


def proposal(session, path):
    micrograph = Micrograph(session.micrograph.pixels) if not path else None
    if path:
        micrograph = reading.open_micrograph(session.data.root / path)
    origin = Origin(kind="file", path=str(session.data.root / path)) if path else session.origin
    return Suggestion("region", micrograph.sha256, origin, REGION, "why", b"")


def a_region_of_another_file(session):
    session.active_learning.proposals = [proposal(session, "second.tif")]
    session.active_learning.open(session.active_learning.proposals[0]).join()
    return "second"


def a_region_of_what_is_open(session):
    session.active_learning.proposals = [proposal(session, "")]
    session.active_learning.open(session.active_learning.proposals[0]).join()
    assert session.active_learning.opened is not None
    return "shown"


def a_stop(session):
    session.stop()
    return "shown"


LATER = [
    a_file,
    a_sample,
    an_array,
    an_upload,
    a_session_of_a_sample,
    a_session_of_an_array,
    a_region_of_another_file,
    a_region_of_what_is_open,
    a_stop,
]


def slow_file(session):
    return session.open_file("slow.tif")


def slow_broken_file(session):
    return session.open_file("slow.dm3")


def slow_session(session):
    state = SessionState(
        origin=Origin(kind="file", path=str(session.data.root / "slow.tif")),
        selected=["otsu"],
        current="otsu",
    )
    before = set(threading.enumerate())
    session.restore(state)
    return next(one for one in set(threading.enumerate()) - before if one.name == "open micrograph")


def slow_region(session):
    micrograph = Micrograph(PIXELS + 2)
    origin = Origin(kind="file", path=str(session.data.root / "slow.tif"))
    session.active_learning.proposals = [Suggestion("slow", micrograph.sha256, origin, REGION, "why", b"")]
    return session.active_learning.open(session.active_learning.proposals[0])


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("earlier", [slow_file, slow_broken_file, slow_session, slow_region])
def test_what_was_clicked_earlier_does_not_replace_what_was_clicked_later(session, gate, earlier, later):
    reading_on = earlier(session)
    assert gate.reached.wait(60)
    shown = later(session)
    label_active, opened = session.label.active, session.active_learning.opened
    gate.open.set()
    reading_on.join()
    assert session.micrograph.name == shown
    assert session.message == ""
    assert session.label.active == label_active
    assert session.active_learning.opened is opened
    assert "open" not in session.status


@pytest.mark.parametrize("earlier", ["slow.tif", "slow2.tif"])
def test_a_frame_that_is_asked_for_later_stays(session, gate, earlier):
    session.open_file("stack.npy").join()
    first = session.open_file(earlier)
    assert gate.reached.wait(60)
    session.reopen(1).join()
    gate.open.set()
    first.join()
    assert (session.micrograph.name, session.origin.frame) == ("stack-1", 1)


def test_of_two_slow_files_the_one_that_was_clicked_last_is_shown(session, gate):
    reading_on = [session.open_file("slow.tif"), session.open_file("slow2.tif")]
    gate.open.set()
    for one in reading_on:
        one.join()
    assert session.micrograph.name == "slow2"
    assert "opening" not in session.status


def test_after_stop_the_file_that_was_being_read_can_be_opened_again(session, gate):
    session.compute.work()
    first = session.open_file("slow.tif")
    assert gate.reached.wait(60)
    assert session.status == "opening slow.tif"
    assert session.busy
    session.stop()
    assert not session.busy
    assert session.can_run_again
    gate.open.set()
    first.join()
    assert session.micrograph.name == "shown"
    session.retry()
    for thread in threading.enumerate():
        if thread.name == "open micrograph":
            thread.join()
    assert session.micrograph.name == "slow"


def test_a_file_that_cannot_be_opened_says_so_and_the_page_is_idle(session, gate):
    gate.open.set()
    session.open_file("slow.dm3").join()
    assert "slow.dm3" in session.message
    assert "opening" not in session.status
    assert session.micrograph.name == "shown"


def restored(session, **origin):
    session.restore(SessionState(origin=Origin(**origin), selected=["otsu", "lost"]))
    for thread in threading.enumerate():
        if thread.name == "open micrograph":
            thread.join()
    return session.message


def test_a_saved_session_says_what_is_missing_however_late_its_file_is_read(session, gate):
    gate.open.set()
    path = str(session.data.root / "slow.tif")
    assert "also used lost" in restored(session, kind="sample", path="easy")
    assert "also used lost" in restored(session, kind="file", path=path)
    assert session.micrograph.name == "slow"
    session.open_file("first.tif").join()
    assert session.message == ""


def test_a_micrograph_is_read_as_it_would_be_shown(session):
    path = session.data.root / "first.tif"
    session.pixel_sizes = {str(path): 0.2}
    assert session.opening.read(path)[0].nm_per_px == 0.2
    session.pixel_sizes = {str(path.parent): 0.3}
    assert session.opening.read(path)[0].nm_per_px == 0.05  # it says so itself
    np.save(path.parent / "bare.npy", PIXELS)
    micrograph, origin = session.opening.read(path.parent / "bare.npy")
    assert micrograph.nm_per_px == origin.nm_per_px == 0.3
    with pytest.raises(MicrographError, match="outside"):
        session.opening.allowed("/etc/passwd")


def test_a_pixel_size_that_is_said_to_be_unknown_stays_so(session):
    session.open_file("first.tif").join()
    assert session.micrograph.nm_per_px == 0.05
    session.set_nm_per_px(None)
    other = Session(data=session.data, compute=FakeCompute())
    other.restore(session.state())
    wait_for(lambda: other.micrograph is not None)
    assert other.micrograph.nm_per_px is None
    assert "m = m.with_nm_per_px(None)" in script(session)
    session.reopen(0).join()
    assert session.micrograph.nm_per_px is None
    session.set_nm_per_px(0.07)
    assert not session.origin.size_unknown
    session.set_nm_per_px(None)
    session.open_file("first.tif").join()
    assert session.micrograph.nm_per_px == 0.05
