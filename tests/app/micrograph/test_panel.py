"""The panel of the open micrograph: what is not certain is not shown as a number."""

import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
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
