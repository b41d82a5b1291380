"""What a subject may use of the page, and what every subject has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Literal, Protocol, TypeVar, cast

import numpy as np
from traitlets import Bool, Dict, Float, HasTraits, Instance, List, Unicode

from workbench.app.core import smallest_area
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.history import History
from workbench.app.core.jobs import Jobs
from workbench.app.core.parameters import Parameters
from workbench.app.core.pixel_sizes import SizeShown
from workbench.app.core.polling import works_aside
from workbench.app.core.session_file import Origin, SessionState
from workbench.app.core.versions import NetworkVersion, Request, Versions
from workbench.app.core.waiting import Waiting, any_busy, any_question, wait_while
from workbench.compute import Compute
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.particles.post_processing import MaskSettings
from workbench.segmentation.active_learning import UncertainRegion


class Subject(HasTraits):
    """One subject of the page: its state, by traits, and what it does; `subjects.subject` registers it.

    Attributes
    ----------
    key : str
        The session has it as an attribute under this name.
    order : int
        When it hears of a change, among all subjects.
    job_keys : tuple of str
        Of its jobs on the page's list, which go on whatever networks are selected.
    saves : type of SessionState
        Has the fields that it adds to a saved session.
    kept_names : tuple of str
        Its traits that are saved: the browser keeps the session anew when one changes.
    undone_names : tuple of str
        Its traits that undo takes back, with those of the session.
    aside : str
        How its work is called in the status line, where it has a stop button of its own and ``busy`` and ``status``.
    script_names : tuple of str
        Variables of its lines in a script, which no network is called.
    script_at : {"first", "answers", "masks"}
        Where its lines stand in a script: before the micrograph is opened, once the networks have answered, or after
        the masks.

    Parameters
    ----------
    _session : Context
        The page.
    """

    key: ClassVar[str] = ""
    order: ClassVar[int] = 0
    job_keys: ClassVar[tuple[str, ...]] = ()
    saves: ClassVar[type[SessionState]] = SessionState
    kept_names: ClassVar[tuple[str, ...]] = ()
    undone_names: ClassVar[tuple[str, ...]] = ()
    aside: ClassVar[str] = ""
    script_names: ClassVar[tuple[str, ...]] = ()
    script_at: ClassVar[Literal["first", "answers", "masks"]] = "masks"

    def __init__(self, _session: Context) -> None:
        super().__init__()

    def begin(self) -> None:
        """Follow the page from here on; every subject is there, and those of a smaller order follow it already."""

    def halt(self) -> Callable[[], object] | None:
        """Stop what it runs for the page; return what goes on with that, None where nothing ran."""
        return None

    def try_again(self) -> None:
        """Ask again for what was lost with a worker too often."""

    def give_way(self) -> None:
        """Let a network run that someone waits for."""

    def forget(self) -> None:
        """Forget answers: another micrograph is about to be shown."""

    def origins(self) -> list[Origin]:
        """Return the files that it will open again, so that nobody takes them away."""
        return []

    def to_save(self) -> dict[str, Any]:
        """Return the fields of ``saves`` that are its own."""
        return {}

    def restore(self, _saved: Any) -> object:
        """Ask what was saved.

        Parameters
        ----------
        _saved : saves
        """
        return None

    def observe_kept(self, changed: Callable[[object], None]) -> None:
        """Call ``changed`` when something that it saves has changed."""
        if self.kept_names:
            self.observe(changed, names=list(self.kept_names))

    def script(self, _variables: Mapping[str, str]) -> list[str]:
        """Return lines of Python that do what it did on the page.

        Parameters
        ----------
        _variables : mapping of str to str
            Name of a selected network -> the variable that holds what it says.
        """
        return []


class CanGoOn(Protocol):
    """What can be stopped, and goes on where it was."""

    busy: Any

    def stop(self) -> None:
        """Stop what runs."""

    def go_on(self) -> None:
        """Go on with what was stopped."""


def stopped(part: CanGoOn) -> Callable[[], None] | None:
    """Stop a part of the page; return what goes on with it, None where nothing ran."""
    again = part.go_on if part.busy else None
    part.stop()
    return again


S = TypeVar("S", bound=Subject)


class Context(Parameters):
    """What a subject may use of the page. `Session` is one; a test may make a smaller one.

    Attributes
    ----------
    data : DataFolder
        The folder that may be opened from.
    compute : Compute
        Who runs networks.
    lock : RLock
        Held while an answer is taken, see `Jobs`.
    jobs : Jobs
        What runs for the page.
    history : History
        What can be undone.
    asked : Versions
        Which versions of the networks are asked for.
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
    pixel_size = Instance(
        SizeShown, allow_none=True, help="of the open micrograph; can be undone, and is saved with its origin"
    )

    # what came out
    found_widths = Dict(
        help="hash of a micrograph without a pixel size -> WidthFound: how wide particles are"
    )
    segmentations = Dict(help="name of network -> Segmentation of the open micrograph")
    postprocessed = Dict(help="name of network -> Postprocessed")
    failures = Dict(help="name of network -> sentence that says why it gave nothing")
    stale = Dict(
        help="name of network -> in what the mask that is shown is not of what is set; missing: it is"
    )
    versions = Dict(help="name of a selected network -> NetworkVersion that is asked for")
    fields = Dict(help="name of network -> FieldShown, at the dilation that it is shown at")
    domain_warnings = Dict(help="name of network -> list of DomainWarning: what is unlike its training")

    # what subjects ask of each other
    region = Instance(UncertainRegion, allow_none=True, help="what the panes go to; None: nothing")
    to_train = Unicode(help="name of the network that the next run is to begin from; the draft takes it")

    # what goes on
    busy = Bool(False)
    status = Unicode("idle")
    fraction = Float(0.0)
    can_run_again = Bool(False, help="whether something was stopped or failed")
    device = Unicode()
    can_undo = Bool(False)
    can_redo = Bool(False)

    data: DataFolder
    compute: Compute
    lock: threading.RLock
    jobs: Jobs
    history: History
    asked: Versions

    def __init__(self, data: DataFolder, compute: Compute) -> None:
        super().__init__()
        self.data, self.compute = data, compute
        self.lock = threading.RLock()
        self.jobs = Jobs(compute, self._show_progress, self.lock)
        self.versions, self.stale = {}, {}  # so that the first change of them has values before
        self.asked = Versions(self)
        self._made: dict[type[Subject], Subject] = {}

    # -- the subjects

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All subjects, in their order."""
        return tuple(self._made.values())

    def subject(self, kind: type[S]) -> S:
        """Return the subject of a kind."""
        return cast(S, self._made[kind])

    def make(self, kinds: Iterable[type[Subject]]) -> None:
        """Make a subject of each kind, then let each follow the page, in their order."""
        for kind in kinds:
            self._made[kind] = kind(self)
        for made in self.subjects:
            setattr(self, made.key, made)
        for made in self.subjects:
            made.begin()

    # -- what is known of a network

    def card_as_shown(self, name: str) -> Card:
        """Return the card of a network, with the scale that it is shown at."""
        return self.asked.card(name)

    def card_of_answer(self, name: str) -> Card:
        """Return the card of the answer that a pane shows, with the scale it was seen at; else `card_as_shown`."""
        found = self.segmentations.get(name)
        return self.card_as_shown(name) if found is None else cast(Card, found.network)

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

    def scale_warnings(self) -> list[str]:
        """Say of each selected network that was trained at another scale than the micrograph's why that matters."""
        cards = [self.asked.card(name) for name in self.selected]
        return [warning for card in cards if (warning := card.scale_warning(self.nm_per_px))]

    def refresh_networks(self) -> None:
        """Look again for networks: the zoo, the user's folder, finished runs; one that is gone is selected no more."""
        from workbench.networks.loading import networks

        self.asked.look_again()
        self.cards = networks()
        self.run()

    def run(self) -> object:
        """Run the selected networks that have not answered yet; those no longer selected are stopped."""
        raise NotImplementedError

    # -- how a script waits

    def at_work(self) -> bool:
        """Say whether anything runs for this page: a file is read, a network is at work, a map is made.

        Trainings and studies are processes of their own; what started one has a ``result()``.
        """
        with self.lock:  # work aside may ask a question before it ends, and a question's answer begin a job
            asks = works_aside() or any_question(self.subjects)
            return asks or self.jobs.at_work() or any_busy(self.subjects)

    def wait(self, timeout: float | None = None) -> None:
        """Return when nothing runs for this page any more.

        Parameters
        ----------
        timeout : float, optional
            Most seconds to wait.

        Raises
        ------
        ComputeError
            If something still runs then; it goes on.
        """
        wait_while(self.at_work, timeout)

    def waiting(self, found: Callable[[], Any]) -> Waiting[Any]:
        """Return what a script waits with: its ``result()`` is what is found once nothing runs any more."""
        return Waiting(self.at_work, found)

    def runs(self, name: str) -> bool:
        """Say whether a network is at work on the open micrograph, or waits for its turn."""
        return self.jobs.running(f"run {name}")

    # -- how a probability becomes a mask

    @property
    def nm_per_px(self) -> float | None:
        """The pixel size of the open micrograph; ``None``: not known, or none is open."""
        return None if self.micrograph is None else self.micrograph.nm_per_px

    @property
    def particle_px(self) -> float | None:
        """Width of the particles in the open micrograph, in its pixels, as set or found.

        ``None``: its pixel size is known, the width is not found yet or cannot be, or none is open.
        """
        micrograph = self.micrograph
        if micrograph is None or micrograph.nm_per_px is not None:
            return None
        typed, found = (widths.get(micrograph.sha256) for widths in (self.particle_widths, self.found_widths))
        return float(typed) if typed is not None else None if found is None else found.width_px

    def settings(self, name: str) -> MaskSettings:
        """Return how the probability of a network becomes its mask."""
        area = smallest_area.as_argument(self.min_area, self.min_area_unit, self.nm_per_px)
        return MaskSettings(self.threshold(name), area, self.fill_holes, self.split_touching)

    def in_colours(self, name: str) -> bool:
        """Say whether the particles of a network are drawn in colours of their own: if so asked, or where parted."""
        if self.overlay_colours == "auto":
            return self.settings(name).parts(self.card(name).distance)
        return bool(self.overlay_colours == "particles")

    def set_min_area(self, area: float | None, unit: str | None = None) -> None:
        """Drop particles smaller than this; what is set is kept in its unit, whatever is opened.

        Parameters
        ----------
        area : float or None
            0: none is dropped; None: those under the smallest diameter on the card of each network.
        unit : str, optional
            ``nm2`` or ``px2``; by default that of the open micrograph.
        """
        # both at once: whoever shows the number would show the old one in the new unit in between
        with self.gesture(), self.hold_trait_notifications():
            self.min_area_unit = unit or smallest_area.unit_of(self.nm_per_px)
            self.min_area = area

    def name_area_unit(self) -> None:
        """Give an area that was typed without a unit that of the open micrograph."""
        if self.min_area and not self.min_area_unit and self.micrograph is not None:
            with self.history.paused():
                self.min_area_unit = smallest_area.unit_of(self.nm_per_px)

    @contextmanager
    def gesture(self) -> Iterator[None]:
        """Group the changes made inside into one step of undo."""
        with self.history.group():
            yield

    def _show_progress(self, status: str, fraction: float, busy: bool) -> None:
        self.status, self.fraction, self.busy = status, fraction, busy
