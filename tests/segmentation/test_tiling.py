"""Tiles: they cover the image once, keep the reach of the network from each cut edge, and lie on the pooling grid."""

import math

import numpy as np
import pytest

from workbench.segmentation.tiling import batches, pad_to_multiple, plan_tiles, read


@pytest.mark.parametrize("shape", [(64, 64), (192, 128), (96, 320), (16, 16), (160, 144)])
@pytest.mark.parametrize(("stride", "reach"), [(16, 20), (16, 0), (8, 93), (1, 5)])
@pytest.mark.parametrize("most", [1, 64 * 64, 100 * 100, 10**9])
def test_tiles_keep_every_pixel_once_and_all_that_it_depends_on(shape, stride, reach, most):
    plan = plan_tiles(shape, stride=stride, reach=reach, most_pixels=most)
    times = np.zeros(shape, int)
    for tile in plan.tiles:
        times[tile.kept] += 1
        for window, kept, inner, length in zip(tile.window, tile.kept, tile.inner, shape, strict=True):
            assert window.start % stride == 0
            assert window.start == 0 or kept.start - window.start >= reach
            assert window.stop == length or window.stop - kept.stop >= reach
            assert (inner.start, inner.stop) == (kept.start - window.start, kept.stop - window.start)
        assert tuple(part.stop - part.start for part in tile.window) == plan.window
    assert (times == 1).all()
    smallest = [min(length, 2 * math.ceil(reach / stride) * stride + stride) for length in shape]
    assert plan.window[0] * plan.window[1] <= max(most, smallest[0] * smallest[1])


def test_what_fits_is_one_tile_without_a_halo():
    plan = plan_tiles((160, 96), stride=16, reach=40, most_pixels=160 * 96)
    assert [(tile.window, tile.inner) for tile in plan.tiles] == [(np.s_[0:160, 0:96], np.s_[0:160, 0:96])]


def test_of_all_grids_the_one_with_the_fewest_pixels_is_taken():
    # half of 256 columns with a halo of 32: two tiles of 160; halves of 64 rows would cost twice the halo
    plan = plan_tiles((64, 256), stride=16, reach=20, most_pixels=64 * 160)
    assert (len(plan.tiles), plan.window, plan.pixels) == (2, (64, 160), 2 * 64 * 160)
    assert [tile.columns.keep_stop for tile in plan.tiles] == [128, 256]
    turned = plan_tiles((256, 64), stride=16, reach=20, most_pixels=64 * 160)
    assert (len(turned.tiles), turned.window) == (2, (160, 64))


def test_an_image_is_mirrored_at_the_bottom_and_right_only():
    pixels = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert pad_to_multiple(pixels, 4).tolist() == [[0, 1, 2, 1], [3, 4, 5, 4], [0, 1, 2, 1], [3, 4, 5, 4]]
    assert pad_to_multiple(pixels, 1) is pixels
    assert pad_to_multiple(np.ones((1, 5), np.float32), 8).shape == (8, 8)


def test_tiles_go_in_groups_that_fit_and_are_read_as_one_batch():
    plan = plan_tiles((16, 128), stride=16, reach=0, most_pixels=16 * 16)
    assert [len(group) for group in batches(plan, 3 * 16 * 16 + 5)] == [3, 3, 2]
    assert [len(group) for group in batches(plan, 1)] == [1] * 8
    pixels = np.arange(16 * 128, dtype=np.float32).reshape(16, 128)
    found = read(pixels, plan.tiles[2:4])
    assert found.shape == (2, 1, 16, 16)
    assert np.array_equal(found[1, 0], pixels[:, 48:64])
