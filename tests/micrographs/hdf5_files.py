"""HDF5 and Zarr as the programs of microscopes write them."""

import json

import h5py
import numpy as np
import pytest

H, W, NM = 6, 10, 0.05


IMAGE = (np.arange(H * W).reshape(H, W)).astype("u2")


def ncem(path, groups, first=1, top="data", **attributes):
    """Write groups of data and of dimensions (name, unit, values)."""
    with h5py.File(path, "w") as file:
        file.attrs["version_major"], file.attrs["version_minor"] = 0, 2
        for name, (data, dims) in groups.items():
            group = file.create_group(f"{top}/{name}")
            group.attrs.update({"emd_group_type": 1, **attributes})
            group["data"] = data
            for place, (label, unit, values) in enumerate(dims, first):
                group[f"dim{place}"] = values
                group[f"dim{place}"].attrs.update({"name": label, "units": unit})
    return path


def dims(unit="nm", step=NM, names=("y", "x"), shape=(H, W)):
    return [(name, unit, np.arange(size) * step) for name, size in zip(names, shape, strict=True)]


def about(size, unit="m", **left_out):
    """What Velox says of an image."""
    said = {
        "Core": {"MetadataDefinitionVersion": "7.9"},
        "Instrument": {"InstrumentClass": "Talos"},
        "Acquisition": {"AcquisitionStartDatetime": {"DateTime": "1541000000"}},
        "Optics": {"AccelerationVoltage": "200000"},
        "BinaryResult": {
            "PixelSize": {"width": size, "height": size},
            "Offset": {"x": "0", "y": "0"},
            "PixelUnitX": unit,
            "PixelUnitY": unit,
            "DetectorIndex": "0",
            "Detector": "HAADF",
        },
        "Scan": {"FrameTime": "1.0"},
        "Detectors": {"Detector-0": {"DetectorName": "HAADF", "DetectorType": "ScanningDetector"}},
        "CustomProperties": {},
    }
    return {name: part for name, part in said.items() if name not in left_out}


def velox(path, images, version="10", spectra=False, chunks=True):
    text = h5py.special_dtype(vlen=bytes)
    with h5py.File(path, "w") as file:
        said = json.dumps({"format": "Velox", "version": version}).encode()
        file.create_dataset("Version", data=np.array([said], object), dtype=text)
        file.create_group("Data")
        for number, (pixels, described) in enumerate(images):
            group = file.create_group(f"Data/Image/{number:032x}")
            group.create_dataset("Data", data=pixels, chunks=(*pixels.shape[:2], 1) if chunks else None)
            letters = np.frombuffer(json.dumps(described).encode(), "u1")
            group["Metadata"] = np.repeat(letters[:, None], pixels.shape[2], axis=1)
        if spectra:
            file["Data/SpectrumImage/a/Data"] = np.zeros((2, 2, 2), "u2")
            file["Data/SpectrumStream/a/Data"] = np.zeros((9, 1), "u2")
    return path


STACK = np.stack([IMAGE, IMAGE + 1], axis=-1)


def fill(experiments, signals):
    """Write signals as HyperSpy does: data, and an axis for each of its dimensions (name, navigate)."""
    for title, (data, axes, unit) in signals.items():
        group = experiments.create_group(title)
        if hasattr(group, "create_array"):
            group.create_array("data", data=data)
        else:
            group.create_dataset("data", data=data)
        for place, (name, navigate) in enumerate(axes):
            axis = group.create_group(f"axis-{place}")
            axis.attrs.update(
                {"name": name, "navigate": navigate, "size": data.shape[place], "offset": 0.0}
                | ({} if unit is None else {"scale": NM, "units": unit})
            )
        group.create_group("metadata/General").attrs["title"] = title
        group.create_group("original_metadata")


def hspy(path, **signals):
    with h5py.File(path, "w") as file:
        file.attrs.update({"file_format": "HyperSpy", "file_format_version": "3.3"})
        fill(file.create_group("Experiments"), signals)
    return path


def zspy(path, **signals):
    zarr = pytest.importorskip("zarr")
    root = zarr.open_group(path, mode="w", zarr_format=2)
    root.attrs.update({"file_format": "ZSpy", "file_format_version": "3.3"})
    fill(root.create_group("Experiments"), signals)
    return path


def axes(*names, navigate=()):
    return [(name, name in navigate) for name in names]
