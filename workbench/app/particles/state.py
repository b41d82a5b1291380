"""The particles of the network that is tuned: which count, what was done to them by hand, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.app.core.context import Context, Subject
from workbench.app.core.parameters import CLEANING
from workbench.app.core.polling import in_background
from workbench.app.core.results import Results
from workbench.app.core.subjects import subject
from workbench.app.particles.asked import Asked, number_now
from workbench.app.particles.corrected import is_replaced, read_corrected
from workbench.app.particles.count import count_of, quick_count
from workbench.app.particles.saved import Counted, ParticlesSaved
from workbench.app.particles.traits import ParticlesTraits
from workbench.app.particles.words import AT_EDGE, MISSED
from workbench.errors import WorkbenchError
from workbench.particles.band import threshold_band
from workbench.particles.budget import Budget
from workbench.particles.correction import Correction, Kind, correct
from workbench.particles.distribution_result import Distribution
from workbench.particles.particle_set import ParticleSet, corrected_and_selected
from workbench.particles.selection import Selection
from workbench.segmentation.segmentation import Segmentation

RULES = tuple(Counted.model_fields)
UNDONE = (*RULES, "corrections")
"""What undo takes back."""


@subject("particles", order=40)
class ParticlesState(ParticlesTraits, Subject):
    """Which particles count, and which do not and why; see `ParticlesTraits`.

    Parameters
    ----------
    session : Context
    """

    saves = ParticlesSaved
    kept_names = undone_names = UNDONE

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._at_work = self._again = False
        self._shown_of: Asked | None = None
        self.renumbers = False
        """Whether what is chosen gets the number that it has by now: nobody chose it anew."""
        self._band_of: tuple[Any, ...] = ()

    def begin(self) -> None:
        """Follow masks and thresholds, and what is set here."""
        session = self._session
        asked = ["micrograph", "current", "thresholds"]
        session.observe(self._look, names=[*asked, "segmentations", "postprocessed", "stale"])
        self.observe(self._look, names=["active", *UNDONE])
        session.observe(self._compare, names=["segmentations", "selected", "thresholds", *CLEANING])
        self.observe(self._compare, names=["compares", "weighted_by", "edge"])

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
        with (
            self.hold_trait_notifications()
        ):  # the unit last: a drag is one step of undo, that of what it moves
            self.smallest, self.largest = smallest, largest
            self.size_unit = "" if smallest is largest is None else unit

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
        kind : {"out", "in", "cut", "join", "draw", "replace"}
        places : sequence of (y, x)
            In px; see `Correction`. To replace: `ExternalLabels`.

        Raises
        ------
        WorkbenchError
            If it is no correction.
        """
        name, micrograph = self._session.current, self._session.micrograph
        if not name or micrograph is None:
            return
        asked = Correction.of((kind, places))
        if self._meets_nothing(asked):
            self._session.message = MISSED[kind]
            return
        mine = self.corrections.get(micrograph.sha256, {})
        made = {**mine, name: [*mine.get(name, []), asked.kept()]}
        with self._session.gesture():  # however soon the next comes, undo takes back one by one
            self.corrections = {**self.corrections, micrograph.sha256: made}

    def read_corrected(self, path: Path | str, file: str = "") -> str:
        """Let the particles of a file take the place of those of the network that is tuned.

        Parameters
        ----------
        path : Path or str
            See `workbench.read_particles`.
        file : str
            Its name for a person and a script; by default the path.

        Returns
        -------
        str
            What changed.

        Raises
        ------
        WorkbenchError
            If it cannot be read or is not of this micrograph, or there is no mask yet; nothing is changed then.
        """
        session = self._session
        with session.lock:
            micrograph, name = session.micrograph, session.current
            settled = bool(name) and session.subject(Results).settled(name)
            shown = self.particles(name) if settled else None
        if micrograph is None or shown is None:
            raise WorkbenchError("The mask is not of what is set yet; wait for it.")
        file = file or str(path)
        external, said = read_corrected(Path(path), file, micrograph, shown, self.corrections)
        with session.lock:
            if session.micrograph is not micrograph or session.current != name:
                raise WorkbenchError(f"{file} was not taken: by now something else is shown.")
            if external is not None:
                self.correct("replace", external)
        return said

    def _meets_nothing(self, asked: Correction) -> bool:
        if self.found is None:
            return False  # nobody knows yet
        if asked.kind in ("out", "in"):
            return not self.number_at(*asked.places[0])
        return bool(correct(self.found.labels, [asked]).missed)

    def toggle(self, row: float, column: float) -> None:
        """Take the particle at a place out, or in again; nothing happens where there is none."""
        number = self.number_at(row, column)
        if number and self.found is not None:
            left_out = self.found.table["left_out"].to_numpy()[number - 1]
            if left_out == "edge":
                self._session.message = AT_EDGE
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
        return 0 if self.found is None else self.found.number_at(row, column)

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
        made = [Correction.of(one) for one in self.corrections_of(name)]
        plain = [one.plain() if one.external is None else one for one in made]
        return rules | ({"corrections": plain} if plain else {})

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

    def _asked(self) -> Asked:
        name = self._session.current
        shown = self._session.subject(Results).shown(name)
        made_of, made = (None, None) if shown is None else shown
        return Asked(
            self._session.micrograph,
            name,
            made_of,
            made,
            self.selection,
            self.weighted_by,
            self.corrections_of(name),
        )

    def _look(self, _change: object = None) -> None:
        """Count, then measure, what is set now; what is set while that runs comes next."""
        with self._session.lock:
            asked, former = self._asked(), self._shown_of
            if asked.micrograph is None or not asked.name:
                self._show_nothing()
                return
            gone = former is not None and not former.of_the_same(asked)
            settled = former == asked and self._session.subject(Results).settled(asked.name)
            if gone or not (self.active or settled):
                self._show_nothing()
            if not self.active:
                return
            if self._at_work:
                self._again = True
                return
            self._at_work, self._again = True, False
        in_background(self._make, "particles", "counting particles", self._refuse, self._ended)

    def _show_nothing(self) -> None:
        self._shown_of = None
        self.chosen = self.pointed = 0
        self.found, self.distribution, self.count, self.stale = None, None, None, False

    def _make(self) -> None:
        session = self._session
        results = session.subject(Results)
        with session.lock:
            asked = self._asked()
            settled = results.settled(asked.name)
            answer = session.segmentations.get(asked.name) if results.current(asked.name) else None
            settings = session.settings(asked.name)
        if not settled and answer is not None:
            quick = quick_count(answer, settings, asked.selection, asked.corrections)
            with session.lock:
                if asked.of_the_same(self._asked()):
                    self.count, self.stale = quick or self.count, True
        if asked.made is None or asked.made_of is None:
            if answer is None:
                with session.lock:
                    self._show_nothing()
            return
        if asked != self._shown_of:
            found, sizes = asked.measure(asked.made_of, asked.made)
            self._show(found, sizes, asked)
        with session.lock:
            if asked == self._shown_of and self.found is not None and self.distribution is not None:
                self.stale = not settled
                self.count = count_of(self.found, self.distribution) if settled else self.count

    def _show(self, found: ParticleSet, sizes: Distribution, asked: Asked) -> None:
        """Show particles, unless another micrograph or network is open by now; what was chosen stays chosen.

        One trait after the other: held back, what a person changes meanwhile would be, too.
        """
        with self._session.lock:
            if not asked.of_the_same(self._asked()):
                return
            former = {look: getattr(self, look) for look in ("chosen", "pointed")}
            numbers = {look: number_now(number, self.found, found) for look, number in former.items()}
            for look in (look for look, number in former.items() if number != numbers[look]):
                setattr(self, look, 0)
            self._shown_of, self.of, self.distribution = asked, asked.name, sizes
        self.found = found  # unlocked: who draws it holds nobody up
        self.renumbers = True
        for look, number in numbers.items():
            if self.found is found and not getattr(self, look):
                setattr(self, look, number)
        self.renumbers = False

    # -- how far it depends on threshold and network

    def budget(self) -> Budget | None:
        """Return the uncertainty of the median with its parts; ``None``: no particle counts."""
        found = self.distribution
        if found is None or not found.counted:
            return None
        # no threshold moves the particles of a file
        band = None if is_replaced(self.corrections_of(self.of)) else self.band
        network = self.of if band is not None and (band.table["network"] == self.of).any() else None
        return found.budget(
            calibration=self.calibration,
            band=None if network is None else band,
            network=network,
            nm_per_px=self._session.nm_per_px,
        )

    def _compare(self, _change: object = None) -> None:
        """Count at other thresholds, with each network; what changes while that runs comes next."""
        session = self._session
        with session.lock:
            names = [name for name in session.selected if session.subject(Results).current(name)]
            answers = {name: session.segmentations[name] for name in names}
            cleaning = (session.fill_holes, session.split_touching, self.weighted_by, self.edge)
            thresholds = [session.threshold(name) for name in names]
            asked = (*(id(answer) for answer in answers.values()), *thresholds, *cleaning)
            if not self.compares or self.comparing or asked == self._band_of:
                return
            self.comparing = True
        in_background(
            lambda: self._make_band(answers, asked),
            "particles compared",
            "counting at other thresholds",
            self._refuse,
            self._compared,
        )

    def _make_band(self, answers: dict[str, Segmentation], asked: tuple[Any, ...]) -> None:
        session = self._session
        made = None
        if answers:
            made = threshold_band(
                list(answers.values()),
                fill_holes=session.fill_holes,
                split_touching=session.split_touching,
                weighted_by=self.weighted_by,
                edge=self.edge,
                own_thresholds={
                    answer.network.name: session.threshold(name) for name, answer in answers.items()
                },
            )
        with session.lock:
            self.band, self._band_of = made, asked

    def _compared(self) -> None:
        with self._session.lock:
            self.comparing = False
        self._compare()

    def _refuse(self, why: str) -> None:
        with self._session.lock:
            self._session.message = why
            self.stale = True

    def _ended(self) -> None:
        with self._session.lock:
            self._at_work, again = False, self._again
        if again:
            self._look()
