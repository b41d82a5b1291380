"""Uploaded micrographs: checked for size and name, written to a folder of this session, opened as any other file."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

import platformdirs

from workbench.errors import ComputeError, MicrographError

LARGEST_BYTES = 200 * 2**20


def upload_folder() -> Path:
    """Return where uploads are kept: WORKBENCH_UPLOADS, else a folder in the user's cache."""
    return Path(
        os.environ.get("WORKBENCH_UPLOADS") or platformdirs.user_cache_path("hrtem-workbench") / "uploads"
    ).resolve()


def keep(name: str, content: bytes | memoryview) -> Path:
    """Write an uploaded file to the upload folder.

    Parameters
    ----------
    name : str
        As the browser gave it; only its last part and plain characters are used.
    content : bytes

    Returns
    -------
    Path

    Raises
    ------
    MicrographError
        If it is empty or larger than 200 MB.
    ComputeError
        If it cannot be written.
    """
    size = len(content)
    if size == 0:
        raise MicrographError(f"{name} is empty; nothing was uploaded.")
    if size > LARGEST_BYTES:
        raise MicrographError(
            f"{name} has {size / 2**20:.0f} MB; uploads end at 200 MB: put it in the data folder and open it there."
        )
    plain = re.sub(r"[^\w.\- ]", "_", Path(name.replace("\\", "/")).name).lstrip(".") or "upload"
    folder = upload_folder() / hashlib.sha256(content).hexdigest()[:16]
    target = folder / plain
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as half:
                half.write(content)
            Path(half.name).replace(target)
    except OSError as error:
        raise ComputeError(
            f"{name} could not be kept in {folder} ({error.strerror}); free some space."
        ) from error
    return target
