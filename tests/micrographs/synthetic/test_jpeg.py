"""What JPEG leaves of a picture is what a file in that format gives back."""

import io

import numpy as np
import pytest
from PIL import Image

from workbench.micrographs.synthetic.jpeg import LUMINANCE, table, through_jpeg


@pytest.mark.parametrize("quality", [30, 60, 90])
def test_jpeg_is_as_pillow_writes_it(quality):
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:96, :104]
    grey = 128 + 60 * np.sin(rows / 9) * np.cos(columns / 7) + rng.normal(0, 12, rows.shape)
    grey = np.clip(np.rint(grey), 0, 255).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray(grey.astype(np.uint8)).save(file, "JPEG", quality=quality)
    theirs = np.asarray(Image.open(file), np.float32)
    ours = through_jpeg(grey, quality)
    assert np.abs(ours - theirs).mean() < 0.5
    assert np.abs(ours - grey).mean() > 2 * np.abs(ours - theirs).mean()


def test_jpeg_of_any_size_keeps_the_size_and_low_quality_shows_blocks():
    grey = np.tile(np.linspace(0, 255, 50, dtype=np.float32), (37, 1))
    coarse = through_jpeg(grey, 3)
    assert coarse.shape == (37, 50)
    steps = np.abs(np.diff(coarse, axis=1)).mean(0)
    assert steps[7::8].mean() > 2 * np.delete(steps, np.s_[7::8]).mean()
    assert (table(50) == LUMINANCE).all()
    assert (table(100) == 1).all()


def test_what_does_not_change_comes_back_as_it_was():
    flat = np.full((12, 20), 77, np.float32)
    np.testing.assert_array_equal(through_jpeg(flat, 100), flat)
    assert np.abs(through_jpeg(flat, 50) - flat).max() <= 1  # a step of the mean is 16 / 8 grey levels


def test_what_comes_back_is_whole_grey_levels():
    grey = np.random.default_rng(0).uniform(0, 255, (40, 24)).astype(np.float32)
    grey[:8], grey[8:16] = 0, 255
    back = through_jpeg(grey, 10)
    assert back.dtype == np.float32
    assert (back == np.rint(back)).all()
    assert (back.min(), back.max()) == (0, 255)


def test_the_steps_are_those_of_libjpeg():
    assert (table(1) == 255).all()  # as coarse as a byte can say
    assert table(25)[0, 0] == 32  # half the quality, twice the step
    assert table(75)[0, 0] == 8
    assert table(90)[7, 7] == 20  # 99 / 5, to the next
