"""Any TIFF gives the numbers that were stored, of the page that is the image; or a sentence that is true."""

import numpy as np
import pytest
import tifffile
from tiff_pages import RAMP, write

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph


def test_thumbnails_written_before_the_image_do_not_open(tmp_path):
    image = (RAMP * 60).astype("u2")
    flagged = write(tmp_path / "a.tif", (image[::2, ::2], {"subfiletype": 1}), image)
    opened = open_micrograph(flagged)
    assert np.array_equal(opened.pixels, image)
    assert opened.name == "a"
    assert open_micrograph(flagged, signal=0).shape == (32, 48)
    small = write(tmp_path / "b.tif", image[::5, ::5], image)
    assert np.array_equal(open_micrograph(small).pixels, image)


def test_a_picture_in_colour_or_of_8_bit_beside_the_data_does_not_open(tmp_path):
    image, grey = (RAMP * 60).astype("u2"), (RAMP // 4).astype("u1")
    for picture in (np.dstack([grey] * 3), grey):
        path = write(tmp_path / "a.tif", picture, image)
        assert np.array_equal(open_micrograph(path).pixels, image)
    path = write(tmp_path / "b.tif", image, grey)
    assert np.array_equal(open_micrograph(path).pixels, image)


def test_an_image_below_the_page_of_its_thumbnail_opens(tmp_path):
    image = (RAMP * 60).astype("u2")
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(image[::7, ::7], subfiletype=1, subifds=1, metadata=None, photometric="minisblack")
        writer.write(image, metadata=None, photometric="minisblack")
    assert np.array_equal(open_micrograph(tmp_path / "a.tif").pixels, image)


def test_samples_that_are_no_colours_are_frames(tmp_path):
    channels = np.stack([RAMP, 2 * RAMP, 3 * RAMP, 4 * RAMP]).astype("u2")
    write(tmp_path / "a.tif", channels, photometric="minisblack", planarconfig="separate")
    (signal,) = list_contents(tmp_path / "a.tif")
    assert signal.frames == 4
    assert np.array_equal(open_micrograph(tmp_path / "a.tif", frame=2).pixels, channels[2])


@pytest.mark.parametrize("said", [2, 3, 9])
def test_all_pages_open_whatever_number_the_text_of_imagej_gives(tmp_path, said):
    pages = [(RAMP + 500 * index).astype("u2") for index in range(4)]
    text = f"ImageJ=1.48\nimages={said}\nframes={said}\n"
    write(tmp_path / "a.tif", (pages[0], {"description": text}), *pages[1:])
    (signal,) = list_contents(tmp_path / "a.tif")
    assert signal.frames == 4
    for index, page in enumerate(pages):
        assert np.array_equal(open_micrograph(tmp_path / "a.tif", frame=index).pixels, page)


def test_frames_of_a_stack_behind_one_page_are_read_alone(tmp_path):
    stack = np.stack([RAMP + 500 * index for index in range(3)]).astype(">u2")
    with tifffile.TiffWriter(tmp_path / "a.tif", byteorder=">", imagej=True) as writer:
        writer.write(stack, truncate=True)
    for index in range(3):
        assert np.array_equal(open_micrograph(tmp_path / "a.tif", frame=index).pixels, stack[index])


def test_a_page_of_another_size_in_a_long_stack_is_named_and_the_others_open(tmp_path):
    pages = [(RAMP + index).astype("u2") for index in range(9)]
    pages[3] = pages[3][:50]
    write(tmp_path / "a.tif", *pages)
    assert np.array_equal(open_micrograph(tmp_path / "a.tif", frame=4).pixels, pages[4])
    with pytest.raises(MicrographError, match="page 3 of 50 x 96 pixels"):
        open_micrograph(tmp_path / "a.tif", frame=3)


def test_text_of_tifffile_that_contradicts_the_pages_is_no_obstacle(tmp_path):
    write(tmp_path / "a.tif", (RAMP.astype("u2"), {"description": '{"shape": [5, 7, 96]}'}))
    assert np.array_equal(open_micrograph(tmp_path / "a.tif").pixels, RAMP)


def test_a_wave_or_transform_before_the_image_does_not_keep_it_from_opening(tmp_path):
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as writer:
        for page in (RAMP.astype("c8"), RAMP):
            writer.write(page, metadata=None, contiguous=False, photometric="minisblack")
    assert np.array_equal(open_micrograph(path).pixels, RAMP)
