"""An MRC with any header."""

import struct

import numpy as np

ROWS, COLUMNS, NM = 6, 10, 0.05


IMAGE = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)


IMOD = 1146047817


def mrc(path, stored, mode, *, order="<", columns=COLUMNS, sections=1, extended=b"", kind=b"", **other):
    """Write a header of MRC2014 with 0.05 nm/px, and what is stored as it is."""
    head = bytearray(1024)
    edge = [10 * NM * COLUMNS, 10 * NM * ROWS, 10 * NM]
    struct.pack_into(f"{order}4i", head, 0, columns, ROWS, sections, mode)
    struct.pack_into(f"{order}3i", head, 28, *other.get("sampling", (COLUMNS, ROWS, 1)))
    struct.pack_into(f"{order}3f", head, 40, *other.get("cell", edge))
    struct.pack_into(f"{order}3i", head, 64, *other.get("axes", (1, 2, 3)))
    struct.pack_into(f"{order}3f", head, 76, *other.get("statistics", (0, -1, -2)))
    struct.pack_into(f"{order}i", head, 92, len(extended))
    struct.pack_into(f"{order}i", head, 108, other.get("version", 20140))
    head[104 : 104 + len(kind)] = kind
    if "imod" in other:
        struct.pack_into(f"{order}2i", head, 152, IMOD, other["imod"])
    head[208:214] = b"MAP \x44\x44" if order == "<" else b"MAP \x11\x11"
    head[224 : 224 + len(other.get("label", b""))] = other.get("label", b"")
    path.write_bytes(bytes(head) + extended + stored)
    return path
