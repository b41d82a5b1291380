"""The pixel size in a TIFF, which each program writes in its own place."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from workbench.micrographs.formats.content import Axis
from workbench.micrographs.formats.plain import known, known_from_text

Axes = tuple[Axis, Axis]

_PRINTING_NM = 100.0
"""A resolution in dots an inch or centimetre coarser than this is meant for printers, not the specimen."""


def pixel_axes(tiff: Any, page: Any) -> Axes:
    """Return the axes of rows and columns; without scale where the file does not say."""
    for source in (_fei, _tvips, _sis, _zeiss, _jeol, _digital_micrograph, _imagej, _ome, _resolution):
        try:
            axes = source(tiff, page)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, ZeroDivisionError, SyntaxError):
            # What this program would write is not there or not whole; another may have left something.
            continue
        if axes is not None:
            return axes
    return Axis(), Axis()


def known_from_tags(tiff: Any, page: Any) -> dict[str, Any]:
    """Return what the tags say, by our names."""
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


def _fei(tiff: Any, _page: Any) -> Axes | None:
    if not tiff.fei_metadata:
        return None
    scan = tiff.fei_metadata["Scan"]
    return Axis(float(scan["PixelHeight"]), "m"), Axis(float(scan["PixelWidth"]), "m")


def _tvips(tiff: Any, _page: Any) -> Axes | None:
    tvips = tiff.tvips_metadata
    if not tvips:
        return None
    # Mode 3 is diffraction, as RosettaSciIO has it.
    unit = "1/nm" if tvips.get("TemMode") == 3 else "nm"
    return Axis(float(tvips["PixelSizeY"]), unit), Axis(float(tvips["PixelSizeX"]), unit)


def _sis(tiff: Any, _page: Any) -> Axes | None:
    sis = tiff.sis_metadata
    return (Axis(float(sis["pixelsizey"]), "m"), Axis(float(sis["pixelsizex"]), "m")) if sis else None


def _zeiss(tiff: Any, _page: Any) -> Axes | None:
    if not tiff.sem_metadata:
        return None
    _, size, unit = tiff.sem_metadata["ap_image_pixel_size"][:3]
    return Axis(float(size), unit), Axis(float(size), unit)


def _jeol(_tiff: Any, page: Any) -> Axes | None:
    """JEOL SightX: the resolution is the camera's; divided by the magnification it is the specimen's."""
    make = page.tags.get("Make")
    if make is None or make.value != "JEOL Ltd.":
        return None
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", page.description)
    imaging = ElementTree.fromstring(text.strip()).find(".//ImageFormingSystem")
    if imaging is None:
        return None
    if imaging.findtext("ModeString") == "DIFF":
        return Axis(1.0, "1/nm"), Axis(1.0, "1/nm")
    magnification = float(imaging.findtext("SelectorValue") or "")
    y, x = _sizes(page)
    unit_m = 0.0254 if int(page.tags["ResolutionUnit"].value) == 2 else 0.01
    return Axis(y * unit_m / magnification, "m"), Axis(x * unit_m / magnification, "m")


def _digital_micrograph(_tiff: Any, page: Any) -> Axes | None:
    tags = {tag.code: tag.value for tag in page.tags}
    if 65009 not in tags:
        return None
    return Axis(float(tags[65010]), _text(tags.get(65004))), Axis(float(tags[65009]), _text(tags.get(65003)))


def _imagej(tiff: Any, page: Any) -> Axes | None:
    imagej = tiff.imagej_metadata
    if not imagej or "unit" not in imagej:
        return None
    unit = _text(imagej["unit"])
    if unit in ("inch", "in"):
        return None
    y, x = _sizes(page)
    return Axis(y, _text(imagej.get("yunit")) or unit), Axis(x, unit)


def _ome(_tiff: Any, page: Any) -> Axes | None:
    if "<OME" not in page.description[:2000]:
        return None
    pixels = next(
        item for item in ElementTree.fromstring(page.description).iter() if item.tag.endswith("Pixels")
    )
    return (
        Axis(float(pixels.attrib["PhysicalSizeY"]), pixels.get("PhysicalSizeYUnit", "µm")),
        Axis(float(pixels.attrib["PhysicalSizeX"]), pixels.get("PhysicalSizeXUnit", "µm")),
    )


def _resolution(_tiff: Any, page: Any) -> Axes | None:
    nm = {2: 2.54e7, 3: 1e7}.get(int(page.tags["ResolutionUnit"].value))
    if nm is None:
        return None
    y, x = (size * nm for size in _sizes(page))
    return (Axis(y, "nm"), Axis(x, "nm")) if max(y, x) < _PRINTING_NM else None


def _sizes(page: Any) -> tuple[float, float]:
    (rows, per_rows), (columns, per_columns) = page.tags["YResolution"].value, page.tags["XResolution"].value
    return per_rows / rows, per_columns / columns


def _text(value: Any) -> str | None:
    return None if value is None else str(value).strip("\x00 ")
