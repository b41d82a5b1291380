"""HDF5 files: HyperSpy's, and EMD as Velox and NCEM write it. The file is open while frames are read, and not after."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from workbench.micrographs.formats.content import Content, Unreadable


def read_hdf5(path: Path, stack: ExitStack) -> list[Content]:
    """Describe a HyperSpy file, or an EMD file of Velox or NCEM."""
    import h5py

    file = stack.enter_context(h5py.File(path, "r"))
    names = set(file)
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
