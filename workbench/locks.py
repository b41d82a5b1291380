"""Locks that end with the process that holds them, whatever ends it: a crash or ``kill -9`` leaves none behind."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: runs are still kept apart by process.json, with a gap of a few milliseconds
    fcntl = None  # type: ignore[assignment]


@dataclass
class Lock:
    """A lock that is held.

    Parameters
    ----------
    number : int
        Of the open file. A child that inherits it holds the lock too, until both have ended.
    """

    number: int

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
            If the file cannot be opened.
        """
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if fcntl is not None:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(number)
                return None
        os.ftruncate(number, 0)
        os.pwrite(number, said.encode(), 0) if hasattr(os, "pwrite") else os.write(number, said.encode())
        return cls(number)

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
        return cls(number)

    def close(self) -> None:
        """Give it up, but for children that inherited it."""
        with suppress(OSError):
            os.close(self.number)
