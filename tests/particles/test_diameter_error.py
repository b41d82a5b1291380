"""The error of one diameter, against discs that are drawn at random places."""

import numpy as np
import pytest

from workbench.particles.diameter_error import diameter_error_px


@pytest.mark.parametrize("radius", [3.0, 7.5, 20.0, 60.0])
def test_the_part_of_the_pixels_is_how_far_drawn_discs_stray(radius):
    rng = np.random.default_rng(int(radius))
    size = int(2 * radius) + 6
    y, x = np.mgrid[:size, :size]
    places = size / 2 + rng.uniform(-0.5, 0.5, size=(800, 2))
    radii = radius + rng.uniform(-0.5, 0.5, size=800)  # of a single one it is now more, now less
    areas = np.array(
        [
            np.count_nonzero((y - v) ** 2 + (x - u) ** 2 < r**2)
            for (v, u), r in zip(places, radii, strict=True)
        ]
    )
    strayed = (2 * np.sqrt(areas / np.pi) - 2 * radii).std()
    said = diameter_error_px(np.zeros((1, 1), np.int32), np.array([np.pi * radius**2]), None, None)[0]
    assert said == pytest.approx(strayed, rel=0.12)


def soft_disc(radius: float, width: float) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:120, :120] - 60
    probability = 1 / (1 + np.exp((np.hypot(y, x) - radius) / width))
    return (probability > 0.5).astype(np.int32), probability.astype(np.float32)


def test_a_soft_rim_is_less_certain_than_a_sharp_one():
    said = []
    for width in (0.1, 2.0, 6.0):
        labels, probability = soft_disc(30, width)
        area = np.array([labels.sum()], float)
        said.append(diameter_error_px(labels, area, probability, 0.5)[0])
    assert said[0] < said[1] < said[2]
    # the rim at 0.7 lies width * ln(7 / 3) further in, at 0.3 as far out
    assert said[2] == pytest.approx(2 * 6.0 * np.log(7 / 3) / np.sqrt(3), rel=0.1)


def test_without_a_particle_there_is_no_error():
    nothing = np.zeros((4, 4), np.int32)
    assert diameter_error_px(nothing, np.zeros(0), nothing.astype(np.float32), 0.5).size == 0
