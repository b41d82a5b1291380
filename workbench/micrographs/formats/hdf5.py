"""HDF5 files: HyperSpy's, and EMD as Velox and NCEM write it. The file is open while frames are read, and not after."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from workbench.micrographs.formats.content import Content, Unreadable


def read_hdf5(path: Path, stack: ExitStack) -> list[Content]:
    """Describe a HyperSpy file, or an EMD file of Velox or NCEM."""
    import h5py

    try:
        file = stack.enter_context(h5py.File(path, "r"))
    except BlockingIOError as error:
        raise Unreadable(
            "is being written by another program, which keeps it locked; close it there and open it again"
        ) from error
    names = {name for name in ("Experiments", "Data", "Version") if name in file}
    names -= {name for name in ("Experiments", "Data") if not isinstance(file.get(name), h5py.Group)}
    if "Experiments" in names:
        from workbench.micrographs.formats.hyperspy import hspy_contents

        return hspy_contents(path, file)
    if "Version" in names and "Data" in names:
        from workbench.micrographs.formats.velox import velox_contents

        return velox_contents(path, file)
    from workbench.micrographs.formats.ncem import is_ncem, ncem_contents

    if is_ncem(file):
        return ncem_contents(path, file)
    raise Unreadable("is an HDF5 file, but neither EMD nor HyperSpy; export the image as TIFF or MRC")


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
