"""Explains what a person clicks: the state of Explain, for its panel and for scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.app.core.context import Context, Subject, stopped
from workbench.app.core.former_names import with_former_names
from workbench.app.core.questions import Questions
from workbench.app.core.subjects import subject
from workbench.app.core.waiting import Waiting
from workbench.app.explain.map_queue import JOB, MapQueue
from workbench.app.explain.saved import Explained, ExplainSaved
from workbench.app.explain.script import explained_lines
from workbench.app.explain.targets import (
    CHOOSE,
    WITHOUT_CLICK,
    choose_targets,
    covers,
    simplified,
    target_ready,
)
from workbench.app.explain.traits import ExplainTraits
from workbench.compute.explaining import MethodKnown, list_layers, list_methods
from workbench.errors import WorkbenchError
from workbench.micrographs.labelling.shapes import Points
from workbench.micrographs.micrograph import Micrograph

if TYPE_CHECKING:
    from matplotlib.figure import Figure


__all__ = ["JOB", "ExplainState"]

FIRST_METHODS = ("grad_cam", "lrp", "integrated_gradients")
"""Columns at first sight, where they are there; else what there is."""


@with_former_names({"aims": "targets"})
@subject("explain", order=90)
class ExplainState(ExplainTraits, Subject):
    """What is to be explained, how, and what came of it.

    A click gives a target for each selected network, of its own mask; the maps follow one after the other, then their
    figures. What was computed is kept, so that going back shows it at once.

    Parameters
    ----------
    session : Context
    """

    job_keys = (JOB,)
    saves = ExplainSaved
    kept_names = ("active", *Explained.model_fields)
    script_names = ("why",)

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._lock = session, session.lock
        self._queue = MapQueue(self, session)
        self._pixels = ""
        self._awaited: tuple[str, list[int], list[Any]] = ("", [], [])
        self._methods: Questions[list[MethodKnown]] = Questions(
            session.compute, self._on_methods, self._show_message
        )
        self._layers: Questions[list[str]] = Questions(session.compute, self._ask_layers)
        self.observe(self._on_columns, names=["methods", "layers"])
        self.observe(self._on_active, names="active")
        self.observe(self._on_kind, names="kind")

    def begin(self) -> None:
        """Follow what is open, and what the networks say of it."""
        session = self._session
        session.observe(self._on_micrograph, names="micrograph")
        session.observe(self._on_versions, names="versions")
        session.observe(self._follow, names=["selected", "postprocessed"])
        session.observe(self._queue.resume, names="busy")

    # -- what a hand does

    def choose(self, row: int, column: int) -> Waiting[Any]:
        """Explain what lies at a pixel, and open the panel; outside the micrograph nothing happens.

        Nor does it where a region is to be drawn: see `draw`.

        Returns
        -------
        Waiting
            Its ``result()`` waits for the maps, and returns ``found``.
        """
        micrograph = self._session.micrograph
        height, width = (0, 0) if micrograph is None else micrograph.shape
        if self.kind != "region" and 0 <= row < height and 0 <= column < width:
            self.at = [int(row), int(column)]
            self.active = True
            self._run_if_asked()
        return self._waiting_for_maps()

    def _waiting_for_maps(self) -> Waiting[Any]:
        return self._session.waiting(lambda: dict(self.found))

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
            self._run_if_asked()
        else:
            self.kind = "region"  # which explains it

    def run(self) -> Waiting[Any]:
        """Freeze the target anew, of the masks as they are now, and explain it; returns at once, ``found`` grows.

        Returns
        -------
        Waiting
            Its ``result()`` waits for the maps, and returns ``found``.

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
            self._queue.drop()
            with self.hold_trait_notifications():
                self.targets, self.refusals, self.found, self.failures = {}, {}, {}, {}
        self.active = True
        self._follow()
        return self._waiting_for_maps()

    def stop(self) -> None:
        """Stop; the maps that are there stay."""
        with self._lock:
            was_busy, left = self.busy, self._queue.left + 1
            self._queue.drop()
            if was_busy:
                self.status = f"stopped, {left} left out; a click begins anew"

    def halt(self) -> Callable[[], object] | None:
        """Stop; return what goes on with it."""
        return stopped(self)

    def go_on(self) -> None:
        """Compute what was stopped."""
        if self.active:
            self._queue.plan()
            self._follow()

    def try_again(self) -> None:
        """Ask again for methods and layers that were lost with a worker too often."""
        for questions in (self._methods, self._layers):
            questions.try_again()
        if self.active:
            self._ask_methods()
            self._ask_layers()

    def clear(self) -> None:
        """Choose nothing."""
        with self._lock:
            self._queue.drop()
            with self.hold_trait_notifications():
                self.at, self.line, self.targets, self.refusals = [], [], {}, {}
                self.found, self.failures, self.status = {}, {}, ""
                if self.kind in WITHOUT_CLICK:
                    self.kind = "particle"

    def to_save(self) -> dict[str, Any]:
        """Return what is asked, and whether a click asks."""
        return {"explaining": self.active, "explained": self.asked()}

    def restore(self, saved: ExplainSaved) -> None:
        """Ask what was saved; the click waits for the micrograph that it was made in."""
        asked, active, sha256 = saved.explained, saved.explaining, saved.micrograph_sha256
        with self._lock:
            self._queue.drop()
            self._pixels, self._awaited = "", (sha256, list(asked.at), list(asked.line))
            with self.hold_trait_notifications():
                self.kind, self.methods, self.layers = asked.kind, list(asked.methods), dict(asked.layers)
                self.percentile, self.opacity = asked.percentile, asked.opacity
                self.at, self.line = [], []
        self.active = active

    def script(self, variables: Mapping[str, str]) -> list[str]:
        """Return lines that explain each target that is shown, of the mask that it was taken from, with its figures."""
        return explained_lines(self._session, self.found, self.targets, self.line, self.options, variables)

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
            Shown(
                self._session.card(name),
                self._session.colour_of(name),
                self.targets[name].target,
                found.map,
                found.figures,
            )
            for name in self._session.selected
            for method in self.methods
            if (found := self.found.get((name, method))) is not None
        ]
        return maps_figure(micrograph, shown, percentile=self.percentile, opacity=self.opacity)

    def give_way(self) -> None:
        """Let a network run that someone waits for: figures begin anew once nothing else runs."""
        self._queue.give_way()

    # -- what follows

    def _run_if_asked(self) -> None:
        if self.active and self.chosen and self._session.selected and self.methods:
            self.run()

    def _on_kind(self, _change: object = None) -> None:
        """Explain another kind of target; where it has to be clicked or drawn first, put away what was explained."""
        if not self.chosen:
            with self._lock:
                self._queue.drop()
                self._forget(set(self._session.selected))
        self._run_if_asked()

    def _on_active(self, change: dict[str, bool]) -> None:
        if change["new"]:
            self._ask_methods()
            self._follow()

    def _ask_methods(self) -> None:
        if not self.known:
            self._methods.ask("methods", list_methods, what="Asking for the methods")

    def _on_methods(self) -> None:
        known = self._methods.answer("methods") or []
        names = [method.name for method in known]
        wanted = [name for name in self.methods or FIRST_METHODS if name in names]
        with self.hold_trait_notifications():  # boxes appear selected, and no hand meets them before
            self.known, self.methods = known, wanted or names[:3]
        self._follow()

    def _ask_layers(self) -> None:
        """Ask for the layers of the selected networks, where a chosen method uses one."""
        session = self._session
        if not (self.active and any(map(self.uses_layer, self.methods))):
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

    def _show_message(self, _key: object, why: str) -> None:
        self._session.message = why

    def _on_micrograph(self, _change: object = None) -> None:
        micrograph = self._session.micrograph
        with self._lock:
            self._queue.drop()
            same = micrograph is not None and micrograph.sha256 == self._pixels
            self._pixels = "" if micrograph is None else micrograph.sha256
            with self.hold_trait_notifications():
                self.targets, self.refusals, self.found, self.failures = {}, {}, {}, {}
                self.status = ""
                if not same:
                    awaited, at, line = self._awaited
                    mine = micrograph is not None and awaited == self._pixels and _inside(micrograph, at)
                    self.at, self.line = (at, line) if mine else ([], [])

    def _on_versions(self, change: dict[str, Any]) -> None:
        """Forget what networks said that are now shown with another dilation, scale or other weights."""
        old, new = change["old"], change["new"]
        others = {name for name in old.keys() & new.keys() if old[name] != new[name]}
        if others:
            with self._lock:
                self._queue.drop()
                self._forget(others)
        self._follow()

    def _forget(self, names: set[str]) -> None:
        with self.hold_trait_notifications():
            self.targets = {name: target for name, target in self.targets.items() if name not in names}
            self.refusals = {name: why for name, why in self.refusals.items() if name not in names}
            self.found = {cell: found for cell, found in self.found.items() if cell[0] not in names}
            self.failures = {cell: why for cell, why in self.failures.items() if cell[0] not in names}

    def _follow(self, _change: object = None) -> None:
        """Give a target to each selected network whose mask is there and that has none yet."""
        session = self._session
        self._ask_layers()
        if not (self.active and self.chosen and session.micrograph is not None):
            return
        gone = {name for name in (*self.targets, *self.refusals) if name not in session.selected}
        new = [
            name
            for name in session.selected
            if name not in self.targets
            and name not in self.refusals
            and target_ready(session, name, self.kind)
        ]
        if not gone and not new:
            return
        with self._lock:
            if gone:
                self._queue.drop()
                self._forget(gone)
            request = self._queue.supersede()
            self.busy = True
        # labelling the particles of a large mask takes longer than a blink
        threading.Thread(
            target=self._choose_targets, args=(request, new), name="targets", daemon=True
        ).start()

    def _choose_targets(self, request: int, names: list[str]) -> None:
        at = (self.at[0], self.at[1]) if self.at else (0, 0)
        targets, refusals = choose_targets(self._session, names, self.kind, at, self.line)
        with self._lock:
            if not self._queue.latest(request):
                return
            with self.hold_trait_notifications():
                self.targets = {**self.targets, **targets}
                self.refusals = {**self.refusals, **refusals}
            self._queue.plan()  # before the lock is given back: else a stop in between would be forgotten

    def _on_columns(self, _change: object = None) -> None:
        self._ask_layers()
        self._queue.plan()
        self._follow()


def _inside(micrograph: Micrograph, at: list[int]) -> bool:
    """Say whether a click that was saved lies in a micrograph; none does."""
    return not at or (at[0] < micrograph.shape[0] and at[1] < micrograph.shape[1])
