"""The runs of a page: started, watched, paused, stopped, resumed; what they trained, as it is now, in a pane."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, Float, Instance, Int, List, Unicode, observe

from workbench.app.core.context import Context, Subject
from workbench.app.core.opening import Opening
from workbench.app.core.polling import in_background, keep_looking, reason
from workbench.app.core.session_file import Origin
from workbench.app.core.subjects import subject
from workbench.app.core.versions import Followed
from workbench.app.dilation.cache import DilationCache
from workbench.app.train.draft import FORM, Draft, free_name
from workbench.app.train.run_view import RunView, look_at, stamp_of
from workbench.app.train.saved import TrainSaved
from workbench.errors import ComputeError, WorkbenchError
from workbench.networks.loading import runs_folder
from workbench.training.loop import Run

LOOK_EVERY_S = 1.0


@subject("trainings", order=40)
class TrainState(Subject):
    """All runs in the folder of runs, whoever started them, and the draft of the next one.

    A run is its folder, and lives in a process of its own: nothing of it is kept here that is not there too, so that
    a page that is opened again finds everything. Any thread may call the methods.

    Parameters
    ----------
    session : Context
        The page that holds this.
    """

    saves = TrainSaved
    script_at = "first"

    runs: List[RunView] = List(Instance(RunView), help="every run, the latest first")
    chosen = Unicode(help="name of the run whose curves are shown")
    compared: List[str] = List(Unicode(), help="names of the runs whose curves are drawn beside it")
    smoothing = Float(0.9, help="weight of the past in the running mean of the loss")
    following = Bool(
        False,
        help="show what the chosen run makes of the open micrograph in a pane of its own, after each epoch",
    )
    epochs_shown = Dict(help="name of a network in a pane -> epoch of its weights; missing: its best")
    brought = Int(0, help="how often a draft was made elsewhere on the page; the panel opens each time")
    written: List[str] = List(Unicode(), help="names of the runs started on this page, for its script")

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = weakref.ref(session)
        self.draft = Draft(session.data, session.compute)
        self._lock = threading.RLock()
        self._watching = False
        self._alive: set[str] = set()
        self._networks: set[str] = set()
        self._known: dict[Path, tuple[tuple[int, ...], RunView]] = {}
        self._unread: dict[str, str] = {}
        self._read_at: dict[str, str] = {}

    def begin(self) -> None:
        """Tell the page which weights are followed, and take what it wants to be trained."""
        session = self._session()
        if session is not None:
            session.observe(self._wanted, names="to_train")

    # -- what a hand does

    def start(self) -> Run | None:
        """Start the draft as a run in a process of its own, and show its curves.

        Returns
        -------
        Run or None
            None if it cannot be started; the message of the page says why.
        """
        from workbench.training.launch import start_process

        draft = self.draft
        try:
            if draft.warning:
                raise ComputeError(f"The run cannot start: {draft.warning}")
            run = Run(start_process(draft.recipe(), runs_folder(), draft.text()).folder)
        except WorkbenchError as error:
            self._say(str(error))
            return None
        self.written = [*self.written, run.name]
        self.look()
        self.chosen = run.name
        draft.name = free_name(draft.name)
        return run

    def pause(self) -> None:
        """Let the chosen run pause after its step."""
        self._ask(lambda run: run.pause())

    def stop(self) -> None:
        """Let the chosen run write its state and end after its step."""
        self._ask(lambda run: run.stop())

    def resume(self) -> None:
        """Let the chosen run go on, in a process of its own."""
        self._ask(lambda run: run.resume(wait=False))

    def fine_tune_from(self, name: str) -> None:
        """Fill the draft so that it trains a network of the list further."""
        session = self._session()
        if session is not None:
            self.draft.fine_tune_from(session.card(name))

    def train_at(self, name: str) -> None:
        """Fill the draft with the architecture of a network, at the dilation it is shown at, and bring it forward.

        Raises
        ------
        WorkbenchError
            If it is a classical method, which has nothing to train.
        """
        session = self._session()
        if session is None:
            return
        if why := session.subject(DilationCache).why_off(name):
            raise WorkbenchError(why)
        self.draft.train_at(session.card(name), session.subject(DilationCache).of(name))
        self.brought += 1

    def run_of(self, name: str) -> Run:
        """Return a run by name."""
        return Run(runs_folder() / name)

    def view_of(self, name: str) -> RunView | None:
        """Return what is known of a run."""
        return next((view for view in self.runs if view.name == name), None)

    def weights(self, name: str) -> str:
        """Return the weights to run for a network: the last epoch's of a run that is followed, else the name."""
        if name not in self.epochs_shown:
            return name
        return str((self.run_of(name).folder / "last.safetensors").resolve())

    # -- what follows

    def watch(self) -> None:
        """Look at the runs once a second from here on, for as long as the page lives."""
        with self._lock:
            if self._watching:
                return
            self._watching = True
        keep_looking(self, LOOK_EVERY_S, "runs")

    def look(self) -> None:
        """Read all runs again and tell what has changed."""
        with self._lock:
            unread: dict[str, str] = {}
            try:
                folders = _folders(runs_folder())
            except OSError as error:
                why = f"{runs_folder()} cannot be read ({error.strerror or error})"
                found = [self._stale(view, why) for view in self.runs]
                unread[""] = why
            else:
                found = [view for folder in folders if (view := self._seen(folder, unread)) is not None]
            new_unread, self._unread = {n: why for n, why in unread.items() if n not in self._unread}, unread
            found.sort(key=lambda view: (view.alive, view.since), reverse=True)
            gone = self._alive - {view.name for view in found}
            ended = self._alive - {view.name for view in found if view.alive} - gone
            self._alive = {view.name for view in found if view.alive}
            networks = {view.name for view in found if view.has_network}
            new, self._networks = networks != self._networks, networks
            if not self.chosen and found:
                self.chosen = found[0].name
            elif self.chosen in gone:
                self.chosen = found[0].name if found else ""
            if found != self.runs:
                self.runs = found
        session = self._session()
        if session is None:
            return
        for name, why in sorted(new_unread.items()):
            whose = f"The run {name} cannot be read now" if name else "The runs cannot be read now"
            self._say(f"{whose}: {why}. What is shown is as it was; it goes on when it can be read again.")
        for name in sorted(gone):
            self._say(f"The folder of the run {name} was deleted while it was at work; the run has ended.")
        if new or ended:
            session.refresh_networks()
        self._follow()

    def could_not_look(self, why: str) -> None:
        """Say why the runs could not be looked at, and mark what is shown of them: it is as it was before."""
        self._say(f"The runs cannot be watched now: {why}. What is shown is as it was.")
        with self._lock:
            self.runs = [self._stale(view, why) for view in self.runs]

    def _seen(self, folder: Path, unread: dict[str, str]) -> RunView | None:
        """Return a run, read again only if it lives or something in its folder has changed.

        One that cannot be read is as it was, marked, and noted in ``unread``; no other is the worse for it.
        """
        known = self._known.get(folder)
        try:
            if not (folder / "recipe.toml").is_file():
                return None
            stamp = stamp_of(folder)
            if known is not None and known[0] == stamp and not known[1].alive:
                return known[1]
            view = look_at(Run(folder))
            if view is None and known is not None:
                raise ComputeError("its recipe cannot be read")
        except Exception as error:  # whatever lies there
            unread[folder.name] = why = reason(error)
            return None if known is None else self._stale(known[1], why)
        if view is not None:
            self._known[folder] = (stamp, view)
            self._read_at[view.name] = time.strftime("%H:%M:%S")
        return view

    def _stale(self, view: RunView, why: str) -> RunView:
        return replace(view, unread=why, as_of=view.as_of or self._read_at.get(view.name, ""), left_s=None)

    @observe("epochs_shown")
    def _epochs_changed(self, _change: object) -> None:
        session = self._session()
        if session is not None:
            session.followed = {
                name: Followed(epoch, self.weights(name)) for name, epoch in self.epochs_shown.items()
            }

    def _wanted(self, change: dict[str, str]) -> None:
        session = self._session()
        if session is None or not change["new"]:
            return
        session.to_train = ""
        try:
            self.train_at(change["new"])
        except WorkbenchError as error:
            self._say(str(error))

    # -- kept with the page

    def to_save(self) -> dict[str, Any]:
        """Return the draft as it was typed."""
        return {"draft": self.draft.asked()}

    def restore(self, saved: TrainSaved) -> None:
        """Fill in the draft."""
        self.draft.restore(saved.draft)

    def observe_kept(self, changed: Callable[[object], None]) -> None:
        """Call ``changed`` when the draft has changed."""
        self.draft.observe(changed, names=list(FORM))

    def script(self, _variables: Mapping[str, str]) -> list[str]:
        """Return a line for each run that was started on the page; a finished one is returned as it is."""
        runs = [self.run_of(name).folder / "recipe.toml" for name in self.written]
        lines = [
            f"wb.train({str(path)!r}, runs={str(path.parents[1])!r})" for path in map(Path.resolve, runs)
        ]
        return [*lines, ""] if lines else []

    # -- what follows its own

    @observe("following")
    def _following_changed(self, _change: object) -> None:
        self._follow()

    def open_validation(self) -> None:
        """Open the first validation micrograph of the chosen run, with its truth, in place of the open one."""
        session = self._session()
        if session is not None and self.chosen:
            ticket = session.subject(Opening).click()
            in_background(
                lambda: self._open_validation(ticket),
                "validation micrograph",
                "the validation micrograph",
                self._say,
            )

    def _open_validation(self, ticket: int) -> None:
        from workbench.training.datasets import choose

        session, name = self._session(), self.chosen
        if session is None or not name:
            return
        first = choose(self.run_of(name).recipe()).validation[0]
        micrograph, truth = first.read()
        session.subject(Opening).show(ticket, micrograph, truth, Origin(kind="array"))

    def _follow(self) -> None:
        """Run the weights of the last epoch of the chosen run in its pane; those of an ended run are its best.

        Where epochs are shorter than that takes, some are passed over: begun anew at each, it would never end.
        """
        session = self._session()
        view = self.view_of(self.chosen)
        with self._lock:
            follows = self.following and view is not None and view.alive and view.has_network
            shown = {view.name: view.epoch} if follows and view is not None else {}
            if shown == self.epochs_shown:
                return
            one_more_epoch = bool(shown) and shown.keys() == self.epochs_shown.keys()
            if one_more_epoch and session is not None and session.runs(self.chosen):
                return  # the next look finds it
            self.epochs_shown = shown
        if session is None:
            return
        session.run()  # what is shown of these networks is not of the weights that are asked for now
        known = {card.name for card in session.cards}
        for name in shown:
            if name not in session.selected and name in known:
                session.select(name)

    def _ask(self, wish: Callable[[Run], object]) -> None:
        try:
            if not self.chosen:
                raise ComputeError("There is no run yet; start one first.")
            wish(Run.open(self.run_of(self.chosen).folder))
        except WorkbenchError as error:
            self._say(str(error))
        self.look()

    def _say(self, why: str) -> None:
        session = self._session()
        if session is not None:
            session.message = why


def _folders(runs: Path) -> list[Path]:
    try:
        return list(runs.iterdir())
    except FileNotFoundError:
        return []
