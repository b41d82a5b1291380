"""How wide particles are in an open micrograph without a pixel size: found once, or set by a person."""

from __future__ import annotations

from typing import Any

from traitlets import Dict

from workbench.app.core.context import Context, Subject
from workbench.app.core.subjects import subject
from workbench.compute.particle_width import WidthFound, find_particle_width
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.particle_scale import width_finder

JOB = "particle width"


@subject("particle_width", order=15)
class ParticleWidth(Subject):
    """The width of the particles, one for all networks whose card says how wide those are that they part best.

    Such a network sees a micrograph without a pixel size at the scale at which its particles are as wide
    (``session.particle_px``, `factor_for`). The smallest network of all that know such a width finds it, whether it is
    selected or not (`width_finder`), and all wait for it.

    Attributes
    ----------
    failed : dict of str to str
        Hash of a micrograph -> sentence that says why nobody could look for the width.

    Parameters
    ----------
    session : Context
        Its ``particle_widths`` were set, its ``found_widths`` found.
    """

    job_keys = (JOB,)
    failed = Dict()

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._jobs, self._lock = session, session.jobs, session.lock
        self._looked_at = ""

    # -- what there is

    def network(self) -> str:
        """Return the network that finds the width; empty where none of the selected ones needs it."""
        if self._sizeless() is None:
            return ""
        needing = next((name for name in self._session.selected if self._fits(name)), "")
        return needing and width_finder(self._session.card(needing), self._session.cards).name

    def finding(self) -> bool:
        """Say whether the width is being looked for."""
        return self._jobs.running(JOB)

    def awaited(self, name: str) -> bool:
        """Say whether a network waits for the width."""
        return self.finding() and self._sizeless() is not None and self._fits(name)

    @property
    def set_by_hand(self) -> bool:
        """Whether a person set the width of the open micrograph."""
        micrograph = self._sizeless()
        return micrograph is not None and micrograph.sha256 in self._session.particle_widths

    @property
    def said(self) -> str:
        """One sentence: how wide particles are, or why nobody knows; empty where nobody has looked."""
        micrograph = self._sizeless()
        if micrograph is None:
            return ""
        if self.set_by_hand:
            return f"Particles are taken as {self._session.particle_px:.4g} px wide, as set by hand."
        found = self._session.found_widths.get(micrograph.sha256)
        return str(self.failed.get(micrograph.sha256, "")) if found is None else str(found.said)

    # -- what a hand does

    def set(self, particle_px: float) -> None:
        """Say how wide particles are in the open micrograph.

        Parameters
        ----------
        particle_px : float
            In its pixels.

        Raises
        ------
        WorkbenchError
            If its pixel size is known, none is open, or this is no positive number.
        """
        session = self._session
        with self._lock:
            micrograph = session.micrograph
            if micrograph is None:
                raise WorkbenchError("No micrograph is open; open one, then say how wide its particles are.")
            if micrograph.nm_per_px is not None:
                raise WorkbenchError(
                    f"{micrograph.name} has a pixel size, {micrograph.nm_per_px:.4g} nm, by which networks see it; "
                    "take that away to set the width of its particles."
                )
            width = float(f"{particle_px:.4g}")
            session.particle_widths = {**session.particle_widths, micrograph.sha256: width}

    def find(self) -> None:
        """Find the width again in the open micrograph; one that was set is forgotten."""
        session = self._session
        with self._lock:
            micrograph = self._sizeless()
            if micrograph is None or not self.network():
                return
            self._forget_failure(micrograph)
            self._start(micrograph)
            widths = session.particle_widths
            session.particle_widths = {key: px for key, px in widths.items() if key != micrograph.sha256}
        session.run()

    # -- what follows

    def try_again(self) -> None:
        """Look for the width again where nobody could."""
        self.failed = {}

    def see_to(self) -> None:
        """Look for the width where it is needed and not known; stop looking where it is not needed any more."""
        session, micrograph = self._session, self._sizeless()
        with self._lock:
            if micrograph is None or not self.network() or self.set_by_hand:
                self._jobs.drop(JOB)
                return
            key = micrograph.sha256
            if self.finding():
                if self._looked_at != key:
                    self._start(micrograph)
            elif key not in session.found_widths and key not in self.failed:
                self._start(micrograph)

    def _start(self, micrograph: Micrograph) -> None:
        session, name = self._session, self.network()
        key = self._looked_at = micrograph.sha256
        label = session.card(name).label

        def done(found: WidthFound) -> None:
            with self._lock:
                session.found_widths = {**session.found_widths, key: found}
            session.run()

        def failed(why: str) -> None:
            with self._lock:
                self.failed = {**self.failed, key: why}
                session.message = why
            session.run()

        def submit(**on: Any) -> Any:
            weights = session.version(name).weights
            what = f"Finding how wide particles are in {micrograph.name}"
            return session.compute.submit(
                find_particle_width, micrograph, weights, what=what, needs_device=True, **on
            )

        self._jobs.start(JOB, f"{label}, how wide particles are", done, failed, submit)

    def _forget_failure(self, micrograph: Micrograph) -> None:
        self.failed = {key: why for key, why in self.failed.items() if key != micrograph.sha256}

    def _sizeless(self) -> Micrograph | None:
        micrograph = self._session.micrograph
        return micrograph if micrograph is not None and micrograph.nm_per_px is None else None

    def _fits(self, name: str) -> bool:
        return self._session.card(name).particle_px is not None
