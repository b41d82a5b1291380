"""The Fourier transform of what the panes show, or of a box, and the spots that stand out of it."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Instance, List, Tuple, Unicode, validate

from workbench.app.core.context import Context, Subject
from workbench.app.core.polling import in_background
from workbench.app.core.subjects import subject
from workbench.app.fourier.saved import FIRST_RINGS, FourierSaved
from workbench.errors import MicrographError
from workbench.figures.region import Region, check_region
from workbench.micrographs.lattice_rings import Ring, read_rings
from workbench.micrographs.power_spectrum import PowerSpectrum, power_spectrum
from workbench.particles.lattice.spots import NARROWEST_PX, Spot, find_spots

FINEST_NM = 0.1
"""Narrower spacings are neither drawn nor looked for: few microscopes show them."""

WIDEST_NM = 1.2
"""Wider spacings are not looked for: particles and their distances make spots there."""


@subject("fourier", order=45)
class FourierState(Subject):
    """What is transformed, and what came out.

    Attributes
    ----------
    active : bool
        Whether anybody looks: else nothing is computed.
    view : (top, left, bottom, right)
        What the panes show, in px of the micrograph; empty: all of it.
    of : {"view", "box"}
        What is transformed: what the panes show, or the box, and where none is drawn yet what they show, too.
    box : Region or None
        The box that was drawn.
    has_hand : bool
        Whether a drag in the panes is meant for the box.
    rings_text : str
        Rings as a person typed them, see `read_rings`.
    rings : list of Ring
    spectrum : PowerSpectrum or None
    spots : list of Spot
    said : str
        Why there is no spectrum; empty: there is one, or it is being made.
    stale : bool
        Whether spectrum and spots are of what was shown before: those of what is shown now are being made.

    Parameters
    ----------
    session : Context
    """

    saves = FourierSaved
    kept_names = ("rings_text", "of", "box")
    undone_names = ("of", "box")

    active = Bool(False)
    view = Tuple()
    of = Enum(["view", "box"], "view")
    box = AnyTrait(None)
    has_hand = Bool(False)
    rings_text = Unicode(FIRST_RINGS)
    rings: List[Ring] = List(Instance(Ring))
    spectrum = Instance(PowerSpectrum, allow_none=True)
    spots: List[Spot] = List(Instance(Spot))
    said = Unicode()
    stale = Bool(False)

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._at_work = self._again = False
        self.rings = read_rings(self.rings_text)

    def begin(self) -> None:
        """Follow what is open and what the panes show of it."""
        self.observe(self._look, names=["active", "of", "box"])
        self.observe(self._moved, names="view")
        self._session.observe(self._opened, names="micrograph")

    def to_save(self) -> dict[str, Any]:
        """Return the rings, and what is transformed."""
        return {"rings": self.rings_text, "fourier_of": self.of, "fourier_box": self.box}

    def restore(self, saved: FourierSaved) -> None:
        """Draw the rings that were saved, and transform what was."""
        self.set_rings(saved.rings)
        self.box, self.of = saved.fourier_box, saved.fourier_of

    def set_rings(self, text: str) -> None:
        """Draw other rings.

        Raises
        ------
        MicrographError
            If a word is neither a metal known here nor a spacing; the rings stay as they were.
        """
        rings = read_rings(text)
        self.rings_text, self.rings = text, rings

    def set_box(self, top: int, left: int, bottom: int, right: int) -> None:
        """Transform a box of the micrograph, whatever the panes show.

        Parameters
        ----------
        top, left, bottom, right : int
            Its first row and column, and those behind its last ones, in px.

        Raises
        ------
        WorkbenchError
            If it ends before it begins.
        """
        box = check_region((top, left, bottom, right))
        with self._session.history.group():
            self.box, self.of = box, "box"

    @property
    def part(self) -> tuple[int, int, int, int] | None:
        """What is transformed: top, left, bottom, right; None: all of it."""
        return (self.box if self.boxed else self.view) or None

    @property
    def boxed(self) -> bool:
        """Whether it is the box."""
        return self.of == "box" and self.box is not None

    @validate("box")
    def _a_part(self, proposal: dict[str, Any]) -> Region | None:
        return check_region(proposal["value"])  # a session says it before its micrograph is there

    def _opened(self, _change: object) -> None:
        micrograph, box = self._session.micrograph, self.box
        with self._session.lock:
            self.spectrum, self.spots, self.view = None, [], ()
        if micrograph is not None and box is not None and not box.lies_in(micrograph.shape):
            with self._session.history.paused():
                self.box = None
        self._look()

    def _moved(self, _change: object) -> None:
        if not self.boxed:
            self._look()

    def _look(self, _change: object = None) -> None:
        """Transform what is shown now; what is shown while that runs comes next, and of several the last one."""
        with self._session.lock:
            if not self.active or self._session.micrograph is None:
                return
            if self._at_work:
                self._again = True
                return
            self._at_work, self._again, self.stale = True, False, True
        in_background(
            self._transform, "Fourier transform", "the Fourier transform", self._refuse, self._ended
        )

    def _transform(self) -> None:
        with self._session.lock:
            micrograph, part = self._session.micrograph, self.part
        if micrograph is None:
            return
        box = None if part is None else (slice(part[0], part[2]), slice(part[1], part[3]))
        try:
            found: tuple[Any, ...] = (power_spectrum(micrograph.pixels, box), "")
        except MicrographError as error:
            found = (None, str(error))
        spots = [] if found[0] is None else find_spots(found[0], *_spacings_px(micrograph.nm_per_px))
        with self._session.lock:
            if micrograph is self._session.micrograph:
                self.spots = spots
                self.spectrum, self.said = found

    def _refuse(self, why: str) -> None:
        with self._session.lock:
            self.spots, self.spectrum, self.said = [], None, why

    def _ended(self) -> None:
        with self._session.lock:
            self._at_work, again = False, self._again
        if again:
            self._look()
        with self._session.lock:
            self.stale = self._at_work


def _spacings_px(nm_per_px: float | None) -> tuple[float | None, float]:
    """The widest and the narrowest spacing looked for; where no width is known, those of the search itself."""
    if nm_per_px is None:
        return None, NARROWEST_PX
    return WIDEST_NM / nm_per_px, FINEST_NM / nm_per_px
