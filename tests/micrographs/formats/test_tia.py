"""TIA: the size of a step says what an image is; images of a series may differ; spectra are called spectra."""

import os
import struct

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph

IMAGE = np.arange(60, dtype="u2").reshape(6, 10)
SCANNED, STILL = "STEM nP SA Zoom Diffraction", "TEM uP SA Zoom Image"


def ser(path, images, kind=0x4122, code=2):
    """Write a series of (pixels, metres a pixel)."""
    count = len(images)
    head = struct.pack("<HHHIIII", 0x4949, 0x0197, 0x0210, kind, 0x4152, count, count)
    dimension = struct.pack("<IddIII", count, 0, 1, 0, 0, 0)
    table = len(head) + 8 + len(dimension)
    body, offsets = b"", []
    for pixels, step in images:
        offsets.append(table + 8 * count + len(body))
        shape = (pixels.shape[1], pixels.shape[0])
        body += struct.pack("<ddiddiHII", 0, step, 0, 0, step, 0, code, *shape) + pixels[::-1].tobytes()
    places = struct.pack(f"<{2 * count}I", *offsets, *offsets)
    path.write_bytes(head + struct.pack("<II", table, 1) + dimension + places + body)
    return path


def emi(path, *modes, acquired="DwellTimePath"):
    blocks = "".join(
        "<ObjectInfo><ExperimentalDescription><Root><Data><Label>Mode</Label>"
        f"<Value> {mode}</Value><Unit></Unit></Data></Root></ExperimentalDescription>"
        f"<AcquireInfo><{acquired}>1</{acquired}></AcquireInfo></ObjectInfo>"
        for mode in modes
    )
    path.write_bytes(b"JK\x00\x02" + bytes(60) + blocks.encode() + bytes(20))
    return path


@pytest.mark.parametrize(
    "mode",
    [SCANNED, "STEM uP SA Zoom Diffraction", "STEM nP LM Zoom Diffraction", "STEM nP SA Zoom Image", STILL],
)
def test_an_image_opens_in_every_mode_that_it_was_taken_in(tmp_path, mode):
    series = ser(tmp_path / "a_1.ser", [(IMAGE, 5e-11)])
    for path in (series, emi(tmp_path / "a.emi", mode), series):
        opened = open_micrograph(path)
        assert opened.nm_per_px == pytest.approx(0.05)
        assert np.array_equal(opened.pixels, IMAGE)


@pytest.mark.parametrize("mode", [SCANNED, "TEM uP SA Zoom Diffraction", ""])
def test_a_pattern_is_refused(tmp_path, mode):
    series = ser(tmp_path / "a_1.ser", [(IMAGE, 2e7)])
    emi(tmp_path / "a.emi", mode, acquired="CameraNamePath")
    with pytest.raises(MicrographError, match="diffraction pattern"):
        open_micrograph(series)


@pytest.mark.parametrize("step", [0, 1, -5e-11, float("nan")])
def test_what_was_not_calibrated_opens_without_a_size(tmp_path, step):
    series = ser(tmp_path / "a_1.ser", [(IMAGE, step)])
    emi(tmp_path / "a.emi", SCANNED)
    assert open_micrograph(series).nm_per_px is None


def test_images_of_a_series_have_sizes_of_their_own(tmp_path):
    series = ser(tmp_path / "a_1.ser", [(IMAGE, 5e-11), (IMAGE + 1, 5.0001e-11), (IMAGE[:4] + 2, 1e-10)])
    (signal,) = list_contents(series)
    assert (signal.frames, signal.nm_per_px) == (3, pytest.approx(0.05))
    for frame, nm, pixels in ((0, 0.05, IMAGE), (1, 0.050001, IMAGE + 1.0), (2, 0.1, IMAGE[:4] + 2.0)):
        opened = open_micrograph(series, frame=frame)
        assert opened.nm_per_px == pytest.approx(nm)
        assert np.array_equal(opened.pixels, pixels)


@pytest.mark.parametrize(("count", "said"), [(1, "holds a spectrum, not"), (3, "holds 3 spectra, not")])
def test_spectra_are_called_spectra(tmp_path, count, said):
    series = ser(tmp_path / "a_1.ser", [(IMAGE, 1)] * count, kind=0x4120)
    with pytest.raises(MicrographError, match=said):
        open_micrograph(series)


def test_a_broken_series_of_an_emi_takes_no_other_with_it(tmp_path):
    ser(tmp_path / "a_1.ser", [(IMAGE, 5e-11)]).write_bytes(b"II\x97\x01")
    ser(tmp_path / "a_2.ser", [(IMAGE, 5e-11)])
    path = emi(tmp_path / "a.emi", SCANNED, SCANNED)
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)
    assert "damaged" in list_contents(path)[0].refused


def test_numbers_of_an_unknown_kind_are_not_called_damage(tmp_path):
    series = ser(tmp_path / "a_1.ser", [(IMAGE, 5e-11)], code=12)
    with pytest.raises(MicrographError, match="that is not known here"):
        open_micrograph(series)


def test_no_more_images_are_believed_than_the_table_has_room_for(tmp_path):
    path = ser(tmp_path / "a_1.ser", [(IMAGE, 5e-11)])
    written = bytearray(path.read_bytes())
    struct.pack_into("<I", written, 18, 2)  # images that were acquired, of the one that there is room for
    path.write_bytes(written)
    (signal,) = list_contents(path)
    assert signal.frames == 1
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def test_what_is_no_file_is_no_series_of_an_emi(tmp_path):
    path = emi(tmp_path / "a.emi", STILL)
    ser(tmp_path / "a_1.ser", [(IMAGE, 5e-11)])
    (tmp_path / "a_2.ser").mkdir()
    os.mkfifo(tmp_path / "a_3.ser")  # to open it would wait for ever
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)
