"""HyperSpy's files, .hspy (HDF5) and .zspy (Zarr), through RosettaSciIO; pixels are read from the file itself.

RosettaSciIO's own function never closes an .hspy file, opens a .zspy folder to be written to, and reads none that is
not stored in chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.micrographs.formats.content import Content, Unreadable, never_read
from workbench.micrographs.formats.hdf5_datasets import why_unread
from workbench.micrographs.formats.rosetta import describe

_LEARNT = ("learning_results", "peak_learning_results", "mva_results", "peak_mva_results")


def hspy_contents(path: Path, file: Any) -> list[Content]:
    """Describe the signals of an open .hspy file."""
    from rsciio.hspy._api import HyperspyReader

    return _contents(path, _unread(HyperspyReader)(file), file["Experiments"], why_unread)


def read_zspy(path: Path, stack: ExitStack) -> list[Content]:
    """Describe the signals of a .zspy folder, or of one in a ZIP archive."""
    try:
        import zarr
        from rsciio.zspy._api import ZspyReader
    except ImportError as error:
        raise Unreadable(
            f"is in HyperSpy's Zarr format, which needs {error.name}; pip install 'hrtem-workbench[formats]', "
            "or save it as .hspy"
        ) from error

    store = str(path) if path.is_dir() else stack.enter_context(zarr.storage.ZipStore(path, mode="r"))
    group: Any = zarr.open_group(store, mode="r")
    if not isinstance(group.get("Experiments"), zarr.Group):
        raise Unreadable(
            "is a Zarr archive without a signal of HyperSpy; save the image as .hspy, TIFF or MRC"
        )
    return _contents(path, _unread(ZspyReader)(group), group["Experiments"], lambda _array: None)


def is_zarr(folder: Path) -> bool:
    """Whether a folder is a Zarr archive, by its name if its start is missing."""
    return folder.suffix.lower() == ".zspy" or any(
        (folder / name).is_file() for name in (".zgroup", "zarr.json")
    )


def _contents(
    path: Path, reader: Any, experiments: Mapping[str, Any], missing: Callable[[Any], str | None]
) -> list[Content]:
    """Describe each signal; one that is damaged takes no other with it."""
    contents: list[Content] = []
    damaged: list[Content] = []
    broken: Exception | None = None
    for name in experiments:
        try:
            group = experiments[name]
            if not isinstance(group, reader.Group) or "data" not in group:
                continue
            content = describe(path, _signal(reader, group))
        except Exception as error:
            # RosettaSciIO meets what it does not expect with any exception there is.
            broken = error
            why = "is damaged, so that it cannot be read; copy the file again"
            damaged.append(Content(name, (), np.dtype(np.uint8), never_read, refused=why))
            continue
        refused = missing(group["data"])
        contents.append(content if refused is None else replace(content, refused=refused))
    if broken is not None and not contents:
        if "codec" in str(broken).lower():  # Zarr has no error of its own for one that is not there
            raise Unreadable(
                f"is packed with what is not installed here ({broken}); install it, or save the file as .hspy"
            ) from broken
        raise broken
    return [*contents, *damaged]


def _signal(reader: Any, group: Any) -> dict[str, Any]:
    """Describe a signal through RosettaSciIO, or by its data and axes alone where no more can be read of it."""
    try:
        signal: dict[str, Any] = reader.group2signaldict(group, lazy=True)
    except Exception:
        axes = [group.get(f"axis-{place}") for place in range(group["data"].ndim)]
        if None in axes:
            raise
        signal = {"axes": [dict(axis.attrs) for axis in axes]}
        signal["metadata"] = {"General": {"title": group.name.rsplit("/", 1)[-1]}}
    signal["data"] = group["data"]
    return signal


def _unread(reader: type[Any]) -> type[Any]:
    """Return a reader that describes signals and leaves their data, and what was learnt from them, in the file."""

    class Unread(reader):  # type: ignore[misc]
        def _read_array(self, group: Any, dataset_key: str) -> Any:
            array = group[dataset_key]
            if dataset_key != "data":
                return super()._read_array(group, dataset_key)
            import dask.array

            return dask.array.zeros(array.shape, dtype=array.dtype, chunks=-1)  # is never computed

        def _group2dict(self, group: Any, dictionary: Any = None, lazy: bool = False) -> Any:  # noqa: ARG002
            if group.name.rsplit("/", 1)[-1] in _LEARNT:
                return {}
            return super()._group2dict(group, dictionary, lazy=False)

    return Unread
