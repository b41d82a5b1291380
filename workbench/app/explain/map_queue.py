"""Computes the maps that are asked for, one after the other, then their trust figures; keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from zict import LRU

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.core.versions import Request
from workbench.app.explain.traits import ExplainTraits
from workbench.compute.explaining import Asked, FiguresFound, MapFound, find_figures, find_map

KEPT_BYTES = 1 << 28
JOB = "explain"
Cell = tuple[str, str]
"""Name of a network and of a method."""


@dataclass(frozen=True, eq=False)
class Found:
    """What there is of one network and one method: the map, and its figures once they are there, or why not."""

    map: MapFound
    figures: FiguresFound | None = None
    why_not: str = ""

    @property
    def bare(self) -> bool:
        """Whether the figures are still to come."""
        return self.figures is None and not self.why_not

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return int(self.map.map.nbytes) + 4096


class MapQueue:
    """Computes the maps of each target by each method, then their trust figures; what was computed is kept.

    A target, a method or a network that changes supersedes what was asked before: an answer that comes after that is
    kept, but not shown.

    Parameters
    ----------
    traits : ExplainTraits
        Where the maps are shown: ``found``, ``failures``, ``busy``, ``current``, ``status``.
    session : Context
    """

    def __init__(self, traits: ExplainTraits, session: Context) -> None:
        self._traits, self._session = traits, session
        self._jobs, self._lock = session.jobs, session.lock
        self._number = 0
        self._waiting: list[tuple[str, Cell]] = []
        self._kept: LRU[tuple[Any, ...], Found] = LRU(KEPT_BYTES, {}, weight=lambda _key, found: found.nbytes)
        self._held = False

    @property
    def left(self) -> int:
        """How many maps and figures wait."""
        return len(self._waiting)

    def supersede(self) -> int:
        """Let no answer count that was asked for before; return the number of the new request."""
        with self._lock:
            self._number += 1
            return self._number

    def latest(self, number: int) -> bool:
        """Say whether a request has not been superseded."""
        return number == self._number

    def plan(self) -> None:
        """Show what is kept, and compute what is not, in the order of the columns."""
        traits = self._traits
        with self._lock:
            self._end()
            number = self._number
            cells = [
                (name, method)
                for method in traits.methods
                for name in self._session.selected
                if name in traits.targets
            ]
            kept = {
                cell: found
                for cell in cells
                if (found := self._kept.get(self._key(cell, self._session.request(cell[0])))) is not None
            }
            self._waiting = [("map", cell) for cell in cells if cell not in kept]
            self._waiting += [("figures", cell) for cell in cells if cell not in kept or kept[cell].bare]
            with traits.hold_trait_notifications():
                traits.found, traits.failures = kept, {}
                traits.busy, traits.current, traits.status = bool(self._waiting), [], ""
        self._next(number)

    def drop(self) -> None:
        """Compute nothing any more; nothing is busy."""
        traits = self._traits
        self._end()
        with traits.hold_trait_notifications():
            traits.busy, traits.current, traits.status = False, [], ""

    def give_way(self) -> None:
        """Let a network run that someone waits for: figures begin anew once nothing else runs."""
        traits = self._traits
        with self._lock:
            if traits.current[:1] != ["figures"]:
                return
            self._number += 1
            self._waiting.insert(0, ("figures", (traits.current[1], traits.current[2])))
            self._held = True
            with traits.hold_trait_notifications():
                traits.current, traits.status = [], "trust figures wait"
            self._jobs.drop(JOB)

    def resume(self, change: dict[str, bool]) -> None:
        """Go on with the figures that gave way, once the page is not busy any more."""
        with self._lock:
            if self._held and not change["new"]:
                self._held = False
                self._next(self._number)

    def _next(self, number: int) -> None:
        """Begin what comes next: all maps first, then their figures, so that nobody waits for those."""
        traits = self._traits
        with self._lock:
            if number != self._number:
                return
            while (
                self._waiting and self._waiting[0][0] == "figures" and self._waiting[0][1] in traits.failures
            ):
                self._waiting.pop(0)
            if not self._waiting:
                with traits.hold_trait_notifications():
                    traits.busy, traits.current, traits.status = False, [], ""
                return
            stage, cell = self._waiting.pop(0)
            left = sum(waits == stage for waits, _cell in self._waiting)
            of = len(traits.targets) * len(traits.methods)
            with traits.hold_trait_notifications():
                traits.current = [stage, *cell]
                traits.status = f"{'map' if stage == 'map' else 'trust figures'} {of - left} of {of}"
            micrograph, request = self._session.micrograph, self._session.request(cell[0])
            if request is None:
                return
            asked, target = self._asked(cell, request), traits.targets[cell[0]]
            key = self._key(cell, request)  # of the same version, however soon it is another
            before = traits.found.get(cell)

        def take(found: Found) -> None:
            with self._lock:
                if not found.why_not:
                    self._kept[key] = found
                if number == self._number:
                    traits.found = {**traits.found, cell: found}
            self._next(number)

        def done(answer: Any) -> None:
            take(Found(answer) if before is None else Found(before.map, answer))

        def failed(why: str) -> None:
            if before is not None:  # the map is there all the same
                take(Found(before.map, None, why))
                return
            with self._lock:
                if number == self._number:
                    traits.failures = {**traits.failures, cell: why}
            self._next(number)

        session, method = self._session, traits.title(cell[1]).lower()
        title = f"{session.card(cell[0]).label}, {'' if stage == 'map' else 'how far to trust '}{method}"
        work: tuple[Any, ...] = (micrograph, target.packed, asked)
        submit = partial(
            session.compute.submit,
            *((find_map, *work) if stage == "map" else (find_figures, *work, session.truth)),
            what=title,
            needs_device=True,
            urgent=stage == "map",
        )
        with self._lock:
            if number == self._number:  # else it would take the place of the newer one
                self._jobs.start(JOB, title, done, failed, submit)

    def _asked(self, cell: Cell, request: Request) -> Asked:
        traits = self._traits
        name, method = cell
        which = request.version.which
        options = tuple(traits.options(name, method).items())
        return Asked(which.network, which.dilation, which.scale, method, options)

    def _key(self, cell: Cell, request: Request | None) -> tuple[Any, ...]:
        """Return all that a map and its figures depend on."""
        traits = self._traits
        digest, options = traits.targets[cell[0]].packed.digest, repr(traits.options(*cell))
        return request, cell[1], options, digest, self._session.subject(Results).truth_key

    def _end(self) -> None:
        """End what runs and what waits; what still comes of it is not wanted."""
        self._number += 1
        self._waiting, self._held = [], False
        self._jobs.drop(JOB)
