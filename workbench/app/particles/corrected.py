"""Particles that were corrected elsewhere come in again: in place of those of the network that is tuned."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.app.core.context import Context
from workbench.errors import WorkbenchError
from workbench.file_names import safe_name, shortened
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.external_labels import ExternalLabels
from workbench.particles.particle_set import ParticleSet

ENDINGS = (".tif", ".tiff", ".png", ".npy", ".zip", ".roi", ".json")
"""What the browser offers."""
BESIDE = ("particles.tif", "particles.zip", "particles.json", "labels.tif", "rois.zip")
"""What files beside a micrograph end in, after its name and that of the network."""
MOST_TEXT = 3_000_000
"""Characters of all files together: a browser keeps 5 MB of a page."""
LONGEST_NAME_BYTES = 120


def is_replaced(corrections: Iterable[Any]) -> bool:
    """Say whether particles are those of a file: no threshold moves them then."""
    return any(made[0] == "replace" for made in corrections)


def files_beside(session: Context) -> list[Path]:
    """Return the files beside the open micrograph that are named as particles of the network, newest first."""
    origin, name = session.origin, session.current
    if origin is None or origin.kind != "file" or not name:
        return []
    try:
        source = session.data.resolve(origin.path)
        there = [source.with_name(f"{source.stem}.{safe_name(name)}.{ending}") for ending in BESIDE]
        dated = [(path.stat().st_mtime, path) for path in there if path.is_file()]
    except (WorkbenchError, OSError, ValueError):
        return []
    return [path for _when, path in sorted(dated, reverse=True)]


@contextmanager
def on_disk(name: str, content: bytes) -> Iterator[tuple[Path, str]]:
    """Give a file that the browser sent a path for as long as it is read, and the name that a person knows it by."""
    shown = Path(name.replace("\\", "/")).name
    with tempfile.TemporaryDirectory() as folder:
        plain = shortened(safe_name(Path(shown).stem) or "particles", LONGEST_NAME_BYTES)
        path = Path(folder) / f"{plain}{Path(shown).suffix}"
        path.write_bytes(content)
        yield path, shown


def read_corrected(
    path: Path, file: str, micrograph: Micrograph, shown: ParticleSet, kept: Mapping[str, Any]
) -> tuple[ExternalLabels | None, str]:
    """Read particles that are to take the place of those that are shown.

    Parameters
    ----------
    path : Path
    file : str
        Its name for a person and a script.
    micrograph : Micrograph
    shown : ParticleSet
    kept : mapping
        All corrections of the session, which keeps the particles of other files, too.

    Returns
    -------
    external : ExternalLabels or None
        None: they are those that are shown.
    said : str
        What changed.

    Raises
    ------
    WorkbenchError
        If it cannot be read, is not of this micrograph, or is more than the session can keep.
    """
    from workbench.particles.files.corrected import read_particles

    called = Path(file).name
    if path.is_file() and not path.stat().st_size:
        raise WorkbenchError(f"{called} is empty; save it again, and read it then.")
    read = read_particles(path, micrograph, former=shown.labels)
    if read.outside:
        lie = "1 particle lies" if read.outside == 1 else f"{read.outside} particles lie"
        raise WorkbenchError(
            f"{called}: {lie} outside {micrograph.name}, so it belongs to another micrograph; choose the file that "
            "belongs to this one."
        )
    external = replace(read, file=file).correction.external
    changes = read.changes
    if changes is None or external is None:  # it was asked for both
        return None, ""
    counted = set(shown.counted["label"])
    if not (changes.changed or changes.new or changes.gone or counted.intersection(external.out)):
        return None, f"{called} has the particles that are shown; nothing was changed."
    _check_room(kept, external)
    return external, "; ".join([f"{called}: {changes.said}", *read.notes]) + "."


def _check_room(corrections: Mapping[str, Any], external: ExternalLabels) -> None:
    """Refuse what a browser would not keep."""
    texts = [
        made[1]["packed"]
        for of in corrections.values()
        for list_made in of.values()
        for made in list_made
        if made[0] == "replace"
    ]
    if sum(map(len, texts)) + len(external.packed) > MOST_TEXT:
        raise WorkbenchError(
            f"The session keeps the particles of {len(texts)} files and has no room for those of another; take some "
            "back, or open this micrograph on a new page."
        )
