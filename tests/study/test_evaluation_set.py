"""The test micrographs of a study, and how wide their particles are."""

import math

import numpy as np
import pytest

from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.writing import write_tiff
from workbench.study.evaluation_set import diameters_px


def test_particles_that_touch_are_told_apart_by_their_numbers(tmp_path, discs):
    folder = tmp_path / "numbered"
    discs("numbered", 0, 1)
    label = np.zeros((96, 96), np.uint8)
    label[10:20, 10:20], label[10:20, 20:40], label[50:60, 90:] = 1, 2, 3  # the third is cut by the edge
    write_tiff(folder / "labels" / "m0.tif", label, 0.05)
    LabelledDataset.write_description(folder, name="numbered", labels="particles")
    (pair,) = LabelledDataset(folder).micrographs
    expected = [2 * math.sqrt(area / math.pi) for area in (100, 200)]
    assert diameters_px(pair, pair.read()[1]) == pytest.approx(expected)
