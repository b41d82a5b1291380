"""Signals of HyperSpy, in HDF5 and in Zarr."""

import json

import h5py
import numpy as np
import pytest
from hdf5_files import IMAGE, NM, axes, hspy, zspy

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph


@pytest.mark.parametrize("write", [hspy, zspy])
def test_signals_of_hyperspy(tmp_path, write):
    cube = np.stack([IMAGE] * 4, axis=-1)
    path = write(
        tmp_path / ("a.hspy" if write is hspy else "a.zspy"),
        image=(IMAGE, axes("y", "x"), "nm"),
        lines=(IMAGE + 1, axes("y", "x", navigate="yx"), "nm"),
        one_number=((IMAGE + 2)[..., None], axes("y", "x", "", navigate="yx"), "nm"),
        spectra=(cube, axes("y", "x", "E", navigate="yx"), "eV"),
        stack=(np.stack([IMAGE, IMAGE + 3]), axes("t", "y", "x", navigate="t"), "nm"),
        uneven=(IMAGE, axes("y", "x"), None),
    )
    found = {signal.title: signal for signal in list_contents(path)}
    for title, added in (("image", 0), ("lines", 1), ("one_number", 2)):
        opened = open_micrograph(path, signal=title)
        assert np.array_equal(opened.pixels, IMAGE + float(added))
        assert opened.nm_per_px == pytest.approx(NM)
    assert "spectrum image" in found["spectra"].refused
    assert np.array_equal(open_micrograph(path, signal="stack", frame=1).pixels, IMAGE + 3.0)
    assert open_micrograph(path, signal="uneven").nm_per_px is None


def test_a_broken_signal_of_hyperspy_takes_no_other_with_it(tmp_path):
    path = hspy(tmp_path / "a.hspy", whole=(IMAGE, axes("y", "x"), "nm"))
    with h5py.File(path, "a") as file:
        file["Experiments/broken/data"] = IMAGE  # without axes or metadata
        file["Experiments/whole/original_metadata/not_in_chunks"] = np.arange(5)
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)
    assert [(signal.title, bool(signal.refused)) for signal in list_contents(path)] == [
        ("whole", False),
        ("broken", True),
    ]


def test_an_hspy_file_is_closed_again(tmp_path):
    path = hspy(tmp_path / "a.hspy", image=(IMAGE, axes("y", "x"), "nm"))
    open_micrograph(path)
    with h5py.File(path, "a") as file:  # refused by HDF5 where it is still open to be read
        assert file.mode == "r+"


def test_a_folder_of_zarr_that_is_not_hyperspys_says_so(tmp_path):
    zarr = pytest.importorskip("zarr")
    zarr.open_group(tmp_path / "a.zarr", mode="w")
    (tmp_path / "empty.zspy").mkdir()
    path = zspy(tmp_path / "codec.zspy", image=(IMAGE, axes("y", "x"), "nm"))
    about = path / "Experiments" / "image" / "data" / ".zarray"
    about.write_text(json.dumps({**json.loads(about.read_text()), "compressor": {"id": "nobodys"}}))
    for name, said in (("a.zarr", "Zarr"), ("empty.zspy", "Zarr"), ("codec.zspy", "nobodys")):
        with pytest.raises(MicrographError, match=said) as refused:
            open_micrograph(tmp_path / name)
        assert "open a file in it" not in str(refused.value)


@pytest.mark.parametrize("missing", ["metadata", "original_metadata", "version"])
def test_a_signal_of_hyperspy_opens_by_its_axes_whatever_else_is_missing(tmp_path, missing):
    path = hspy(tmp_path / "a.hspy", image=(IMAGE, axes("y", "x"), "nm"))
    with h5py.File(path, "a") as file:
        if missing == "version":
            del file.attrs["file_format_version"]
        else:
            del file[f"Experiments/image/{missing}"]
    opened = open_micrograph(path)
    assert np.array_equal(opened.pixels, IMAGE)
    assert opened.nm_per_px == pytest.approx(NM)
