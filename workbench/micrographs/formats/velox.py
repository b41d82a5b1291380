"""Images of Velox, through RosettaSciIO; imported where a file of Velox is opened.

RosettaSciIO's own function asks for the library `sparse` as soon as a file holds spectra, even where only images are
asked for; reads one frame of the images beside a map; and reads none that is not stored in chunks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rsciio.emd._emd_velox import FeiEMDReader

from workbench.micrographs.formats.content import Content, Unreadable, never_read
from workbench.micrographs.formats.hdf5_datasets import why_unread
from workbench.micrographs.formats.rosetta import describe

_SPECTRA = {
    "Spectrum": "a spectrum",
    "SpectrumImage": "a spectrum image",
    "SpectrumStream": "a stream of spectra",
}
_NOT_STORED = "is not stored as Velox stores images; export it as TIFF or MRC"
_BEYOND_IT = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def velox_contents(path: Path, file: Any) -> list[Content]:
    """Describe the images of an open file, element maps among them; of what else lies there only that it does."""
    group = file["Data"].get("Image") or {}
    whole = _whole(group)
    reader = _Images(lazy=True, select_type="images")
    reader.read_file(file)
    contents = []
    for key, signal in zip(whole, reader.dictionaries, strict=True):
        dataset = group[key]["Data"]
        content = describe(path, {**signal, "data": _Frames(dataset, signal["data"].dtype)})
        refused = why_unread(dataset)
        contents.append(content if refused is None else replace(content, refused=refused))
    broken = [name for name in group if name not in whole]
    return [*contents, *(_refused(f"image {name[:8]}", _NOT_STORED) for name in broken), *_spectra(file)]


def _spectra(file: Any) -> list[Content]:
    """Name the spectra of an open file, one line a kind."""
    return [
        _refused(kind, f"holds {what}, not an image; open an image instead")
        for kind, what in _SPECTRA.items()
        if len(file["Data"].get(kind) or ())
    ]


def _refused(title: str, why: str) -> Content:
    return Content(title, (), np.dtype(np.uint8), never_read, refused=why)


def _whole(group: Mapping[str, Any]) -> list[str]:
    """Names of the images that are there as Velox writes them; one that is not takes no other with it."""
    names = [name for name in group if getattr(group[name].get("Data"), "ndim", 0) == 3]
    if group and not names:
        raise Unreadable("holds images that are not stored as Velox does; export them as TIFF or MRC")
    return names


class _Frames:
    """A stack as Velox keeps it, (H, W, N), seen as (N, H, W), or as (H, W) where there is one."""

    def __init__(self, dataset: Any, dtype: Any) -> None:
        height, width, frames = dataset.shape
        self.dataset, self.dtype = dataset, dtype
        self.shape = (height, width) if frames == 1 else (frames, height, width)
        self.ndim = len(self.shape)

    def __getitem__(self, where: tuple[Any, ...]) -> npt.NDArray[Any]:
        *frame, rows, columns = where
        pixels: npt.NDArray[Any] = self.dataset[rows, columns, frame[0] if frame else 0]
        return pixels


class _Chunked:
    """A dataset that RosettaSciIO can take for one in chunks; it is never read through this."""

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset
        self.shape, self.dtype, self.ndim = dataset.shape, dataset.dtype, dataset.ndim
        self.chunks = dataset.chunks or dataset.shape

    def __getitem__(self, where: Any) -> Any:
        return self.dataset[where]


class _Images(FeiEMDReader):  # type: ignore[misc]
    """RosettaSciIO's reader of images, all frames, whatever else there is and whatever is missing around them."""

    def _check_im_type(self) -> None:
        self.im_type = "Image"

    def _parse_metadata_group(self, group: Any, group_name: str) -> None:
        try:
            super()._parse_metadata_group(group, group_name)
        except _BEYOND_IT:  # what is missing then is a title
            self.original_metadata.setdefault(group_name, {})

    def _read_data(self, select_type: Any) -> None:  # noqa: ARG002
        self.load_images = True
        if "SpectrumImage" in self.d_grp:
            with suppress(
                *_BEYOND_IT
            ):  # names of element maps; without them the detector's name is the title
                self._parse_image_display(self.d_grp.file)
        images = self.d_grp.get("Image") or {}
        self.dictionaries += [self._read_image(images, name) for name in _whole(images)]

    def _read_image(self, image_group: Mapping[str, Any], image_sub_group_key: str) -> dict[str, Any]:
        group = image_group[image_sub_group_key]
        data = _Chunked(group["Data"])
        known = {image_sub_group_key: {"Data": data, "Metadata": group.get("Metadata")}}
        self.detector_name = None  # not that of the image before
        try:
            found: dict[str, Any] = super()._read_image(known, image_sub_group_key)
        except _BEYOND_IT:
            # Something that is not about the pixels: they open, at the size that is said of them.
            axes = _axes(data.shape, group.get("Metadata"))
            found = {"data": data, "axes": axes, "metadata": {}, "original_metadata": {}}
        return found


def _axes(shape: tuple[int, ...], metadata: Any) -> list[dict[str, Any]]:
    """Axes by what an image says of its pixels; without a scale where it does not."""
    image: list[dict[str, Any]] = [{"name": name, "navigate": False} for name in "yx"]
    with suppress(*_BEYOND_IT):
        said = json.loads(metadata[:, 0].tobytes().split(b"\0")[0].decode(errors="replace"))["BinaryResult"]
        sizes = float(said["PixelSize"]["height"]), float(said["PixelSize"]["width"])
        for axis, size, unit in zip(image, sizes, (said["PixelUnitY"], said["PixelUnitX"]), strict=True):
            axis.update(scale=size, units=unit)
    return image if shape[2] == 1 else [{"name": "Time", "navigate": True}, *image]
