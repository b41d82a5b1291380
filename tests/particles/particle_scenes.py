"""Particles that tests draw: of all kinds in one micrograph, and at random."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from workbench.micrographs.micrograph import Micrograph
from workbench.particles.measuring import measure


class Scene(NamedTuple):
    labels: np.ndarray
    micrograph: Micrograph
    table: pd.DataFrame


def draw(numbers=(1, 2, 5, 17, 300)):
    """Draw a disc, a ring, a particle in two pieces, one of pixels that touch at corners, a single pixel."""
    rows, columns = np.mgrid[:60, :90]
    labels = np.zeros((60, 90), np.int32)
    labels[np.hypot(rows - 15, columns - 15) < 10] = numbers[0]
    labels[(np.hypot(rows - 20, columns - 45) < 13) & (np.hypot(rows - 20, columns - 45) > 5)] = numbers[1]
    labels[5:12, 65:72] = labels[20:24, 66:80] = numbers[2]
    labels[40:52, 0:12][(rows[:12, :12] + columns[:12, :12]) % 2 == 0] = numbers[3]
    labels[58, 70] = numbers[4]
    return labels


def make_scene():
    """Return particles 1, 2, 5, 17 and 300, of which the one at the edge is left out."""
    labels = draw()
    pixels = np.random.default_rng(0).normal(100, 5, labels.shape) - 20 * (labels > 0)
    micrograph = Micrograph(pixels, 0.25, "scene", marks=())
    table = measure(labels, micrograph, lattice=False)
    table["included"] = ~table["touches_edge"]
    table["left_out"] = np.where(table["touches_edge"], "edge", "")
    return Scene(labels, micrograph, table)


def random_labels(rng, kind):
    """Draw a small label image at random: noise, blobs, a chequer of two particles, or one number everywhere."""
    from scipy import ndimage

    height, width = rng.integers(1, 28, 2)
    if kind == 0:
        noise = rng.random((height, width)) < rng.uniform(0.02, 0.98)
        return np.where(noise, rng.integers(1, 5, (height, width)), 0)
    if kind == 1:
        return ndimage.label(ndimage.gaussian_filter(rng.normal(size=(height, width)), 1.5) > 0)[0]
    if kind == 2:
        return (rng.random((height, width)) < 0.5) * 7
    return np.where(rng.random((height, width)) < 0.5, 70_000, 3)
