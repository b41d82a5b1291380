"""EMD of NCEM and Velox, and HyperSpy's signals: what opens, the right way up, at the size that the file gives."""

import h5py
import numpy as np
import pytest
from hdf5_files import IMAGE, H, W, axes, dims, hspy, ncem

from workbench.errors import MicrographError
from workbench.micrographs.reading import open_micrograph


def test_a_filter_that_is_not_installed_is_named(tmp_path):
    path = hspy(tmp_path / "a.hspy", image=(IMAGE, axes("y", "x"), "nm"))
    with h5py.File(path, "a") as file:
        del file["Experiments/image/data"]
        file.create_dataset("Experiments/image/data", data=IMAGE, compression="lzf", chunks=(H, W))
    packed = path.read_bytes()
    name = packed.index(b"lzf\0")
    # The number of the filter stands 8 bytes before its name; 32000 is LZF, and nobody has 32767.
    number = packed.rindex((32000).to_bytes(2, "little"), 0, name)
    path.write_bytes(packed[:number] + (32767).to_bytes(2, "little") + packed[number + 2 :])
    with pytest.raises(MicrographError, match=r"32767.*pip install") as refused:
        open_micrograph(path)
    assert "damaged" not in str(refused.value)


def test_no_size_is_no_wrong_size(tmp_path):
    path = ncem(tmp_path / "a.emd", {"a": (IMAGE, [("y", "nm", 5.0), ("x", "nm", np.arange(W) ** 2.0)])})
    opened = open_micrograph(path)
    assert opened.nm_per_px is None
    assert "pixel_size_unknown" not in opened.metadata  # it said "the file gives nan nm"


def test_a_file_that_is_being_written_is_not_called_damaged(tmp_path, monkeypatch):
    def locked(*_args, **_options):
        raise BlockingIOError(11, "unable to lock file")

    path = ncem(tmp_path / "a.emd", {"a": (IMAGE, dims())})
    monkeypatch.setattr(h5py, "File", locked)
    with pytest.raises(MicrographError, match="written by another program"):
        open_micrograph(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shape": (H, W), "dtype": "u2", "chunks": (2, 2)}, "never written"),
        ({"shape": (H, W), "dtype": "u2", "external": [("other.raw", 0, 2 * H * W)]}, "other files"),
    ],
)
def test_pixels_that_are_not_in_the_file_are_not_shown_as_zeros(tmp_path, options, said):
    path = ncem(tmp_path / "a.emd", {"a": (IMAGE, dims())})
    (tmp_path / "other.raw").write_bytes(IMAGE.tobytes())
    with h5py.File(path, "a") as file:
        del file["data/a/data"]
        file["data/a"].create_dataset("data", **options)
    with pytest.raises(MicrographError, match=said):
        open_micrograph(path)


def test_hdf5_behind_a_block_of_its_writer_opens(tmp_path):
    path = tmp_path / "a.emd"
    h5py.File(path, "w", userblock_size=512).close()
    with h5py.File(path, "a") as file:
        file.create_group("data/a").attrs["emd_group_type"] = 1
        file["data/a/data"] = IMAGE
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def test_hdf5_that_only_has_the_names_of_another_kind_says_what_it_is_not(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Experiments"], file["Data"], file["Version"] = 1, 2, "3"
    with pytest.raises(MicrographError, match="neither EMD nor HyperSpy"):
        open_micrograph(tmp_path / "a.h5")
