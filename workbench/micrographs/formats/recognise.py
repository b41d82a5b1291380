"""Which format a file is, by its first bytes; a suffix may be wrong."""

from __future__ import annotations

from pathlib import Path

from workbench.micrographs.formats.content import Unreadable
from workbench.micrographs.formats.mrc_header import MODES

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\x00\x00\x00\x03", "dm"),
    (b"\x00\x00\x00\x04\x00\x00\x00", "dm"),
    (b"II\x97\x01", "ser"),
    (b"JK\x00\x02", "emi"),
)
_OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive (such as npz, docx or a zipped folder)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"RIFF", "a RIFF file (WebP, AVI or WAV)"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x7fELF", "a program"),
)
_BY_SUFFIX = {
    ".png": "a PNG file",
    ".jpg": "a JPEG file",
    ".jpeg": "a JPEG file",
    ".tif": "a TIFF",
    ".tiff": "a TIFF",
    ".dm3": "a DigitalMicrograph file",
    ".dm4": "a DigitalMicrograph file",
    ".ser": "a TIA series",
    ".emi": "a TIA file",
    ".emd": "an EMD file",
    ".hspy": "a HyperSpy file",
    ".npy": "a NumPy array",
}
_MRC_HEADER = 1024


def recognise(path: Path) -> str:
    """Return the key of the reader for a file.

    Raises
    ------
    Unreadable
        If it is none of ours; the text says what it looks like.
    OSError
        If it cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(_MRC_HEADER)
    if not head:
        raise Unreadable("is empty; copy it again from its source")
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    suffix = path.suffix.lower()
    if head[208:211] == b"MAP" or (suffix in (".mrc", ".mrcs") and _plausible_mrc(head)):
        return "mrc"
    for start, what in _OTHERS:
        if head.startswith(start):
            raise Unreadable(f"looks like {what}, not a micrograph; open the micrograph itself")
    if _is_text(head):
        raise Unreadable("looks like a text file, not a micrograph; open the micrograph itself")
    if suffix in (".mrc", ".mrcs"):
        raise Unreadable("is not an MRC file although it is named one, or its header is damaged")
    if suffix in _BY_SUFFIX:
        raise Unreadable(f"is not {_BY_SUFFIX[suffix]} although it is named one, or its start is damaged")
    raise Unreadable("is in no format that is known here; export it as TIFF, MRC or DM3")


def _plausible_mrc(head: bytes) -> bool:
    # Files from before MRC2000 carry no mark: sizes and mode must make sense.
    if len(head) < _MRC_HEADER:
        return False
    for order in ("little", "big"):
        columns, rows, sections, mode = (
            int.from_bytes(head[at : at + 4], order, signed=True) for at in (0, 4, 8, 12)
        )
        if min(columns, rows, sections) > 0 and max(columns, rows) < 1 << 20 and mode in MODES:
            return True
    return False


def _is_text(head: bytes) -> bool:
    try:
        text = head[:-4].decode() if len(head) == _MRC_HEADER else head.decode()
    except UnicodeDecodeError:
        return False
    return bool(text) and all(character.isprintable() or character in "\r\n\t\f\ufeff" for character in text)
