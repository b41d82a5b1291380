"""Shapes that ImageJ drew and filled itself: read here, they have the same pixels.

`imagej/drawn.zip` was saved by ImageJ 1.53t, and `filled.npz` holds what it filled of each.
"""

from pathlib import Path

import numpy as np
import pytest
import roifile

from workbench.particles.files.roi_shapes import path_loops, pieces_of_roi

FOLDER = Path(__file__).parent / "imagej"
DRAWN = roifile.roiread(FOLDER / "drawn.zip")
with np.load(FOLDER / "filled.npz") as held:
    SHAPE = tuple(held["shape"])
    FILLED = np.unpackbits(held["masks"], axis=-1, count=SHAPE[1]).astype(bool)
    KINDS = held["kinds"].tolist()


def pixels_of(roi, shape=SHAPE):
    pixels, top, left = pieces_of_roi(roi, shape)
    whole = np.zeros((3 * shape[0], 3 * shape[1]), bool)
    whole[shape[0] + top :, shape[1] + left :][: pixels.shape[0], : pixels.shape[1]] = pixels
    return whole[shape[0] : 2 * shape[0], shape[1] : 2 * shape[1]]


@pytest.mark.parametrize("kind", sorted(set(KINDS)))
def test_a_shape_has_the_pixels_that_imagej_fills(kind):
    found = [(roi, filled) for roi, filled, its in zip(DRAWN, FILLED, KINDS, strict=True) if its == kind]
    assert len(found) == 3
    for roi, filled in found:
        off = np.count_nonzero(pixels_of(roi) != filled)
        assert off <= (6 if kind == "or" else 0)  # where a curve meets a line, ImageJ rounds
        assert filled.any()


@pytest.mark.parametrize("kind", [roifile.ROI_TYPE.LINE, roifile.ROI_TYPE.POINT, roifile.ROI_TYPE.POLYLINE])
def test_what_has_no_area_is_no_particle(kind):
    roi = roifile.ImagejRoi.frompoints(np.array([[1, 1], [5, 5], [5, 1]]))
    roi.roitype = kind
    assert pieces_of_roi(roi, SHAPE) is None


def test_letters_are_no_particle():
    roi = roifile.ImagejRoi(
        roitype=roifile.ROI_TYPE.RECT, subtype=roifile.ROI_SUBTYPE.TEXT, right=9, bottom=9
    )
    assert pieces_of_roi(roi, SHAPE) is None


def test_curves_of_a_path_become_chords_and_a_damaged_end_is_left_away():
    straight = path_loops(np.array([0, 0, 0, 1, 4, 0, 1, 4, 4, 4, 0, 9, 9, 1, 10, 9, 1, 10, 10, 4]))
    assert [loop.tolist() for loop in straight] == [[[0, 0], [4, 0], [4, 4]], [[9, 9], [10, 9], [10, 10]]]
    (quadratic,) = path_loops(np.array([0, 0, 0, 2, 1, 2, 2, 0, 4]))
    assert np.allclose(quadratic[16], [1, 1])  # half of a parabola
    (cubic,) = path_loops(np.array([0, 0, 0, 3, 0, 4, 4, 4, 4, 0, 4]))
    assert np.allclose(cubic[16], [2, 3])
    assert path_loops(np.array([0, 0, 0, 1, 4, 0, 1, 4]))[0].tolist() == [[0, 0], [4, 0]]
    assert [len(loop) for loop in path_loops(np.array([7.0]))] == [0]
