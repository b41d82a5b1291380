"""What the workbench writes of a micrograph says so itself, so that no result is ever taken for a micrograph.

The mark is the tag ``Software`` of a TIFF or PNG, "HRTEM Workbench 0.1.0, mask", and a record in JSON: from what a
result was made, and how. Both lie in the file, so they are true wherever it is moved and whatever it is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from io import SEEK_CUR
from pathlib import Path
from typing import Any, BinaryIO

from workbench.micrographs.formats.tiff_texts import MOST_BYTES, read_texts
from workbench.version import __version__

MADE_BY = "HRTEM Workbench"
LABELS = "labels"
"""The kind of a label image: one number a particle."""
PNG = b"\x89PNG\r\n\x1a\n"
_SOFTWARE = re.compile(re.escape(MADE_BY) + r" \S+, (\w+)")
_KEY = "made_by"


def mark(kind: str) -> str:
    """Return the mark of a result of a kind, such as ``mask``, ``probability``, ``map``, ``label`` or ``figure``."""
    return f"{MADE_BY} {__version__}, {kind}"


def record(kind: str, **known: Any) -> str:
    """Return what is known of a result, as JSON that `read_record` reads."""
    return json.dumps({_KEY: mark(kind), **known})


def kind_of_result(path: Path) -> str | None:
    """Return which kind of result of the workbench a file is; None for a micrograph, or what cannot be read."""
    software, described = _marks(path)
    found = _SOFTWARE.fullmatch(software) or _SOFTWARE.fullmatch(str(_parsed(described).get(_KEY, "")))
    return found[1] if found else None


def read_record(path: Path) -> Mapping[str, Any]:
    """Return what a result says of itself; empty where it says nothing, is no result, or is not there."""
    return _parsed(_marks(path)[1])


def _parsed(described: str) -> dict[str, Any]:
    try:
        found = json.loads(described)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and isinstance(found.get(_KEY), str) else {}


def _marks(path: Path) -> tuple[str, str]:
    """Return the software that wrote a picture, and its description; empty where it has none or cannot be read."""
    try:
        with path.open("rb") as file:
            return _of_png(file) if file.read(8) == PNG else read_texts(file)
    except OSError:  # whoever opens it says so
        return "", ""


def _of_png(file: BinaryIO) -> tuple[str, str]:
    """Read the chunks of text before the pixels."""
    texts: dict[bytes, bytes] = {}
    while len(head := file.read(8)) == 8 and head[4:] != b"IDAT":
        length = int.from_bytes(head[:4], "big")
        if head[4:] == b"tEXt" and length <= MOST_BYTES:
            keyword, _, text = file.read(length).partition(b"\0")
            texts[keyword] = text
            file.seek(4, SEEK_CUR)
        else:
            file.seek(length + 4, SEEK_CUR)
    return texts.get(b"Software", b"").decode("latin-1"), texts.get(b"Description", b"").decode("latin-1")
