"""Opens what a page shows, from whichever place: the last click wins, however long an earlier one takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.app.core.burnt_in import as_asked, rows_of
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.polling import in_background
from workbench.app.core.session_file import Origin
from workbench.app.core.uploads import upload_folder, used
from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.micrograph import BoolImage, Micrograph

if TYPE_CHECKING:
    from workbench.app.core.jobs import Jobs
    from workbench.app.session import Session

JOB = "open"


class Opening:
    """What is being opened.

    Each click that may change what is shown takes a ticket, at once; what is then read is shown only while that
    ticket is the latest one.

    Parameters
    ----------
    session : Session
    jobs : Jobs
        Where the status line hears that a file is read.
    lock : RLock
        Of the session.
    """

    def __init__(self, session: Session, jobs: Jobs, lock: threading.RLock) -> None:
        self._session, self._jobs, self._lock = session, jobs, lock
        self._latest = 0
        self._reading: Callable[[], object] | None = None

    def click(self) -> int:
        """Take the latest ticket: what was clicked before is not shown any more."""
        with self._lock:
            self._latest += 1
            self._reading = None
            self._jobs.drop(JOB)
            return self._latest

    def latest(self, ticket: int) -> bool:
        """Say whether nothing was clicked since."""
        return ticket == self._latest

    def stop(self) -> Callable[[], object] | None:
        """Show nothing of what is being read; return what reads it again, None where nothing was."""
        with self._lock:
            again = self._reading
            self.click()
            return again

    def show(
        self,
        ticket: int,
        micrograph: Micrograph,
        truth: BoolImage | None = None,
        origin: Origin | None = None,
        contents: Sequence[Any] = (),
    ) -> bool:
        """Show a micrograph; False where something else was clicked since the ticket was taken."""
        with self._lock:
            if not self.latest(ticket):
                return False
            self._reading = None
            self._session.take_in(micrograph, truth, origin, contents)
            return True

    def sample(
        self,
        name: str,
        nm_per_px: float | None = None,
        ticket: int | None = None,
        like: Origin | None = None,
        said: str = "",
    ) -> None:
        """Open one of the bundled micrographs, with its truth; a typed pixel size takes the place of its own."""
        from workbench.micrographs.samples import open_sample

        ticket = self.click() if ticket is None else ticket
        micrograph, truth = open_sample(name)
        if nm_per_px is not None:
            micrograph = micrograph.with_nm_per_px(nm_per_px)
        origin = _shown_like(Origin(kind="sample", path=name, nm_per_px=nm_per_px), like)
        with self._lock:
            if self.show(ticket, as_asked(micrograph, origin), rows_of(truth, origin), origin):
                self._session.message = said or self._session.message

    def again(self, origin: Origin, ticket: int | None = None, said: str = "") -> None:
        """Open what an origin names, as it says; nothing for an array. What is said then is the page's message."""
        if origin.kind == "sample":
            self.sample(origin.path, origin.nm_per_px, ticket, origin, said)
        elif origin.kind == "file":
            self.file(origin.path, origin.frame, origin.signal, origin.nm_per_px, ticket, origin, said)
        elif said:
            self._session.message = said

    def file(
        self,
        path: str,
        frame: int = 0,
        signal: int | None = None,
        nm_per_px: float | None = None,
        ticket: int | None = None,
        like: Origin | None = None,
        said: str = "",
    ) -> threading.Thread:
        """Open a file in the background, see `Session.open_file`; its rows and marks as in another origin."""
        ticket = self.click() if ticket is None else ticket
        running = self._jobs.begin(JOB, f"opening {Path(path).name}")
        with self._lock:
            if self.latest(ticket):
                self._session.message = ""
                self._reading = lambda: self.file(path, frame, signal, nm_per_px, like=like, said=said)

        def refuse(why: str) -> None:
            with self._lock:
                if self.latest(ticket):
                    self._reading = None
                    self._session.message = f"{why} {said}".strip()

        def read() -> None:
            from workbench.micrographs.reading import list_contents

            try:
                real = self.allowed(path)
                contents = list_contents(real)
                damaged = self._session.read_pixel_sizes()
                opened, origin = self.read(real, frame, signal, nm_per_px)
                origin = _shown_like(origin, like)
                opened = as_asked(opened, origin)
                _ = opened.left_out  # here, where nobody waits
                other = self._session.typed_sizes.why_other(str(real), opened.nm_per_px)
                with self._lock:  # else this could be said of what was clicked since
                    if self.show(ticket, opened, None, origin, contents):
                        told = " ".join(filter(None, (damaged or other, said)))
                        self._session.message = told or self._session.message
            except WorkbenchError as error:
                refuse(str(error))
            except MemoryError:
                refuse(f"{path} does not fit in memory; open a smaller file or a single frame of it.")
            finally:
                self._jobs.finish(JOB, running)

        return in_background(read, "open micrograph", "opening the micrograph", refuse)

    def read(
        self, path: Path, frame: int = 0, signal: int | None = None, nm_per_px: float | None = None
    ) -> tuple[Micrograph, Origin]:
        """Read a micrograph as the page would show it: with the pixel size that was typed for it or for its folder.

        Parameters
        ----------
        path : Path
            As `allowed` gave it.
        frame, signal : int
            By default the image, see `Session.open_file`.
        nm_per_px : float, optional
            Use this pixel size whatever the file says, and whatever was typed.

        Returns
        -------
        Micrograph, Origin
        """
        from workbench.micrographs.reading import open_micrograph

        sizes = self._session.pixel_sizes
        size = sizes.get(str(path)) if nm_per_px is None else nm_per_px
        opened = open_micrograph(path, frame=frame, signal=signal, nm_per_px=size)
        if opened.nm_per_px is None and str(path.parent) in sizes:
            size = sizes[str(path.parent)]
            opened = opened.with_nm_per_px(size)
        held = int(opened.metadata["signal"])
        return opened, Origin(kind="file", path=str(path), frame=frame, signal=held, nm_per_px=size)

    def allowed(self, path: str) -> Path:
        """Return the file that a path names, inside the data folder or among the uploads.

        Raises
        ------
        WorkbenchError
            If it lies elsewhere, or is not there.
        """
        uploaded = DataFolder(upload_folder())
        if Path(path).is_absolute() and Path(path).resolve().is_relative_to(uploaded.root):
            if not Path(path).is_file():
                raise ComputeError(
                    f"{Path(path).name} was uploaded in a session that has ended, or made room for others; "
                    "upload it again."
                )
            return used(uploaded.resolve(path))
        return self._session.data.resolve(path)


def _shown_like(origin: Origin, other: Origin | None) -> Origin:
    if other is None:
        return origin
    return origin.model_copy(
        update={
            "rows": other.rows,
            "marks_kept": other.marks_kept,
            "size_unknown": other.size_unknown and origin.nm_per_px is None,
        }
    )
