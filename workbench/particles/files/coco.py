"""Particles as a COCO data set: run lengths a particle, which pycocotools and tools for labelling read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import mark
from workbench.micrographs.writing import refused
from workbench.particles.files.belonging import check_belongs, check_labels, left_out_of
from workbench.particles.files.pieces import ReadParticles, paint
from workbench.particles.files.run_lengths import Counts, piece_of, run_lengths, unpacked
from workbench.particles.provenance import as_json, provenance_of_micrograph
from workbench.version import __version__
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    import pandas as pd

CATEGORY = {"id": 1, "name": "particle", "supercategory": ""}


@dataclass(frozen=True, eq=False)
class LabelledMicrograph:
    """A micrograph with its particles: what a data set holds of each.

    Attributes
    ----------
    labels : (H, W) array of whole numbers
        0 is background.
    micrograph : Micrograph
    table : DataFrame or None
        One row a particle, see `workbench.measure`.
    provenance : mapping or None
        Of `provenance_of`; None: that of the micrograph alone.
    """

    labels: npt.NDArray[Any]
    micrograph: Micrograph
    table: pd.DataFrame | None = None
    provenance: Mapping[str, Any] | None = None


def write_coco(
    path: Path | str,
    labels: npt.NDArray[Any],
    micrograph: Micrograph,
    table: pd.DataFrame | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Write the particles of one micrograph as a COCO data set; the id of each is its number.

    Parameters
    ----------
    path : Path or str
        Ends in .json.
    labels, micrograph, table, provenance
        See `LabelledMicrograph`.

    Raises
    ------
    WorkbenchError
        If shapes differ, or the table does not belong to the label image.
    ComputeError
        If it cannot be written.
    """
    write_coco_set(path, [LabelledMicrograph(np.asarray(labels), micrograph, table, provenance)])


def write_coco_set(path: Path | str, micrographs: Sequence[LabelledMicrograph]) -> None:
    """Write the particles of several micrographs as one COCO data set.

    ``area`` and ``bbox`` (left, top, width, height) are in px. Each annotation says the number of the particle in the
    label image (``particle``), whether it counts (``included``), and why not (``left_out``).

    Parameters
    ----------
    path : Path or str
        Ends in .json.
    micrographs : sequence of LabelledMicrograph

    Raises
    ------
    WorkbenchError, ComputeError
        As `write_coco`.
    """
    path = Path(path)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, one in enumerate(micrographs, 1):
        images.append(_image(number, one))
        found = _annotations(number, one)
        if len(micrographs) > 1:
            for annotation in found:
                annotation["id"] = len(annotations) + 1
                annotations.append(annotation)
        else:
            annotations = found
    document = {
        "info": {"description": "particles in micrographs", "version": __version__, "made_by": mark("coco")},
        "licenses": [],
        "images": images,
        "categories": [CATEGORY],
        "annotations": annotations,
    }
    try:
        with written_whole(path) as half:
            half.write_text(json.dumps(document), encoding="utf-8")
    except OSError as error:
        raise ComputeError(refused(path, error)) from error


def _image(number: int, one: LabelledMicrograph) -> dict[str, Any]:
    known = as_json({**provenance_of_micrograph(one.micrograph), **(one.provenance or {})}, "the provenance")
    source = one.micrograph.source
    return {
        "id": number,
        "file_name": one.micrograph.name if source is None else source.name,
        "height": one.micrograph.shape[0],
        "width": one.micrograph.shape[1],
        "nm_per_px": one.micrograph.nm_per_px,
        "provenance": known,
    }


def _annotations(image: int, one: LabelledMicrograph) -> list[dict[str, Any]]:
    from pycocotools import mask as packing

    labels, table = np.asarray(one.labels), one.table
    if table is None:
        check_labels(labels, one.micrograph)
    else:
        check_belongs(labels, table, one.micrograph)
    height, width = labels.shape
    out, found = left_out_of(table), []
    for number, counts in run_lengths(labels).items():
        packed = packing.frPyObjects({"size": [height, width], "counts": counts.tolist()}, height, width)
        found.append(
            {
                "id": number,
                "image_id": image,
                "category_id": CATEGORY["id"],
                "segmentation": {"size": [height, width], "counts": packed["counts"].decode("ascii")},
                "area": int(counts[1::2].sum()),
                "bbox": [float(side) for side in packing.toBbox(packed)],
                "iscrowd": 0,
                "particle": number,
                "included": number not in out,
                "left_out": out.get(number, ""),
            }
        )
    return found


def read_coco(path: Path | str, micrograph: Micrograph) -> ReadParticles:
    """Read the particles of one micrograph from a COCO data set, whoever wrote it.

    Run lengths, packed or not, and polygons are read. Of a set of several images it is the one whose hash of the
    pixels, else whose name is that of the micrograph.

    Parameters
    ----------
    path : Path or str
    micrograph : Micrograph

    Returns
    -------
    ReadParticles

    Raises
    ------
    WorkbenchError
        If it cannot be read, is no such set, or holds no image that fits.
    """
    path = Path(path)
    document = _document(path)
    image = _chosen(path, document["images"], micrograph)
    shape = (_whole(image.get("height")), _whole(image.get("width")))
    if shape != micrograph.shape:
        raise WorkbenchError(
            f"{path.name} has {shape[1]} x {shape[0]} px, but {micrograph.name} has {micrograph.shape[1]} x "
            f"{micrograph.shape[0]} px; choose the file that belongs to this micrograph."
        )
    alone = len(document["images"]) == 1
    pieces, empty = [], 0
    for annotation in document["annotations"]:
        if not isinstance(annotation, dict) or annotation.get("image_id") != image.get("id"):
            continue
        try:
            counts = _counts(annotation.get("segmentation"), shape)
            if counts is None:
                empty += 1
                continue
            pieces.append(piece_of(counts, shape, _number(annotation, alone), _why(annotation)))
        except (WorkbenchError, ValueError, TypeError, KeyError, OverflowError) as error:
            raise WorkbenchError(f"{path.name}, annotation {annotation.get('id')}: {error}.") from error
    known = image.get("provenance")
    found = paint(pieces, shape, known if isinstance(known, dict) else {})
    if empty:
        found.notes.insert(
            0, f"{empty} {'has a box' if empty == 1 else 'have boxes'} only, no outline: passed over"
        )
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise WorkbenchError(f"{path} does not exist; check the name.") from None
    except OSError as error:
        raise WorkbenchError(f"{path} cannot be read ({error.strerror or error}); check the file.") from error
    except (ValueError, RecursionError) as error:
        raise WorkbenchError(f"{path.name} is no JSON ({error}); choose a COCO data set.") from None
    parts = ("images", "annotations")
    if not isinstance(document, dict) or not all(isinstance(document.get(part), list) for part in parts):
        raise WorkbenchError(
            f"{path.name} is no COCO data set, which has lists of images and annotations; choose another file."
        )
    return document


def _chosen(path: Path, listed: list[Any], micrograph: Micrograph) -> dict[str, Any]:
    images: list[dict[str, Any]] = [image for image in listed if isinstance(image, dict)]
    if len(images) == 1:
        return images[0]
    for image in images:
        known = image.get("provenance")
        if isinstance(known, dict) and known.get("pixels_sha256") == micrograph.sha256:
            return image
    names = (
        {micrograph.name} if micrograph.source is None else {micrograph.source.name, micrograph.source.stem}
    )
    fitting = [
        image
        for image in images
        if names & {str(image.get("file_name")), Path(str(image.get("file_name"))).stem}
    ]
    if len(fitting) == 1:
        return fitting[0]
    held = ", ".join(str(image.get("file_name")) for image in images[:5]) or "no image"
    raise WorkbenchError(
        f"{path.name} holds {held}, of which none is {micrograph.name}; choose the file that has it."
    )


def _counts(segmentation: Any, shape: tuple[int, int]) -> Counts | None:
    """Return the run lengths of an annotation, in whichever way it has them; None where it has only a box."""
    if isinstance(segmentation, dict):
        counts = segmentation["counts"]
        if [int(side) for side in segmentation.get("size", shape)] != list(shape):
            raise WorkbenchError(
                f"its outline belongs to an image of another size, {segmentation['size']}; save it again"
            )
        return unpacked(counts) if isinstance(counts, str) else np.asarray(counts, np.int64)
    if not segmentation:
        return None
    from pycocotools import mask as packing

    polygons = [polygon for polygon in segmentation if len(polygon) >= 6]
    if not polygons:
        return None
    return unpacked(packing.merge(packing.frPyObjects(polygons, *shape))["counts"])


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and value == value else 0


def _number(annotation: dict[str, Any], alone: bool) -> int | None:
    number = annotation.get("particle", annotation.get("id") if alone else None)
    return int(number) if isinstance(number, int) else None


def _why(annotation: dict[str, Any]) -> str | None:
    return None if annotation.get("included", True) else str(annotation.get("left_out", ""))
