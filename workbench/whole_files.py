"""Files that appear under their name only when they are complete, with the permissions that the umask leaves."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.errors import ComputeError

LONGEST_STEM_BYTES = 100
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
BINARY = getattr(os, "O_BINARY", 0)


def new_file(folder: Path, name: str, suffix: str = ".part") -> Path:
    """Make an empty hidden file whose name nobody can foresee, and return its path.

    The system applies the umask, as to any file that a program makes: `tempfile` would leave it readable by its owner
    alone, and the umask itself cannot be asked for without changing it for every thread.

    Parameters
    ----------
    folder : Path
        Has to be there.
    name : str
        Begins the name.
    suffix : str
        Ends it.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    stem = os.fsencode(name)[:LONGEST_STEM_BYTES].decode("utf-8", "ignore")
    while True:
        path = folder / f".{stem}.{secrets.token_hex(4)}{suffix}"
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_LINK | BINARY, 0o666))
        except FileExistsError:
            continue
        return path


@contextmanager
def written_whole(path: Path, suffix: str = ".part", *, sync: bool = False) -> Iterator[Path]:
    """Give a new file beside a path to be written; it takes the path's name at the end, or is deleted.

    Parameters
    ----------
    path : Path
        Its folder has to be there. What lies there stays until the new file is complete; a link is replaced.
    suffix : str
        Of the temporary name, for those who go by it.
    sync : bool
        Wait until the content is on the disk: after a loss of power it is there whole, or the older one is.

    Raises
    ------
    OSError
        If it cannot be made or renamed.
    """
    half = new_file(path.parent, path.name, suffix)
    try:
        yield half
        if sync:
            with half.open("rb+") as file:
                os.fsync(file.fileno())
        half.replace(path)
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)


def read_whole(path: Path) -> str | None:
    """Return the text of a file; None where there is none, which is not the same as one that cannot be read.

    Bytes that are no text become question marks: whoever reads a line of it finds out.

    Raises
    ------
    ComputeError
        If it is there and cannot be read now, such as on a network drive that is away.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ComputeError(
            f"{path} cannot be read ({error.strerror or error}); look at the drive and at its permissions."
        ) from error


def why_unread(error: OSError | UnicodeDecodeError) -> str:
    """Return in a few words why a text file was not read, without numbers of errors and Python's own words."""
    if isinstance(error, UnicodeDecodeError):
        return "it is no text"
    return (error.strerror or "the file system refused").lower()
