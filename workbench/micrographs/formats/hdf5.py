"""HDF5 files: HyperSpy's, and EMD as Velox and NCEM write it. The file is open while frames are read, and not after."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

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
