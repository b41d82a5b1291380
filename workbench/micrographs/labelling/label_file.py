"""The file of a label: a calibrated TIFF beside a ``set.toml`` that says what its values mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError, DatasetError
from workbench.micrographs.datasets.description import write_description
from workbench.micrographs.labelling.label import NOT_SURE, PARTICLE, LabelValues
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff

MEANING: dict[str, Any] = {"labels": "mask", "particle": [PARTICLE], "not_sure": NOT_SURE}
"""What a ``set.toml`` says of values drawn here."""

_Stamp = tuple[int, int, int]


class LabelFile:
    """A label on disk, and whether another program has written to it since.

    Parameters
    ----------
    path : Path
        Ends in .tif; need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: _Stamp | None = None

    def read(self, shape: tuple[int, int]) -> LabelValues | None:
        """Return what it holds; None where there is no file yet.

        Parameters
        ----------
        shape : (int, int)
            Of the micrograph.

        Raises
        ------
        DatasetError
            If it has another shape, or values other than 0, 1 and 2 (or 0 and 255, as masks have).
        MicrographError
            If it cannot be read.
        """
        stamp = self._stamp()
        if stamp is None:
            return None
        values = label_values(open_micrograph(self.path).pixels, self.path.name, shape)
        self._known = stamp
        return values

    def changed_elsewhere(self) -> bool:
        """Say whether the file is another one than was last read or written here."""
        stamp = self._stamp()
        return stamp is not None and stamp != self._known

    def accept(self) -> None:
        """Take the file as it lies there as known: the next `write` replaces it."""
        self._known = self._stamp()

    def write(self, values: LabelValues, nm_per_px: float | None, name: str) -> None:
        """Write it whole under a temporary name and rename it.

        Raises
        ------
        DatasetError
            If another program changed it meanwhile; nothing is written.
        ComputeError
            If there is no room, or the folder is protected.
        """
        if self.changed_elsewhere():
            raise DatasetError(
                f"{self.path.name} was changed by another program; "
                "choose whether to load that or to keep what is drawn here."
            )
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ComputeError(
                f"The label was not saved because the folder {folder} cannot be made "
                f"({(error.strerror or 'the file system refused').lower()}); what is drawn stays on the page."
            ) from error
        beside = folder.parent if folder.name == "labels" else folder
        if not (beside / "set.toml").exists():
            write_description(beside, name=beside.name, **MEANING)
        write_tiff(self.path, values, nm_per_px, description=f"label of {name}", result="label")
        self._known = self._stamp()

    def _stamp(self) -> _Stamp | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def label_values(pixels: npt.NDArray[Any], name: str, shape: tuple[int, int]) -> LabelValues:
    """Return pixels of an image as values of a label.

    Raises
    ------
    DatasetError
        As for `LabelFile.read`.
    """
    if pixels.shape != shape:
        raise DatasetError(
            f"{name} has {pixels.shape[1]} x {pixels.shape[0]} px, but the micrograph has {shape[1]} x {shape[0]}; "
            "move it away to draw a new label."
        )
    found = set(np.unique(pixels).tolist())
    if found <= {0, 1, 2}:
        return pixels.astype(np.uint8)
    if found <= {0, 255}:
        return (pixels > 0).astype(np.uint8)
    raise DatasetError(
        f"{name} holds other values than 0 (background), 1 (particle) and 2 (not sure), so it was not loaded; "
        "move it away to draw a new label."
    )
