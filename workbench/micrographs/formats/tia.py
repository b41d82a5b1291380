"""Series of FEI's TIA: .ser files, and the .emi beside them.

Read here and not by RosettaSciIO, which loads a series as a whole and takes a lone .ser for an image in
metres even where it is a diffraction pattern. Layout as in C. Boothroyd's description of the format, and
RosettaSciIO's reader.
"""

from __future__ import annotations

import re
import struct
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats.content import Axis, Content, Unreadable, never_read
from workbench.micrographs.formats.lengths import not_an_image
from workbench.micrographs.formats.plain import known
from workbench.micrographs.formats.raw import read_array, unchanged

_SPECTRUM, _IMAGE = 0x4120, 0x4122
_DTYPES = {
    1: "<u1",
    2: "<u2",
    3: "<u4",
    4: "<i1",
    5: "<i2",
    6: "<i4",
    7: "<f4",
    8: "<f8",
    9: "<c8",
    10: "<c16",
}
_ELEMENT = struct.Struct("<ddiddiHII")
# TIA gives metres, or 1/m for a diffraction pattern: no image of a TEM has steps of a millimetre, and no pattern is as
# fine as 1000 per metre. What lies between, such as 1, was not calibrated.
_LARGEST_REAL_STEP_M, _SMALLEST_RECIPROCAL_STEP = 1e-3, 1e3


@dataclass(frozen=True)
class _Element:
    """What an image of a series says of itself; its pixels begin after that."""

    step_y: float
    step_x: float
    dtype: np.dtype[Any]
    height: int
    width: int

    @property
    def bytes(self) -> int:
        return _ELEMENT.size + self.height * self.width * self.dtype.itemsize


def read_emi(path: Path, stack: ExitStack) -> list[Content]:
    """Describe all series that belong to an .emi file; one that is damaged takes no other with it."""
    series = sorted(
        (int(match[1]), other)
        for other in path.parent.iterdir()
        if (match := re.fullmatch(re.escape(path.stem) + r"_(\d+)\.ser", other.name, re.IGNORECASE))
        and other.is_file()
    )
    if not series:
        raise Unreadable(
            f"keeps its images in files named {path.stem}_1.ser, which are not beside it; copy them there"
        )
    contents: list[Content] = []
    for _, other in series:
        try:
            stack.enter_context(unchanged(other))  # it is not the file that was asked for, and watched
            contents += read_ser(other, stack)
        except (Unreadable, ValueError, struct.error) as error:
            if len(series) == 1:
                raise
            why = str(error) if isinstance(error, Unreadable) else "is damaged or cut short; copy it again"
            contents.append(_refused(other, 0, why))
    return contents


def read_ser(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe a .ser file, with what an .emi file beside it says."""
    with path.open("rb") as file:
        head = file.read(34)
        version, kind, _, total, valid = struct.unpack_from("<HIIII", head, 4)
        valid = min(valid, total)  # what is said to be there beyond the table is not
        wide = version > 0x0210
        (table,) = struct.unpack_from("<Q" if wide else "<I", head, 22)
        if valid == 0:
            raise Unreadable("holds no image; its acquisition ended before the first one")
        file.seek(table)
        offsets = np.frombuffer(file.read(valid * (8 if wide else 4)), "<u8" if wide else "<u4")
        if len(offsets) != valid:
            raise ValueError("the table of images is cut short")
        if kind == _SPECTRUM:
            what = "a spectrum" if valid == 1 else f"{valid} spectra"
            return [_refused(path, int(valid), f"holds {what}, not an image; open an image instead")]
        if kind != _IMAGE:
            return [_refused(path, int(valid), f"holds data of an unknown kind ({kind:#x}), not an image")]
        first, last = int(offsets[0]), int(offsets.max())
        element = _element(file, first)
        if last + (element if last == first else _element(file, last)).bytes > path.stat().st_size:
            raise ValueError("the images are cut short")

    def element_at(at: int) -> _Element:
        # In a series some images may be larger than others, and calibrated otherwise.
        if at == first:
            return element
        with path.open("rb") as file:
            return _element(file, at)

    about = _about(path)
    axes = _axes(element, about)

    def read(frame: int) -> npt.NDArray[Any]:
        at = int(offsets[frame])
        own = element_at(at)
        # Rows are stored from the bottom up.
        return read_array(path, at + _ELEMENT.size, own.dtype, (own.height, own.width))[::-1]

    frames = (int(valid),) if valid > 1 else ()
    return [
        Content(
            path.stem,
            (*frames, element.height, element.width),
            element.dtype,
            read,
            axes,
            lambda: about,
            _known(about),
            not_an_image(axes),
            axes_of=lambda frame: _axes(element_at(int(offsets[frame])), about),
        )
    ]


def _refused(path: Path, count: int, why: str) -> Content:
    return Content(path.stem, (count,), np.dtype(np.float32), never_read, refused=why)


def _element(file: BinaryIO, at: int) -> _Element:
    file.seek(at)
    _, step_x, _, _, step_y, _, dtype, width, height = _ELEMENT.unpack(file.read(_ELEMENT.size))
    if not (width and height):
        raise ValueError("an image without pixels")
    if dtype not in _DTYPES:
        raise Unreadable(
            f"holds numbers of a kind ({dtype}) that is not known here; export the image as TIFF"
        )
    return _Element(step_y, step_x, np.dtype(_DTYPES[dtype]), height, width)


def _axes(element: _Element, about: dict[str, Any]) -> tuple[Axis, Axis]:
    step = max(abs(element.step_y), abs(element.step_x))
    mode = str(about.get("Mode", ""))
    # The size of a step tells, and not the .emi: with a scanned beam the microscope is in a mode of diffraction for an
    # image as much as for a pattern. Only for a beam that stands still the mode is that of the image.
    unit = "m" if step <= _LARGEST_REAL_STEP_M else None
    if step > _SMALLEST_RECIPROCAL_STEP or ("Diffraction" in mode and "STEM" not in mode):
        unit = "1/m"
    return Axis(element.step_y, unit), Axis(element.step_x, unit)


def _about(path: Path) -> dict[str, Any]:
    """What the .emi beside a series says: labels and values of its experimental description, flat."""
    match = re.fullmatch(r"(.+)_(\d+)", path.stem)
    if not match:
        return {}
    emi = path.with_name(f"{match[1]}.emi")
    emi = emi if emi.is_file() else emi.with_suffix(".EMI")
    if not emi.is_file():
        return {}
    try:
        blocks = re.findall(rb"<ObjectInfo>.*?</ObjectInfo>", emi.read_bytes(), re.DOTALL)
    except OSError:
        return {}  # it may not be read: the image is no worse for it
    index = int(match[2]) - 1
    if not 0 <= index < len(blocks):
        return {}
    try:
        tree = ElementTree.fromstring(blocks[index].decode("utf-8", "replace"))
    except ElementTree.ParseError:
        return {}
    about = {item.tag: item.text for item in tree.iter() if item.text and not len(item)}
    for item in tree.iter("Data"):
        label, value, unit = (item.findtext(name) or "" for name in ("Label", "Value", "Unit"))
        if label:
            about[f"{label}_{unit}" if unit else label] = value
    return about


def _known(about: dict[str, Any]) -> dict[str, Any]:
    return known(
        {
            "voltage_kV": about.get("High tension_kV"),
            "microscope": str(about.get("Microscope", "")).removeprefix("Microscope "),
            "magnification": about.get("Magnification_x"),
            "exposure_s": about.get("Integration time_s", about.get("Exposure time_s")),
        }
    )
