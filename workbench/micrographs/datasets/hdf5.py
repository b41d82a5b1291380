"""A labelled set as HDF5, in the layouts of the published HRTEM sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import psutil

from workbench.errors import DatasetError
from workbench.micrographs.datasets.description import read_description
from workbench.micrographs.datasets.naming import listed
from workbench.micrographs.datasets.source import unreadable
from workbench.micrographs.formats.raw import unchanged
from workbench.micrographs.micrograph import Micrograph, own

if TYPE_CHECKING:
    import h5py  # 14 MB that a page with sets in folders does not need: imported where a file is opened

IMAGES = ("images",)
LABELS = ("labels", "maps")
SUFFIXES = (".h5", ".hdf5", ".hdf")


class Hdf5Source:
    """Stacks of images and labels; one image is read at a time.

    ``['images']`` is (N, H, W) or (N, H, W, 1); ``['labels']`` or ``['maps']`` is (N, H, W), or (N, H, W, C) with a
    channel for each class (Zenodo 3755011 and Dryad 10.7941/D1SP93 hold both kinds).

    Parameters
    ----------
    images : Path
    labels : Path, optional
        The file with the labels, if it is another one.

    Raises
    ------
    DatasetError
        If a file cannot be read or lacks a stack, or the two stacks do not fit each other.
    """

    def __init__(self, images: Path, labels: Path | None = None) -> None:
        self._images, self._labels = images, labels or images
        with _opened(self._images) as file:
            self._images_key, shape = _stack(self._images, file, IMAGES, "images")
        with _opened(self._labels) as file:
            self._labels_key, label_shape = _stack(self._labels, file, LABELS, "labels")
        if len(shape) == 4 and shape[3] != 1:
            raise DatasetError(f"{images.name}: images of shape {shape} are not (N, H, W) or (N, H, W, 1).")
        if shape[0] != label_shape[0]:
            raise DatasetError(
                f"{images.name} holds {shape[0]} images but {self._labels.name} {label_shape[0]} labels; "
                "they must be as many, in the same order."
            )
        if shape[1:3] != label_shape[1:3]:
            raise DatasetError(
                f"{images.name}: the images are {shape[1:3]} but the labels in {self._labels.name} are "
                f"{label_shape[1:3]}; they must agree."
            )
        self._count = shape[0]

    @property
    def folder(self) -> Path:
        """Where the images lie."""
        return self._images.parent

    @property
    def name(self) -> str:
        """The stem of the file with the images."""
        return self._images.stem

    @cached_property
    def names(self) -> Sequence[str]:
        """Stem and number, from 0."""
        digits = len(str(self._count - 1))
        return [f"{self._images.stem}-{index:0{digits}d}" for index in range(self._count)]

    @cached_property
    def description(self) -> dict[str, Any]:
        """What a TOML file of the same stem says, else ``set.toml`` in the same folder."""
        own = self._images.with_suffix(".toml")
        return read_description(own if own.exists() else self.folder / "set.toml")

    def micrograph(self, index: int, nm_per_px: float | None) -> Micrograph:
        """Read one image."""
        with _opened(self._images) as file:
            pixels = file[self._images_key][index]
        pixels = pixels[..., 0] if pixels.ndim == 3 else pixels
        metadata = {"frame": index, "frames": self._count, "signal_title": self._images_key}
        return Micrograph(own(pixels), nm_per_px, self.names[index], self._images, metadata)

    def label(self, index: int) -> npt.NDArray[Any]:
        """Read one label."""
        with _opened(self._labels) as file:
            return np.asarray(file[self._labels_key][index])

    def dose(self, index: int) -> float | None:  # noqa: ARG002
        """Return None: the published layouts do not tell."""
        return None


def find_hdf5(folder: Path) -> tuple[Path, Path] | None:
    """Find the file with images and the file with labels in a folder.

    Parameters
    ----------
    folder : Path
        Its ``set.toml`` chooses by ``image_file`` and ``label_file`` where there are several.

    Returns
    -------
    tuple of Path, or None
        The same file twice if it holds both; None if there is no HDF5 in the folder.

    Raises
    ------
    DatasetError
        If none or several files hold images or labels, or one cannot be read.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise unreadable(folder, error) from error
    if not files:
        return None
    description, keys = read_description(folder / "set.toml"), {}
    for path in files:
        with _opened(path) as file:
            keys[path] = set(file)
    chosen = []
    for wanted, what, entry in ((IMAGES, "images", "image_file"), (LABELS, "labels", "label_file")):
        named = description.get(entry)
        having = [folder / str(named)] if named else [path for path in files if keys[path] & set(wanted)]
        if not having:
            raise DatasetError(
                f"{folder}: none of {listed([p.name for p in files])} holds {_called(wanted)}."
            )
        if len(having) > 1:
            raise DatasetError(
                f"{folder}: {listed([path.name for path in having])} hold {what}; "
                f"name one as {entry} in set.toml, or open the files by name."
            )
        chosen.append(having[0])
    return chosen[0], chosen[1]


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """Open a file for as long as it is read; each failure becomes one sentence."""
    import h5py

    try:
        with path.open("rb"):
            pass  # tells a missing or closed file from one that is no HDF5
        if not h5py.is_hdf5(path):
            raise DatasetError(
                f"{path} is not an HDF5 file; a labelled set is HDF5 or a folder with images/ and labels/."
            )
        with unchanged(path, DatasetError), h5py.File(path, "r") as file:
            yield file
    except IsADirectoryError as error:
        raise DatasetError(f"{path} is a folder; name the file in it.") from error
    except OSError as error:
        raise unreadable(path, error) from error
    except RuntimeError as error:  # what h5py raises where a group or the heap of names is damaged
        raise DatasetError(f"{path} is damaged or cut short; copy it again.") from error


def _stack(path: Path, file: h5py.File, keys: tuple[str, ...], what: str) -> tuple[str, tuple[int, ...]]:
    import h5py

    key = next((key for key in keys if isinstance(file.get(key), h5py.Dataset)), None)
    if key is None:
        held = listed(sorted(f"'{name}'" for name in file)) if len(file) else "nothing"
        advice = "" if what == "images" else "; give the file with the labels too if it is another one"
        raise DatasetError(f"{path.name} holds no {_called(keys)}, but {held}{advice}.")
    stack = file[key]
    if stack.ndim not in (3, 4) or stack.dtype.kind not in "buif" or 0 in stack.shape:
        raise DatasetError(
            f"{path.name}: '{key}' is {stack.dtype} of shape {stack.shape}, not a stack of images (N, H, W)."
        )
    _check_room(path, stack)
    return key, tuple(int(edge) for edge in stack.shape)


def _check_room(path: Path, stack: h5py.Dataset) -> None:
    """Ask for the memory of one image before the system has to: a damaged or malicious file can claim any size."""
    one = int(np.prod(stack.shape[1:], dtype=object)) * (
        stack.dtype.itemsize + 2 * np.dtype(np.float32).itemsize
    )
    free = psutil.virtual_memory().available
    if one > free:
        raise DatasetError(
            f"{path.name} claims images of shape {stack.shape[1:]}, of which one needs {one / 1e9:.1f} GB of memory "
            f"while {free / 1e9:.1f} GB are free; use a larger machine, or copy it again if this size is wrong."
        )


def _called(keys: tuple[str, ...]) -> str:
    return " or ".join(f"'{key}'" for key in keys)
