"""The two texts of a TIFF, in any layout, whatever the file is."""

import io
import struct

import numpy as np
import pytest
import tifffile

from workbench.micrographs.formats.tiff_texts import IMAGEJ_LENGTHS, IMAGEJ_METADATA, SOFTWARE, read_texts


def written(**options) -> io.BytesIO:
    file = io.BytesIO()
    tifffile.imwrite(file, np.zeros((8, 9), np.uint8), **options)
    return file


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("software", ["abc", "a longer name of a program", ""])
def test_the_software_is_read_in_every_layout(big, order, software):
    file = written(bigtiff=big, byteorder=order, software=software or False)
    assert read_texts(file) == (software, "")


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_info_of_imagej_is_found_among_its_other_texts(order):
    metadata = {"Info": "of 金\nand more", "Labels": ["first"], "Ranges": (0.0, 1.0)}
    file = written(imagej=True, byteorder=order, software="ImageJ", metadata=metadata)
    assert read_texts(file) == ("ImageJ", "of 金\nand more")
    assert read_texts(written(imagej=True, metadata={"Labels": ["first"]}))[1] == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 20,
        b"II\x2c\0" + b"\0" * 20,
        b"II*\0\xff\xff\xff\x7f" + b"\0" * 9,
    ],
)
def test_what_is_no_tiff_says_nothing(data):
    assert read_texts(io.BytesIO(data)) == ("", "")


def test_a_text_that_is_said_to_be_longer_than_the_file_or_huge_does_no_harm():
    def with_tags(*tags: tuple[int, int, int, int]) -> io.BytesIO:
        entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
        return io.BytesIO(b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 8)

    assert read_texts(with_tags((SOFTWARE, 2, 1 << 30, 0)))[0] == ""
    assert len(read_texts(with_tags((SOFTWARE, 2, 5000, 10)))[0]) < 100
    assert read_texts(with_tags((IMAGEJ_LENGTHS, 4, 1, 99), (IMAGEJ_METADATA, 1, 4, 0))) == ("", "")
