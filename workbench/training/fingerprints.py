"""Which micrographs a run has learned from: the hash of what it read, and whether the files have changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.micrograph import FloatImage
from workbench.networks.checkpoint import write_whole

Stamp = dict[str, tuple[int, int]]
SHOWN = 12
"""Digits of a hash that a sentence shows."""


def contents(pairs: Iterable[tuple[FloatImage, npt.NDArray[Any]]]) -> str:
    """Return the SHA-256 of prepared pixels and their truth, in their order.

    Parameters
    ----------
    pairs : iterable of ((H, W) float32 array, (H, W) array)
        The truth is a mask, or whole numbers where some pixels are not sure or particles are told apart.
    """
    digest = hashlib.sha256()
    for pixels, truth in pairs:
        digest.update(repr(pixels.shape).encode())
        digest.update(np.ascontiguousarray(pixels).data)
        # packbits takes each number but 0 for a 1
        digest.update(np.packbits(truth).data if truth.dtype == bool else np.ascontiguousarray(truth).data)
    return digest.hexdigest()


def stamp(sets: Sequence[LabelledDataset]) -> Stamp:
    """Return size and time of each file of labelled sets: cheap enough to look again after every epoch.

    Raises
    ------
    OSError
        If a folder or file cannot be looked at now, such as on a network drive that is away.
    """
    found: Stamp = {}
    for one in sets:
        parts = [one.folder / part for part in ("images", "labels", "truth", ".")]
        for part in parts:
            for path in sorted(part.iterdir()) if part.is_dir() else ():
                try:
                    status = path.stat()
                except FileNotFoundError:
                    continue  # on its way out
                if S_ISREG(status.st_mode) and not path.name.startswith("."):
                    found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def keep_hash(run: Path, sha256: str, names: str) -> str | None:
    """Write down what a run began with; return a sentence if it began with something else.

    Parameters
    ----------
    run : Path
        Folder of the run.
    sha256 : str
        Of what was read now.
    names : str
        Of the sets.
    """
    path = run / "sets.json"
    try:
        began = str(json.loads(path.read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, LookupError, TypeError):
        write_whole(path, json.dumps({"sets": names, "sha256": sha256}).encode())
        return None
    if began == sha256:
        return None
    return (
        f"{names} has changed since the run began (SHA-256 {began[:SHOWN]}… then, {sha256[:SHOWN]}… now); "
        "from here on it learns from what is there now"
    )


def changed_while_training(names: str, sha256: str) -> str:
    """Return the sentence for files that changed under a run."""
    return (
        f"{names} was changed while the run trains; it goes on with the micrographs that it read "
        f"(SHA-256 {sha256[:SHOWN]}…)"
    )
