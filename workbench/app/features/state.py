"""Shows what the layers of a network answer: the state of Features, for its panel and for scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from traitlets import dlink
from zict import LRU

from workbench.app.core.context import Context, Subject
from workbench.app.core.questions import Questions
from workbench.app.core.results import Results
from workbench.app.core.subjects import subject
from workbench.app.core.waiting import Waiting
from workbench.app.features.chosen_places import ChosenPlaces
from workbench.app.features.requests import NOTHING, FeatureRequests, Found, Key, bytes_held
from workbench.app.features.saved import FeaturesSaved
from workbench.app.features.script import SCRIPT_NAMES, features_lines
from workbench.compute.features import (
    EmbeddingFound,
    ExcitedFound,
    LayerShown,
    MapsFound,
    find_excited,
    list_layers,
)
from workbench.errors import WorkbenchError

KEPT_BYTES = 1 << 27
SHOW, EXCITE = "features", "excited feature"
JOBS = (SHOW, EXCITE)


@subject("features", order=140)
class FeaturesState(ChosenPlaces, Subject):
    """The features of one layer of one selected network, and what came of asking for them.

    What is asked follows the page: as soon as a mask is there, the features of its network are computed. What was
    computed is kept, so that going back shows it at once. Any thread may call the methods.

    Parameters
    ----------
    session : Context
    """

    job_keys = JOBS
    saves = FeaturesSaved
    kept_names = ("active", "view", "network", "other", "chosen")
    script_names = SCRIPT_NAMES

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._jobs, self._lock = session, session.jobs, session.lock
        self._requests = FeatureRequests(session, self)
        self._kept: LRU[Key, Any] = LRU(KEPT_BYTES, {}, weight=bytes_held)
        self._running, self._halted, self._shown = (
            NOTHING,
            NOTHING,
            NOTHING,
        )  # keys of what is computed, stopped, shown
        self._layers: Questions[list[LayerShown]] = Questions(
            session.compute, self._follow, self._on_no_layers
        )
        self.observe(self._on_layer, names=["network", "chosen"])
        self.observe(self._follow, names=["active", "view", "network", "other", "chosen"])
        self.observe(self._set_kinds, names="embedding")
        dlink((self, "opened"), (session, "region"), lambda opened: opened and opened.region)

    def begin(self) -> None:
        """Follow what is open, and what the networks say of it."""
        session = self._session
        session.observe(self._on_micrograph, names="micrograph")
        session.observe(
            self._follow, names=["selected", "segmentations", "postprocessed", "failures", "versions"]
        )
        session.observe(self._set_kinds, names=["postprocessed", "truth"])

    # -- what a hand does

    def choose(self, channel: int) -> None:
        """Show a feature large.

        Raises
        ------
        WorkbenchError
            If it is not among those that are shown.
        """
        if self.maps is None or channel not in [feature.channel for feature in self.maps.shown]:
            raise WorkbenchError(f"Feature {channel} is not among those that are shown.")
        with self._lock:
            self._end_excited()
            self.channel = channel
            self.excited = self._kept.get(self._requests.excited_key())

    def excite(self) -> Waiting[Any]:
        """Make the picture that the feature shown large answers to most strongly; returns at once.

        Returns
        -------
        Waiting
            Its ``result()`` waits for the picture, and returns ``excited``.

        Raises
        ------
        WorkbenchError
            If no feature is shown large.
        """
        feature = self.feature
        if feature is None:
            raise WorkbenchError("Click a feature first.")
        waiting = self._session.waiting(lambda: self.excited)
        key, layer = self._requests.excited_key(), self.layer
        if (kept := self._kept.get(key)) is not None:
            self.excited = kept
            return waiting
        which, label = self._requests.which(), self._session.card(self.network).label

        def done(found: ExcitedFound) -> None:
            with self._lock:
                self._kept[key] = found
                if key == self._requests.excited_key():
                    with self.hold_trait_notifications():
                        self.exciting, self.excited = False, found

        with self._lock:
            self.exciting = True
            self._start(
                EXCITE,
                f"{label}, what excites feature {feature.channel}",
                partial(self._failed, "exciting"),
                done,
                find_excited,
                which,
                layer,
                feature.channel,
            )
        return waiting

    def run(self) -> Waiting[Any]:
        """Open the panel, and compute what is asked, also what was stopped or failed.

        Returns
        -------
        Waiting
            Its ``result()`` waits for it, and returns ``maps``.
        """
        self._halted = NOTHING
        self._layers.try_again()
        self.active = True
        self._follow()
        return self._session.waiting(lambda: self.maps)

    def try_again(self) -> None:
        """Ask again for layers that were lost with a worker too often."""
        self._layers.try_again()
        self._follow()

    def stop(self) -> None:
        """Stop; what is there stays."""
        with self._lock:
            if self.busy:
                self._halted = self._running
                self.status = "stopped; press Compute again to go on"
            self._end()
            self._end_excited()

    def halt(self) -> Callable[[], object] | None:
        """Stop; return what goes on with it."""
        again = [act for act, on in ((self.run, self.busy), (self.excite, self.exciting)) if on]
        self.stop()
        return (lambda: [act() for act in again]) if again else None

    # -- what there is

    @property
    def halted(self) -> bool:
        """Whether something was stopped, or failed, that `run` begins anew."""
        return bool(self._halted) and not self.busy

    @property
    def why_not(self) -> str:
        """Say in a sentence why there is nothing to show; empty where there is."""
        session = self._session
        if session.micrograph is None:
            return "Open a micrograph first: features are what a network says about one."
        if not session.selected:
            return "Tick a network under Networks: then the features of its layers stand here."
        card = session.card(self.network or session.selected[0])
        if card.kind == "classical":
            return f"{card.label} is a classical method: it has no layers, so there are no features. Choose a network."
        if self.view == "networks" and not self.other:
            return "Tick a second network under Networks, and the two are compared here, layer by layer."
        return ""

    def to_save(self) -> dict[str, Any]:
        """Return what is asked, and whether the features are looked at."""
        return {"featuring": self.active, "features": self.asked()}

    def restore(self, saved: FeaturesSaved) -> None:
        """Ask what was saved."""
        asked, active = saved.features, saved.featuring
        with self.hold_trait_notifications():
            self.view, self.network, self.other = asked.view, asked.network, asked.other
            self.chosen = dict(asked.layers)
        self.active = active

    def script(self, _variables: Mapping[str, str]) -> list[str]:
        """Return lines that compute the features that are shown."""
        networks = (self.network, self.other)
        return features_lines(
            self._session, networks, self.layer, self.maps, self.excited, self.embedding, self.comparison
        )

    # -- what follows

    def _follow(self, _change: object = None) -> None:
        """Show what is kept of what is asked, or compute it."""
        session = self._session
        with self._lock:
            self._choose_networks()
            if not self.active:
                self._end()
                self._end_excited()
                return
            if self.why_not:
                self._end()
                self._clear()
                return
            if not self._know_layers():
                return
            key = self._requests.shown_key()
            if key == self._shown:
                return
            if (kept := self._kept.get(key)) is not None:
                self._end()
                self._show(key, kept)
                return
            if key == self._running or key == self._halted:
                return
            self._end()
            self._clear()
            label = session.card(self.network).label
            if self.network in session.failures:
                self.status = f"{label} gave no mask: {session.failures[self.network]}"
            elif not session.subject(Results).masked(self.network):
                self.status = f"waits for the mask of {label}"
            else:
                self._compute(key, label)

    def _on_layer(self, _change: object = None) -> None:
        """Show no feature large that another layer happens to have, too: the strongest of the new one follows."""
        with self._lock:
            self._end_excited()
            self.channel = -1

    def _choose_networks(self) -> None:
        selected = self._session.selected
        able = [name for name in selected if self._session.card(name).kind != "classical"]
        if self.network not in selected:
            self.network = able[0] if able else (selected[0] if selected else "")
        others = [name for name in able if name != self.network]
        if self.other not in others:
            self.other = others[0] if others else ""

    def _know_layers(self) -> bool:
        """Say whether the layers of the network are known, and ask for them where they are not."""
        name, version = self.network, self._session.version(self.network).as_trained
        found = self._layers.answer(version)
        if found is not None:
            if self.layers.get(name) != found:
                self.layers = {**self.layers, name: found}
            return True
        self._end()
        self._clear()
        self._layers.keep([version])
        self._layers.ask(version, list_layers, version.which, what="Asking for the layers")
        if self._layers.asking(version):
            self.status = "asks the worker for the layers"
        return False

    def _on_no_layers(self, key: object, why: str) -> None:
        self._halted = ("layers", key)
        self.status = why

    def _compute(self, key: Key, label: str) -> None:
        session = self._session

        def done(found: Found) -> None:
            with self._lock:
                self._kept[key] = found
                if key == self._running:
                    self._running = NOTHING
                    self._show(key, found)

        self._running, self._halted = key, NOTHING
        with self.hold_trait_notifications():
            self.busy, self.status = True, f"{label}, {self.layer}"
        what = f"beside {session.card(self.other).label}" if self.view == "networks" else self.layer
        self._start(SHOW, f"{label}, {what}", partial(self._failed, "busy"), done, *self._requests.work())

    def _start(
        self,
        job: str,
        title: str,
        failed: Callable[[str], None],
        done: Callable[[Any], None],
        function: Callable[..., Any],
        *arguments: Any,
    ) -> None:
        submit = partial(
            self._session.compute.submit, function, *arguments, what=title, needs_device=True, urgent=False
        )
        self._jobs.start(job, title, done, failed, submit)

    def _failed(self, trait: str, why: str) -> None:
        with self._lock:
            if trait == "busy":
                self._halted, self._running = self._running, NOTHING
            setattr(self, trait, False)
            self.status = why

    def _show(self, key: Key, found: Found) -> None:
        self._shown = key
        with self.hold_trait_notifications():
            self.busy, self.status = False, ""
            if isinstance(found, MapsFound):
                self.maps = found
                if self.feature is None:
                    self.channel = found.shown[0].channel if found.shown else -1
                self.excited = self._kept.get(self._requests.excited_key())
            elif isinstance(found, EmbeddingFound):
                self.embedding, self.spots, self.opened = found, [], None
            else:
                self.comparison = found

    def _on_micrograph(self, _change: object = None) -> None:
        with self._lock:
            self._end()
            self._clear()
            self._halted = NOTHING
        self._follow()

    def _clear(self) -> None:
        self._end_excited()
        self._shown = NOTHING
        with self.hold_trait_notifications():
            self.maps, self.excited, self.embedding, self.comparison = None, None, None, None
            self.spots, self.opened, self.status = [], None, ""

    def _end(self) -> None:
        if self._running:
            self._running = NOTHING
            self._jobs.drop(SHOW)
            self.busy = False

    def _end_excited(self) -> None:
        if self.exciting:
            self._jobs.drop(EXCITE)
            self.exciting = False
