"""Where the pairs of a labelled set come from: the one thing that folders and HDF5 files do differently."""

from __future__ import annotations

import errno
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from workbench.errors import DatasetError
from workbench.micrographs.micrograph import Micrograph


class Source(Protocol):
    """Micrographs and labels by number; nothing is read before it is asked for."""

    @property
    def folder(self) -> Path:
        """Where it lies."""
        ...

    @property
    def name(self) -> str:
        """What it is called when its description gives no name."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """Names of the micrographs, each of them once."""
        ...

    @property
    def description(self) -> dict[str, Any]:
        """What is written beside it; see `LabelledDataset`."""
        ...

    def micrograph(self, index: int, nm_per_px: float | None) -> Micrograph:
        """Return one micrograph, with this pixel size in nm if one is given."""
        ...

    def label(self, index: int) -> npt.NDArray[Any]:
        """Return its label as it is stored: (H, W), or (H, W, C) with a channel for each class."""
        ...

    def dose(self, index: int) -> float | None:
        """Return the dose in electrons per square Angstrom if something beside the pixels tells it."""
        ...


def is_folder(path: Path) -> bool:
    """Tell whether this is a folder.

    Raises
    ------
    DatasetError
        If the user may not know.
    """
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> DatasetError:
    """Return the sentence for a file or folder of a set that the system does not let us read."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return DatasetError(
            f"{path} may not be read by you; change its permissions or copy it to your own folder."
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return DatasetError(f"{path} does not exist; check the name.")
    if error.errno in (errno.EAGAIN, errno.EBUSY):
        return DatasetError(f"{path} is being written by another program; close that and try again.")
    return DatasetError(f"{path} is damaged or cut short; copy it again.")
