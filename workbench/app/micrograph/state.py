"""The pixel size from the scale bar that is burnt into the open micrograph."""

from __future__ import annotations

from traitlets import Bool, Instance

from workbench.app.core.context import Context, Subject
from workbench.app.core.polling import Background, in_background
from workbench.app.core.subjects import subject
from workbench.app.core.typed_sizes import TypedSizes
from workbench.errors import MicrographError
from workbench.micrographs.scale_bar import Place, ScaleBar, find_scale_bar


@subject("scale_bar", order=28)
class ScaleBarState(Subject):
    """The scale bar that a person points at, and the pixel size that its caption gives.

    Attributes
    ----------
    active : bool
        Whether a line that is drawn in a pane is meant to lie along the bar.
    bar : ScaleBar or None
        The bar that was found.

    Parameters
    ----------
    session : Context
    """

    active = Bool(False)
    bar = Instance(ScaleBar, allow_none=True)

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._latest = 0

    def begin_measuring(self) -> None:
        """Let lines that are drawn in a pane be meant for the scale bar."""
        self.bar, self.active = None, True

    def stop_measuring(self) -> None:
        """Forget the bar, and let clicks and drags be what they were."""
        with self._session.lock:
            self._latest += 1
            self.active, self.bar = False, None

    def measure(self, start: Place, end: Place | None = None) -> Background:
        """Find the bar along a line, or at a click, in the background; of several the last one counts.

        Parameters
        ----------
        start, end : (float, float)
            Row and column, in px of the micrograph; see `find_scale_bar`.

        Returns
        -------
        Background
            Ends when ``bar`` is set, or the page's message says why there is none.
        """
        session = self._session
        with session.lock:
            self._latest += 1
            ticket, micrograph = self._latest, session.micrograph
            session.message = ""

        def find() -> ScaleBar:
            if micrograph is None:
                raise MicrographError("No micrograph is open; open one that shows a scale bar.")
            bar = find_scale_bar(micrograph, start, end)
            with session.lock:
                if ticket == self._latest:
                    self.active, self.bar = True, bar
            return bar

        def refuse(why: str) -> None:
            with session.lock:
                if ticket == self._latest:
                    self.bar, session.message = None, why

        return in_background(find, "find scale bar", "finding the scale bar", refuse)

    def set_length(self, length: str) -> None:
        """Set the pixel size from the length that the bar's caption says, and put the tool down.

        Parameters
        ----------
        length : str
            With its unit, such as ``50 nm`` or ``0.2 um``.

        Raises
        ------
        MicrographError
            If that is no length, or no bar was found yet.
        """
        if self.bar is None:
            raise MicrographError("No scale bar was found yet; draw a line along it first.")
        nm_per_px, said = self.bar.nm_per_px(length), self.bar.said(length)
        self._session.subject(TypedSizes).set(nm_per_px, said)
        self.stop_measuring()

    def forget(self) -> None:
        """Put the tool down: another micrograph is about to be shown."""
        self.stop_measuring()
