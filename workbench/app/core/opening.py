"""Opens what a page shows, from whichever place: the last click wins, however long an earlier one takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
from traitlets import Unicode

from workbench.app.core.burnt_in import as_asked, missing_said, rows_of
from workbench.app.core.context import Context, Subject
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.polling import Background, in_background
from workbench.app.core.results import Results
from workbench.app.core.session_file import Origin
from workbench.app.core.subjects import subject
from workbench.app.core.typed_sizes import TypedSizes
from workbench.app.core.uploads import upload_folder, used
from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.datasets.label_image import interpret_array
from workbench.micrographs.micrograph import BoolImage, Micrograph

JOB = "open"
A_BLINK_S = 0.15
"""In which whoever goes through files asks for the next one, while one is read."""


@subject("opening", order=30)
class Opening(Subject):
    """What is being opened.

    Each click that may change what is shown takes a ticket, at once; what is then read is shown only while that
    ticket is the latest one.

    Attributes
    ----------
    asked : str
        The file that the latest click asked for, by the name that was clicked: it is being read, is open, or could not
        be opened. Empty: the latest click asked for something else.

    Parameters
    ----------
    session : Context
    """

    job_keys = (JOB,)

    asked = Unicode("")

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._jobs, self._lock = session, session.jobs, session.lock
        self._latest = 0
        self._reading: Callable[[], object] | None = None

    def click(self) -> int:
        """Take the latest ticket: what was clicked before is not shown any more."""
        with self._lock:
            self._latest += 1
            self._reading = None
            self.asked = ""
            self._jobs.drop(JOB)
            return self._latest

    def latest(self, ticket: int) -> bool:
        """Say whether nothing was clicked since."""
        return ticket == self._latest

    def halt(self) -> Callable[[], object] | None:
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
            self._take_in(micrograph, truth, origin, contents)
            return True

    def _take_in(
        self, micrograph: Micrograph, truth: BoolImage | None, origin: Origin | None, contents: Sequence[Any]
    ) -> None:
        """Show what was opened, and ask the selected networks about it."""
        session = self._session
        if truth is not None and truth.shape != micrograph.shape:
            raise WorkbenchError(
                f"The truth has shape {truth.shape}, but {micrograph.name} has {micrograph.shape}; it was not used."
            )
        if truth is not None and truth.dtype != np.bool_:  # 0 and 255, or one number a particle
            truth = interpret_array(truth, f"the truth of {micrograph.name}").mask
        with self._lock:
            for other in session.subjects:
                other.forget()
            with session.hold_trait_notifications():
                session.segmentations, session.postprocessed, session.failures = {}, {}, {}
                session.truth = truth
                session.origin = origin or Origin(kind="array")
                session.contents = list(contents)
                session.micrograph = micrograph
                session.name_area_unit()
                session.message = missing_said(micrograph)
            self._jobs.keep([JOB])
        session.run()

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
        skim: bool = False,
    ) -> Background:
        """Open a file in the background, see `Session.open_file`; its rows and marks as in another origin.

        With ``skim``, while another one is read, it is read only if nothing else is asked for in the next blink.
        """
        with self._lock, self.hold_trait_notifications():
            hurried = skim and self._reading is not None
            ticket = self.click() if ticket is None else ticket
            if self.latest(ticket):
                self.asked = str(path)
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

        def read() -> Micrograph | None:
            from workbench.micrographs.reading import list_contents

            if hurried:
                sleep(A_BLINK_S)
                if not self.latest(ticket):
                    return None
            try:
                real = self.allowed(path)
                contents = list_contents(real)
                damaged = self._session.subject(TypedSizes).look()
                opened, origin = self.read(real, frame, signal, nm_per_px)
                origin = _shown_like(origin, like)
                opened = as_asked(opened, origin)
                _ = opened.left_out  # here, where nobody waits
                other = self._session.subject(TypedSizes).kept.why_other(str(real), opened.nm_per_px)
                with self._lock:  # else this could be said of what was clicked since
                    if self.show(ticket, opened, None, origin, contents):
                        told = " ".join(filter(None, (damaged or other, said)))
                        self._session.message = told or self._session.message
            except MemoryError as error:
                raise ComputeError(
                    f"{path} does not fit in memory; open a smaller file or a single frame of it."
                ) from error
            return opened

        return in_background(
            read,
            "open micrograph",
            "opening the micrograph",
            refuse,
            ended=lambda: self._jobs.finish(JOB, running),
        )

    def reopen(self, frame: int, signal: int = 0) -> Background | None:
        """Open another frame or signal of the open file; a pixel size that was typed stays."""
        origin = self._session.origin
        if origin is None or origin.kind != "file":
            return None
        return self.file(origin.path, frame, signal, origin.nm_per_px, like=origin)

    def leave_out_marks(self, on: bool = True) -> None:
        """Leave out what is burnt into the picture, or count it as specimen."""
        session = self._session
        with self._lock:
            if session.micrograph is None:
                return
            changed = session.micrograph.with_marks(None if on else ())
            with session.hold_trait_notifications():
                if session.origin is not None:
                    session.origin = session.origin.model_copy(update={"marks_kept": not on})
                session.subject(Results).resize(changed, set())
                session.micrograph = changed
        session.run()

    def show_rows(self, rows: tuple[int, int] | None) -> None:
        """Open the file or sample again, from first to last row + 1 alone; ``None``: all of it."""
        origin = self._session.origin
        if origin is not None:
            self.again(origin.model_copy(update={"rows": rows}))

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
        held, typed = int(opened.metadata["signal"]), self._session.subject(TypedSizes)
        bar = typed.scale_bar(str(path), size) or typed.scale_bar(str(path.parent), size)
        origin = Origin(kind="file", path=str(path), frame=frame, signal=held, nm_per_px=size, scale_bar=bar)
        return opened, origin

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
            "scale_bar": other.scale_bar if other.nm_per_px == origin.nm_per_px else origin.scale_bar,
        }
    )
