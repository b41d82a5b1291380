"""The panel of the open micrograph: what is not certain is not shown as a number."""

import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.opening import JOB
from workbench.app.micrograph.panel import MicrographPanel
from workbench.app.session import Session

PIXELS = np.random.default_rng(0).integers(0, 60000, (64, 80)).astype(np.uint16)


@pytest.fixture
def session(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["otsu"]
    return made


@pytest.fixture
def panel(session):
    return MicrographPanel(session, None)


def write(path, **text):
    tifffile.imwrite(path, PIXELS, photometric="minisblack", **text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ({"resolution": (72, 72), "resolutionunit": "INCH", "metadata": None}, ""),
        ({"imagej": True, "resolution": (10, 5), "metadata": {"unit": "nm"}}, "only square ones"),
        ({"imagej": True, "resolution": (1e9, 1e9), "metadata": {"unit": "nm"}}, "which cannot be"),
    ],
    ids=["printer", "not square", "impossible"],
)
def test_a_pixel_size_that_is_not_certain_is_asked_for_and_why_is_said(session, panel, tmp_path, text, why):
    write(tmp_path / "a.tif", **text)
    session.open_file("a.tif").join()
    field = panel.controls["nm_per_px"]
    assert (session.micrograph.name, session.micrograph.nm_per_px) == ("a", None)
    assert (field.value, field.placeholder) == ("", "not known")
    assert why in panel._about.value
    assert ("pixel size unknown" in panel._about.value) == bool(why)
    field.value = "0.05"
    assert session.micrograph.nm_per_px == 0.05
    assert field.value == "0.05 nm/px"


def test_the_list_marks_the_file_that_is_open_and_a_file_is_opened_again_after_a_sample(session, tmp_path):
    write(tmp_path / "a.tif", metadata=None)
    (tmp_path / "b.tif").symlink_to(tmp_path / "a.tif")
    files = MicrographPanel(session, None).controls["files"]
    for name in ("a.tif", "b.tif", "a.tif"):
        files.pick(name)
        wait_for(lambda: session.micrograph is not None and session.micrograph.shape == PIXELS.shape)
        wait_for(lambda name=name: files.chosen == name)
        session.open_sample("easy")
        wait_for(lambda: session.micrograph.name == "easy" and not files.chosen)


def test_next_goes_past_a_file_that_cannot_be_opened(session, tmp_path):
    for name in ("a.tif", "c.tif"):
        write(tmp_path / name, metadata=None)
    (tmp_path / "b.tif").write_bytes(b"no micrograph")
    panel = MicrographPanel(session, None)

    def go_on():
        panel.controls["next"].click()
        wait_for(lambda: not session.jobs.running(JOB))  # by then the list marks what is open

    go_on()
    assert session.micrograph.name == "a"
    go_on()
    assert "b.tif" in session.message
    go_on()
    assert session.micrograph.name == "c"


def test_the_filter_shortens_the_list_and_says_by_how_much(session, tmp_path):
    for name in ("Pt_1.tif", "Pt_2.tif", "Au_1.tif"):
        write(tmp_path / name, metadata=None)
    panel = MicrographPanel(session, None)
    panel.controls["filter"].value = "pt"
    assert [row["path"] for row in panel.controls["files"].rows] == ["Pt_1.tif", "Pt_2.tif"]
    assert panel.picker.where.value == f"{tmp_path.name}: 2 of 3 files"
    panel.controls["next"].click()
    wait_for(lambda: session.micrograph is not None and not session.jobs.running(JOB))
    assert session.micrograph.name == "Pt_1"
    assert panel.controls["previous"].disabled
    assert panel.controls["files"].chosen == "Pt_1.tif"
    panel.controls["filter"].value = ""
    assert len(panel.controls["files"].rows) == 3
    assert not panel.controls["previous"].disabled


def test_frames_count_from_one_on_the_page_and_from_zero_in_python(session, tmp_path):
    np.save(tmp_path / "stack.npy", np.stack([PIXELS, PIXELS + 1, PIXELS + 2]))
    panel = MicrographPanel(session, None)
    session.open_file("stack.npy", frame=1).result()
    frame = panel.controls["frame"]
    assert (frame.min, frame.value, frame.max, panel._frames.value) == (1, 2, 3, "of 3")
    assert panel._frame_row.layout.display is None
    frame.value = 3
    wait_for(lambda: session.origin.frame == 2)
    assert session.micrograph.name == "stack-2"
    session.open_sample("easy")
    assert panel._frame_row.layout.display == "none"
