"""Locks that end with the process that holds them, whatever ends it: a crash or ``kill -9`` leaves none behind."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: runs are still kept apart by process.json, with a gap of a few milliseconds
    fcntl = None  # type: ignore[assignment]

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass
class Lock:
    """A lock that is held.

    Parameters
    ----------
    number : int
        Of the open file. A child that inherits it holds the lock too, until both have ended.
    sure : bool
        Whether the file system keeps it. Some network file systems keep none, nor does Windows: there whoever takes one
        has to find out in another way whether somebody is at work, and `NOT_SURE` says what follows from that.
    """

    number: int
    sure: bool = True

    @classmethod
    def take(cls, path: Path, said: str = "") -> Lock | None:
        """Take a lock, or return None where somebody holds it.

        Parameters
        ----------
        path : Path
            Made where it is missing; its folder has to be there.
        said : str
            Left in the file for those who find it locked.

        Raises
        ------
        OSError
            If the file cannot be opened, or is not a lock's alone: a link is never followed, a file with another name
            never written to.
        """
        try:
            number = os.open(path, _FLAGS, 0o666)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise OSError(errno.EEXIST, "a link lies there", str(path)) from error
            raise
        try:
            found = os.fstat(number)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                raise OSError(errno.EEXIST, "something else than a lock lies there", str(path))
            sure = _locked(number)
            if sure is None:
                os.close(number)
                return None
            os.ftruncate(number, 0)
            os.pwrite(number, said.encode(), 0) if hasattr(os, "pwrite") else os.write(number, said.encode())
        except OSError:
            os.close(number)
            raise
        return cls(number, sure)

    @classmethod
    def inherited(cls, number: int, path: Path) -> Lock | None:
        """Return the lock that the process which started this one handed over; None if it is not that of a path."""
        try:
            mine, there = os.fstat(number), path.stat()
        except OSError:
            return None
        if (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino):
            return None
        os.set_inheritable(number, False)  # whoever this process starts has no part in it
        return cls(number, bool(_locked(number)))

    def close(self) -> None:
        """Give it up, but for children that inherited it."""
        with suppress(OSError):
            os.close(self.number)


NOT_SURE = (
    "the file system of this folder keeps no locks, so nothing but a look at this machine's processes keeps a second "
    "one out; use the folder from one machine at a time"
)


def _locked(number: int) -> bool | None:
    """Lock an open file: True; None where somebody else holds it, False where the file system keeps no locks."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL, ...: whatever else it is, it does not mean that somebody holds it
        return None if error.errno in _HELD else False
    return True
