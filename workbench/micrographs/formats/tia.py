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
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from workbench.micrographs.formats.content import Axis, Content, Unreadable, never_read
from workbench.micrographs.formats.lengths import not_an_image
from workbench.micrographs.formats.plain import known

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
_LARGEST_REAL_STEP_M = 1e-3


@dataclass(frozen=True)
class _Element:
    """The first image of a series: what it says of itself, and where its pixels begin after its own start."""

    step_y: float
    step_x: float
    dtype: np.dtype[Any]
    height: int
    width: int


def read_emi(path: Path, stack: ExitStack) -> list[Content]:
    """Describe all series that belong to an .emi file."""
    series = sorted(
        (int(match[1]), other)
        for other in path.parent.iterdir()
        if (match := re.fullmatch(re.escape(path.stem) + r"_(\d+)\.ser", other.name, re.IGNORECASE))
    )
    if not series:
        raise Unreadable(
            f"keeps its images in files named {path.stem}_1.ser, which are not beside it; copy them there"
        )
    return [content for _, other in series for content in read_ser(other, stack)]


def read_ser(path: Path, stack: ExitStack) -> list[Content]:  # noqa: ARG001
    """Describe a .ser file, with what an .emi file beside it says."""
    with path.open("rb") as file:
        head = file.read(34)
        version, kind, _, _, valid = struct.unpack_from("<HIIII", head, 4)
        wide = version > 0x0210
        (table,) = struct.unpack_from("<Q" if wide else "<I", head, 22)
        if valid == 0:
            raise Unreadable("holds no image; its acquisition ended before the first one")
        file.seek(table)
        offsets = np.frombuffer(file.read(valid * (8 if wide else 4)), "<u8" if wide else "<u4")
        if len(offsets) != valid:
            raise ValueError("the table of images is cut short")
        file.seek(int(offsets[0]))
        start = file.read(_ELEMENT.size)
    if kind != _IMAGE:
        what = "spectra" if kind == _SPECTRUM else f"data of an unknown kind ({kind:#x})"
        return [
            Content(
                path.stem, (int(valid),), np.dtype(np.float32), never_read,
                refused=f"holds {what}, not an image; open an image instead",
            )
        ]  # fmt: skip
    element = _element(start)
    if (
        int(offsets.max()) + _ELEMENT.size + element.height * element.width * element.dtype.itemsize
        > path.stat().st_size
    ):
        raise ValueError("the images are cut short")
    about = _about(path)
    axes = _axes(element, about)

    def read(frame: int) -> npt.NDArray[Any]:
        at = int(offsets[frame])
        with path.open("rb") as file:
            file.seek(at)
            if _element(file.read(_ELEMENT.size)) != element:
                raise ValueError("images of different sizes in one series")
            pixels = np.fromfile(file, element.dtype, element.height * element.width)
        # Rows are stored from the bottom up.
        return pixels.reshape(element.height, element.width)[::-1]

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
        )
    ]


def _element(start: bytes) -> _Element:
    _, step_x, _, _, step_y, _, dtype, width, height = _ELEMENT.unpack(start)
    if not (width and height):
        raise ValueError("an image without pixels")
    return _Element(step_y, step_x, np.dtype(_DTYPES[dtype]), height, width)


def _axes(element: _Element, about: dict[str, Any]) -> tuple[Axis, Axis]:
    mode = str(about.get("Mode", ""))
    # TIA gives metres, or 1/m for a diffraction pattern, and only the .emi says which. Without it the size
    # tells: no image of a TEM has steps of a millimetre, and no pattern is as fine as 0.001 per metre.
    diffraction = (
        "Diffraction" in mode or max(abs(element.step_y), abs(element.step_x)) > _LARGEST_REAL_STEP_M
    )
    unit = "1/m" if diffraction else "m"
    return Axis(element.step_y, unit), Axis(element.step_x, unit)


def _about(path: Path) -> dict[str, Any]:
    """What the .emi beside a series says: labels and values of its experimental description, flat."""
    match = re.fullmatch(r"(.+)_(\d+)", path.stem)
    emi = path.with_name(f"{match[1]}.emi") if match else path.with_suffix(".emi")
    if not match or not emi.is_file():
        return {}
    blocks = re.findall(rb"<ObjectInfo>.*?</ObjectInfo>", emi.read_bytes(), re.DOTALL)
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
