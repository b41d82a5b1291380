"""ROIs decoded byte by byte, as ImageJ's own documentation says, without roifile: what our outlines are checked by.

The places are those of the table at the head of ImageJ's `ij.io.RoiDecoder` (https://imagej.net/ij/developer/source,
big-endian), and of its second header for the name and the group.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

COORDINATES = 64
RECT, TRACED = 1, 8
MOVE, LINE, CLOSE = 0.0, 1.0, 4.0
"""Segments of a composite: of `java.awt.geom.PathIterator`."""


class Roi(NamedTuple):
    """A ROI as ImageJ knows it.

    Attributes
    ----------
    version, kind : int
    bounds : (int, int, int, int)
        Top, left, bottom, right.
    loops : list of (N, 2) arrays
        Corners x, y of each closed line, in px from the corner of the micrograph.
    stroke : int
        Colour as 0xAARRGGBB.
    group : int
    name : str
    """

    version: int
    kind: int
    bounds: tuple[int, int, int, int]
    loops: list[np.ndarray]
    stroke: int
    group: int
    name: str

    def filled(self, shape: tuple[int, int]) -> np.ndarray:
        """The pixels whose centres lie inside, by the even-odd rule, (H, W) bool."""
        inside = np.zeros(shape, bool)
        middles = np.arange(shape[1]) + 0.5
        for loop in self.loops:
            for (x, y), (next_x, next_y) in zip(loop, np.roll(loop, -1, axis=0), strict=True):
                assert x == next_x or y == next_y, "an outline along pixels turns by right angles"
                top, bottom = sorted((int(y), int(next_y)))
                inside[top:bottom] ^= middles > x  # nothing where the edge is level
        return inside


def decode(content: bytes) -> Roi:
    """Decode a traced polygon or a composite."""

    def short(at: int) -> int:
        value = struct.unpack_from(">h", content, at)[0]
        return value + 65536 if value < -5000 else value

    def whole(at: int) -> int:
        return struct.unpack_from(">i", content, at)[0]

    assert content[:4] == b"Iout"
    top, left, bottom, right, count = (short(at) for at in (8, 10, 12, 14, 16))
    kind, of_shape = content[6], whole(36)
    if of_shape:
        assert kind == RECT
        loops = _composite(np.frombuffer(content, ">f4", of_shape, COORDINATES).tolist())
    else:
        assert kind == TRACED
        places = [short(COORDINATES + 2 * at) for at in range(2 * count)]
        corners = np.column_stack([places[:count], places[count:]])
        loops = [corners + np.array([left, top])]
    second = whole(60)
    letters = content[whole(second + 16) :][: 2 * whole(second + 20)]
    return Roi(
        version=short(4),
        kind=kind,
        bounds=(top, left, bottom, right),
        loops=loops,
        stroke=struct.unpack_from(">I", content, 40)[0],
        group=content[second + 30],
        name=letters.decode("utf-16-be"),
    )


def _composite(path: list[float]) -> list[np.ndarray]:
    loops: list[list[tuple[float, float]]] = []
    at = 0
    while at < len(path):
        if path[at] == CLOSE:
            at += 1
            continue
        if path[at] == MOVE:
            loops.append([])
        else:
            assert path[at] == LINE
        loops[-1].append((path[at + 1], path[at + 2]))
        at += 3
    return [np.array(loop) for loop in loops]
