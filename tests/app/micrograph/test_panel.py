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
        files.value = ("file", name)
        wait_for(lambda: session.micrograph is not None and session.micrograph.shape == PIXELS.shape)
        wait_for(lambda name=name: files.value == ("file", name))
        session.open_sample("easy")
        wait_for(lambda: session.micrograph.name == "easy" and files.value is None)


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
