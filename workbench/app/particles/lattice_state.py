"""The lattice of the particle that is chosen: looked for aside, while somebody looks at it."""

from __future__ import annotations

from typing import Any, NamedTuple

from traitlets import Bool, Instance, List, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.polling import in_background
from workbench.app.core.subjects import subject
from workbench.app.particles.lattice_saved import FIRST_PHASES, LatticeSaved, read_phases
from workbench.app.particles.state import ParticlesState
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.lattice.one_particle import LatticeOfParticle, lattice_of_particle
from workbench.particles.particle_set import ParticleSet

PICK = "Click a particle in a pane, or choose its row in the table: its lattice will stand here."
"""Said where none is chosen."""


LOOKED_FOR = "The lattice of this particle is looked for."


class Asked(NamedTuple):
    """Of what the lattice is looked for."""

    micrograph: Micrograph
    found: ParticleSet
    number: int
    phases: tuple[str, ...]

    def is_that_of(self, other: Asked | None) -> bool:
        """Say whether it is of the very same."""
        return other is not None and (
            (self.micrograph is other.micrograph and self.found is other.found)
            and (self.number, self.phases) == (other.number, other.phases)
        )


@subject("lattice", order=41)
class LatticeState(Subject):
    """The lattice of one particle, and what it is compared with.

    Attributes
    ----------
    active : bool
        Whether anybody looks: else nothing is computed.
    phases_text : str
        Phases as a person typed them, see `read_phases`.
    phases : list of str
        What the lattice is compared with.
    seen : LatticeOfParticle or None
        Of the particle that is chosen, or was until now.
    said : str
        Why there is none; empty: there is one, or it is being looked for.
    stale : bool
        Whether ``seen`` is of what was chosen before: what is chosen now is being looked at.

    Parameters
    ----------
    session : Context
    """

    saves = LatticeSaved
    kept_names = undone_names = ("phases_text",)

    active = Bool(False)
    phases_text = Unicode(FIRST_PHASES)
    phases: List[str] = List(Unicode())
    seen = Instance(LatticeOfParticle, allow_none=True)
    said = Unicode(PICK)
    stale = Bool(False)

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._at_work = self._again = False
        self._shown_of: Asked | None = None
        self.phases = read_phases(self.phases_text)

    def begin(self) -> None:
        """Follow which particle is chosen."""
        self.observe(self._typed, names="phases_text")
        self.observe(self._look, names=["active", "phases"])
        self._session.subject(ParticlesState).observe(self._look, names=["chosen", "found", "stale"])

    def to_save(self) -> dict[str, Any]:
        """Return the phases."""
        return {"lattice_phases": self.phases_text}

    def restore(self, saved: LatticeSaved) -> None:
        """Compare with the phases that were saved."""
        self.phases_text = saved.lattice_phases

    def set_phases(self, text: str) -> None:
        """Compare with other phases.

        Raises
        ------
        WorkbenchError
            If a name is none of a phase known here; what was set stays.
        """
        self.phases_text = ", ".join(read_phases(text))

    def step(self, by: int) -> None:
        """Choose the particle so many numbers further on; at the end it goes on from the beginning."""
        particles = self._session.subject(ParticlesState)
        if particles.found is not None and (count := len(particles.found.table)):
            particles.chosen = (max(particles.chosen, 1 if by < 0 else 0) - 1 + by) % count + 1

    # -- inside

    def _typed(self, _change: object) -> None:
        self.phases = read_phases(self.phases_text)

    def _asked(self) -> Asked | None:
        particles, micrograph = self._session.subject(ParticlesState), self._session.micrograph
        found, number = particles.found, particles.chosen
        if micrograph is None or found is None or found.labels.shape != micrograph.shape:
            return None
        return Asked(micrograph, found, number, tuple(self.phases)) if number else None

    def _look(self, _change: object = None) -> None:
        """Look at what is chosen now; what is chosen while that runs comes next, and of several the last one."""
        with self._session.lock:
            asked = self._asked()
            if asked is None:
                if not self._session.subject(ParticlesState).stale:  # else they may be numbered anew
                    self._show_nothing(PICK)
                return
            if not self.active or asked.is_that_of(self._shown_of):
                return
            if self._at_work:
                self._again = True
                return
            self._at_work, self._again, self.stale = True, False, True
            if self.seen is None:
                self.said = LOOKED_FOR
        in_background(self._make, "lattice", "the lattice of a particle", self._refuse, self._ended)

    def _show_nothing(self, why: str) -> None:
        self._shown_of, self.seen, self.said = None, None, why

    def _make(self) -> None:
        with self._session.lock:
            asked = self._asked()
        if asked is None:
            return
        seen = lattice_of_particle(asked.found.labels, asked.number, asked.micrograph, asked.phases)
        with self._session.lock:
            if asked.is_that_of(self._asked()):
                self._shown_of, self.said = asked, ""
                self.seen = seen

    def _refuse(self, why: str) -> None:
        with self._session.lock:
            self._show_nothing(why)

    def _ended(self) -> None:
        with self._session.lock:
            self._at_work, again = False, self._again
        if again:
            self._look()
        with self._session.lock:
            self.stale = self._at_work
