"""Why did the networks say so? The part of a session that explains what a person clicks."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, Enum, Float, HasTraits, Instance, List, Unicode
from zict import LRU

from workbench.app.core.polling import reason
from workbench.app.core.questions import Questions
from workbench.app.core.session_file import Explained
from workbench.app.core.versions import Request
from workbench.app.explain.targets import (
    CHOOSE,
    KINDS,
    WITHOUT_CLICK,
    NetworkTarget,
    aim_at,
    covers,
    ready_to_aim,
    simplified,
)
from workbench.compute.explaining import (
    Asked,
    FiguresFound,
    MapFound,
    MethodKnown,
    find_figures,
    find_map,
    list_layers,
    list_methods,
)
from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.shapes import Points
from workbench.micrographs.micrograph import Micrograph

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.app.core.jobs import Jobs
    from workbench.app.session import Session

LOG = logging.getLogger(__name__)

FIRST_METHODS = ("grad_cam", "lrp", "integrated_gradients")
"""Columns at first sight, where they are there; else what there is."""
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


class ExplainState(HasTraits):
    """What is to be explained, how, and what came of it.

    A click gives a target for each selected network, of its own mask; the maps follow one after the other, then their
    figures. What was computed is kept, so that going back shows it at once.

    Parameters
    ----------
    session : Session
    jobs : Jobs
        Where the page's jobs run.
    lock : RLock
        Of the session, see `Jobs`.
    """

    # what is asked
    active = Bool(False, help="whether a click in a pane chooses a target")
    kind = Enum(list(KINDS), "particle", help="what of it is explained")
    at: List[Any] = List(help="row and column of the click; empty: none")
    line: List[Any] = List(help="(row, column) of the corners of a free-hand region; empty: none")
    methods: List[str] = List(Unicode(), help="names of the columns")
    layers = Dict(help="name of network -> layer for the methods that look at one; missing: their own choice")
    percentile = Float(
        99.0, min=0.0, max=100.0, help="of |attribution| that is drawn in full colour; see full_colour"
    )
    opacity = Float(0.75, min=0.0, max=1.0, help="of the map over the micrograph")

    # what came out
    known: List[MethodKnown] = List(Instance(MethodKnown), help="every method there is")
    known_layers = Dict(help="name of network -> layers that may be chosen")
    aims = Dict(help="name of network -> NetworkTarget")
    found: Dict[Any, Any] = Dict(help="(network, method) -> Found")
    failures: Dict[Any, Any] = Dict(help="(network, method) -> sentence that says why there is no map")
    refusals = Dict(help="name of network -> sentence that says why it has no maps at all")

    # what goes on
    busy = Bool(False)
    current: List[str] = List(
        Unicode(), help="computed now: map or figures, network and method; empty: nothing"
    )
    status = Unicode(help="how far it is, or how it ended")

    def __init__(self, session: Session, jobs: Jobs, lock: threading.RLock) -> None:
        super().__init__()
        self._session, self._jobs, self._lock = session, jobs, lock
        self._ticket = 0
        self._waiting: list[tuple[str, Cell]] = []
        self._kept: LRU[tuple[Any, ...], Found] = LRU(KEPT_BYTES, {}, weight=lambda _key, found: found.nbytes)
        self._pixels = ""
        self._held = False
        self._awaited: tuple[str, list[int], list[Any]] = ("", [], [])
        self._methods: Questions[list[MethodKnown]] = Questions(session.compute, self._learn, self._said)
        self._layers: Questions[list[str]] = Questions(session.compute, self._learn_layers)
        session.observe(self._micrograph, names="micrograph")
        session.observe(self._changed, names="versions")
        session.observe(self._follow, names=["selected", "postprocessed"])
        session.observe(self._resume, names="busy")
        self.observe(self._columns, names=["methods", "layers"])
        self.observe(self._opened, names="active")
        self.observe(self._another_kind, names="kind")

    # -- what a hand does

    def choose(self, row: int, column: int) -> None:
        """Explain what lies at a pixel, and open the panel; outside the micrograph nothing happens.

        Nor does it where a region is to be drawn: see `draw`.
        """
        micrograph = self._session.micrograph
        if micrograph is None or self.kind == "region":
            return
        if not (0 <= row < micrograph.shape[0] and 0 <= column < micrograph.shape[1]):
            return
        self.at = [int(row), int(column)]
        self.active = True
        self._again()

    def draw(self, corners: Points) -> None:
        """Explain the region inside a closed line, and open the panel; outside the micrograph nothing happens.

        Parameters
        ----------
        corners : (N, 2) whole numbers
            Rows and columns. Corners within a pixel of the straight line between others are left out.
        """
        micrograph = self._session.micrograph
        path = simplified(corners)
        if micrograph is None or not covers(micrograph.shape, path):
            return
        self.line = path
        self.active = True
        if self.kind == "region":
            self._again()
        else:
            self.kind = "region"  # which explains it

    def run(self) -> None:
        """Freeze the target anew, of the masks as they are now, and explain it; returns at once, ``found`` grows.

        Raises
        ------
        WorkbenchError
            If there is no micrograph, no network is selected, or nothing has been clicked.
        """
        session = self._session
        if session.micrograph is None:
            raise WorkbenchError("Open a micrograph first.")
        if not session.selected:
            raise WorkbenchError("Tick a network under Networks first.")
        if self.known and not self.methods:
            raise WorkbenchError("Tick a method first.")
        if not self.chosen:
            raise WorkbenchError(f"{CHOOSE.get(self.kind, CHOOSE['particle'])} in a pane first.")
        with self._lock:
            self._drop()
            with self.hold_trait_notifications():
                self.aims, self.refusals, self.found, self.failures = {}, {}, {}, {}
        self.active = True
        self._follow()

    def stop(self) -> None:
        """Stop; the maps that are there stay."""
        with self._lock:
            was_busy, left = self.busy, len(self._waiting) + 1
            self._drop()
            if was_busy:
                self.status = f"stopped, {left} left out; a click begins anew"

    def go_on(self) -> None:
        """Compute what was stopped."""
        if self.active:
            self._replan()
            self._follow()

    def try_again(self) -> None:
        """Ask again for methods and layers that were lost with a worker too often."""
        for questions in (self._methods, self._layers):
            questions.try_again()
        if self.active:
            self._ask_methods()
            self._learn_layers()

    def clear(self) -> None:
        """Choose nothing."""
        with self._lock:
            self._drop()
            with self.hold_trait_notifications():
                self.at, self.line, self.aims, self.refusals = [], [], {}, {}
                self.found, self.failures, self.status = {}, {}, ""
                if self.kind in WITHOUT_CLICK:
                    self.kind = "particle"

    def tick(self, method: str, on: bool = True) -> None:
        """Add a column, or take one away.

        Raises
        ------
        WorkbenchError
            If there is no such method.
        """
        names = [one.name for one in self.known]
        if on and self.known and method not in names:
            raise WorkbenchError(f"There is no method {method!r}; there are {', '.join(names)}.")
        if on and method not in self.methods:
            self.methods = [*self.methods, method]
        elif not on and method in self.methods:
            self.methods = [other for other in self.methods if other != method]

    def asked(self) -> Explained:
        """Return what is asked, as it is saved."""
        names = ("kind", "at", "line", "methods", "percentile", "opacity")
        return Explained(layers=dict(self.layers), **{name: getattr(self, name) for name in names})

    def restore(self, asked: Explained, active: bool, sha256: str) -> None:
        """Ask what was saved; the click waits for the micrograph with this hash."""
        with self._lock:
            self._drop()
            self._pixels, self._awaited = "", (sha256, list(asked.at), list(asked.line))
            with self.hold_trait_notifications():
                self.kind, self.methods, self.layers = asked.kind, list(asked.methods), dict(asked.layers)
                self.percentile, self.opacity = asked.percentile, asked.opacity
                self.at, self.line = [], []
        self.active = active

    def figure(self) -> Figure:
        """Return the maps that are there as one figure, each with its target and how far to trust it.

        Raises
        ------
        WorkbenchError
            If there is none yet.
        """
        from workbench.app.explain.figure import Shown, maps_figure

        micrograph = self._session.micrograph
        if micrograph is None or not self.found:
            raise WorkbenchError("No map is there yet; click a particle.")
        shown = [
            Shown(self._session.card(name), self.aims[name].target, found.map, found.figures)
            for name in self._session.selected
            for method in self.methods
            if (found := self.found.get((name, method))) is not None
        ]
        return maps_figure(micrograph, shown, percentile=self.percentile, opacity=self.opacity)

    @property
    def chosen(self) -> bool:
        """Whether there is something to explain."""
        return bool(self.line if self.kind == "region" else self.at) or self.kind in WITHOUT_CLICK

    def title(self, method: str) -> str:
        """Return the name of a method on screen."""
        return next((one.title for one in self.known if one.name == method), method)

    def looks_at_layer(self, method: str) -> bool:
        """Whether a method looks at a layer that may be chosen."""
        return any(one.name == method and "layer" in one.options for one in self.known)

    def options(self, network: str, method: str) -> dict[str, Any]:
        """Return the options that a method is given: the layer, where it looks at one and one is chosen."""
        layer = self.layers.get(network)
        return {"layer": layer} if layer and self.looks_at_layer(method) else {}

    def set_layer(self, network: str, layer: str) -> None:
        """Choose the layer of a network that methods look at which look at one; empty: their own choice."""
        others = {name: one for name, one in self.layers.items() if name != network}
        self.layers = {**others, network: layer} if layer else others

    # -- what follows

    def _again(self) -> None:
        if self.active and self.chosen and self._session.selected and self.methods:
            self.run()

    def _another_kind(self, _change: object = None) -> None:
        """Explain another kind of target; where it has to be clicked or drawn first, put away what was explained."""
        if not self.chosen:
            with self._lock:
                self._drop()
                self._forget(set(self._session.selected))
        self._again()

    def _opened(self, change: dict[str, bool]) -> None:
        if change["new"]:
            self._ask_methods()
            self._follow()

    def _ask_methods(self) -> None:
        if not self.known:
            self._methods.ask("methods", list_methods, what="Asking for the methods")

    def _learn(self) -> None:
        known = self._methods.answer("methods") or []
        names = [one.name for one in known]
        wanted = [name for name in self.methods or FIRST_METHODS if name in names]
        with self.hold_trait_notifications():  # boxes appear selected, and no hand meets them before
            self.known, self.methods = known, wanted or names[:3]
        self._follow()

    def _learn_layers(self) -> None:
        """Ask for the layers of the selected networks, where a chosen method looks at one."""
        session = self._session
        if not (self.active and any(map(self.looks_at_layer, self.methods))):
            return
        known = {}
        for name in session.selected:
            if session.card(name).kind == "classical":
                continue
            version = session.version(name).as_trained
            self._layers.ask(
                version, list_layers, version.weights, what="Asking for the layers", urgent=False
            )
            known[name] = self._layers.answer(version) or []
        if known != self.known_layers:
            self.known_layers = known

    def _said(self, _key: object, why: str) -> None:
        self._session.message = why

    def _micrograph(self, _change: object = None) -> None:
        micrograph = self._session.micrograph
        with self._lock:
            self._drop()
            same = micrograph is not None and micrograph.sha256 == self._pixels
            self._pixels = "" if micrograph is None else micrograph.sha256
            with self.hold_trait_notifications():
                self.aims, self.refusals, self.found, self.failures = {}, {}, {}, {}
                self.status = ""
                if not same:
                    awaited, at, line = self._awaited
                    mine = micrograph is not None and awaited == self._pixels and _inside(micrograph, at)
                    self.at, self.line = (at, line) if mine else ([], [])

    def _changed(self, change: dict[str, Any]) -> None:
        """Forget what networks said that are now shown with another dilation, scale or other weights."""
        old, new = change["old"], change["new"]
        others = {name for name in old.keys() & new.keys() if old[name] != new[name]}
        if others:
            with self._lock:
                self._drop()
                self._forget(others)
        self._follow()

    def _forget(self, names: set[str]) -> None:
        with self.hold_trait_notifications():
            self.aims = {name: aim for name, aim in self.aims.items() if name not in names}
            self.refusals = {name: why for name, why in self.refusals.items() if name not in names}
            self.found = {cell: one for cell, one in self.found.items() if cell[0] not in names}
            self.failures = {cell: why for cell, why in self.failures.items() if cell[0] not in names}

    def _follow(self, _change: object = None) -> None:
        """Give a target to each selected network whose mask is there and that has none yet."""
        session = self._session
        self._learn_layers()
        if not (self.active and self.chosen and session.micrograph is not None):
            return
        gone = {name for name in (*self.aims, *self.refusals) if name not in session.selected}
        new = [
            name
            for name in session.selected
            if name not in self.aims and name not in self.refusals and ready_to_aim(session, name, self.kind)
        ]
        if not gone and not new:
            return
        with self._lock:
            if gone:
                self._drop()
                self._forget(gone)
            self._ticket += 1
            ticket = self._ticket
            self.busy = True
        # labelling the particles of a large mask takes longer than a blink
        threading.Thread(target=self._aim, args=(ticket, new), name="aim", daemon=True).start()

    def _aim(self, ticket: int, names: list[str]) -> None:
        kind, at, line = self.kind, (self.at[0], self.at[1]) if self.at else (0, 0), self.line
        aims: dict[str, NetworkTarget] = {}
        refusals: dict[str, str] = {}
        for name in names:
            try:
                aims[name] = aim_at(self._session, name, kind, at, line)
            except WorkbenchError as error:
                refusals[name] = str(error)
            except Exception as error:  # else the page would be busy with it for ever
                LOG.exception("no target for %s", name)
                refusals[name] = f"Nothing can be chosen here: {reason(error)}."
        with self._lock:
            if ticket != self._ticket:
                return
            with self.hold_trait_notifications():
                self.aims = {**self.aims, **aims}
                self.refusals = {**self.refusals, **refusals}
            self._replan()  # before the lock is given back: else a stop in between would be forgotten

    def _columns(self, _change: object = None) -> None:
        self._learn_layers()
        self._replan()
        self._follow()

    def _replan(self) -> None:
        """Show what is kept, and compute what is not, in the order of the columns."""
        with self._lock:
            self._end()
            ticket = self._ticket
            cells = [
                (name, method)
                for method in self.methods
                for name in self._session.selected
                if name in self.aims
            ]
            kept = {
                cell: found
                for cell in cells
                if (found := self._kept.get(self._key(cell, self._session.request(cell[0])))) is not None
            }
            self._waiting = [("map", cell) for cell in cells if cell not in kept]
            self._waiting += [("figures", cell) for cell in cells if cell not in kept or kept[cell].bare]
            with self.hold_trait_notifications():
                self.found, self.failures = kept, {}
                self.busy, self.current, self.status = bool(self._waiting), [], ""
        self._next(ticket)

    def _next(self, ticket: int) -> None:
        """Begin what comes next: all maps first, then their figures, so that nobody waits for those."""
        with self._lock:
            if ticket != self._ticket:
                return
            while self._waiting and self._waiting[0][0] == "figures" and self._waiting[0][1] in self.failures:
                self._waiting.pop(0)
            if not self._waiting:
                with self.hold_trait_notifications():
                    self.busy, self.current, self.status = False, [], ""
                return
            stage, cell = self._waiting.pop(0)
            left = sum(waits == stage for waits, _cell in self._waiting)
            of = len(self.aims) * len(self.methods)
            with self.hold_trait_notifications():
                self.current = [stage, *cell]
                self.status = f"{'map' if stage == 'map' else 'trust figures'} {of - left} of {of}"
            micrograph, request = self._session.micrograph, self._session.request(cell[0])
            if request is None:
                return
            asked, aim = self._asked(cell, request), self.aims[cell[0]]
            key = self._key(cell, request)  # of the same version, however soon it is another
            before = self.found.get(cell)

        def take(found: Found) -> None:
            with self._lock:
                if not found.why_not:
                    self._kept[key] = found
                if ticket == self._ticket:
                    self.found = {**self.found, cell: found}
            self._next(ticket)

        def done(answer: Any) -> None:
            take(Found(answer) if before is None else Found(before.map, answer))

        def failed(why: str) -> None:
            if before is not None:  # the map is there all the same
                take(Found(before.map, None, why))
                return
            with self._lock:
                if ticket == self._ticket:
                    self.failures = {**self.failures, cell: why}
            self._next(ticket)

        session, method = self._session, self.title(cell[1]).lower()
        title = f"{session.card(cell[0]).label}, {'' if stage == 'map' else 'how far to trust '}{method}"
        work: tuple[Any, ...] = (micrograph, aim.packed, asked)
        submit = partial(
            session.compute.submit,
            *((find_map, *work) if stage == "map" else (find_figures, *work, session.truth)),
            what=title,
            needs_device=True,
            urgent=stage == "map",
        )
        with self._lock:
            if ticket == self._ticket:  # else it would take the place of the newer one
                self._jobs.start(JOB, title, done, failed, submit)

    def give_way(self) -> None:
        """Let a network run that someone waits for: figures begin anew once nothing else runs."""
        with self._lock:
            if self.current[:1] != ["figures"]:
                return
            self._ticket += 1
            self._waiting.insert(0, ("figures", (self.current[1], self.current[2])))
            self._held = True
            with self.hold_trait_notifications():
                self.current, self.status = [], "trust figures wait"
            self._jobs.drop(JOB)

    def _resume(self, change: dict[str, bool]) -> None:
        with self._lock:
            if self._held and not change["new"]:
                self._held = False
                self._next(self._ticket)

    def _asked(self, cell: Cell, request: Request) -> Asked:
        name, method = cell
        which = request.version.which
        options = tuple(self.options(name, method).items())
        return Asked(which.network, which.dilation, which.scale, method, options)

    def _key(self, cell: Cell, request: Request | None) -> tuple[Any, ...]:
        """Return all that a map and its figures depend on."""
        target, options = self.aims[cell[0]].packed.digest, repr(self.options(*cell))
        return request, cell[1], options, target, self._session.results.truth_key

    def _end(self) -> None:
        """End what runs and what waits; what still comes of it is not wanted."""
        self._ticket += 1
        self._waiting, self._held = [], False
        self._jobs.drop(JOB)

    def _drop(self) -> None:
        self._end()
        with self.hold_trait_notifications():
            self.busy, self.current, self.status = False, [], ""


def _inside(micrograph: Micrograph, at: list[int]) -> bool:
    """Say whether a click that was saved lies in a micrograph; none does."""
    return not at or (at[0] < micrograph.shape[0] and at[1] < micrograph.shape[1])
