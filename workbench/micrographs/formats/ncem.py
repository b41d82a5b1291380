"""EMD files as the National Center for Electron Microscopy has them: NCEM's own, HyperSpy's, py4DSTEM's, Prismatic's.

Read here and not by RosettaSciIO, which turns every array around (NCEM's own library does not), takes groups of which
one name begins another for one stack, and fails as a whole where one group lacks something.
Format: https://emdatasets.com/format
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.micrographs.formats.content import Content
from workbench.micrographs.formats.hdf5_datasets import why_unread
from workbench.micrographs.formats.rosetta import describe

_DATA = ("data", "counted_datacube", "datacube", "diffractionslice", "realslice")
_ABOUT = ("microscope", "sample", "user", "comments")
_PATTERNS = ("Diffraction", "Bragg", "Probe")  # in the names of py4DSTEM's classes
_STRAIGHT = 0.01
_LONGEST_AXIS = 1 << 20


def is_ncem(file: Any) -> bool:
    """Whether an open HDF5 file is an EMD file of this kind."""
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if "emd_group_type" in item.attrs else None)
    return bool(found) or "version_major" in file.attrs


def ncem_contents(path: Path, file: Any) -> list[Content]:
    """Describe what an open file holds."""
    if "4DSTEM_simulation" in file:
        # Prismatic numbers the slices of a stack, and RosettaSciIO puts them together again.
        from rsciio.emd._emd_ncem import EMD_NCEM

        reader = EMD_NCEM()
        reader.read_file(file, lazy=True)
        return [describe(path, signal) for signal in reader.dictionaries]
    about = _about(file)
    contents = []
    for dataset in _datasets(file):
        group = dataset.parent
        signal = {
            "data": dataset,
            "axes": _axes(group, dataset),
            "metadata": {"General": {"title": posixpath.basename(group.name)}},
            "original_metadata": about,
        }
        # HyperSpy writes x first, and no name where an axis has none.
        by_hyperspy = dataset.name.startswith("/signals/")
        content = describe(path, signal, without_names=(1, 0) if by_hyperspy else None)
        refused = why_unread(dataset)
        contents.append(content if refused is None else replace(content, refused=refused))
    return contents


def _datasets(file: Any) -> list[Any]:
    import h5py

    found: list[Any] = []

    def look(name: str, item: Any) -> None:
        wanted = isinstance(item, h5py.Dataset) and posixpath.basename(name).startswith(_DATA)
        if wanted and item.shape and item.parent.attrs.get("emd_group_type", 0):
            found.append(item)

    file.visititems(look)
    return found


def _axes(group: Any, dataset: Any) -> list[dict[str, Any]]:
    first = 0 if "dim0" in group else 1  # py4DSTEM counts from 0
    kind = _text(group.attrs.get("python_class"))
    pattern = any(word in kind for word in _PATTERNS)
    axes = []
    for place in range(dataset.ndim):
        dim = group.get(f"dim{place + first}")
        attributes = {} if dim is None else dim.attrs
        name, unit = _text(attributes.get("name")), _text(attributes.get("units"))
        if (pattern or name.lower() in ("qx", "qy", "kx", "ky")) and place >= dataset.ndim - 2:
            unit = "1/nm"  # or 1/pixel: no image, whatever the unit
        axes.append({"name": name, "units": unit, "scale": _step(dim), "navigate": False})
    return axes


def _step(dim: Any) -> float | None:
    """Step of an axis that is stored as its first two values, or as all of them; ``None`` where it has no one step."""
    if dim is None or getattr(dim, "ndim", 0) != 1 or dim.dtype.kind not in "iuf" or dim.size < 2:
        return None
    values = np.asarray(dim[:_LONGEST_AXIS], dtype=np.float64)
    line = np.linspace(values[0], values[-1], values.size)
    if not np.isfinite(values).all() or np.abs(values - line).max() > _STRAIGHT * abs(values[-1] - values[0]):
        return None
    return float(values[-1] - values[0]) / (values.size - 1)


def _about(file: Any) -> dict[str, Any]:
    about: dict[str, Any] = {
        name: dict(file[name].attrs) for name in _ABOUT if hasattr(file.get(name), "attrs")
    }
    version = [str(file.attrs.get(f"version_{part}", "")) for part in ("major", "minor")]
    return {"EMD_version": ".".join(version), **about} if all(version) else about


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.reshape(-1)[0] if value.size else ""
    if isinstance(value, str):  # h5py leaves bytes that are no UTF-8 in a text as surrogates
        value = value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("latin-1")
    return "" if value is None else str(value)
