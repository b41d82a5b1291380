"""Thumbnails of files, kept on the disk by path, time and size of the file: the next page need not read it again."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from workbench.whole_files import written_whole

MOST_BYTES = 64 * 2**20
"""Of all thumbnails of a person, some ten thousand of them; those that were not looked at for longest go first."""
EVERY = 200
"""After how many new ones they are counted."""
DRAWN_AS = 1
"""Another number where thumbnails are drawn in another way: the older ones are drawn again."""


class ThumbnailCache:
    """The folder WORKBENCH_THUMBNAILS, by default in the user's cache. Where it cannot be written nothing is kept."""

    def __init__(self) -> None:
        named = os.environ.get("WORKBENCH_THUMBNAILS")
        self.folder = Path(named) if named else platformdirs.user_cache_path("hrtem-workbench") / "thumbnails"
        self._written = 0

    def place(self, path: Path) -> Path:
        """Return where the thumbnail of a file lies, as the file is now.

        Raises
        ------
        OSError
            If the file is not there.
        """
        found = path.stat()
        told = f"{DRAWN_AS} {found.st_mtime_ns} {found.st_size} {path}"
        return self.folder / f"{hashlib.sha256(os.fsencode(told)).hexdigest()[:32]}.png"

    def read(self, place: Path) -> bytes | None:
        """Return what lies at a place, and note that it was looked at; None where nothing does."""
        try:
            png = place.read_bytes()
            os.utime(place)
        except OSError:
            return None
        return png

    def keep(self, place: Path, png: bytes) -> None:
        """Keep a thumbnail, in a folder that only its person can enter."""
        with suppress(OSError):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with written_whole(place) as half:
                half.write_bytes(png)
            self._written += 1
            if self._written % EVERY == 1:
                self._make_room()

    def _make_room(self) -> None:
        """Delete those that were not looked at for longest, beyond what is kept."""
        kept = []
        for path in self.folder.iterdir():
            with suppress(OSError):
                found = path.stat()
                kept.append((found.st_mtime_ns, found.st_size, path))
        total = sum(size for _time, size, _path in kept)
        for _time, size, path in sorted(kept):
            if total <= MOST_BYTES:
                return
            with suppress(OSError):
                path.unlink()
            total -= size
