"""Outlines beside the results of a folder: of the mask that lies there, or none."""

import numpy as np
import pytest

from workbench.batch.outlines import keep_outlines, outlines_from_labels
from workbench.batch.results import ESSENCE
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import record
from workbench.micrographs.writing import write_tiff
from workbench.particles.files.imagej_rois import read_rois

MADE = {**dict.fromkeys(ESSENCE), "network": "otsu", "settings": {"threshold": 0.5}, "pixels_sha256": "ab"}
LABELS = np.zeros((12, 14), np.uint16)
LABELS[2:6, 3:9] = 4


@pytest.fixture
def micrograph():
    return Micrograph(np.zeros(LABELS.shape), 0.1, "m")


def test_outlines_are_written_with_the_record_of_the_mask(tmp_path, micrograph):
    assert keep_outlines(tmp_path / "m.otsu.rois.zip", LABELS, micrograph, MADE)
    found = read_rois(tmp_path / "m.otsu.rois.zip", LABELS.shape)
    assert np.array_equal(found.labels, LABELS)
    assert found.provenance["settings"] == {"threshold": 0.5}


def test_without_a_particle_those_of_earlier_go(tmp_path, micrograph):
    path = tmp_path / "m.otsu.rois.zip"
    keep_outlines(path, LABELS, micrograph, MADE)
    assert not keep_outlines(path, np.zeros_like(LABELS), micrograph, MADE)
    assert not path.exists()


def test_they_are_made_from_the_label_image_where_they_are_missing_damaged_or_of_other_settings(
    tmp_path, micrograph
):
    path, label_file = tmp_path / "m.otsu.rois.zip", tmp_path / "m.otsu.labels.tif"
    write_tiff(label_file, LABELS, 0.1, record("labels", **MADE), "labels")
    outlines_from_labels(path, label_file, micrograph, MADE)
    whole = path.read_bytes()
    stamp = path.stat().st_ino
    outlines_from_labels(path, label_file, micrograph, MADE)
    assert path.stat().st_ino == stamp  # there already: not written again
    path.write_bytes(b"cut off")
    outlines_from_labels(path, label_file, micrograph, MADE)
    assert path.read_bytes() == whole
    outlines_from_labels(path, label_file, micrograph, {**MADE, "settings": {"threshold": 0.4}})
    assert read_rois(path, LABELS.shape).provenance["settings"] == {"threshold": 0.4}
