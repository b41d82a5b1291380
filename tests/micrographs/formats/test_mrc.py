"""MRC as its many writers leave it: a size that is not known is not made up, and bytes are what they were."""

import numpy as np
import pytest
from mrc_file import COLUMNS, IMAGE, NM, ROWS, mrc

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("mode", "dtype"), [(1, "i2"), (2, "f4"), (6, "u2"), (7, "i4"), (12, "f2")])
def test_numbers_of_every_mode_in_both_byte_orders(tmp_path, mode, dtype, order):
    stored = IMAGE.astype(order + dtype).tobytes()
    opened = open_micrograph(mrc(tmp_path / "a.mrc", stored, mode, order=order))
    assert np.array_equal(opened.pixels, IMAGE)
    assert opened.nm_per_px == pytest.approx(NM)


def test_sections_are_frames(tmp_path):
    stack = np.stack([IMAGE, IMAGE + 1, IMAGE + 2])
    path = mrc(tmp_path / "a.mrcs", stack.tobytes(), 2, sections=3)
    (signal,) = list_contents(path)
    assert signal.shape == (3, ROWS, COLUMNS)
    assert np.array_equal(open_micrograph(path, frame=2).pixels, stack[2])


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS - 1])
def test_four_bits_a_pixel(tmp_path, columns):
    values = (np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS) % 16).astype("u1")
    packed = (values[:, 0::2] | values[:, 1::2] << 4).tobytes()
    opened = open_micrograph(mrc(tmp_path / "a.mrc", packed, 101, columns=columns))
    assert np.array_equal(opened.pixels, values[:, :columns])
    halved = mrc(
        tmp_path / "b.mrc", packed, 0, columns=COLUMNS // 2, imod=16, sampling=(COLUMNS // 2, ROWS, 1)
    )
    assert np.array_equal(open_micrograph(halved).pixels, values)
    assert open_micrograph(halved).nm_per_px == pytest.approx(NM)


def test_colours_become_grey_and_waves_are_refused(tmp_path):
    colours = np.repeat(IMAGE.astype("u1")[..., None], 3, axis=-1)
    assert np.array_equal(open_micrograph(mrc(tmp_path / "a.mrc", colours.tobytes(), 16)).pixels, IMAGE)
    for mode in (3, 4):
        with pytest.raises(MicrographError, match="complex numbers"):
            open_micrograph(mrc(tmp_path / "a.mrc", bytes(8 * IMAGE.size), mode))
    with pytest.raises(MicrographError, match="mode 5, which is not known"):
        open_micrograph(mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 5))
    with pytest.raises(MicrographError, match=r"packed \(MRCZ\); unpack it"):
        open_micrograph(mrc(tmp_path / "a.mrc", IMAGE.tobytes(), 1002))


def test_one_that_is_cut_short_is_refused(tmp_path):
    path = mrc(tmp_path / "a.mrc", IMAGE.tobytes()[:-1], 2)
    with pytest.raises(MicrographError, match="cut short"):
        open_micrograph(path)


def test_a_wave_of_integers_is_refused_as_one_and_not_called_damaged(tmp_path):
    path = mrc(tmp_path / "a.mrc", np.zeros((ROWS, COLUMNS, 2), "i2").tobytes(), 3)
    with pytest.raises(MicrographError, match="complex"):
        open_micrograph(path)
