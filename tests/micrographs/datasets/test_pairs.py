"""Micrographs and labels, read: what does not fit is named."""

import numpy as np
import pytest
from saved_sets import discs, save

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import open_dataset, read_all
from workbench.micrographs.datasets.pairs import READINGS
from workbench.micrographs.formats import raw
from workbench.micrographs.writing import write_tiff


@pytest.mark.parametrize("read", [lambda one: read_all(one.micrographs), lambda one: one.check()])
def test_masks_of_another_size_are_all_named(tmp_path, read):
    folder = save(tmp_path / "set", *discs(4))
    for name in ("m1", "m3"):
        write_tiff(folder / "labels" / f"{name}.tif", np.ones((8, 9), bool), None)
    with pytest.raises(DatasetError, match=r"m1 \(image \(8, 8\), label \(8, 9\)\) and m3"):
        read(open_dataset(folder))
    with pytest.raises(DatasetError, match=r"m1: the image is \(8, 8\) but its label is \(8, 9\)"):
        open_dataset(folder).micrographs[1].read()


@pytest.mark.parametrize("read", [lambda one: read_all(one.micrographs), lambda one: one.check()])
def test_a_set_without_any_particle_is_refused(tmp_path, read):
    images, masks = discs(3)
    with pytest.raises(DatasetError, match="no particle in any of the 3 masks, of m0, m1 and m2"):
        read(open_dataset(save(tmp_path / "none", images, np.zeros_like(masks))))
    masks[1:] = False
    read(open_dataset(save(tmp_path / "one", images, masks)))


def test_a_micrograph_that_cannot_be_read_is_named(tmp_path):
    folder = save(tmp_path / "set", *discs(2))
    path = folder / "images" / "m1.tif"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DatasetError, match=r"m1 of a labelled set cannot be used: m1\.tif"):
        open_dataset(folder).check()


@pytest.mark.parametrize("part", ["images", "labels"])
def test_one_that_is_replaced_while_it_is_read_is_read_again_and_one_that_never_rests_is_named(
    tmp_path, monkeypatch, part
):
    """As the page does with a label after each stroke, while a run or another page reads the set."""
    folder = save(tmp_path / "set", *discs(2))
    path = folder / part / "m1.tif"
    written, differs = 0, raw._differs

    def replaced(source, before):
        nonlocal written
        if source == path and written < most:
            written += 1
            (tmp_path / "next").write_bytes(path.read_bytes())
            (tmp_path / "next").replace(path)
        return differs(source, before)

    monkeypatch.setattr(raw, "_differs", replaced)
    whole = open_dataset(folder).micrographs[1]
    most = READINGS - 1
    assert whole.read()[1].any()
    assert written == most
    written, most = 0, READINGS
    with pytest.raises(
        DatasetError, match=r"m1 of a labelled set cannot be used: m1\.tif changed while it was"
    ):
        whole.read()
