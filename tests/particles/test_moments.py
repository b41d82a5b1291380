"""Sums over the pixels of particles, against scikit-image."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import regionprops
from skimage.segmentation import find_boundaries

from workbench.errors import Stopped
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.moments import moments

RNG = np.random.default_rng(8)
LABELS = ndimage.label(ndimage.gaussian_filter(RNG.normal(size=(90, 120)), 3) > 0.05)[0]
PROBABILITY = RNG.random((90, 120), dtype=np.float32)
MICROGRAPH = Micrograph(RNG.normal(size=(90, 120)).astype(np.float32), 1.0)


def found(strip: int | None = None, monkeypatch=None):
    if strip:
        monkeypatch.setattr("workbench.particles.moments._STRIP_PIXELS", strip)
    return moments(LABELS, ndimage.find_objects(LABELS), MICROGRAPH, PROBABILITY, lambda: False)


def test_places_axes_and_directions_are_those_of_scikit_image():
    ours = found()
    for number, theirs in enumerate(regionprops(LABELS, intensity_image=MICROGRAPH.pixels)):
        assert (ours["y"][number], ours["x"][number]) == pytest.approx(theirs.centroid)
        for name in ("major", "minor"):  # a pixel has a second moment of its own, 1/12
            axis = np.hypot(getattr(theirs, f"axis_{name}_length"), 4 / np.sqrt(12))
            assert ours[name][number] == pytest.approx(axis, rel=1e-6)
        assert ours["intensity"][number] == pytest.approx(theirs.intensity_mean, rel=1e-5)
        # theirs is measured from the rows' axis, counter-clockwise; 90 degrees more from a row of pixels
        apart = (ours["orientation_deg"][number] - np.degrees(theirs.orientation) - 90) % 180
        assert min(apart, 180 - apart) < 0.01 or theirs.axis_major_length == theirs.axis_minor_length


def test_a_rod_that_rises_to_the_right_has_its_angle():
    y, x = np.mgrid[:99, :99] - 49
    rod = (abs(y * np.cos(np.radians(30)) + x * np.sin(np.radians(30))) < 4) & (np.hypot(y, x) < 45)
    table = moments(
        rod.astype(np.int32),
        ndimage.find_objects(rod.astype(np.int32)),
        Micrograph(np.zeros((99, 99), np.float32), 1.0),
        None,
        lambda: False,
    )
    assert table["orientation_deg"][0] == pytest.approx(30, abs=1)


def test_the_rim_is_what_has_a_side_outside():
    padded = np.pad(LABELS, 1)
    rim = (find_boundaries(padded, connectivity=1, mode="inner"))[1:-1, 1:-1] & (LABELS > 0)
    ours = found()
    for number in range(1, LABELS.max() + 1):
        mean = PROBABILITY[rim & (number == LABELS)].mean(dtype=float)
        assert ours["rim_confidence"][number - 1] == pytest.approx(mean)


def test_strips_of_rows_change_nothing(monkeypatch):
    whole, strips = found(), found(1000, monkeypatch)
    for name, values in whole.items():
        assert strips[name] == pytest.approx(values), name


def test_it_stops():
    with pytest.raises(Stopped):
        moments(LABELS, ndimage.find_objects(LABELS), MICROGRAPH, None, lambda: True)
