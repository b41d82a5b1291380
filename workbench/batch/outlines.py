"""Outlines for ImageJ beside the results of `workbench segment`: written when they are asked for, never out of date."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from workbench.batch.results import essence
from workbench.particles.files.imagej_rois import KIND, write_rois
from workbench.particles.files.label_tiff import read_label_tiff

if TYPE_CHECKING:
    from workbench.micrographs.micrograph import Micrograph


def keep_outlines(
    path: Path, labels: npt.NDArray[Any], micrograph: Micrograph, made_from: Mapping[str, Any]
) -> bool:
    """Write the outlines of one network's particles, and say whether there are any.

    Parameters
    ----------
    path : Path
        ``<stem>.<network>.rois.zip``; an older one of other settings goes where there is no particle.
    labels : (H, W) array of whole numbers
    micrograph : Micrograph
    made_from : mapping
        What `ResultsFolder.made_from` gives.

    Raises
    ------
    ComputeError
        If they cannot be written.
    """
    if not labels.any():
        path.unlink(missing_ok=True)
        return False
    write_rois(path, labels, micrograph, provenance=made_from)
    return True


def outlines_from_labels(
    path: Path, label_file: Path, micrograph: Micrograph, made_from: Mapping[str, Any]
) -> None:
    """Write the outlines of results that are there already, from their label image, where they are missing or older."""
    if not _are_of(path, made_from):
        keep_outlines(path, read_label_tiff(label_file)[0], micrograph, made_from)


def _are_of(path: Path, made_from: Mapping[str, Any]) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            known = json.loads(archive.comment)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False
    made_by = str(known.get("made_by", "")) if isinstance(known, dict) else ""
    return made_by.endswith(f", {KIND}") and essence(known) == essence(made_from)
