"""Which pixels can be had, told of a data set itself."""

import h5py
import numpy as np
import pytest

from workbench.micrographs.formats.hdf5_datasets import missing_filter, why_unread


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as opened:
        yield opened


def test_plain_and_gzipped_pixels_are_read(file):
    for packed in (None, "gzip"):
        dataset = file.create_dataset(str(packed), data=np.ones((4, 4)), compression=packed)
        assert missing_filter(dataset) is None
        assert why_unread(dataset) is None


def test_pixels_of_other_files_are_told(file, tmp_path):
    (tmp_path / "other.raw").write_bytes(bytes(32))
    outer = file.create_dataset("a", (4, 4), "u2", external=[(str(tmp_path / "other.raw"), 0, 32)])
    layout = h5py.VirtualLayout((4, 4), "u2")
    layout[:] = h5py.VirtualSource(tmp_path / "b.h5", "b", (4, 4))
    for dataset in (outer, file.create_virtual_dataset("v", layout)):
        assert "pixels in other files" in why_unread(dataset)


def test_a_data_set_that_was_never_written_is_told(file):
    assert "never written" in why_unread(file.create_dataset("a", (4, 4), "u2", chunks=(2, 2)))


def test_a_filter_that_nobody_has_is_named_by_its_number(file):
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((2, 2))
    plan.set_filter(499, h5py.h5z.FLAG_OPTIONAL)  # from 256 to 511: for tests, registered to nobody
    space = h5py.h5s.create_simple((4, 4))
    made = h5py.h5d.create(file.id, b"a", h5py.h5t.NATIVE_UINT16, space, plan)
    assert "number 499, without a name" in missing_filter(h5py.Dataset(made))
