"""The one state of a page. Panels only show it and change it; a script can do the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import Bool, Dict, Float, Instance, List, Unicode, observe

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.history import History
from workbench.app.core.jobs import Jobs
from workbench.app.core.opening import JOB as OPEN
from workbench.app.core.opening import Opening
from workbench.app.core.parameters import CLEANING, PARAMETERS, PER_NETWORK, VIEW, Parameters
from workbench.app.core.pixel_sizes import PixelSizes
from workbench.app.core.session_file import Origin, SessionState, View
from workbench.app.core.versions import NetworkVersion, Request, Versions
from workbench.app.dilation.cache import DilationCache
from workbench.app.dilation.sweep import DilationSweep
from workbench.app.explain.state import JOB, ExplainState
from workbench.app.features.state import JOBS as FEATURE_JOBS
from workbench.app.features.state import FeaturesState
from workbench.app.label.active_learning import ActiveLearning
from workbench.app.label.state import LabelState
from workbench.app.label.training_set import TrainingSet
from workbench.app.mask import smallest_area
from workbench.app.mask.results import Results
from workbench.app.networks.domain_check import DomainCheck
from workbench.app.networks.receptive_fields import ReceptiveFields
from workbench.app.study.state import StudyState
from workbench.app.train.state import TrainState
from workbench.compute import Compute, default_compute
from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.label_image import interpret_array
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.networks.card import Card
from workbench.segmentation.post_processing import MaskSettings

FIGURE_1 = ("fcn8s", "unet")


class Session(Parameters):
    """What is open, what is asked, and what came out.

    Every trait may be set by a panel or by a script; results follow in the background and arrive as new values of
    ``segmentations`` and ``postprocessed``. Nothing here blocks: files are read on a plain thread, networks run on
    `Compute`.

    Parameters
    ----------
    micrograph : Micrograph, optional
        What to show first.
    data : DataFolder, optional
        The folder that may be opened from.
    compute : Compute, optional
        Who runs networks; ``None``: the one shared by this process.
    """

    # what is open
    micrograph = Instance(Micrograph, allow_none=True)
    origin = Instance(Origin, allow_none=True)
    truth = Instance(np.ndarray, allow_none=True, help="(H, W) bool, where it is known")
    contents: List[Any] = List(help="signals inside the open file")
    pixel_sizes = Dict(
        help="path -> nm per px that a person typed: of a file, or of all in a folder that know none"
    )

    # what is asked, and can be undone and is saved: see Parameters

    # what came out
    segmentations = Dict(help="name of network -> Segmentation of the open micrograph")
    postprocessed = Dict(help="name of network -> Postprocessed")
    failures = Dict(help="name of network -> sentence that says why it gave nothing")
    stale = Dict(
        help="name of network -> in what the mask that is shown is not of what is set; missing: it is"
    )
    versions = Dict(help="name of a selected network -> NetworkVersion that is asked for")
    fields = Dict(help="name of network -> FieldShown, at the dilation that it is shown at")
    domain_warnings = Dict(help="name of network -> list of DomainWarning: what is unlike its training")

    # what goes on
    busy = Bool(False)
    status = Unicode("idle")
    fraction = Float(0.0)
    can_run_again = Bool(False, help="whether something was stopped or failed")
    device = Unicode()
    can_undo = Bool(False)
    can_redo = Bool(False)

    def __init__(
        self,
        micrograph: Micrograph | None = None,
        *,
        data: DataFolder | None = None,
        compute: Compute | None = None,
    ) -> None:
        super().__init__()
        self.data = data or DataFolder()
        self.typed_sizes = PixelSizes(self.data.root)
        self._unkept_sizes: dict[str, float] = {}
        self.compute = compute or default_compute()
        self._lock = threading.RLock()
        self._jobs = Jobs(self.compute, self._show_progress, self._lock)
        self.versions, self.stale = {}, {}  # so that the first change of them has values before
        self.asked = Versions(self)
        self.trainings = TrainState(self)
        self.opening = Opening(self, self._jobs, self._lock)
        self.results = Results(self, self._jobs, self._lock, (JOB, *FEATURE_JOBS))
        self.trainings.observe(self.follow_versions, names="epochs_shown")
        self.observe(self.follow_versions, names=["dilations", "scales"])
        self.label = LabelState(self)
        self.training_set = TrainingSet(self)
        self.dilation_cache = DilationCache(self)
        self.dilation_sweep = DilationSweep(self)
        self.active_learning = ActiveLearning(self)
        self.explain = ExplainState(self, self._jobs, self._lock)
        self.refresh_networks()
        names = {card.name for card in self.cards}
        self.selected = [name for name in FIGURE_1 if name in names] or ["otsu"]
        self.current = self.selected[-1]
        self._history = History(self, PARAMETERS)
        self.study = StudyState(self)
        self.dilation_cache.begin()
        self.field_jobs = ReceptiveFields(self, self._lock)
        self.domain_check = DomainCheck(self, self._lock)
        self.features = FeaturesState(self, self._jobs, self._lock)
        self.compute.describe(self._set_device)
        if micrograph is not None:
            self.show(micrograph)

    # -- what a hand does ------------------------------------------------------------------------

    def show(
        self,
        micrograph: Micrograph,
        truth: BoolImage | None = None,
        origin: Origin | None = None,
        contents: Sequence[Any] = (),
    ) -> None:
        """Show a micrograph and run the selected networks on it.

        Parameters
        ----------
        micrograph : Micrograph
        truth : (H, W) array, optional
            The true mask or label image, where it is known; scores follow.
        origin : Origin, optional
            Where to find it again; without it a saved session cannot reopen it.
        contents : sequence of Signal
            What else the file holds.
        """
        self.opening.show(self.opening.click(), micrograph, truth, origin, contents)

    def take_in(
        self, micrograph: Micrograph, truth: BoolImage | None, origin: Origin | None, contents: Sequence[Any]
    ) -> None:
        """Show what was opened; `show` and `Opening` see to it that the last click wins."""
        if truth is not None and truth.shape != micrograph.shape:
            raise WorkbenchError(
                f"The truth has shape {truth.shape}, but {micrograph.name} has {micrograph.shape}; it was not used."
            )
        if truth is not None and truth.dtype != np.bool_:  # 0 and 255, or one number a particle
            truth = interpret_array(truth, f"the truth of {micrograph.name}").mask
        with self._lock:
            self.dilation_cache.forget()
            self.results.forget()
            with self.hold_trait_notifications():
                self.segmentations, self.postprocessed, self.failures = {}, {}, {}
                self.truth = truth
                self.origin = origin or Origin(kind="array")
                self.contents = list(contents)
                self.micrograph = micrograph
                self._name_area_unit()
                self.message = ""
            self._jobs.keep([OPEN])
        self.run()

    def open_sample(self, name: str) -> None:
        """Open one of the bundled micrographs, with its truth."""
        self.opening.sample(name)

    def open_file(
        self, path: str, frame: int = 0, signal: int | None = None, nm_per_px: float | None = None
    ) -> threading.Thread:
        """Open a micrograph of the data folder, or one that was uploaded, in the background.

        Parameters
        ----------
        path : str
            Inside the data folder, or as `uploads.keep` gave it; nothing else can be opened.
        frame, signal : int
            Which one, where the file holds several; the image by default, not a thumbnail or preview before it.
        nm_per_px : float, optional
            Use this pixel size whatever the file says. Without it the one that was typed for this file counts, and
            where there is none and the file knows none, the one of its folder, see `share_pixel_size`.

        Returns
        -------
        Thread
            Ends when the micrograph is shown, or ``message`` says why not.
        """
        return self.opening.file(path, frame, signal, nm_per_px)

    def reopen(self, frame: int, signal: int = 0) -> threading.Thread | None:
        """Open another frame or signal of the open file; a pixel size that was typed stays."""
        origin = self.origin
        if origin is None or origin.kind != "file":
            return None
        return self.opening.file(origin.path, frame, signal, origin.nm_per_px, like=origin)

    def leave_out_marks(self, on: bool = True) -> None:
        """Leave out what is burnt into the picture, or count it as specimen."""
        with self._lock:
            if self.micrograph is None:
                return
            changed = self.micrograph.with_marks(None if on else ())
            with self.hold_trait_notifications():
                if self.origin is not None:
                    self.origin = self.origin.model_copy(update={"marks_kept": not on})
                self.results.resize(changed, set())
                self.micrograph = changed
        self.run()

    def show_rows(self, rows: tuple[int, int] | None) -> None:
        """Open the file or sample again, from first to last row + 1 alone; ``None``: all of it."""
        if self.origin is not None:
            self.opening.again(self.origin.model_copy(update={"rows": rows}))

    def allowed(self, path: str) -> Path:
        """Return the file that a path names, see `Opening.allowed`."""
        return self.opening.allowed(path)

    def set_nm_per_px(self, nm_per_px: float | None) -> None:
        """Say how large a pixel is, in nm; ``None``: not known.

        Raises
        ------
        MicrographError
            If it is not a positive number.
        """
        with self._lock:
            if self.micrograph is None or self.micrograph.nm_per_px == nm_per_px:
                return
            changed = self.micrograph.with_nm_per_px(nm_per_px)
            scaleless = {
                card.name for card in self.cards if card.kind == "network" and card.input.nm_per_px is None
            }
            with self.hold_trait_notifications():
                if self.origin is not None:
                    typed = {"nm_per_px": nm_per_px, "size_unknown": nm_per_px is None}
                    self.origin = self.origin.model_copy(update=typed)
                    if self.origin.kind == "file":
                        self._keep_pixel_size(self.origin.path, nm_per_px)
                self.results.resize(changed, scaleless)  # to the others the same pixels look different now
                self.micrograph = changed
        self.run()

    def drawn_as(self) -> dict[str, Any]:
        """Return how the panes are drawn, as keywords of `workbench.figure`."""
        return {
            "overlay": self.overlay_mode,
            "opacity": self.overlay_opacity,
            "contrast": tuple(self.contrast),
            "gamma": self.gamma,
            "invert": self.invert,
            "colormap": self.colormap,
        }

    def share_pixel_size(self) -> None:
        """Let the pixel size that was typed for the open file hold for all files of its folder that know none."""
        origin = self.origin
        if origin is not None and origin.kind == "file" and origin.nm_per_px is not None:
            self._keep_pixel_size(str(Path(origin.path).parent), origin.nm_per_px)

    def _keep_pixel_size(self, path: str, nm_per_px: float | None) -> None:
        self._unkept_sizes.pop(path, None)
        try:
            self.typed_sizes.write(path, nm_per_px)
        except WorkbenchError as error:
            self._unkept_sizes |= {} if nm_per_px is None else {path: nm_per_px}
            self.message = str(error)
        self.read_pixel_sizes()

    def read_pixel_sizes(self) -> str:
        """Read what was typed here or elsewhere; return the sentence that says why not, empty where it was read."""
        try:
            kept = {path: size.nm_per_px for path, size in self.typed_sizes.read().items()}
        except WorkbenchError as error:
            self.pixel_sizes = {**self.pixel_sizes, **self._unkept_sizes}
            return str(error)
        self.pixel_sizes = {**kept, **self._unkept_sizes}
        return ""

    def set_min_area(self, area: float, unit: str | None = None) -> None:
        """Drop particles smaller than this; what is set is kept in its unit, whatever is opened.

        Parameters
        ----------
        area : float
            0: none is dropped.
        unit : str, optional
            ``nm2`` or ``px2``; by default that of the open micrograph.
        """
        # both at once: whoever shows the number would show the old one in the new unit in between
        with self.gesture(), self.hold_trait_notifications():
            self.min_area_unit = unit or smallest_area.unit_of(self.nm_per_px)
            self.min_area = area

    @property
    def nm_per_px(self) -> float | None:
        """The pixel size of the open micrograph; ``None``: not known, or none is open."""
        return None if self.micrograph is None else self.micrograph.nm_per_px

    def tick(self, name: str, on: bool = True) -> None:
        """Show a network in a pane of its own, or take its pane away."""
        if on and name not in self.selected:
            self.card(name)
            self.selected = [*self.selected, name]
        elif not on and name in self.selected:
            self.selected = [other for other in self.selected if other != name]

    def move(self, name: str, places: int) -> None:
        """Move a network's pane to the left (negative) or to the right."""
        order = list(self.selected)
        if name not in order:
            return
        index = order.index(name)
        order.insert(min(max(index + places, 0), len(order) - 1), order.pop(index))
        self.selected = order

    def threshold(self, name: str) -> float:
        """Return the threshold of a network: as tuned, else as its card says."""
        return float(self.thresholds.get(name, self.card(name).threshold))

    def set_threshold(self, name: str, value: float) -> None:
        """Set the threshold of a network, within (0, 1)."""
        value = round(min(max(float(value), 0.005), 0.995), 4)
        if self.threshold(name) != value:
            self.thresholds = {**self.thresholds, name: value}

    def card(self, name: str) -> Card:
        """Return the card of a network by name.

        Raises
        ------
        WorkbenchError
            If there is no such network; the message lists those there are.
        """
        for card in self.cards:
            if card.name == name:
                return card
        known = ", ".join(card.name for card in self.cards)
        raise WorkbenchError(f"There is no network {name!r}; there are {known}.")

    def scale_warnings(self) -> list[str]:
        """Say of each selected network that was trained at another scale than the micrograph's why that matters."""
        cards = [self.asked.card(name) for name in self.selected]
        return [warning for card in cards if (warning := card.scale_warning(self.nm_per_px))]

    def version(self, name: str) -> NetworkVersion:
        """Return which weights of a network are asked for, and how they are to be shown."""
        return self.asked.of(name)

    def request(self, name: str) -> Request | None:
        """Return what a network is asked: its version, the open micrograph, its pixel size; None: none is open."""
        micrograph = self.micrograph
        return None if micrograph is None else Request.of(self.version(name), micrograph)

    def follow_versions(self, _change: object = None) -> None:
        """Ask again which versions of the selected networks are to be shown; what depends on them follows."""
        self.versions = {name: self.version(name) for name in self.selected}

    def run(self) -> None:
        """Run the selected networks that have not answered yet; those no longer selected are stopped."""
        self.results.run()

    def stop(self) -> None:
        """Stop everything that runs; what is finished stays, and `retry` goes on with the rest."""
        explain, features, strip, to_label = (
            self.explain,
            self.features,
            self.dilation_sweep,
            self.active_learning,
        )
        halted = [
            self.opening.stop(),  # a file that is being read is not shown any more
            to_label.go_on if to_label.busy else None,
            partial(strip.run, strip.network) if strip.busy else None,
            explain.go_on if explain.busy else None,
            features.run if features.busy else None,
            features.excite if features.exciting else None,
        ]
        for part in (to_label, strip, explain, features):
            part.stop()
        self.results.stop(halted)

    def retry(self) -> None:
        """Run again whatever was stopped or failed, and ask again what was lost with a worker."""
        for part in (self.field_jobs, self.domain_check, self.explain, self.features):
            part.try_again()
        self.results.retry()

    def undo(self) -> None:
        """Take back the last change of a parameter; while the hand labels, the last stroke."""
        self.label.undo() if self.label.active else self._history.undo()

    def redo(self) -> None:
        """Make the change, or the stroke, again that was taken back last."""
        self.label.redo() if self.label.active else self._history.redo()

    def refresh_networks(self) -> None:
        """Look again for networks: the zoo, the user's folder, finished runs; one that is gone is selected no more."""
        from workbench.networks.loading import networks

        self.asked.look_again()
        self.cards = networks()
        self.run()

    # -- saved and reopened ----------------------------------------------------------------------

    def state(self) -> SessionState:
        """Return everything that is asked, as it is saved."""
        saved = {name: getattr(self, name) for name in ("selected", "current", *PER_NETWORK, *CLEANING)}
        return SessionState(
            origin=self.origin,
            micrograph_sha256="" if self.micrograph is None else self.micrograph.sha256,
            labelling=self.label.active,
            explaining=self.explain.active,
            explained=self.explain.asked(),
            featuring=self.features.active,
            features=self.features.asked(),
            view=View(**{name: getattr(self, name) for name in VIEW}),
            draft=self.trainings.draft.asked(),
            study=self.study.asked(),
            to_label=self.active_learning.asked(),
            **saved,
        )

    def restore(self, state: SessionState) -> None:
        """Ask what a saved session asked: its micrograph, networks and settings."""
        for name in PER_NETWORK:
            if why := self.why_not(name, getattr(state, name)):
                raise WorkbenchError(f"The session cannot be opened: {why}")
        ticket = self.opening.click()
        known = {card.name for card in self.cards}
        missing = [name for name in state.selected if name not in known]
        with self._history.paused():
            for name in VIEW:
                setattr(self, name, getattr(state.view, name))
            for name in (*PER_NETWORK, *CLEANING):
                setattr(self, name, getattr(state, name))
            self.selected = [name for name in state.selected if name in known]
            self.current = state.current if state.current in self.selected else (self.selected or [""])[-1]
        self.label.active = state.labelling
        self.explain.restore(state.explained, state.explaining, state.micrograph_sha256)
        self.features.restore(state.features, state.featuring)
        self.trainings.draft.restore(state.draft)
        self.study.restore(state.study)
        self.active_learning.restore(state.to_label)
        kept = self.typed_sizes.known
        self._unkept_sizes = {path: size for path, size in state.pixel_sizes.items() if path not in kept}
        self.pixel_sizes = {**self.pixel_sizes, **self._unkept_sizes}
        said = ""
        if missing:
            said = (
                f"The session also used {', '.join(missing)}, which is not here; import it to see it again."
            )
        self.opening.again(state.origin or Origin(kind="array"), ticket, said)

    # -- what follows ----------------------------------------------------------------------------

    @observe("selected")
    def _ticked_changed(self, _change: object) -> None:
        if self.current not in self.selected and self.selected:
            self.current = self.selected[-1]
        self.follow_versions()
        self.run()

    @observe("cards")
    def _cards_changed(self, _change: object) -> None:
        known = {card.name for card in self.cards}
        if known.issuperset(filter(None, [*self.selected, self.current])):
            return
        gone = [name for name in self.selected if name not in known]
        self._history.rewrite("selected", lambda names: [name for name in names if name in known])
        self._history.rewrite("current", lambda name: name if name in known else "")
        with self._history.paused():
            self.selected = [name for name in self.selected if name in known]
            self.current = self.current if self.current in self.selected else (self.selected or [""])[-1]
        if gone:
            self.message = f"{', '.join(gone)} is not among the networks any more, so it is not shown."

    @observe("thresholds")
    def _thresholds_changed(self, change: dict[str, Any]) -> None:
        old, new = change["old"] or {}, change["new"]
        self.results.make_masks([name for name in self.selected if old.get(name) != new.get(name)])

    @observe(*CLEANING)
    def _cleaning_changed(self, _change: object) -> None:
        self._name_area_unit()
        self.results.make_masks()

    def _name_area_unit(self) -> None:
        if self.min_area and not self.min_area_unit and self.micrograph is not None:
            with self._history.paused():
                self.min_area_unit = smallest_area.unit_of(self.nm_per_px)

    def settings(self, name: str) -> MaskSettings:
        """Return how the probability of a network becomes its mask."""
        area = smallest_area.as_argument(self.min_area, self.min_area_unit, self.nm_per_px)
        return MaskSettings(self.threshold(name), area, self.fill_holes, self.split_touching)

    def runs(self, name: str) -> bool:
        """Say whether a network is at work on the open micrograph, or waits for its turn."""
        return self._jobs.running(f"run {name}")

    def _show_progress(self, status: str, fraction: float, busy: bool) -> None:
        self.status, self.fraction, self.busy = status, fraction, busy

    def _set_device(self, device: str) -> None:
        self.device = device

    @contextmanager
    def gesture(self) -> Iterator[None]:
        """Group the changes made inside into one step of undo."""
        with self._history.group():
            yield

    def folder_of(self, card: Card) -> Path | None:
        """Return where the weights of a network lie; ``None`` for classical methods."""
        from workbench.networks.loading import locate

        return locate(card.name)

    def __repr__(self) -> str:
        shown = "nothing" if self.micrograph is None else self.micrograph.name
        return f"Session({shown}, {', '.join(self.selected)})"
