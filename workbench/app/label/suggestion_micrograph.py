"""The micrograph of a suggestion: opened on the page, or read again for its picture."""

from __future__ import annotations

from pathlib import Path

from workbench.app.core.burnt_in import as_asked
from workbench.app.core.context import Context
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.opening import Opening
from workbench.app.core.session_file import Origin
from workbench.app.label.suggestion import Suggestion
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.samples import open_sample

NO_MICROGRAPHS = (".truth", ".mask", ".labels", ".probability")
"""How the stems of files end that the workbench writes beside a micrograph."""


def micrographs_in(data: DataFolder, folder: str) -> list[Path]:
    """Return the micrographs of a folder inside the data folder."""
    files = [Path(entry.path) for entry in data.entries(folder) if not entry.folder]
    return [data.resolve(path) for path in files if not path.stem.endswith(NO_MICROGRAPHS)]


def show_micrograph(session: Context, suggestion: Suggestion, click: int) -> bool:
    """Open the micrograph of a suggestion on the page, where another one is open; blocks until it is there.

    Returns
    -------
    bool
        Whether it is shown: not where something else was clicked since, nor where the file holds other pixels now,
        which ``Session.message`` says.
    """
    opening, origin = session.subject(Opening), suggestion.origin
    shown = session.micrograph
    if shown is None or shown.sha256 != suggestion.sha256:
        if origin.kind == "sample":
            opening.sample(origin.path, origin.nm_per_px, click, origin)
        elif origin.kind == "file":
            size = session.pixel_sizes.get(origin.path, origin.nm_per_px)  # what was typed since counts
            opening.file(origin.path, origin.frame, origin.signal, size, click, origin).join()
        shown = session.micrograph
    if not opening.latest(click):
        return False
    if shown is None or shown.sha256 != suggestion.sha256:
        session.message = session.message or (
            f"{suggestion.name} is not what it was when it was looked at; open it and look again."
        )
        return False
    return True


def read_micrograph(session: Context, origin: Origin) -> Micrograph | None:
    """Read a sample or a file of the data folder; None where it cannot be read."""
    try:
        if origin.kind == "sample":
            return as_asked(open_sample(origin.path)[0], origin)
        path = session.subject(Opening).allowed(origin.path)
        return as_asked(open_micrograph(path, frame=origin.frame, signal=origin.signal), origin)
    except (WorkbenchError, MemoryError):
        return None
