"""The particles of the network that is tuned: which count, what was done to them by hand, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, get_args

from traitlets import Bool, Dict, Enum, Float, Instance, Int, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.polling import in_background
from workbench.app.core.results import Results
from workbench.app.core.subjects import subject
from workbench.app.particles.count import Count, count_of, quick_count
from workbench.app.particles.saved import Counted, ParticlesSaved
from workbench.particles.correction import Correction, Kind, correct
from workbench.particles.particle_set import ParticleSet, corrected_and_selected
from workbench.particles.selection import Diameter, EdgeRule, Selection

RULES = tuple(Counted.model_fields)
UNDONE = (*RULES, "corrections")
"""What undo takes back."""


@subject("particles", order=40)
class ParticlesState(Subject):
    """Which particles count, and which do not and why.

    Attributes
    ----------
    active : bool
        Whether anybody looks: else nothing is computed, but what an export asks for.
    diameter, smallest, largest, min_confidence, min_circularity, edge
        As of `workbench.particles.selection.Selection`; of all micrographs and networks.
    size_unit : str
        Unit of ``smallest`` and ``largest``; they are not looked at where the micrograph has another one.
    corrections : dict
        Hash of a micrograph's pixels -> name of a network -> corrections as `Correction.plain` gives them.
    tool : {"pick", "cut", "join", "draw"}
        What a click or a drag in the panes does.
    found : ParticleSet or None
        Those of the network that is tuned.
    count : Count or None
        How many of them count; while a threshold moves it comes before ``found``.
    stale : bool
        Whether ``found`` is not of what is set: that is being made, or was stopped.
    chosen, pointed : int
        Number of the particle that is chosen, and of the one that is pointed at; 0: none.
    has_hand : bool
        Whether a click or a drag in the panes is meant for particles.

    Parameters
    ----------
    session : Context
    """

    saves = ParticlesSaved
    kept_names = undone_names = UNDONE

    active = Bool(False)
    diameter = Enum(get_args(Diameter), "equal_circle")
    smallest = Float(None, allow_none=True)
    largest = Float(None, allow_none=True)
    size_unit = Enum(["", "nm", "px"], "")
    min_confidence = Float(0.0, min=0.0, max=1.0)
    min_circularity = Float(0.0, min=0.0, max=1.0)
    edge = Enum(get_args(EdgeRule), "weights")
    corrections: Dict[str, Any] = Dict()
    tool = Enum(["pick", "cut", "join", "draw"], "pick")
    found = Instance(ParticleSet, allow_none=True)
    of = Unicode(help="name of the network that found is of")
    count = Instance(Count, allow_none=True)
    stale = Bool(False)
    has_hand = Bool(False)
    chosen = Int(0)
    pointed = Int(0)

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._at_work = self._again = False
        self._shown_of: tuple[Any, ...] = ()

    def begin(self) -> None:
        """Follow masks and thresholds, and what is set here."""
        session = self._session
        session.observe(self._look, names=["postprocessed", "thresholds", "current", "micrograph", "stale"])
        self.observe(self._look, names=["active", *UNDONE])

    # -- what is asked

    @property
    def selection(self) -> Selection:
        """Which particles of the open micrograph count."""
        unit = "px" if self._session.nm_per_px is None else "nm"
        sized = self.size_unit in ("", unit)
        return Selection(
            diameter=self.diameter,
            smallest=self.smallest if sized else None,
            largest=self.largest if sized else None,
            min_confidence=self.min_confidence,
            min_circularity=self.min_circularity,
            edge=self.edge,
        )

    @property
    def size_is_of_other_unit(self) -> bool:
        """Whether sizes were set in nm and the pixel size of this micrograph is not known, or the other way round."""
        unit = "px" if self._session.nm_per_px is None else "nm"
        return self.size_unit not in ("", unit) and (self.smallest, self.largest) != (None, None)

    def set_sizes(self, smallest: float | None, largest: float | None) -> None:
        """Count particles of some sizes only, in the unit of the open micrograph; ``None``: no bound."""
        Selection(smallest=smallest, largest=largest)
        unit = "px" if self._session.nm_per_px is None else "nm"
        with self._session.gesture(), self.hold_trait_notifications():
            self.size_unit = "" if smallest is largest is None else unit
            self.smallest, self.largest = smallest, largest

    def corrections_of(self, name: str) -> list[Any]:
        """Return what was done by hand to the particles of a network on the open micrograph."""
        micrograph = self._session.micrograph
        if micrograph is None:
            return []
        return list(self.corrections.get(micrograph.sha256, {}).get(name, []))

    # -- what a hand does

    def correct(self, kind: Kind, places: Any) -> None:
        """Do something by hand to the particles of the network that is tuned.

        Parameters
        ----------
        kind : {"out", "in", "cut", "join", "draw"}
        places : sequence of (y, x)
            In px; see `Correction`.

        Raises
        ------
        WorkbenchError
            If it is no correction.
        """
        name, micrograph = self._session.current, self._session.micrograph
        if not name or micrograph is None:
            return
        asked = Correction(kind, tuple(places))
        if self.found is not None and correct(self.found.labels, [asked]).missed:
            self._session.message = _MISSED[kind]
            return
        made, places = asked.plain()
        added = [made, [list(place) for place in places]]
        mine = self.corrections.get(micrograph.sha256, {})
        self.corrections = {
            **self.corrections,
            micrograph.sha256: {**mine, name: [*mine.get(name, []), added]},
        }

    def toggle(self, row: float, column: float) -> None:
        """Take the particle at a place out, or in again; nothing happens where there is none."""
        number = self.number_at(row, column)
        if number and self.found is not None:
            left_out = self.found.table["left_out"].to_numpy()[number - 1]
            if left_out == "edge":
                self._session.message = _AT_EDGE
                return
            self.correct("in" if left_out else "out", [(row, column)])

    def toggle_number(self, number: int) -> None:
        """Take a particle out by its number, or in again."""
        if self.found is None or not 0 < number <= len(self.found.table):
            return
        rows, columns = (self.found.labels == number).nonzero()
        middle = len(rows) // 2  # some pixel of it: its centroid may lie outside
        self.toggle(float(rows[middle]), float(columns[middle]))

    def number_at(self, row: float, column: float) -> int:
        """Return the number of the particle at a place; 0: none."""
        labels = None if self.found is None else self.found.labels
        y, x = round(row), round(column)
        if labels is None or not (0 <= y < labels.shape[0] and 0 <= x < labels.shape[1]):
            return 0
        return int(labels[y, x])

    def clear_corrections(self) -> None:
        """Take back all that was done by hand to the particles of the network that is tuned."""
        name, micrograph = self._session.current, self._session.micrograph
        if micrograph is not None and self.corrections_of(name):
            mine = {
                other: made for other, made in self.corrections[micrograph.sha256].items() if other != name
            }
            self.corrections = {**self.corrections, micrograph.sha256: mine}

    # -- what an export asks for

    def keywords(self, name: str) -> dict[str, Any]:
        """Return what is not as at first, as keywords of `Segmentation.particles`."""
        asked = asdict(self.selection)
        rules = {key: value for key, value in asked.items() if value != getattr(Selection, key)}
        made = [Correction.of(one).plain() for one in self.corrections_of(name)]
        return rules | ({"corrections": made} if made else {})

    def particles(self, name: str) -> ParticleSet | None:
        """Return the particles of a network, as its mask is shown; ``None``: there is no mask."""
        shown = self._session.subject(Results).shown(name)
        if shown is None:
            return None
        segmentation, made = shown
        return corrected_and_selected(
            made.labels,
            made.particles,
            segmentation,
            made.settings.threshold,
            self.corrections_of(name),
            self.selection,
        )

    # -- saved and reopened

    def to_save(self) -> dict[str, Any]:
        """Return which particles count, and what was done by hand."""
        counted = Counted(**{name: getattr(self, name) for name in RULES})
        kept = {sha: of for sha, of in self.corrections.items() if any(of.values())}
        return {"counted": counted, "corrections": kept}

    def restore(self, saved: ParticlesSaved) -> None:
        """Ask what was saved."""
        with self.hold_trait_notifications():
            for name in RULES:
                setattr(self, name, getattr(saved.counted, name))
            self.corrections = saved.corrections

    # -- inside

    def _look(self, _change: object = None) -> None:
        """Count, then measure, what is set now; what is set while that runs comes next."""
        with self._session.lock:
            if not self.active:
                return
            if self._session.micrograph is None or not self._session.current:
                self.found, self.count, self.stale = None, None, False
                return
            if self._at_work:
                self._again = True
                return
            self._at_work, self._again = True, False
        in_background(self._make, "particles", "counting particles", self._refuse, self._ended)

    def _make(self) -> None:
        session = self._session
        results = session.subject(Results)
        with session.lock:
            name = session.current
            shown = results.shown(name)
            settled = shown is not None and results.settled(name)
            settings, selection = session.settings(name), self.selection
            corrections = self.corrections_of(name)
            answer = session.segmentations.get(name) if results.current(name) else None
            asked = (name, None if shown is None else id(shown[1]), selection, repr(corrections))
        if not settled and answer is not None:
            if (quick := quick_count(answer, settings, selection, corrections)) is not None:
                with session.lock:
                    self.count, self.stale = quick, True
            elif not self.stale:
                self.stale = True
        if shown is None:
            with session.lock:
                self.found, self.of, self.stale, self._shown_of = None, name, False, ()
                self.count = self.count if answer is not None else None
            return
        if asked == self._shown_of:
            self.stale = not settled
            return
        segmentation, made = shown
        found = corrected_and_selected(
            made.labels, made.particles, segmentation, made.settings.threshold, corrections, selection
        )
        with session.lock:
            if name != session.current:
                return
            with self.hold_trait_notifications():
                self._shown_of = asked
                self.of, self.found, self.stale = name, found, not settled
                if settled:
                    self.count = count_of(found, selection)
                last = len(found.table)
                self.chosen, self.pointed = (
                    number if number <= last else 0 for number in (self.chosen, self.pointed)
                )

    def _refuse(self, why: str) -> None:
        with self._session.lock:
            self._session.message = why
            self.stale = True

    def _ended(self) -> None:
        with self._session.lock:
            self._at_work, again = False, self._again
        if again:
            self._look()


_AT_EDGE = (
    "The edge cuts this particle, so it does not count; "
    "under Particles those at the edge can be counted as they are."
)
_MISSED = {
    "out": "There is no particle at this place.",
    "in": "There is no particle at this place.",
    "cut": "This line parts no particle: draw it from outside across the particle to outside.",
    "join": "This line meets fewer than two particles: draw it from one into the other.",
    "draw": "All that was drawn around is particle already.",
}
