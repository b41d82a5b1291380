"""Particles as a ZIP of ImageJ's ROIs: each an outline along the edges of its pixels, named by its number."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError, WorkbenchError
from workbench.file_names import safe_name
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import refused
from workbench.particles.files.belonging import check_belongs, check_labels, left_out_of
from workbench.particles.files.outlines import Loop, trace_outlines
from workbench.particles.files.pieces import Piece, ReadParticles, paint
from workbench.particles.files.roi_shapes import pieces_of_roi
from workbench.particles.provenance import described, provenance_of_micrograph
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    import pandas as pd
    from roifile import ImagejRoi

KIND = "rois"
LEFT_OUT_GROUP = 1
INCLUDED_COLOUR, LEFT_OUT_COLOUR = b"\xff\x00\xff\xf0", b"\xff\xe1\x1e\x96"
"""Alpha, red, green and blue of the outlines; group 1 has ImageJ's own colour besides."""
LARGEST_COORDINATE = 60_000
"""ImageJ keeps whole coordinates in 16 bits, of which it takes the lowest 5,000 for negative ones."""
_LONGEST_NAME, _LONGEST_COMMENT, _LARGEST_ROI = 120, 65_535, 1 << 28
_NAME = re.compile(r"0*(\d{1,8})(?:$|[ _,])(.*)", re.DOTALL)
_WHY = re.compile(r"\s*left out(?:, )?(.*)", re.DOTALL)
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def write_rois(
    path: Path | str,
    labels: npt.NDArray[Any],
    micrograph: Micrograph,
    table: pd.DataFrame | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Write the outlines of particles as ImageJ's ROI Manager opens them.

    Each particle is one ROI, named by its number with at least four digits: ``0017``. Filled in ImageJ it has the
    pixels of the label image, no more and no less. A particle in one piece without a hole is a traced polygon, any
    other one a composite. One that is left out is called ``0017 left out, edge``, lies in group 1 and has another
    colour.

    Parameters
    ----------
    path : Path or str
        Ends in .zip.
    labels : (H, W) array of whole numbers
        0 is background.
    micrograph : Micrograph
        That they belong to.
    table : DataFrame, optional
        One row a particle; its columns ``included`` and ``left_out``, where it has them, say which are left out and
        why.
    provenance : mapping, optional
        Of `provenance_of`; by default that of the micrograph alone. The comment of the ZIP, which ImageJ passes over.

    Raises
    ------
    WorkbenchError
        If shapes differ, the table does not belong to the label image, or there is no particle, or the micrograph is
        larger than ImageJ's coordinates.
    ComputeError
        If it cannot be written.
    """
    path, labels = Path(path), np.asarray(labels)
    numbers = check_labels(labels, micrograph) if table is None else check_belongs(labels, table, micrograph)
    if not len(numbers):
        raise WorkbenchError(f"{micrograph.name}: there is no particle, so there are no outlines to write.")
    if max(micrograph.shape) > LARGEST_COORDINATE:
        raise WorkbenchError(
            f"{micrograph.name} has more than {LARGEST_COORDINATE} px along an edge, which ImageJ's outlines cannot "
            "say; write a label image."
        )
    out, digits = left_out_of(table), max(4, len(str(numbers[-1])))
    comment = _comment({**provenance_of_micrograph(micrograph), **(provenance or {})})
    try:
        with written_whole(path) as half, zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = comment
            for number, loops in trace_outlines(labels).items():
                name = _name(number, digits, out.get(number))
                entry = zipfile.ZipInfo(f"{name}.roi", _FIRST_DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, _roi(loops, name, number in out).tobytes())
    except OSError as error:
        raise ComputeError(refused(path, error)) from error


def read_rois(path: Path | str, shape: tuple[int, int]) -> ReadParticles:
    """Read outlines, whoever drew them, into a label image.

    Polygons, rectangles, ovals, ellipses and composites are particles; lines, points and letters are none, and passed
    over with a word. The number of a particle is what its name begins with, followed by nothing, a blank or a comma:
    names that ImageJ gives, such as ``0245-0131``, are none.

    Parameters
    ----------
    path : Path or str
        .zip, or a single .roi.
    shape : (int, int)
        Of the micrograph.

    Returns
    -------
    ReadParticles

    Raises
    ------
    WorkbenchError
        If the file cannot be read, or is no such file.
    """
    path = Path(path)
    rois, comment = _rois_in(path)
    pieces: list[Piece] = []
    passed = 0
    for roi in rois:
        number, why = _said(roi.name)
        shapes = pieces_of_roi(roi, shape)
        if shapes is None:
            passed += 1
            continue
        pixels, top, left = shapes
        pieces.append(Piece(pixels, top, left, number, why))
    found = paint(pieces, shape, _provenance(comment))
    if passed:
        are = (
            "1 outline is a line, a point or letters"
            if passed == 1
            else f"{passed} are lines, points or letters"
        )
        found.notes.insert(0, f"{are}, no particle: passed over")
    return found


def _name(number: int, digits: int, why: str | None) -> str:
    name = f"{number:0{digits}d}"
    if why is None:
        return name
    said = f"{name} left out, {why}" if why else f"{name} left out"
    return safe_name(said)[:_LONGEST_NAME].rstrip(" .")


def _said(name: str) -> tuple[int | None, str | None]:
    """Return the number and the reason that the name of an outline says."""
    found = _NAME.fullmatch(name.removesuffix(".roi").strip())
    if found is None:
        return None, None
    why = _WHY.fullmatch(found[2])
    return int(found[1]), None if why is None else why[1]


def _roi(loops: Sequence[Loop], name: str, left_out: bool) -> ImagejRoi:
    from roifile import ROI_TYPE, ImagejRoi

    corners = np.concatenate(loops)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    roi = ImagejRoi(
        version=228,
        name=name,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        stroke_color=LEFT_OUT_COLOUR if left_out else INCLUDED_COLOUR,
        group=LEFT_OUT_GROUP if left_out else 0,
    )
    if len(loops) == 1:
        roi.roitype = ROI_TYPE.TRACED
        roi.integer_coordinates = loops[0] - [left, top]
        roi.n_coordinates = len(loops[0])
    else:
        roi.roitype = ROI_TYPE.RECT
        roi.multi_coordinates = np.concatenate([_path(loop) for loop in loops]).astype(np.float32)
        roi.shape_roi_size = len(roi.multi_coordinates)
    return roi


def _path(loop: Loop) -> npt.NDArray[np.float64]:
    """Return a loop as steps of a path: 0 to begin, 1 for a line, 4 to close, each before its x and y."""
    steps = np.column_stack([np.ones(len(loop)), loop])
    steps[0, 0] = 0
    return np.append(steps.ravel(), 4.0)


def _comment(provenance: dict[str, Any]) -> bytes:
    told = described(KIND, provenance).encode()
    if len(told) > _LONGEST_COMMENT:  # a great many corrections: they are in the JSON beside
        short = {
            key: value
            for key, value in provenance.items()
            if key not in ("corrections", "python", "left_out")
        }
        told = described(KIND, short).encode()
    return told if len(told) <= _LONGEST_COMMENT else b""


def _provenance(comment: bytes) -> dict[str, Any]:
    try:
        found = json.loads(comment)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "made_by" in found else {}


def _rois_in(path: Path) -> tuple[list[ImagejRoi], bytes]:
    """Return the outlines of a file, and the comment of a ZIP."""
    try:
        if not zipfile.is_zipfile(path):
            return [_decoded(path.read_bytes(), path.name, path)], b""
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".roi")]
            for name in names:
                if archive.getinfo(name).file_size > _LARGEST_ROI:
                    raise WorkbenchError(
                        f"{path.name}: {name} claims more than 256 MB; save the outlines again."
                    )
            found: list[ImagejRoi] = [_decoded(archive.read(name), name, path) for name in names]
            return found, archive.comment
    except FileNotFoundError:
        raise WorkbenchError(f"{path} does not exist; check the name.") from None
    except OSError as error:
        raise WorkbenchError(f"{path} cannot be read ({error.strerror or error}); check the file.") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise WorkbenchError(f"{path.name} is a damaged ZIP ({error}); save the outlines again.") from error


def _decoded(content: bytes, name: str, path: Path) -> ImagejRoi:
    import struct

    from roifile import ImagejRoi

    try:
        roi = ImagejRoi.frombytes(content)
    except (ValueError, TypeError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise WorkbenchError(
            f"{path.name} holds no outline of ImageJ that can be read ({Path(name).name}: {error}); save it from the "
            "ROI Manager again."
        ) from error
    roi.name = roi.name or Path(name).name
    return roi
