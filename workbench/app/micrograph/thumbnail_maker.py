"""Makes thumbnails of files while a page shows their names: one at a time, aside, those first that are seen now."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from zict import LRU

from workbench.app.core.context import Context
from workbench.app.core.opening import JOB as OPENING
from workbench.app.core.polling import reason
from workbench.app.core.thumbnail_cache import ThumbnailCache
from workbench.errors import WorkbenchError
from workbench.micrographs.thumbnail import thumbnail

LOG = logging.getLogger(__name__)
A_MOMENT_S = 0.05
FAILURES_KEPT = 1000
Told = Callable[[str, bytes, str], None]


class ThumbnailMaker:
    """One thread, while somebody looks at names without a picture.

    It waits while a micrograph is being opened: who opens one waits for that, and the disk is one.

    Parameters
    ----------
    session : Context
        Only files of its data folder are read.
    tell : callable(path, png, why)
        Told the path inside the data folder, the picture, and where there is none the sentence that says why.
    """

    def __init__(self, session: Context, tell: Told) -> None:
        self._session, self._tell = session, tell
        self._cache = ThumbnailCache()
        self._lock = threading.Lock()
        self._wanted: list[str] = []
        self._thread: threading.Thread | None = None
        self._failed: LRU[Path, str] = LRU(FAILURES_KEPT, {})

    def want(self, paths: Sequence[str]) -> None:
        """Make the pictures of these, in this order; those that were wanted before and are not here are let go."""
        with self._lock:
            self._wanted = list(paths)
            if self._thread is None and self._wanted:
                self._thread = threading.Thread(target=self._work, name="thumbnails", daemon=True)
                self._thread.start()

    def join(self) -> None:
        """Wait until all that is wanted is there; a test does."""
        while (thread := self._thread) is not None:
            thread.join()

    def _work(self) -> None:
        while (path := self._next()) is not None:
            png, why = b"", ""
            try:
                png = self._picture(path)
            except WorkbenchError as error:
                why = str(error)
            except Exception as error:  # one file is no reason to show none of the others
                LOG.debug("no thumbnail of %s", path, exc_info=True)
                why = f"{Path(path).name} cannot be read: {reason(error)}."
            self._tell(path, png, why)

    def _next(self) -> str | None:
        """Return what to make next once nothing is being opened; None: nothing, and the thread ends."""
        while self._session.jobs.running(OPENING):
            time.sleep(A_MOMENT_S)
        with self._lock:
            if self._wanted:
                return self._wanted.pop(0)
            self._thread = None
            return None

    def _picture(self, path: str) -> bytes:
        real = self._session.data.resolve(path)
        place = self._cache.place(real)
        known = self._cache.read(place)
        if known is not None:
            return known
        if (why := self._failed.get(place)) is not None:
            raise WorkbenchError(why)
        try:
            png = thumbnail(real)
        except WorkbenchError as error:
            self._failed[place] = str(error)
            raise
        self._cache.keep(place, png)
        return png
