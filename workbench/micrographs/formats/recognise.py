"""Which format a file is, by its first bytes; a suffix may be wrong."""

from __future__ import annotations

from pathlib import Path

from workbench.micrographs.formats.content import Unreadable
from workbench.micrographs.formats.mrc_header import MODES

_HDF5 = b"\x89HDF\r\n\x1a\n"
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "picture"),
    (b"\xff\x4f\xff\x51", "picture"),
    (b"\x93NUMPY", "npy"),
    (_HDF5, "hdf5"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"\x00\x00\x00\x03", "dm"),
    (b"\x00\x00\x00\x04\x00\x00\x00", "dm"),
    (b"II\x97\x01", "ser"),
    (b"JK\x00\x02", "emi"),
)
_PACKED = (
    (b"\x1f\x8b", "gzip", "gunzip -k"),
    (b"BZh", "bzip2", "bunzip2 -k"),
    (b"\xfd7zXZ\x00", "xz", "unxz -k"),
    (b"\x28\xb5\x2f\xfd", "Zstandard", "zstd -d"),
    (b"\x04\x22\x4d\x18", "LZ4", "lz4 -d"),
    (b"\x1f\x9d", "compress", "uncompress -k"),
    (b"PK\x03\x04", "ZIP", "unzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip", "7z x"),
    (b"Rar!\x1a\x07", "RAR", "unrar x"),
)
_OTHERS = (
    (
        b"%PDF",
        "a PDF document; export the image in it as TIFF or PNG, or open the micrograph that it was made of",
    ),
    (b"\xd0\xcf\x11\xe0", "a document of an office program; export the image in it as TIFF or PNG"),
    (b"\x80\x04\x95", "a Python pickle, which is never loaded; save the array as .npy"),
    (b"\x7fELF", "a program, not a micrograph"),
    (b"MZ", "a program, not a micrograph"),
    (b"SIMPLE  =", "a FITS file, which is not read here; save it as TIFF"),
    (b"8BPS", "a Photoshop document, which is not read here; save it as TIFF"),
)
_ISO_MEDIA = {b"avif": "an AVIF picture", b"heic": "a HEIC picture", b"mif1": "a HEIC picture"}
_SAVE_AS = "which is not read here; save it as PNG or TIFF"
_BY_SUFFIX = {
    ".png": "a PNG file",
    ".jpg": "a JPEG file",
    ".jpeg": "a JPEG file",
    ".bmp": "a BMP picture",
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
    if head[512:].startswith(_HDF5):
        return "hdf5"  # it may begin behind a block that its writer keeps for itself, as MATLAB does
    suffix = path.suffix.lower()
    if suffix == ".zspy" and head.startswith(b"PK\x03\x04"):
        return "zspy"
    if head[208:211] == b"MAP" or (suffix in (".mrc", ".mrcs") and _plausible_mrc(head)):
        return "mrc"
    if _is_other_picture(head):
        return "picture"
    _refuse_packed(path, head)
    _refuse_other(head)
    if _is_text(head):
        raise Unreadable("looks like a text file, not a micrograph; open the micrograph itself")
    if suffix in (".mrc", ".mrcs"):
        raise Unreadable("is not an MRC file although it is named one, or its header is damaged")
    if suffix in _BY_SUFFIX:
        raise Unreadable(f"is not {_BY_SUFFIX[suffix]} although it is named one, or its start is damaged")
    raise Unreadable("is in no format that is known here; export it as TIFF, MRC or DM3")


def _is_other_picture(head: bytes) -> bool:
    # Two letters begin much else: the size that a BMP states of its header, and the space after P5, tell.
    if head.startswith(b"BM") and head[14:18] in (
        b"\x0c\0\0\0",
        b"\x28\0\0\0",
        b"\x40\0\0\0",
        b"\x6c\0\0\0",
        b"\x7c\0\0\0",
    ):
        return True
    if head[:2] in (b"P2", b"P3", b"P5", b"P6") and head[2:3].isspace():
        return True
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _refuse_packed(path: Path, head: bytes) -> None:
    if head.startswith(b"PK\x03\x04") and path.suffix.lower() == ".npz":
        raise Unreadable(
            "holds several NumPy arrays (npz); save the one that is the image as .npy and open that"
        )
    for start, what, command in _PACKED:
        if head.startswith(start):
            raise Unreadable(
                f"is packed ({what}); unpack it first, with `{command} {path.name}` or the program that opens such "
                "archives, and open what comes out"
            )
    if head[257:262] == b"ustar":
        raise Unreadable(
            f"is an archive (tar); unpack it first, with `tar -xf {path.name}`, and open what comes out"
        )


def _refuse_other(head: bytes) -> None:
    for start, what in _OTHERS:
        if head.startswith(start):
            raise Unreadable(f"is {what}")
    if head[4:8] == b"ftyp":
        raise Unreadable(f"is {_ISO_MEDIA.get(head[8:12], 'a film')}, {_SAVE_AS}")
    if head.startswith(b"RIFF"):
        raise Unreadable("is a film or a sound (RIFF), not a micrograph; save a frame of it as PNG or TIFF")


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
