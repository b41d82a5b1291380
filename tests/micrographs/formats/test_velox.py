"""The EMD of Velox: whatever it does or does not say beside its images."""

import h5py
import numpy as np
import pytest
from hdf5_files import IMAGE, NM, STACK, H, W, about, velox

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph


@pytest.mark.parametrize("version", ["10", "11"])
@pytest.mark.parametrize("spectra", [False, True])
@pytest.mark.parametrize("chunks", [False, True])
def test_velox_opens_whatever_is_beside_its_images(tmp_path, version, spectra, chunks):
    images = [(IMAGE[..., None], about("5e-11")), (STACK, about("1e-10"))]
    path = velox(tmp_path / "a.emd", images, version, spectra, chunks)
    found, beside = list_contents(path)[:2], list_contents(path)[2:]
    assert [signal.shape for signal in found] == [(H, W), (2, H, W)]
    assert [signal.nm_per_px for signal in found] == [pytest.approx(NM), pytest.approx(0.1)]
    assert [signal.title for signal in beside] == (["SpectrumImage", "SpectrumStream"] if spectra else [])
    assert all("not an image" in signal.refused for signal in beside)
    opened = open_micrograph(path, signal=1, frame=1)
    assert np.array_equal(opened.pixels, IMAGE + 1.0)
    assert opened.metadata["voltage_kV"] == 200


@pytest.mark.parametrize("part", ["Scan", "Acquisition", "Detectors", "BinaryResult", "CustomProperties"])
def test_velox_opens_its_pixels_whatever_it_does_not_say(tmp_path, part):
    path = velox(tmp_path / "a.emd", [(STACK, about("5e-11", **{part: None}))])
    assert np.array_equal(open_micrograph(path, frame=1).pixels, IMAGE + 1.0)
    # The size stands beside the pixels, whatever else is missing.
    assert open_micrograph(path).nm_per_px == (None if part == "BinaryResult" else pytest.approx(NM))


def test_a_transform_of_velox_is_refused_and_the_image_beside_it_opens(tmp_path):
    half = np.zeros((H, W, 1), [("realFloatHalfEven", "<f4"), ("imagFloatHalfEven", "<f4")])
    images = [(half, about("1e8", "1/m")), (IMAGE[..., None], about("5e-11"))]
    path = velox(tmp_path / "a.emd", images)
    assert [bool(signal.refused) for signal in list_contents(path)] == [True, False]
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def test_a_broken_image_of_velox_takes_no_other_with_it(tmp_path):
    path = velox(tmp_path / "a.emd", [(IMAGE[..., None], about("5e-11"))])
    with h5py.File(path, "a") as file:
        file.create_group("Data/Image/without")
        file["Data/Image/flat/Data"] = IMAGE
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)
    whole, *broken = list_contents(path)
    assert whole.refused is None
    assert [("not stored as Velox" in signal.refused, signal.title) for signal in broken] == [
        (True, "image flat"),
        (True, "image without"),
    ]
    with h5py.File(path, "a") as file:
        del file[f"Data/Image/{0:032x}"]
    with pytest.raises(MicrographError, match="not stored as Velox does"):
        open_micrograph(path)
