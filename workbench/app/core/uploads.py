"""Uploaded micrographs: checked for size and name, kept while their session lives, opened as any other file."""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import secrets
import shutil
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from workbench.errors import ComputeError, MicrographError
from workbench.process_files import read_process, write_process
from workbench.whole_files import written_whole

if TYPE_CHECKING:
    from workbench.app.core.context import Context

LARGEST_BYTES = 200 * 2**20
TOTAL_BYTES = 2 * 2**30
"""Of all sessions of a person; who uploads more loses what was not looked at for longest, but nothing that is open."""
PROCESS_FILE = "process.json"
FORGOTTEN_S = 86400.0
PAGES: weakref.WeakSet[Context] = weakref.WeakSet()
"""Pages of this process: what is open there is in use."""
_OWN: dict[tuple[int, Path], Path] = {}
_LOCK = threading.RLock()


def upload_folder() -> Path:
    """Return where uploads are kept: WORKBENCH_UPLOADS, else a folder in the user's cache."""
    return Path(
        os.environ.get("WORKBENCH_UPLOADS") or platformdirs.user_cache_path("hrtem-workbench") / "uploads"
    ).resolve()


def keep(name: str, content: bytes | memoryview) -> Path:
    """Write an uploaded file to the folder of this process, which is removed when it ends.

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
        If it is empty, larger than 200 MB, or does not fit with what is in use in 2 GB.
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
    folder = upload_folder()
    try:
        with _LOCK:
            folder = _own_folder() / hashlib.sha256(content).hexdigest()[:16]
            target = folder / plain
            if not target.exists():
                _make_room(name, size)
                folder.mkdir(mode=0o700, exist_ok=True)
                with written_whole(target) as half:
                    half.write_bytes(content)
    except OSError as error:
        raise ComputeError(
            f"{name} could not be kept in {folder} ({error.strerror}); free some space."
        ) from error
    return used(target)


def used(path: Path) -> Path:
    """Note that an upload is looked at now, and return it."""
    with suppress(OSError):
        os.utime(path)
    return path


def sweep() -> None:
    """Remove the uploads of sessions whose process has ended, and of versions that kept them for ever."""
    with _LOCK:
        for folder in _folders():
            if _is_left_over(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _own_folder() -> Path:
    """Make the folder of this process: nobody else can enter it, and it goes with the process."""
    root = upload_folder()
    own = _OWN.get((os.getpid(), root))
    if own is None or not own.is_dir():
        root.mkdir(parents=True, exist_ok=True)
        own = root / f"{_here()}{os.getpid()}-{secrets.token_hex(4)}"
        own.mkdir(mode=0o700)
        write_process(own / PROCESS_FILE, os.getpid())
        _OWN[os.getpid(), root] = own
        atexit.register(_end, os.getpid(), own)
    return own


def _end(pid: int, own: Path) -> None:
    if pid == os.getpid():  # not a fork of it
        shutil.rmtree(own, ignore_errors=True)


def _here() -> str:
    """Begin the name of a folder of this machine: of another one's processes nothing is known here."""
    return f"session-{socket.gethostname()}-"


def _folders() -> Iterator[Path]:
    """Find the folders that are ours: of this machine's sessions, and of versions that had none."""
    try:
        inside = sorted(upload_folder().iterdir())
    except OSError:
        return
    for path in inside:
        ours = path.name.startswith("session-") or re.fullmatch(r"[0-9a-f]{16}", path.name)
        if ours and path.is_dir() and not path.is_symlink():
            yield path


def _is_left_over(folder: Path) -> bool:
    try:
        forgotten = time.time() - folder.stat().st_mtime > FORGOTTEN_S
        if not folder.name.startswith("session-"):
            return forgotten
        if not folder.name.startswith(_here()):
            return False
        if not (folder / PROCESS_FILE).exists():
            return forgotten  # it may have been made just now
        return read_process(folder / PROCESS_FILE) is None
    except (OSError, ComputeError):
        return False


def _files(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """Return the uploads in a folder with their size and date."""
    found = []
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file() and path.name != PROCESS_FILE:
                found.append((path, path.stat()))
    return found


def _in_use() -> set[str]:
    found = set()
    for session in list(PAGES):
        wanted = [origin for subject in session.subjects for origin in subject.origins()]
        found |= {origin.path for origin in [session.origin, *wanted] if origin is not None}
    return found


def _make_room(name: str, size: int) -> None:
    sweep()
    total = sum(stat.st_size for folder in _folders() for _path, stat in _files(folder))
    in_use = _in_use()
    own = sorted(_files(_own_folder()), key=lambda one: one[1].st_mtime)
    for path, stat in own:
        if total + size <= TOTAL_BYTES:
            return
        if str(path) not in in_use:
            path.unlink(missing_ok=True)
            total -= stat.st_size
    if total + size > TOTAL_BYTES:
        raise MicrographError(
            f"{name} was not uploaded: uploads are kept up to {TOTAL_BYTES / 2**30:g} GB in all, and "
            f"{total / 2**30:.2g} GB are in use; close other pages, or put it in the data folder and open it there."
        )
