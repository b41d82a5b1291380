"""DigitalMicrograph: units in any spelling, and a thumbnail that is no image."""

import struct

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph

IMAGE = np.arange(60, dtype="u2").reshape(6, 10)
THUMBNAIL = np.arange(16, dtype="u4").reshape(4, 4)
INT, UNSIGNED, FLOAT = 3, 5, 6  # how tags say what a number is
GREY_16, COLOUR = 10, 23  # what an image says that it holds


def tag(name, kind, number):
    return struct.pack(">bh", 21, len(name)) + name + struct.pack(">4s2i", b"%%%%", 1, kind) + number


def array(name, kind, values):
    head = struct.pack(">4s4i", b"%%%%", 3, 20, kind, values.size)
    return struct.pack(">bh", 21, len(name)) + name + head + values.tobytes()


def group(name, *tags):
    return struct.pack(">bh", 20, len(name)) + name + struct.pack(">bbi", 0, 0, len(tags)) + b"".join(tags)


def calibration(name, scale, unit):
    letters = np.frombuffer(unit.encode("utf-16-le"), "u2")
    numbers = [
        tag(what, FLOAT, struct.pack("<f", number)) for what, number in ((b"Origin", 0), (b"Scale", scale))
    ]
    return group(name, *numbers, array(b"Units", 4, letters))


def dm3(path, images, scale=0.05, unit="nm"):
    """Write images (pixels, kind of data, kind of number), as little of each as is needed."""
    listed = []
    for pixels, data, number in images:
        sizes = [tag(b"", INT, struct.pack("<i", size)) for size in pixels.shape[::-1]]
        axes = group(b"Dimension", *[calibration(b"", scale, unit)] * 2)
        described = group(
            b"ImageData",
            group(b"Calibrations", calibration(b"Brightness", 1, " "), axes),
            array(b"Data", number, pixels),
            tag(b"DataType", INT, struct.pack("<i", data)),
            group(b"Dimensions", *sizes),
        )
        name = array(b"Name", 4, np.frombuffer("a".encode("utf-16-le"), "u2"))
        listed.append(group(b"", described, group(b"ImageTags"), name))
    root = struct.pack(">bbi", 0, 0, 1) + group(b"ImageList", *listed)
    path.write_bytes(struct.pack(">3i", 3, len(root), 1) + root + bytes(8))
    return path


@pytest.mark.parametrize(
    ("unit", "scale", "nm"),
    [
        ("nm", 0.05, 0.05),
        ("nm\0", 0.05, 0.05),
        ("\xb5m", 5e-5, 0.05),
        ("\u03bcm", 5e-5, 0.05),
        ("\xc5", 0.5, 0.05),
        ("\u212b", 0.5, 0.05),
        ("", 1, None),
        ("pixels", 1, None),
        ("nm", 0, None),
        ("nm", -1, None),
        ("nm", float("nan"), None),
    ],
)
def test_units(tmp_path, unit, scale, nm):
    opened = open_micrograph(dm3(tmp_path / "a.dm3", [(IMAGE, GREY_16, 4)], scale, unit))
    assert np.array_equal(opened.pixels, IMAGE)
    assert opened.nm_per_px == (None if nm is None else pytest.approx(nm))


@pytest.mark.parametrize("unit", ["1/nm", "nm^-1", "\xc5\u207b\xb9", "1 / nm", "mrad"])
def test_a_pattern_is_refused(tmp_path, unit):
    with pytest.raises(MicrographError, match="diffraction"):
        open_micrograph(dm3(tmp_path / "a.dm3", [(IMAGE, GREY_16, 4)], 0.1, unit))


def test_a_thumbnail_that_the_file_does_not_call_one_does_not_open(tmp_path):
    path = dm3(tmp_path / "a.dm3", [(THUMBNAIL, COLOUR, UNSIGNED), (IMAGE, GREY_16, 4)])
    assert [signal.shape for signal in list_contents(path)] == [(4, 4), (6, 10)]
    opened = open_micrograph(path)
    assert np.array_equal(opened.pixels, IMAGE)
    alone = dm3(tmp_path / "b.dm3", [(THUMBNAIL, COLOUR, UNSIGNED)])
    assert open_micrograph(alone).shape == (4, 4)
