"""Networks shown at another dilation or scale than they were trained at; the next ones are computed while idle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.app.core.answers import Answers
from workbench.app.core.context import Context, Subject
from workbench.app.core.results import Results
from workbench.app.core.subjects import subject
from workbench.app.core.versions import Request
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.segmentation import Segmentation

if TYPE_CHECKING:
    from workbench.compute import Job

LARGEST = 8
"""The last step of the slider."""
CLASSICAL = "A classical method has no convolutions, so there is nothing to dilate."
Dilation = int | list[int]


def say_dilation(dilation: Dilation) -> str:
    """Return a dilation in a few characters, such as ``2`` or ``1-1-2``."""
    return str(dilation) if isinstance(dilation, int) else "-".join(map(str, dilation))


@subject("dilation_cache", order=110)
class DilationCache(Subject):
    """What a session knows of its networks at other dilations.

    Answers are kept by `Answers`, so that going back needs no job. Once a person has dilated a network, the
    dilations next to the one shown are computed while nothing else runs; anything that is asked ends that at once.

    Parameters
    ----------
    session : Context
    """

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._ahead: Job | None = None
        self._ticket = 0
        self._failed: set[Request] = set()
        self._held = False

    def begin(self) -> None:
        """Follow what runs, and which dilations are shown."""
        self._session.observe(self._versions_changed, names="versions")
        self._session.observe(self._busy, names="busy")

    # -- asked -----------------------------------------------------------------------------------

    def trained(self, name: str) -> Dilation:
        """Return the dilation that a network was trained at."""
        card = self._session.card(name)
        return card.dilation if card.trained_dilation is None else card.trained_dilation

    def of(self, name: str) -> Dilation:
        """Return the dilation that a network is to be shown at."""
        wanted: Dilation = self._session.dilations.get(name, self._session.card(name).dilation)
        return wanted

    def set(self, name: str, dilation: Dilation) -> None:
        """Show a network at a dilation; nothing happens for a classical method."""
        session = self._session
        card = session.card(name)
        if card.kind == "classical" or self.of(name) == dilation:
            return
        others = {key: value for key, value in session.dilations.items() if key != name}
        session.dilations = others if dilation == card.dilation else {**others, name: dilation}

    def request(self, name: str, dilation: Dilation, micrograph: Micrograph | None = None) -> Request:
        """Return what is asked of a network at a dilation, about a micrograph; by default about the open one."""
        session = self._session
        own = dilation == session.card(name).dilation
        version = session.version(name).at(None if own else dilation)
        return Request.of(version, session.micrograph if micrograph is None else micrograph)

    def scale(self, name: str) -> float:
        """Return the factor on the pixels that a network is given."""
        return float(self._session.scales.get(name, 1.0))

    def set_scale(self, name: str, factor: float) -> None:
        """Give a network pixels that are larger or smaller by a factor; nothing happens for a classical method."""
        session, factor = self._session, round(float(factor), 3)
        if session.card(name).kind == "classical" or self.scale(name) == factor:
            return
        others = {key: value for key, value in session.scales.items() if key != name}
        session.scales = others if factor == 1 else {**others, name: factor}

    def shown(self, name: str) -> bool:
        """Say whether the answer that a network's pane has is the one to what is set."""
        return self._session.subject(Results).current(name)

    def why_off(self, name: str) -> str:
        """Say why a network cannot be dilated; empty where it can."""
        if not name:
            return "Tick a network first."
        return CLASSICAL if self._session.card(name).kind == "classical" else ""

    # -- computed ahead --------------------------------------------------------------------------

    def forget(self) -> None:
        """Compute nothing ahead for the micrograph that was open."""
        self.stop_ahead()
        self._failed.clear()

    def hold(self) -> None:
        """Compute nothing ahead until `resume`: someone else computes all dilations."""
        self._held = True
        self.stop_ahead()

    def resume(self) -> None:
        """Compute ahead again."""
        self._held = False
        self.start_ahead()

    # -- what follows ----------------------------------------------------------------------------

    def _versions_changed(self, _change: object) -> None:
        self.stop_ahead()
        self.start_ahead()  # where all was kept, nothing runs

    def _busy(self, change: dict[str, Any]) -> None:
        self.stop_ahead() if change["new"] else self.start_ahead()

    def stop_ahead(self) -> None:
        """Compute nothing ahead: something is asked."""
        self._ticket += 1  # what still comes of it is not wanted
        job, self._ahead = self._ahead, None
        if job is not None:
            job.stop()

    def start_ahead(self) -> None:
        """Compute the next dilation ahead, where nothing else runs and it is not kept yet."""
        session = self._session
        name, micrograph = session.current, session.micrograph
        if (
            self._held
            or session.busy
            or self._ahead is not None
            or micrograph is None
            or not session.dilations
            or not session.subject(Results).settled(name)  # it was stopped, or has failed
        ):
            return
        request = next(iter(self._next(name, micrograph)), None)
        if request is None:
            return
        self._ticket += 1
        ticket = self._ticket

        def done(found: Segmentation) -> None:
            if ticket == self._ticket:
                self._ahead = None
                if session.asked.changed(request.version):
                    return  # of the old file or of the new one
                session.subject(Answers).keep(request, found)
                self.start_ahead()

        def failed(_why: str) -> None:
            if ticket == self._ticket:  # said when it is asked for; not tried again until then
                self._ahead = None
                self._failed.add(request)

        version = request.version
        self._ahead = session.compute.segment(
            micrograph,
            version.network,
            dilation=version.rates,
            scale=version.scale,
            fitted=version.fitted,
            urgent=False,
            on_done=done,
            on_error=failed,
        )

    def _next(self, name: str, micrograph: Micrograph | None = None) -> list[Request]:
        """Return what to ask for the dilations next to the one shown that are not kept, the wider one first."""
        session = self._session
        if name not in session.selected or self.why_off(name):
            return []
        here = self.of(name)
        if not isinstance(here, int):
            return []
        known = session.subject(Answers).known
        near = [
            self.request(name, dilation, micrograph)
            for dilation in (here + 1, here - 1)
            if 1 <= dilation <= LARGEST
        ]
        return [request for request in near if not known(request) and request not in self._failed]
