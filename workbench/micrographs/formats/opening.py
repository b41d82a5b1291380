"""Open a file of any format; whatever goes wrong becomes one sentence."""

from __future__ import annotations

import errno
import stat
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from workbench.errors import MicrographError
from workbench.micrographs.formats.content import Content, Reader, Unreadable
from workbench.micrographs.formats.hdf5 import read_hdf5
from workbench.micrographs.formats.hyperspy import is_zarr, read_zspy
from workbench.micrographs.formats.mrc import read_mrc
from workbench.micrographs.formats.pictures import read_npy, read_picture
from workbench.micrographs.formats.raw import unchanged
from workbench.micrographs.formats.recognise import recognise
from workbench.micrographs.formats.rosetta import read_dm
from workbench.micrographs.formats.tia import read_emi, read_ser
from workbench.micrographs.formats.tiff import read_tiff
from workbench.quiet import quiet

_READERS: dict[str, Reader] = {
    "dm": read_dm,
    "emi": read_emi,
    "hdf5": read_hdf5,
    "mrc": read_mrc,
    "npy": read_npy,
    "picture": read_picture,
    "ser": read_ser,
    "tiff": read_tiff,
    "zspy": read_zspy,
}
_NAMES = {
    "dm": "a DigitalMicrograph file",
    "emi": "a TIA file",
    "hdf5": "an HDF5 file",
    "mrc": "an MRC file",
    "npy": "a NumPy array",
    "picture": "a picture",
    "ser": "a TIA series",
    "tiff": "a TIFF",
    "zspy": "a Zarr archive",
}
# Whose warnings about a file stay off the screen; what matters is raised. A library that warns in the
# name of its caller warns in ours.
_CHATTY = (
    "rsciio", "tifffile", "imagecodecs", "PIL", "h5py", "zarr", "numcodecs", "dask", "numpy", "pint", "dateutil",
    "workbench.micrographs.formats",
)  # fmt: skip
_LOGGING = ("rsciio", "tifffile", "PIL")


@contextmanager
def opened(path: Path) -> Iterator[list[Content]]:
    """Give what a file holds; frames can be read inside the block.

    Raises
    ------
    MicrographError
        For anything that goes wrong, in the block too.
    """
    import rsciio  # noqa: F401  # it sets the level of its messages as it is imported, which would end the silence

    kind = "a file"
    try:
        with quiet(*_CHATTY, loggers=_LOGGING), np.errstate(all="ignore"), _closing(), ExitStack() as stack:
            if "\0" in str(path):
                raise Unreadable("is no name that a file can have; check it")
            stack.enter_context(unchanged(path))
            mode = path.stat().st_mode
            folder = stat.S_ISDIR(mode)
            if folder and not is_zarr(path):
                raise Unreadable("is a folder; open a file in it")
            if not folder and not stat.S_ISREG(mode):
                # Opening a pipe waits for whoever writes to it, for ever where nobody does.
                raise Unreadable("is no file but a pipe, a socket or a device; open a file")
            kind = "zspy" if folder else recognise(path)
            contents = _READERS[kind](path, stack)
            if not contents:
                raise Unreadable("holds no image; export the image as TIFF or MRC")
            yield contents
    except MicrographError:
        raise
    except Unreadable as error:
        raise MicrographError(f"{path.name} {error}.") from error
    except MemoryError as error:
        raise MicrographError(
            f"{path.name} does not fit into memory; close other programs or open a smaller image."
        ) from error
    except Exception as error:
        # Readers meet damaged files with any exception there is; to the person they all mean the same.
        raise MicrographError(_what_went_wrong(path, kind, error)) from error


@contextmanager
def _closing() -> Iterator[None]:
    """Close files that a reader left open when it failed: they live on in the frames of the traceback."""
    try:
        yield
    except Exception as error:
        link: BaseException | None = error
        while link is not None:
            traceback.clear_frames(link.__traceback__)
            link = link.__context__
        raise


def _what_went_wrong(path: Path, kind: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        library = (error.name or "a library").split(".")[0]
        return f"{path.name} needs {library}, which is not installed here; pip install {library}."
    if isinstance(error, OSError) and error.errno is not None:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return f"{path} does not exist; check the name."
        if error.errno in (errno.EACCES, errno.EPERM):
            return (
                f"{path.name} may not be read by you; change its permissions or copy it to your own folder."
            )
        if error.errno in (errno.EIO, errno.ENAMETOOLONG, errno.ELOOP, errno.ESTALE):
            reason = (error.strerror or "").lower()
            return f"{path.name[:80]} cannot be read ({reason}); check the disk and the name."
    return (
        f"{path.name} cannot be read as {_NAMES.get(kind, kind)}: it is damaged or cut short; copy it again."
    )
