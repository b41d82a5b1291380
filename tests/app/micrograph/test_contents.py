"""What else lies in the open file is named, with its size and why it is not offered."""

import h5py
import numpy as np
import pytest
import tifffile
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.micrograph.contents import Contents
from workbench.app.micrograph.panel import MicrographPanel
from workbench.app.session import Session

PIXELS = np.random.default_rng(0).integers(0, 60000, (64, 80)).astype(np.uint16)


@pytest.fixture
def session(tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    made.selected = ["otsu"]
    return made


def write_emd(path):
    """An image, a stack, a spectrum and a diffraction pattern, as NCEM's EMD has them."""
    with h5py.File(path, "w") as file:
        file.attrs["version_major"], file.attrs["version_minor"] = 0, 2
        for name, data, unit in (
            ("image", PIXELS, "nm"),
            ("stack", np.stack([PIXELS] * 3), "nm"),
            ("line", np.arange(9.0), "eV"),
            ("pattern", PIXELS, "1/nm"),
        ):
            group = file.create_group(f"data/{name}")
            group.attrs["emd_group_type"] = 1
            group["data"] = data
            for place, size in enumerate(data.shape, 1):
                group[f"dim{place}"] = np.arange(size) * 0.05
                group[f"dim{place}"].attrs.update({"name": "zyx"[place - 1 + 3 - data.ndim], "units": unit})


def test_every_data_set_of_a_file_is_named_with_why_it_is_not_offered(session, tmp_path):
    contents = Contents(session)
    write_emd(tmp_path / "a.emd")
    session.open_file("a.emd").result()
    said = contents.box.value
    assert contents.box.layout.display is None
    assert "<summary>In this file: 4 data sets, 2 of them not offered</summary>" in said
    for line in (
        "image, 80 × 64 px, shown",
        "line, 9 values, not offered: it holds a spectrum, not an image",
        "stack, 3 frames of 80 × 64 px",
    ):
        assert f"<li>{line}</li>" in said
    assert "pattern, 80 × 64 px, not offered: it is a diffraction pattern" in said
    session.open_file("a.emd", signal=3).result()
    assert "stack, 3 frames of 80 × 64 px, shown" in contents.box.value


def test_a_preview_beside_the_image_is_called_so_there_and_where_one_is_chosen(session, tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as tiff:
        tiff.write(PIXELS[::4, ::4], photometric="minisblack", metadata=None)
        tiff.write(PIXELS, photometric="minisblack", metadata=None)
    panel = MicrographPanel(session, None)
    contents = Contents(session)
    session.open_file("a.tif").result()
    assert session.micrograph.shape == PIXELS.shape
    assert "(preview), 20 × 16 px</li>" in contents.box.value
    assert [label.endswith(" (preview)") for label, _index in panel.controls["signal"].options] == [
        True,
        False,
    ]


def test_nothing_is_said_of_a_file_that_holds_one_image(session, tmp_path):
    contents = Contents(session)
    assert contents.box.layout.display == "none"
    tifffile.imwrite(tmp_path / "<b>.tif", PIXELS)
    session.open_file("<b>.tif").result()
    assert contents.box.layout.display == "none"
