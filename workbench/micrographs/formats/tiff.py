"""TIFF: single pages and stacks, one page read at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from workbench.micrographs.formats.beside import axes_beside
from workbench.micrographs.formats.content import Axis, Content, never_read
from workbench.micrographs.formats.lengths import not_an_image, pixel_size
from workbench.micrographs.formats.tiff_pixels import Stack, why_not
from workbench.micrographs.formats.tiff_scale import known_from_tags, page_tags, pixel_axes

_OWN_PAGES_ONLY: dict[str, Any] = dict.fromkeys(
    # OME, Micro-Manager and NDTiff may name other files to open, anywhere on the disk; the rest take it for
    # granted that all pages are alike, so that a preview among them is read with the sizes of the image.
    (
        *("is_ome", "is_mmstack", "is_ndtiff"),
        *("is_sis", "is_scanimage", "is_nih", "is_fluoview"),
    ),
    False,
)
_THUMBNAIL = 0.5
"""A page of less than this share of the largest one's pixels is a thumbnail or a label."""
_WRONG_METADATA = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError),
    *(RuntimeError, ZeroDivisionError, OverflowError, struct.error),
)


def read_tiff(path: Path, stack: ExitStack) -> list[Content]:
    """Describe a TIFF file.

    tifffile directly, not RosettaSciIO, which reads a stack as a whole and keeps the file open.
    """
    import tifffile

    tiff = stack.enter_context(tifffile.TiffFile(path, **_OWN_PAGES_ONLY))
    stacks = _stacks(tiff)
    axes = [_axes(path, tiff, one.keyframe) for one in stacks]
    previews = _previews(stacks, [pixel_size(pair) is not None for pair in axes])
    titles = (
        [path.stem]
        if len(stacks) == 1
        else [one.name or f"{path.stem} {index}" for index, one in enumerate(stacks)]
    )
    return [_content(tiff, *described) for described in zip(titles, stacks, axes, previews, strict=True)]


def _content(tiff: Any, title: str, stack: Stack, axes: tuple[Axis, Axis], preview: bool) -> Content:
    page = stack.keyframe
    refused = why_not(page)
    if refused is not None:
        return Content(title, tuple(page.shape), np.dtype(np.uint8), never_read, refused=refused)
    return Content(
        title,
        stack.shape,
        np.dtype(page.dtype),
        stack.read,
        axes,
        lambda: _original(tiff, page),
        known_from_tags(tiff, page),
        not_an_image(axes),
        preview,
    )


def _axes(path: Path, tiff: Any, page: Any) -> tuple[Axis, Axis]:
    axes = pixel_axes(path, tiff, page)
    if axes[0].scale is None and page.imagewidth and page.imagelength:
        return axes_beside(path, page.imagelength, page.imagewidth) or axes
    return axes


def _stacks(tiff: Any) -> list[Stack]:
    """Return what belongs together, as tifffile understands the file where its pages bear that out."""
    try:
        found = [Stack.of_series(tiff, series) for series in tiff.series]
    except _WRONG_METADATA:
        # Text that some program wrote contradicts the pages; the pages are what is there.
        found = []
    whole = [stack for stack in found if stack is not None]
    return whole if whole and len(whole) == len(found) else _of_equal_pages(tiff)


def _of_equal_pages(tiff: Any) -> list[Stack]:
    groups: dict[Any, list[Any]] = {}
    for page in _pages(tiff):
        groups.setdefault((page.hash, page.subfiletype), []).append(page)
    return [Stack(tiff, "", tuple(pages)) for pages in groups.values()]


def _pages(tiff: Any) -> Iterator[Any]:
    for index in range(len(tiff.pages)):
        page = tiff.pages[index].aspage()
        if page.shape:
            yield page


def _previews(stacks: list[Stack], sizes_known: list[bool]) -> list[bool]:
    """Tell thumbnails, previews and labels from the image that a person means by this file.

    A page says so itself, or is much smaller than another, or it is a picture in colour or of 8 bit (with a
    scale bar burnt in, as a rule) beside the data in grey or of 16 bit.
    """
    areas = [stack.shape[-2] * stack.shape[-1] for stack in stacks]
    asides = [bool(stack.keyframe.subfiletype & 0b101) for stack in stacks]
    if all(asides):
        asides = [False] * len(stacks)
    largest = max((area for area, aside in zip(areas, asides, strict=True) if not aside), default=0)
    asides = [aside or area < _THUMBNAIL * largest for aside, area in zip(asides, areas, strict=True)]
    for is_picture in (
        [stack.colours for stack in stacks],
        [np.dtype(stack.keyframe.dtype or "u1").itemsize == 1 for stack in stacks],
        [not known for known in sizes_known],
    ):
        left = [not aside for aside in asides]
        if any(here and not picture for here, picture in zip(left, is_picture, strict=True)):
            asides = [aside or picture for aside, picture in zip(asides, is_picture, strict=True)]
    return asides


def _original(tiff: Any, page: Any) -> dict[str, Any]:
    tags = {
        name: value for name, value in page_tags(page).items() if not name.endswith(("Offsets", "ByteCounts"))
    }
    for name in ("imagej_metadata", "fei_metadata", "tvips_metadata", "sis_metadata", "sem_metadata"):
        value = getattr(tiff, name, None)
        if value:
            tags[name] = value
    return tags
