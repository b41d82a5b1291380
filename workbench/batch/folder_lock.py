"""Several processes that write into one folder: one at a time, and each knows which names the others have taken."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.errors import ComputeError
from workbench.whole_files import written_whole

_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL}
_WHY = {
    errno.EEXIST: "there is a file of that name",
    errno.ENOTDIR: "a part of its path is a file",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.EROFS: "nothing can be written to that disk",
    errno.ENOSPC: "there is no room on the disk",
}


def make_folder(folder: Path) -> None:
    """Make a folder for results where it is missing.

    Raises
    ------
    ComputeError
        If it cannot be made, or is a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = _WHY.get(error.errno or 0, (error.strerror or "the file system refused").lower())
        raise ComputeError(
            f"{folder} cannot be the folder of the results: {why}; choose another one."
        ) from error


def check_folder(folder: Path) -> None:
    """Refuse at once what `make_folder` would refuse after a long computation, and make nothing.

    Raises
    ------
    ComputeError
        If it, or a folder above it, is a file.
    """
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    except OSError:  # its name is too long, for instance
        there = None
    if there is None or not there.is_dir():
        make_folder(folder)


class FolderLock:
    """The lock of a folder, and what the processes that work in it have claimed.

    Both lie in hidden files, which the last process takes away. What a process claimed that was killed is forgotten.

    Parameters
    ----------
    folder : Path
        Has to be there.
    """

    def __init__(self, folder: Path) -> None:
        self._lock, self._claims = folder / ".workbench.lock", folder / ".workbench.json"
        self._id = secrets.token_hex(8)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait until no other process is inside.

        Raises
        ------
        ComputeError
            If nothing can be written there.
        """
        from filelock import FileLock, SoftFileLock

        lock: FileLock | SoftFileLock = FileLock(self._lock)
        try:
            try:
                lock.acquire()
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                lock = SoftFileLock(self._lock)  # a file that is there or not works in any file system
                lock.acquire()
        except OSError as error:
            why = _WHY.get(error.errno or 0, (error.strerror or "the file system refused").lower())
            raise ComputeError(
                f"{self._lock.parent} cannot be the folder of the results: {why}; choose another one."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def claims(self) -> list[dict[str, Any]]:
        """Return what the other processes that are still alive have claimed; to be called inside."""
        return [claim["names"] for claim in self._read() if claim["id"] != self._id]

    def claim(self, names: dict[str, Any]) -> None:
        """Claim names, which the others read from then on; to be called inside."""
        mine = {"id": self._id, "host": socket.gethostname(), "pid": os.getpid(), "names": names}
        self._write([*self._others(), mine])

    def release(self) -> None:
        """Give up what was claimed; the last process takes the hidden files away."""
        with self.held():
            others = self._others()
            if others:
                self._write(others)
                return
            with suppress(OSError):  # Windows keeps a file that is open
                self._claims.unlink(missing_ok=True)
                self._lock.unlink(missing_ok=True)

    def _others(self) -> list[dict[str, Any]]:
        return [claim for claim in self._read() if claim["id"] != self._id]

    def _read(self) -> list[dict[str, Any]]:
        try:
            found = json.loads(self._claims.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return (
            [claim for claim in found if _is_claim(claim) and _alive(claim)]
            if isinstance(found, list)
            else []
        )

    def _write(self, claims: list[dict[str, Any]]) -> None:
        try:
            with written_whole(self._claims) as half:
                half.write_text(json.dumps(claims), encoding="utf-8")
        except OSError as error:
            why = _WHY.get(error.errno or 0, (error.strerror or "the file system refused").lower())
            raise ComputeError(
                f"Nothing can be written to {self._claims.parent}: {why}; choose another folder."
            ) from error


def _is_claim(claim: Any) -> bool:
    return (
        isinstance(claim, dict)
        and {"id", "host", "pid", "names"} <= claim.keys()
        and isinstance(claim["names"], dict)
    )


def _alive(claim: dict[str, Any]) -> bool:
    """Say whether the process of a claim may still run; of another machine nobody knows."""
    import psutil

    return claim["host"] != socket.gethostname() or bool(psutil.pid_exists(int(claim["pid"])))
