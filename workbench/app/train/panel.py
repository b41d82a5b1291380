"""Train: a recipe becomes a run, and a run is watched, paused, stopped and resumed."""

from __future__ import annotations

import html

import ipywidgets as widgets

from workbench.app.label.training_set import TrainingSet
from workbench.app.train.curves import RunCurves
from workbench.app.train.estimate_text import say_seconds
from workbench.app.train.form import TrainingForm, say_warning
from workbench.app.train.run_view import RunView
from workbench.app.train.state import TrainState
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.networks.loading import runs_folder


@panel("train", "Train", order=60)
class TrainPanel(Panel):
    """The runs there are, and the draft of the next one; the curves stand below the panes."""

    icon = "M4 4v16h16M7 8c1.5 6 5 8.5 12 9"
    tab = "Curves"

    def build(self) -> widgets.Widget:
        """Make the form, the buttons and the list of runs."""
        session, trainings, make = self.session, self.session.subject(TrainState), self.controls
        form = TrainingForm(trainings, list(session.cards))
        make.update(form.controls)
        make["start_run"] = controls.button("Train", trainings.start, "Start the run", "hw-primary")
        make["tune"] = controls.button(
            "fine-tune from…", self._fine_tune, "Train the network further that is tuned now", "hw-link"
        )
        make["look"] = controls.button(
            "look for new sets",
            trainings.draft.list_sets,
            "Look again for sets in the data folder",
            "hw-link",
        )
        self._warning = controls.text("", "hw-note", "hw-warning")
        make["run"] = controls.dropdown("Run", [])
        make["pause"] = controls.button(
            "Pause", trainings.pause, "After its step; it keeps memory and device"
        )
        make["stop"] = controls.button("Stop", trainings.stop, "After its step; its state is kept")
        make["resume"] = controls.button("Resume", trainings.resume, "Go on where it stood")
        self._about = controls.markup("", "hw-note", "hw-run-about")
        make["follow"] = controls.checkbox(
            "Its prediction in a pane of its own",
            "Runs the newest weights on the open micrograph after each epoch",
        )
        make["validation"] = controls.button(
            "open a validation micrograph",
            trainings.open_validation,
            "In place of the open one: with its truth, so that scores are of what the run is not trained on",
            "hw-link",
        )
        make["smoothing"] = controls.slider("Smoothing", 0.0, 0.98, 0.02)
        make["compared"] = widgets.SelectMultiple(options=[], rows=3, layout=controls.full())
        make["compared"].add_class("hw-others")
        make["compared"].tooltip = "Runs whose curves are drawn beside"
        controls.bind(trainings, "smoothing", make["smoothing"])
        controls.bind(trainings, "following", make["follow"])
        make["run"].on_pick(self._run_picked)
        make["compared"].observe(self._compared_picked, names="value")
        self._writing = controls.Writing()
        self._others = controls.column(controls.text("Compare with", "hw-note"), make["compared"])
        self._runs_part = controls.column(
            make["run"],
            controls.row(make["pause"], make["stop"], make["resume"]),
            self._about,
            make["follow"],
            make["validation"],
            make["smoothing"],
            self._others,
            controls.text("New run", "hw-subtitle"),
        )
        session.observe(lambda _change: form.cards_changed(list(session.cards)), names="cards")
        session.observe(self._tunable_shown, names=["current", "cards"])
        session.subject(TrainingSet).observe(lambda _change: trainings.draft.list_sets(), names="members")
        trainings.draft.observe(self._show_warning, names=["warning", "estimated"])
        trainings.observe(self._runs_shown, names=["runs", "chosen"])
        self._show_warning()
        self._runs_shown()
        self._tunable_shown()
        trainings.observe(lambda _change: self.set_open(True), names="brought")
        self.deck = RunCurves(trainings, session).box
        self._was_open = trainings.draft.estimating = False
        return controls.column(
            self._runs_part,
            form.body,
            self._warning,
            controls.row(make["start_run"], make["tune"], make["look"]),
        )

    def was_shown(self) -> None:
        """Watch the runs that there are."""
        self.session.subject(TrainState).watch()

    def was_opened(self, opened: bool) -> None:
        """Look for sets that were made since, and estimate what a run takes, for as long as it is open.

        A page with this panel closed does nothing of it: its worker is the networks'.
        """
        draft = self.session.subject(TrainState).draft
        draft.estimating = opened
        if not opened:
            return
        if not self._was_open:
            self._was_open = True
            draft.open()
        else:
            draft.list_sets()

    def _fine_tune(self) -> None:
        self.session.subject(TrainState).fine_tune_from(self.session.current)

    def _tunable_shown(self, _change: object = None) -> None:
        session, button = self.session, self.controls["tune"]
        card = next((card for card in session.cards if card.name == session.current), None)
        trainable = card is not None and card.kind == "network"
        button.disabled = not trainable
        button.description = f"fine-tune {card.label}" if card is not None and trainable else "fine-tune"
        button.tooltip = (
            "Train this network further on the set above"
            if trainable
            else "Choose a trained network under Mask; classical methods learn nothing"
        )

    def _show_warning(self, _change: object = None) -> None:
        draft = self.session.subject(TrainState).draft
        self._warning.value = say_warning(draft.warning, draft.estimated)
        self.controls["start_run"].disabled = bool(draft.warning)
        self.controls["start_run"].tooltip = draft.warning or "Start the run in a process of its own"

    def _runs_shown(self, _change: object = None) -> None:
        trainings, make = self.session.subject(TrainState), self.controls
        controls.show(self._runs_part, bool(trainings.runs))
        make["run"].offer(
            lambda: ([(f"{view.name}: {view.word}", view.name) for view in trainings.runs], trainings.chosen)
        )
        with self._writing:
            others = [view.name for view in trainings.runs if view.name != trainings.chosen]
            controls.show(self._others, bool(others))
            if tuple(others) != tuple(make["compared"].options):
                with make["compared"].hold_sync():
                    make["compared"].options = others
                    make["compared"].value = [name for name in trainings.compared if name in others]
        view = trainings.view_of(trainings.chosen)
        status = None if view is None else view.status
        make["pause"].disabled = status != "running"
        make["stop"].disabled = status not in ("running", "queued", "paused")
        make["resume"].disabled = status not in ("paused", "stopped", "failed", "interrupted")
        make["follow"].disabled = status not in ("running", "paused", "queued")
        self._about.value = "" if view is None else _about(view)
        at_work = [view for view in trainings.runs if view.alive]
        first = at_work[0] if at_work else None
        self.summary = "" if first is None else f"{first.word}, {100 * first.step // max(first.steps, 1)} %"

    def _run_picked(self, name: str | None) -> None:
        if name:
            self.session.subject(TrainState).chosen = name

    def _compared_picked(self, change: dict[str, tuple[str, ...]]) -> None:
        if not self._writing:
            self.session.subject(TrainState).compared = list(change["new"])


def _about(view: RunView) -> str:
    lines = [f"{view.word}, step {view.step} of {view.steps}"]
    if view.left_s is not None:
        lines[0] += f", about {say_seconds(view.left_s)} left"
    if view.best is not None:
        lines.append(f"best hard Dice on validation {view.best:.3f}")
    if view.unread:
        lines.append(f"{view.unread}; what is shown is from {view.as_of}")
    if view.said:
        lines += view.said.splitlines()
    lines += view.remarks
    if view.status == "finished":
        lines.append("its network is in the list of networks")
    lines.append(f"workbench train {runs_folder().name}/{view.name}/recipe.toml")
    return "<br>".join(html.escape(line) for line in lines)
