"""Pixel sizes that stand as XML in a TIFF: OME, FEI and Thermo Fisher, JEOL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from workbench.micrographs.formats.content import Axis

Axes = tuple[Axis, Axis]
Element = ElementTree.Element

_UNKNOWN: Axes = (Axis(), Axis())
_LARGEST_COMPANION = 64 << 20


def ome_axes(path: Path, description: str, page: int) -> Axes | None:
    """Return the axes of a page of an OME-TIFF; None where the text is not OME-XML.

    A file of a set that is not its master names that (BinaryOnly); it is read where it lies beside.
    """
    if not re.search(r"<(\w+:)?OME[\s>]", description):
        return None
    root = _parsed(description)
    elsewhere = next(_named(root, "BinaryOnly"), None)
    if elsewhere is not None:
        master = path.with_name(Path(elsewhere.get("MetadataFile", "").replace("\\", "/")).name or path.name)
        text = _of_master(master) if master.is_file() else ""
        if not text:
            return _UNKNOWN
        root = _parsed(text)
    images = list(_named(root, "Pixels"))
    of_page = [pixels for pixels in images if _holds(pixels, path.name, page)]
    sizes = [_physical(pixels) for pixels in of_page or images]
    alike = all(size == sizes[0] for size in sizes)
    return sizes[0] if sizes and alike else _UNKNOWN


def _of_master(master: Path) -> str:
    """Return the XML of the file that a set is described in: XML itself, or the OME-TIFF of the set that holds it."""
    if master.suffix.lower() in (".ome", ".xml") and master.stat().st_size <= _LARGEST_COMPANION:
        data = master.read_bytes()
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
    if master.suffix.lower() not in (".tif", ".tiff"):
        return ""
    import tifffile

    with tifffile.TiffFile(master, is_ome=False) as tiff:
        text: str = tiff.pages.first.description
    return text


def _physical(pixels: Element) -> Axes:
    y, x = (
        Axis(float(pixels.attrib[f"PhysicalSize{letter}"]), pixels.get(f"PhysicalSize{letter}Unit", "µm"))
        if f"PhysicalSize{letter}" in pixels.attrib
        else Axis()
        for letter in "YX"
    )
    return (y, x) if None not in (y.scale, x.scale) else _UNKNOWN


def _holds(pixels: Element, name: str, page: int) -> bool:
    """Whether an image of the set is made of this page of this file."""
    for data in _named(pixels, "TiffData"):
        file = next((uuid.get("FileName") for uuid in _named(data, "UUID")), None)
        first, count = int(data.get("IFD", "0")), data.get("PlaneCount")
        last = first + int(count) if count else (first + 1 if "IFD" in data.attrib else 1 << 62)
        if (file is None or Path(file).name.lower() == name.lower()) and first <= page < last:
            return True
    return False


def titan_axes(text: str) -> Axes | None:
    """Read the XML of FEI and Thermo Fisher: PixelSize in X and Y, or pixelWidth and pixelHeight (Phenom)."""
    if "<" not in text:
        return None
    root = _parsed(text)
    for size in _named(root, "PixelSize"):
        y, x = (_length(size, {letter, word}) for letter, word in (("Y", "Height"), ("X", "Width")))
        if y.scale is not None and x.scale is not None:
            return y, x
    y, x = _length(root, {"pixelHeight"}), _length(root, {"pixelWidth"})
    return (x if y.scale is None else y), x


def jeol_axes(text: str, camera_y: float, camera_x: float) -> Axes:
    """Return the axes from what JEOL SightX says, and the pixel of the camera in m.

    Own code beside RosettaSciIO's, which takes sections for granted that not every version writes. As there,
    only an image of the microscope (eosTEM, MAG) has a pixel size; in scanning mode (eosASID) the two numbers
    are not those of the image.
    """
    root = _parsed(text)
    imaging = next(_named(root, "ImageFormingSystem"), None)
    mode = next((item.text for item in _named(root, "EosMode")), "")
    if imaging is None or (mode or "").strip() != "eosTEM":
        return _UNKNOWN
    kind = (imaging.findtext("ModeString") or "").strip()
    if kind == "DIFF":
        return Axis(1.0, "1/nm"), Axis(1.0, "1/nm")
    magnification = float(imaging.findtext("SelectorValue") or "") if kind == "MAG" else 0.0
    if not magnification or not camera_y or not camera_x:
        return _UNKNOWN
    return Axis(camera_y / magnification, "m"), Axis(camera_x / magnification, "m")


def _length(root: Element, names: set[str]) -> Axis:
    for item in root.iter():
        name = _local(item)
        if name in names and (item.text or "").strip():
            # A factor that nobody says the meaning of; it is 1 in every file that is known.
            if item.get("unitPrefixPower", "1") not in ("0", "1"):
                return Axis()
            return Axis(float(item.text or ""), item.get("unit") or root.get("unit") or "m")
    return Axis()


def _named(root: Element, name: str) -> Iterator[Element]:
    return (item for item in root.iter() if _local(item) == name)


def _local(item: Element) -> str:
    return item.tag.rsplit("}", 1)[-1] if isinstance(item.tag, str) else ""


def _parsed(text: str) -> Element:
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text).strip()
    # It has been decoded already, so the encoding that it was written in is no longer true.
    return ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text.lstrip("\ufeff")))
