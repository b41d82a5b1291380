"""The one state of a page. Panels only show it and change it; a script can do the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets import observe

from workbench.app.core.context import Context
from workbench.app.core.data_folder import DataFolder
from workbench.app.core.former_names import FORMER_NAMES, with_former_names
from workbench.app.core.history import History
from workbench.app.core.opening import Opening
from workbench.app.core.parameters import CLEANING, PARAMETERS, PER_MICROGRAPH, PER_NETWORK, VIEW
from workbench.app.core.polling import Background
from workbench.app.core.results import Results
from workbench.app.core.session_file import Origin, SessionState, View
from workbench.app.core.subjects import kinds, session_model
from workbench.app.core.typed_sizes import TypedSizes
from workbench.app.core.waiting import Waiting
from workbench.app.label.state import LabelState
from workbench.compute import Compute, default_compute
from workbench.errors import WorkbenchError
from workbench.figures.palette import KNOWN
from workbench.micrographs.micrograph import BoolImage, Micrograph

FIGURE_1 = ("fcn8s", "unet")


@with_former_names(FORMER_NAMES)
class Session(Context):
    """What is open, what is asked, and what came out.

    Every trait may be set by a panel or by a script; results follow in the background and arrive as new values of
    ``segmentations`` and ``postprocessed``. Nothing here blocks: files are read on a plain thread, networks run on
    `Compute`. Each subject is an attribute under its key, such as ``session.explain``.

    Parameters
    ----------
    micrograph : Micrograph, optional
        What to show first.
    data : DataFolder, optional
        The folder that may be opened from.
    compute : Compute, optional
        Who runs networks; ``None``: the one shared by this process.
    """

    def __init__(
        self,
        micrograph: Micrograph | None = None,
        *,
        data: DataFolder | None = None,
        compute: Compute | None = None,
    ) -> None:
        super().__init__(data or DataFolder(), compute or default_compute())
        self.history = History(self, (*PARAMETERS, "pixel_size"))
        with self.history.paused():
            self.make(kinds())
            self.refresh_networks()
            names = {card.name for card in self.cards}
            self.selected = [name for name in FIGURE_1 if name in names] or ["otsu"]
            self.current = self.selected[-1]
        for subject in self.subjects:
            self.history.remember(subject, subject.undone_names, f"{subject.key}.")
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
        opening = self.subject(Opening)
        opening.show(opening.click(), micrograph, truth, origin, contents)

    def open_sample(self, name: str) -> None:
        """Open one of the bundled micrographs, with its truth."""
        self.subject(Opening).sample(name)

    def open_file(
        self, path: str, frame: int = 0, signal: int | None = None, nm_per_px: float | None = None
    ) -> Background:
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
        Background
            Ends when the micrograph is shown, or ``message`` says why not.
        """
        return self.subject(Opening).file(path, frame, signal, nm_per_px)

    def reopen(self, frame: int, signal: int = 0) -> Background | None:
        """Open another frame or signal of the open file; a pixel size that was typed stays."""
        return self.subject(Opening).reopen(frame, signal)

    def leave_out_marks(self, on: bool = True) -> None:
        """Leave out what is burnt into the picture, or count it as specimen."""
        self.subject(Opening).leave_out_marks(on)

    def show_rows(self, rows: tuple[int, int] | None) -> None:
        """Open the file or sample again, from first to last row + 1 alone; ``None``: all of it."""
        self.subject(Opening).show_rows(rows)

    def set_nm_per_px(self, nm_per_px: float | None) -> None:
        """Say how large a pixel is, in nm; ``None``: not known.

        Raises
        ------
        MicrographError
            If it is not a positive number.
        """
        self.subject(TypedSizes).set(nm_per_px)

    def share_pixel_size(self) -> None:
        """Let the pixel size that was typed for the open file hold for all files of its folder that know none."""
        self.subject(TypedSizes).share()

    def run(self) -> Waiting[Any]:
        """Run the selected networks that have not answered yet; those no longer selected are stopped.

        Returns
        -------
        Waiting
            Its ``result()`` waits for them and their masks, and returns ``postprocessed``.
        """
        self.subject(Results).run()
        return self.waiting(lambda: dict(self.postprocessed))

    def stop(self) -> None:
        """Stop everything that runs; what is finished stays, and `retry` goes on with the rest."""
        self.subject(Results).stop([subject.halt() for subject in self.subjects])

    def retry(self) -> None:
        """Run again whatever was stopped or failed, and ask again what was lost with a worker."""
        for subject in self.subjects:
            subject.try_again()
        self.subject(Results).retry()

    def undo(self) -> None:
        """Take back the last change of a parameter; while the hand labels, the last stroke."""
        label = self.subject(LabelState)
        label.undo() if label.active else self.history.undo()

    def redo(self) -> None:
        """Make the change, or the stroke, again that was taken back last."""
        label = self.subject(LabelState)
        label.redo() if label.active else self.history.redo()

    # -- saved and reopened ----------------------------------------------------------------------

    def state(self) -> SessionState:
        """Return everything that is asked, as it is saved."""
        saved = ("selected", "order", "current", *PER_NETWORK, *PER_MICROGRAPH, *CLEANING)
        fields = {name: getattr(self, name) for name in saved}
        for subject in self.subjects:
            fields |= subject.to_save()
        return session_model()(
            origin=None if self.origin is None else self.origin.inside(self.data.root),
            micrograph_sha256="" if self.micrograph is None else self.micrograph.sha256,
            view=View(**{name: getattr(self, name) for name in VIEW}),
            **fields,
        )

    def restore(self, state: SessionState) -> None:
        """Ask what a saved session asked: its micrograph, networks and settings."""
        for name in PER_NETWORK:
            if why := self.why_not(name, getattr(state, name)):
                raise WorkbenchError(f"The session cannot be opened: {why}")
        opening = self.subject(Opening)
        ticket = opening.click()
        known = {card.name for card in self.cards}
        missing = [name for name in state.selected if name not in known]
        with self.history.paused():
            for name in VIEW:
                setattr(self, name, getattr(state.view, name))
            for name in ("order", *PER_NETWORK, *PER_MICROGRAPH, *CLEANING):
                setattr(self, name, getattr(state, name))
            self.selected = [name for name in state.selected if name in known]
            self.current = state.current if state.current in self.selected else (self.selected or [""])[-1]
        self._keep_colours()
        if not isinstance(state, session_model()):
            state = session_model().model_validate(state.model_dump())  # what it does not say is as at first
        with self.history.paused():
            for subject in self.subjects:
                subject.restore(state)
        said = ""
        if missing:
            said = (
                f"The session also used {', '.join(missing)}, which is not here; import it to see it again."
            )
        opening.again(state.origin or Origin(kind="array"), ticket, said)

    # -- what follows ----------------------------------------------------------------------------

    @observe("selected")
    def _selected_changed(self, _change: object) -> None:
        if self.current not in self.selected:
            self.current = (self.selected or [""])[-1]
        self.follow_versions()
        self.run()

    @observe("cards")
    def _cards_changed(self, _change: object) -> None:
        self._keep_colours()
        known = {card.name for card in self.cards}
        if known.issuperset(filter(None, [*self.selected, self.current])):
            return
        gone = [name for name in self.selected if name not in known]
        self.history.rewrite("selected", lambda names: [name for name in names if name in known])
        self.history.rewrite("current", lambda name: name if name in known else "")
        with self.history.paused():
            self.selected = [name for name in self.selected if name in known]
            self.current = self.current if self.current in self.selected else (self.selected or [""])[-1]
        if gone:
            self.message = f"{', '.join(gone)} is not among the networks any more, so it is not shown."

    def _keep_colours(self) -> None:
        """Let networks that do not ship with the package keep the colour that they have now, whoever comes later."""
        shown = self.colours_of()
        given = {name: shown[name] for name in shown if name not in KNOWN and name not in self.colours}
        if given:
            self.history.rewrite("colours", lambda colours: {**colours, **given})
            with self.history.paused():
                self.colours = {**self.colours, **given}

    @observe(*CLEANING)
    def _cleaning_changed(self, _change: object) -> None:
        self.name_area_unit()
        self.subject(Results).make_masks()

    def _set_device(self, device: str) -> None:
        self.device = device

    def __repr__(self) -> str:
        shown = "nothing" if self.micrograph is None else self.micrograph.name
        return f"Session({shown}, {', '.join(self.selected)})"
