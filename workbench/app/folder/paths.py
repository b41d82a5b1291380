"""Where the micrographs of a folder and their results lie: both inside the data folder."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from workbench.app.core.data_folder import DataFolder
from workbench.batch.folder_lock import check_folder
from workbench.batch.plan import PLAN_FILE
from workbench.batch.status import (
    MICROGRAPHS_FILE,
    PARQUET_FILE,
    PAUSE_FILE,
    PROCESS_FILE,
    REPORT_FILE,
    STATUS_FILE,
    STOP_FILE,
)
from workbench.batch.tables import FILES
from workbench.errors import ComputeError

HERE = "."
"""The data folder itself, as it is typed."""
RESULTS = "results"
TABLES = (*FILES.values(), MICROGRAPHS_FILE, PARQUET_FILE)
MORE_REPORTS = "report-*.html"
"""Those of the second network and of further ones."""
KINDS = {".html": "text/html", ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}
MOST_BYTES = 64 << 20
"""Of one of them: it travels to the browser in one message."""


def usual_out(folder: str) -> str:
    """Return where the results of a folder go where nobody says otherwise: into ``results`` in it."""
    return (PurePosixPath(folder) / RESULTS).as_posix()


def micrograph_folder(data: DataFolder, folder: str) -> Path:
    """Return the folder of the micrographs.

    Raises
    ------
    MicrographError
        If it lies outside the data folder, or there is none.
    ComputeError
        If it is a file.
    """
    found = data.resolve(folder.strip() or HERE)
    if not found.is_dir():
        raise ComputeError(f"{folder} is a file; choose the folder that it lies in.")
    return found


def results_folder(data: DataFolder, out: str) -> Path:
    """Return the folder of the results, which need not be there yet.

    Raises
    ------
    ComputeError
        If none is named, it is the data folder itself or outside of it, or it or a folder above it is a file.
    """
    if not out.strip():
        raise ComputeError(f"Name a folder for the results, such as {RESULTS}.")
    path = Path(os.path.realpath(data.root / out.strip()))
    if path == data.root or not path.is_relative_to(data.root):
        raise ComputeError(f"{out}: choose a folder for the results inside the data folder {data.root}.")
    check_folder(path)
    return path


def files_there(out: Path) -> list[str]:
    """Return the names of the reports and of the tables that are in a folder of results."""
    more = sorted(path.name for path in out.glob(MORE_REPORTS))
    return [name for name in (REPORT_FILE, *more, *TABLES) if (out / name).is_file()]


def stamp_of(out: Path) -> tuple[tuple[int, ...], ...]:
    """Return what changes with the files that tell how a batch stands; while it is the same, so are they."""
    found: list[tuple[int, ...]] = []
    for name in (STATUS_FILE, PROCESS_FILE, PLAN_FILE, STOP_FILE, PAUSE_FILE, REPORT_FILE, *TABLES):
        try:
            here = (out / name).stat()
            found.append((here.st_mtime_ns, here.st_size, here.st_ino))
        except OSError as error:
            found.append((error.errno or 0,))
    return tuple(found)


def file_of(out: Path, name: str) -> tuple[str, bytes, str]:
    """Return what a browser saves of a folder of results: a name, the content, and what it is.

    Raises
    ------
    ComputeError
        If it cannot be read, or is too large to travel.
    """
    path = out / name
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ComputeError(
                f"{path} has {size / 2**20:.0f} MB, more than a browser is sent; copy it from that folder."
            )
        return name, path.read_bytes(), KINDS[path.suffix]
    except OSError as error:
        raise ComputeError(
            f"{path} cannot be read ({error.strerror or error}); look into that folder."
        ) from error
