"""The pixel size in a TIFF, which each program writes in its own place."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

from workbench.micrographs.formats.beside import tescan
from workbench.micrographs.formats.content import Axis
from workbench.micrographs.formats.lengths import is_length, pixel_size
from workbench.micrographs.formats.plain import known, known_from_text
from workbench.micrographs.formats.tiff_xml import jeol_axes, ome_axes, titan_axes

Axes = tuple[Axis, Axis]

_UNKNOWN: Axes = (Axis(), Axis())
_PRINTING_NM = 100.0
"""A resolution in dots an inch or centimetre coarser than this is meant for printers, not the specimen."""
_MISSING = (
    *(KeyError, IndexError, TypeError, ValueError, AttributeError, ZeroDivisionError),
    *(SyntaxError, ImportError, AssertionError, StopIteration, RuntimeError, OverflowError, struct.error),
    OSError,  # of another file that the size stands in
)
_IN_NM = {2: 2.54e7, 3: 1e7}
_SIZE_BY_UNIT_NM = 1e5
_PRINTERS = (72, 96, 100, 150, 200, 300, 600)
_NO_SCALE = {"", "pixel", "pixels", "px", "inch", "in"}


def page_tags(page: Any) -> dict[str, Any]:
    """Return the tags of a page by their names."""
    return {tag.name: tag.value for tag in page.tags}


def pixel_axes(path: Path, tiff: Any, page: Any) -> Axes:
    """Return the axes of rows and columns; without scale where the file does not say, or not for certain."""
    claimed = False
    for source in (
        *(_vendor, _titan, _tescan, _jeol, _digital_micrograph),
        *(_micro_manager, _imagej, _ome, _amt),
    ):
        try:
            axes = source(path, tiff, page)
        except _MISSING:
            # What this program would write is not there or not whole; another may have left something.
            axes = _UNKNOWN
        if axes is None:
            continue
        if axes[0].scale is not None:
            return axes
        claimed = True
    try:
        return _UNKNOWN if claimed else _resolution(page)
    except _MISSING:
        return _UNKNOWN


def known_from_tags(tiff: Any, page: Any) -> dict[str, Any]:
    """Return what the tags say, by our names; nothing where they are not what their numbers promise."""
    try:
        return _known(tiff, page)
    except _MISSING:
        return {}


def _known(tiff: Any, page: Any) -> dict[str, Any]:
    fei, tvips, imagej = tiff.fei_metadata or {}, tiff.tvips_metadata or {}, tiff.imagej_metadata or {}
    if fei:
        beam = fei.get("Beam", {})
        return known(
            {
                "voltage_kV": _thousandth(beam.get("HV")),
                "microscope": fei.get("System", {}).get("SystemType"),
                "exposure_s": fei.get("Scan", {}).get("FrameTime"),
            }
        )
    if tvips:
        return known(
            {
                "voltage_kV": _thousandth(tvips.get("TemHighTension")),
                "microscope": tvips.get("TemType"),
                "exposure_s": _thousandth(tvips.get("ExposureTime")),
                "magnification": tvips.get("TemMagnification"),
            }
        )
    return known_from_text(
        str(imagej.get("Info", "")).splitlines() if imagej else page.description.splitlines()
    )


def _thousandth(value: Any) -> float | None:
    return float(value) / 1000 if isinstance(value, (int, float)) else None


def _vendor(_path: Path, tiff: Any, page: Any) -> Axes | None:
    """Read FEI, Zeiss, TVIPS and Olympus SIS as RosettaSciIO does."""
    if not (page.is_fei or page.is_sem or page.is_tvips or page.is_sis):
        return None
    tags = page_tags(page)
    if page.is_fei and not (tags.get("FEI_HELIOS") or tags.get("FEI_SFEG")):
        return None  # Titan leaves them empty
    if page.index and not page.is_sis:
        return _UNKNOWN  # it looks at the first page for these, which may be a thumbnail
    tvips = tags["TVIPS"] if isinstance(tags.get("TVIPS"), dict) else {}
    try:
        if page.is_tvips and not {"PixelSizeX", "PixelSizeY"} <= set(tvips):
            # It would take the resolution for that of the specimen, in cm, whatever its unit and whoever wrote it.
            y, x = _resolution(page)
        else:
            y, x = _as_rosettasciio_reads(tiff, page, tags)
    except _MISSING:
        y, x = _UNKNOWN
    if page.is_tvips and tvips.get("TemMode") == 3:
        return Axis(y.scale, "1/nm"), Axis(x.scale, "1/nm")  # diffraction, which it takes for an image
    if page.is_sem and "ap_image_pixel_size" in tags.get("CZ_SEM", {}):
        return _as_zeiss_says(tags["CZ_SEM"], (y, x))
    return y, x


def _as_rosettasciio_reads(tiff: Any, page: Any, tags: dict[str, Any]) -> Axes:
    # Its function, not its reader: that opens the file anew, which takes as long as reading the pixels does.
    from rsciio.tiff._api import _parse_scale_unit

    shape = (page.imagelength, page.imagewidth)
    found = _parse_scale_unit(tiff, page, dict(tags), shape, False, ["height", "width"], None)
    y, x = (Axis(float(axis["scale"]), axis["units"]) if axis["units"] else Axis() for axis in found)
    return y, x


def _as_zeiss_says(tag: dict[str, Any], found: Axes) -> Axes:
    """Compare with the pixel size that is written out, of four digits; unknown where the two contradict."""
    _, size, unit = tag["ap_image_pixel_size"][:3]
    said = Axis(float(size), unit)
    one, other = pixel_size(found), pixel_size((said, said))
    if one is None or other is None:
        return found if other is None else (said, said)
    return found if abs(one - other) <= 0.02 * max(one, other) else _UNKNOWN


def _titan(_path: Path, _tiff: Any, page: Any) -> Axes | None:
    tag = page.tags.get("FEI_TITAN")
    return None if tag is None else titan_axes(_text(tag.value) or "")


def _tescan(_path: Path, _tiff: Any, page: Any) -> Axes | None:
    tag = page.tags.get(50431)
    return None if tag is None else tescan(_text(tag.value) or "") or _UNKNOWN


def _jeol(_path: Path, _tiff: Any, page: Any) -> Axes | None:
    """JEOL SightX: the resolution is the camera's; divided by the magnification it is the specimen's."""
    make = page.tags.get("Make")
    if make is None or _text(make.value) != "JEOL Ltd.":
        return None
    y, x = _sizes(page)
    unit_m = _IN_NM.get(_resolution_unit(page), 0) * 1e-9
    return jeol_axes(page.description, y * unit_m, x * unit_m)


def _digital_micrograph(_path: Path, _tiff: Any, page: Any) -> Axes | None:
    tags = {tag.code: tag.value for tag in page.tags if 65003 <= tag.code <= 65010}
    if 65009 not in tags:
        return None
    return Axis(float(tags[65010]), _text(tags.get(65004))), Axis(float(tags[65009]), _text(tags.get(65003)))


def _micro_manager(_path: Path, _tiff: Any, page: Any) -> Axes | None:
    """Its ImageJ text says micrometres where its resolution is in pixels a centimetre; its own text is plain."""
    tag = page.tags.get(51123)
    if tag is None:
        return None
    size = float(tag.value["PixelSizeUm"])
    return (Axis(size, "µm"), Axis(size, "µm")) if size > 0 else _UNKNOWN


def _imagej(_path: Path, _tiff: Any, page: Any) -> Axes | None:
    if page.imagej_description is None:
        return None
    pairs = (line.split("=", 1) for line in page.imagej_description.splitlines() if "=" in line)
    said = {name.strip(): value.strip() for name, value in pairs}
    unit = said.get("unit", "")
    if unit in _NO_SCALE:
        return _UNKNOWN if unit in ("pixel", "pixels", "px") else None
    y, x = _sizes(page)
    other = _IN_NM.get(_resolution_unit(page))
    contradicts = other is not None and is_length(unit) and unit != "cm"
    # ImageJ itself gives no unit here but cm and inch. Programs that do mean one or the other: where pixels a
    # centimetre make sense too, nobody can tell which.
    if contradicts and (max(y, x) * (other or 1) < _SIZE_BY_UNIT_NM or round(1 / x) in _PRINTERS):
        return _UNKNOWN
    return Axis(y, said.get("yunit") or unit), Axis(x, unit)


def _ome(path: Path, tiff: Any, page: Any) -> Axes | None:
    return ome_axes(path, tiff.pages.first.description, page.index)


def _amt(_path: Path, _tiff: Any, page: Any) -> Axes | None:
    """Cameras of AMT write how many pixels a unit has, some of them without a break between the entries."""
    text = page.description
    if "XpixCal" not in text:
        return None
    x, y = (
        float(re.search(rf"{letter}pixCal\s*=\s*([-+]?[\d.,]+(?:[eE][-+]?\d+)?)", text)[1].replace(",", "."))  # type: ignore[index]
        for letter in "XY"
    )
    unit = re.search(r"(?<!Resolution)Unit\s*=\s*([^\W\d_]+?)(?=[XY]pixCal|[\W\d_]|$)", text)
    return (Axis(1 / y, unit[1]), Axis(1 / x, unit[1])) if unit else _UNKNOWN


def _resolution(page: Any) -> Axes:
    nm = _IN_NM.get(_resolution_unit(page))
    if nm is None:
        return _UNKNOWN
    y, x = (size * nm for size in _sizes(page))
    return (Axis(y, "nm"), Axis(x, "nm")) if max(y, x) < _PRINTING_NM else _UNKNOWN


def _resolution_unit(page: Any) -> int:
    tag = page.tags.get("ResolutionUnit")
    return 0 if tag is None else int(tag.value)


def _sizes(page: Any) -> tuple[float, float]:
    (rows, per_rows), (columns, per_columns) = page.tags["YResolution"].value, page.tags["XResolution"].value
    return per_rows / rows, per_columns / columns


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return None if value is None else str(value).strip("\x00 ")
