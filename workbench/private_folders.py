"""Folders that only this person can enter, for what others on the machine must neither read nor change."""

from __future__ import annotations

import os
import socket
import stat
import sys
import tempfile
from pathlib import Path

import platformdirs

from workbench.errors import ComputeError

NAME = "hrtem-workbench"


def private_folder(path: Path) -> Path:
    """Make a folder of mode 0700, or check that the one that is there is of this person and close it to others.

    Parameters
    ----------
    path : Path
        Folders above it are made as any others.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    ComputeError
        If a link, a file or another person's folder has this name, or it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        if os.name == "posix":
            _close_to_others(path)
    except OSError as error:
        raise ComputeError(f"{path} cannot be used ({error.strerror or error}).") from error
    return path


def _close_to_others(path: Path) -> None:
    """Check the folder itself, not its name: a name could be given to another one in between."""
    if path.is_symlink():
        raise ComputeError(f"{path} is a link, perhaps put there by somebody else; delete it.")
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(number)
        if found.st_uid != os.getuid():
            raise ComputeError(f"{path} belongs to another person; ask them to delete it.")
        if stat.S_IMODE(found.st_mode) & 0o077:
            os.fchmod(number, 0o700)
    finally:
        os.close(number)


def runtime_folder() -> Path:
    """Return a private folder for what this person's processes on this machine share while they live.

    The runtime folder of the platform where there is one. Else, as in most containers and in the jobs of a cluster,
    one in the temporary folder; and where somebody else has taken that name, one in the person's own folders.

    Raises
    ------
    ComputeError
        If none can be made.
    """
    refused: list[str] = []
    for path in _candidates():
        try:
            return private_folder(path)
        except ComputeError as error:
            refused.append(str(error).rstrip("."))
    raise ComputeError(f"{'; '.join(refused)}.")


def _candidates() -> list[Path]:
    # a home folder may be that of several machines, whose devices are others
    own = platformdirs.user_state_path(NAME) / f"on-{socket.gethostname()}"
    if os.name != "posix" or sys.platform == "darwin":
        return [platformdirs.user_runtime_path(NAME), own]
    given = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(given or f"/run/user/{os.getuid()}")
    found = [Path(tempfile.gettempdir()) / f"{NAME}-{os.getuid()}", own]
    if _is_private(base):
        found.insert(0, Path(platformdirs.user_runtime_path(NAME)) if given else base / NAME)
    return found


def _is_private(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.getuid()
        and not stat.S_IMODE(found.st_mode) & 0o077
    )
