"""Labelled sets: pairs of files, and how they may be parted."""

import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets import LabelledSet


def test_micrographs_of_one_specimen_are_never_parted(tmp_path):
    from workbench.micrographs.writing import write_tiff

    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
        for specimen in range(6):
            for shot in range(3):
                write_tiff(tmp_path / part / f"s{specimen}_{shot}.tif", np.eye(8, dtype=np.float32), 0.02)
    LabelledSet.write_description(tmp_path, name="x", group_by=r"^(s\d+)_")
    parts = LabelledSet(tmp_path).split(0, (0.5, 0.5))
    specimens = [{pair.name.split("_")[0] for pair in part} for part in parts]
    assert not specimens[0] & specimens[1]
    assert sum(map(len, parts)) == 18


def test_an_image_without_a_label_is_named(tmp_path):
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    (tmp_path / "images" / "a.tif").touch()
    with pytest.raises(DatasetError, match="a has no label"):
        LabelledSet(tmp_path)
