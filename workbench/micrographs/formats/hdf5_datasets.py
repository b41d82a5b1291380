"""Which HDF5 data sets have pixels that can be read here, and why others have none."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def why_unread(dataset: Any) -> str | None:
    """Say why the pixels of a dataset cannot be had here; ``None`` where they can."""
    if dataset.external or dataset.is_virtual:
        return "keeps its pixels in other files, which are not read; save it again as one file"
    if not dataset.id.get_storage_size():
        return "holds no pixels: its file was made, but they were never written; record or save it again"
    return missing_filter(dataset)


def missing_filter(dataset: Any) -> str | None:
    """Say which filter packed a dataset that cannot be unpacked here; ``None`` where it can."""
    import h5py

    plan = dataset.id.get_create_plist()
    filters = [plan.get_filter(place) for place in range(plan.get_nfilters())]
    missing = [one for one in filters if not h5py.h5z.filter_avail(one[0])]
    if missing:
        with suppress(ImportError):
            import hdf5plugin  # noqa: F401  # registers its filters
        missing = [one for one in missing if not h5py.h5z.filter_avail(one[0])]
    if not missing:
        return None
    number, name = missing[0][0], missing[0][3].decode("latin-1") or "without a name"
    return (
        f"is packed with an HDF5 filter that is not installed here (number {number}, {name}); "
        "pip install 'hrtem-workbench[formats]', or save it unpacked or with gzip"
    )
