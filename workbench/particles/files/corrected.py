"""Particles that were corrected elsewhere come back: a label image, outlines of ImageJ or a COCO data set."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.label_image import interpret_array
from workbench.micrographs.datasets.lone_mask import read_label
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import read_record
from workbench.particles.correction import RULES, Correction
from workbench.particles.external_labels import ExternalLabels
from workbench.particles.files.changes import Changes, compare_particles, keep_numbers
from workbench.particles.files.coco import read_coco
from workbench.particles.files.imagej_rois import read_rois
from workbench.particles.files.pieces import ReadParticles
from workbench.particles.provenance import check_same_micrograph
from workbench.segmentation.components import LabelImage, label_particles

OUTLINES, DATA_SETS, ARRAYS = (".zip", ".roi"), (".json",), (".npy",)


@dataclass(frozen=True, eq=False)
class ReturnedParticles:
    """Particles as a file has them.

    Attributes
    ----------
    labels : (H, W) int32 array
        0 is background; what `workbench.measure` takes.
    left_out : dict of int to str
        Particles that the file says are left out, and why.
    notes : list of str
        What a person has to know of how it was read.
    changes : Changes or None
        Against the former label image, where one was given: then particles that were there have their former numbers.
    provenance : mapping
        What the file says of where it came from; empty where it does not.
    file : str
        Its name, as it was given.
    outside : int
        How many particles of the file lie outside the micrograph.
    """

    labels: LabelImage
    left_out: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    changes: Changes | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    outside: int = 0

    @property
    def correction(self) -> Correction:
        """What lets these particles take the place of those of a network, see `Segmentation.particles`.

        Those that the file leaves out are left out by hand, but where a rule was the reason: rules are applied again.

        Examples
        --------
        >>> import workbench as wb
        >>> m, truth = wb.open_sample("easy")
        >>> wb.write_particles("corrected.tif", wb.label_image(truth), m)
        >>> corrected = wb.read_particles("corrected.tif", m)
        >>> len(wb.segment(m, "otsu").particles(corrections=[corrected.correction]).table)
        5
        """
        out = [number for number, why in self.left_out.items() if why not in RULES]
        return Correction("replace", (), ExternalLabels.of(self.file, self.labels, out))


def read_particles(
    path: Path | str, micrograph: Micrograph, former: npt.NDArray[Any] | None = None
) -> ReturnedParticles:
    """Read the particles of a micrograph from a file that was corrected elsewhere.

    Parameters
    ----------
    path : Path or str
        A label image or a mask in any format that micrographs come in (.tif, .png, .npy ...), outlines of ImageJ (.zip,
        .roi), or a COCO data set (.json).
    micrograph : Micrograph
        That they belong to.
    former : (H, W) array of whole numbers, optional
        The label image before it was corrected: the answer says what changed.

    Returns
    -------
    ReturnedParticles

    Raises
    ------
    WorkbenchError
        If it cannot be read, has another size, says that it belongs to another micrograph, or holds no particle.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> labels = wb.label_image(truth)
    >>> wb.write_particles("outlines.zip", labels, m)
    >>> wb.read_particles("outlines.zip", m, former=labels).changes.said
    '5 unchanged'
    """
    file, path = str(path), Path(path)
    suffix = path.suffix.lower()
    if suffix in OUTLINES or (suffix not in DATA_SETS and path.is_file() and zipfile.is_zipfile(path)):
        found = read_rois(path, micrograph.shape)
    elif suffix in DATA_SETS:
        found = read_coco(path, micrograph)
    else:
        found = _image(path, micrograph)
    check_same_micrograph(found.provenance, micrograph, path.name)
    if not found.labels.any():
        raise WorkbenchError(
            f"{path.name} holds no particle in {micrograph.name}; choose the file that was corrected, or clear the "
            "particles on the page."
        )
    if not found.provenance:
        found.notes.append(
            f"{path.name} does not say which micrograph it belongs to: taken for {micrograph.name}"
        )
    if former is None:
        return ReturnedParticles(
            found.labels, found.left_out, found.notes, None, found.provenance, file, found.outside
        )
    former = np.asarray(former)
    changes = compare_particles(former, found.labels)
    labels = keep_numbers(former, found.labels, changes)
    number_of = _renumbered(found.labels, labels)
    unchanged, changed, new = (
        sorted(number_of[number] for number in numbers)
        for numbers in (changes.unchanged, changes.changed, changes.new)
    )
    partners = {number_of[number]: before for number, before in changes.former.items()}
    renamed = Changes(unchanged, changed, new, changes.gone, partners)
    left_out = {number_of[number]: why for number, why in found.left_out.items()}
    return ReturnedParticles(labels, left_out, found.notes, renamed, found.provenance, file, found.outside)


def _renumbered(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> dict[int, int]:
    """Return the number that each particle has now, by the one that it had in the file."""
    flat = np.flatnonzero(before)
    numbers, first = np.unique(before.ravel()[flat], return_index=True)
    return dict(zip(numbers.tolist(), after.ravel()[flat[first]].tolist(), strict=True))


def _image(path: Path, micrograph: Micrograph) -> ReadParticles:
    """Read a label image or a mask."""
    if path.suffix.lower() in ARRAYS:
        return _array(path, micrograph)
    if not path.exists():
        raise WorkbenchError(f"{path} does not exist; check the name.")
    known = dict(read_record(path))
    label = read_label(path, micrograph.metadata.get("frame", 0))
    _check_size(path, label.mask, micrograph)
    notes = [label.said] if label.said else []
    if label.unsure is not None and label.unsure.any():
        notes.append(f"where {path.name} is not sure there is taken to be no particle")
    if label.numbers is not None:
        return ReadParticles(label.numbers.astype(np.int32), notes=notes, provenance=known)
    notes.append(f"{path.name} is a mask: its connected pieces are the particles, numbered from 1")
    return ReadParticles(label_particles(label.mask)[0], notes=notes, provenance=known)


def _array(path: Path, micrograph: Micrograph) -> ReadParticles:
    try:
        values = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise WorkbenchError(f"{path} does not exist; check the name.") from None
    except (OSError, ValueError) as error:
        raise WorkbenchError(f"{path.name} is no array that can be read ({error}); save it again.") from error
    _check_size(path, values, micrograph)
    found = interpret_array(values, path.name)
    if found.numbers is not None:
        return ReadParticles(found.numbers.astype(np.int32))
    said = f"{path.name} is a mask: its connected pieces are the particles, numbered from 1"
    return ReadParticles(label_particles(found.mask)[0], notes=[said])


def _check_size(path: Path, labels: npt.NDArray[Any], micrograph: Micrograph) -> None:
    if labels.shape != micrograph.shape:
        size = " x ".join(str(side) for side in reversed(labels.shape))
        raise WorkbenchError(
            f"{path.name} has {size} px, but {micrograph.name} has {micrograph.shape[1]} x {micrograph.shape[0]} px; "
            "choose the file that belongs to this micrograph."
        )
