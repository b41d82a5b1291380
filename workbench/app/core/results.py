"""Runs the selected networks and makes their masks; shows an answer only while it is the answer to what is set."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.app.core.answers import Answers, MaskAsked
from workbench.app.core.context import Context, Subject
from workbench.app.core.particle_width import ParticleWidth
from workbench.app.core.questions import TRIES
from workbench.app.core.scale_question import HELD, ScaleQuestion
from workbench.app.core.subjects import subject
from workbench.app.core.versions import Request
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.post_processing import Postprocessed
from workbench.segmentation.segmentation import Segmentation


@subject("results", order=20)
class Results(Subject):
    """Keeps ``segmentations`` and ``postprocessed`` of a session true to what is set.

    An answer is taken only while it is the answer to what is asked then. What is shown of an earlier one stays until
    the next is there, and ``Session.stale`` says so.

    Parameters
    ----------
    session : Context
        Whoever holds its lock sees no answer between at work and there.
    """

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._jobs, self.lock = session, session.jobs, session.lock
        self._answers: dict[str, Request] = {}
        self._masks: dict[str, MaskAsked] = {}
        self._asked: dict[str, Request] = {}
        self._making: dict[str, MaskAsked] = {}
        self._rewritten: Counter[str] = Counter()
        self._halted: list[Callable[[], object]] = []
        self.truth_key = ""

    def begin(self) -> None:
        """Follow what is asked for, and how masks are made."""
        session = self._session
        session.observe(
            session.follow_versions,
            names=["dilations", "scales", "followed", "particle_widths", "found_widths"],
        )
        session.observe(self._thresholds_changed, names="thresholds")
        session.observe(self._versions_changed, names="versions")
        session.observe(self._truth_changed, names="truth")
        session.observe(self._settled, names="busy")

    # -- what there is

    def current(self, name: str) -> bool:
        """Say whether the probability that a pane shows is the answer to what is set."""
        request = self._session.request(name)
        answered = name in self._session.segmentations and self._answers.get(name) == request
        return answered and not self._session.subject(ParticleWidth).awaited(name)

    def masked(self, name: str) -> bool:
        """Say whether there is a mask of the answer to what is set, with whichever settings."""
        made = self._masks.get(name)
        return (
            self.current(name) and name in self._session.postprocessed and made is not None
        ) and made.answer == self._answers[name]

    def settled(self, name: str) -> bool:
        """Say whether the mask that is shown is the one of all that is set."""
        return self.masked(name) and self._masks[name] == self._mask_asked(name)

    def pending(self, name: str) -> bool:
        """Say whether a network is at work, or its mask is being made, or they wait: for their turn, for a width."""
        at_work = self._jobs.running(f"run {name}") or self._jobs.running(f"post_process {name}")
        return at_work or self._session.subject(ParticleWidth).awaited(name)

    def answered(self, name: str) -> Request | None:
        """Return what the probability that a pane shows is the answer to."""
        return self._answers.get(name) if name in self._session.segmentations else None

    def shown(self, name: str) -> tuple[Segmentation, Postprocessed] | None:
        """Return the mask that is shown and the very answer that it was made of; None while there is none."""
        postprocessed = self._session.postprocessed.get(name)
        if postprocessed is None:
            return None
        found = postprocessed.segmentation or self._session.segmentations.get(name)
        return None if found is None else (found, postprocessed)

    def mask_asked(self, name: str, answer: Request) -> MaskAsked:
        """Return what a mask of an answer is asked as, with the settings of its network as they are now."""
        return MaskAsked(answer, self._session.settings(name), self.truth_key)

    # -- what a hand does

    def run(self) -> None:
        """Ask the selected networks what they have not answered yet; those no longer selected are stopped."""
        self._session.asked.look_again()
        self._session.follow_versions()
        self._run()

    def stop(self, halted: Iterable[Callable[[], object] | None]) -> None:
        """Stop every job, and note what else was stopped, so that `retry` goes on with it."""
        with self.lock:
            width = self._session.subject(ParticleWidth)
            waited = [name for name in self._session.selected if width.awaited(name)]
            stopped = self._jobs.stop_all()
            self._halted = [again for again in halted if again is not None]
            names = [key.removeprefix("run ") for key in stopped if key.startswith("run ")]
            failures = dict.fromkeys([*names, *waited], "stopped")
            self._session.failures = {**self._session.failures, **failures}
            self._mark()

    def retry(self) -> None:
        """Run again whatever was stopped or failed."""
        with self.lock:
            halted, self._halted = self._halted, []
            self._rewritten.clear()
            self._session.failures = {}
            self.run()
        for again in halted:
            again()
        self._mark()

    def forget(self) -> None:
        """Forget all: another micrograph is shown."""
        self._answers, self._masks, self._halted = {}, {}, []
        self._rewritten.clear()

    def resize(self, changed: Micrograph, regardless: set[str]) -> None:
        """Forget what was found at another pixel size, but for networks that it does not matter to.

        Parameters
        ----------
        changed : Micrograph
            The same pixels, of another size.
        regardless : set of str
        """
        session = self._session
        kept = {
            name: replace(found, micrograph=changed)
            for name, found in session.segmentations.items()
            if name in regardless and name in self._answers
        }
        self._answers = {name: self._answers[name]._replace(nm_per_px=changed.nm_per_px) for name in kept}
        self._masks = {}
        session.segmentations, session.postprocessed = kept, {}

    def make_masks(self, names: Iterable[str] | None = None) -> None:
        """Make the exact masks anew of what is shown; by default of all selected networks."""
        for name in self._session.selected if names is None else names:
            if name in self._session.selected:
                self._make_mask(name)
        self._mark()

    # -- inside

    def _run(self) -> None:
        session = self._session
        with self.lock:
            if session.micrograph is None:
                return
            wanted = [f"{what} {name}" for name in session.selected for what in ("run", "post_process")]
            others = [key for subject in session.subjects for key in subject.job_keys]
            self._jobs.keep([*others, *wanted])
            session.subject(ParticleWidth).see_to()
            held = self._held()
            for name in session.selected:
                if name not in held:
                    self._see_to(name)
            self._mark()

    def _held(self) -> set[str]:
        """Return the networks that wait until the page knows whether the pixel size is right, and say so of them."""
        session, question = self._session, self._session.subject(ScaleQuestion)
        known = session.subject(Answers).known
        asked = {name: session.request(name) for name in session.selected}
        waiting = [
            name
            for name, request in asked.items()
            if request is not None and not (self.current(name) or self._runs_as_asked(name) or known(request))
        ]
        held = set(waiting) if question.holds(waiting) else set()
        told = held if question.sentence else set()
        for name in held:
            self._jobs.drop(f"run {name}", f"post_process {name}")
        others = {name: why for name, why in session.failures.items() if why != HELD}
        session.failures = {**others, **dict.fromkeys(told, HELD)}
        return held

    def _runs_as_asked(self, name: str) -> bool:
        asked = self._asked.get(name)
        return self._jobs.running(f"run {name}") and asked == self._session.request(name)

    def _see_to(self, name: str) -> None:
        session = self._session
        request = session.request(name)
        if request is None:
            return
        if session.subject(ParticleWidth).awaited(name):
            self._jobs.drop(f"run {name}")
            self._forgive([name])
        elif self.current(name):
            if self._jobs.running(f"run {name}"):
                self._jobs.drop(f"run {name}")  # back to what is shown, before the other was there
            if not self.settled(name):
                self._make_mask(name)
        elif not self._runs_as_asked(name):
            self._jobs.drop(f"run {name}", f"post_process {name}")
            self._ask(name, request)

    def _ask(self, name: str, request: Request) -> None:
        session = self._session
        micrograph = session.micrograph
        if micrograph is None:
            return
        self._forgive([name])
        kept, postprocessed, made = session.subject(Answers).kept(request)
        if kept is not None:
            self._take(name, request, kept, postprocessed, made)
            return

        def done(found: Segmentation) -> None:
            with self.lock:
                if request != session.request(name):
                    self._run()
                    return
                if session.asked.changed(request.version) and self._rewritten[name] < TRIES - 1:
                    self._rewritten[name] += (
                        1  # of a file that was written meanwhile: of the old one or the new
                    )
                    self.run()
                    return
                self._rewritten.pop(name, None)
                session.subject(ScaleQuestion).pace.note(name, found)
                session.subject(Answers).keep(request, found)
                self._take(name, request, found)

        def failed(why: str) -> None:
            with self.lock:
                if request == session.request(name):
                    session.failures = {**session.failures, name: why}
                    session.message = why
                self._mark()

        self._asked[name] = request
        title = session.card(name).label
        self._jobs.segment(f"run {name}", title, micrograph, request.version, done, failed)
        for other in session.subjects:
            other.give_way()

    def _take(
        self,
        name: str,
        request: Request,
        found: Segmentation,
        postprocessed: Postprocessed | None = None,
        made: MaskAsked | None = None,
    ) -> None:
        """Show an answer, with its mask where that is the one of what is set."""
        session = self._session
        micrograph = session.micrograph
        if micrograph is None:
            return
        self._answers[name] = request
        note = "" if found.particle_px is None else session.subject(ParticleWidth).said
        with session.hold_trait_notifications():
            session.segmentations = {
                **session.segmentations,
                name: replace(found, micrograph=micrograph, scale_note=note),
            }
            self._forgive([name])
            if postprocessed is not None and made is not None and made == self._mask_asked(name):
                self._masks[name] = made
                session.postprocessed = {
                    **session.postprocessed,
                    name: replace(postprocessed, segmentation=session.segmentations[name]),
                }
        if not self.settled(name):
            self._make_mask(name)
        self._mark()

    def _mask_asked(self, name: str) -> MaskAsked | None:
        answer = self._answers.get(name)
        return None if answer is None else self.mask_asked(name, answer)

    def _make_mask(self, name: str) -> None:
        session = self._session
        with self.lock:
            found: Segmentation | None = session.segmentations.get(name)
            asked = self._mask_asked(name)
            if found is None or asked is None:
                return
            made_of = found
            if self._masks.get(name) == asked and name in session.postprocessed:
                self._jobs.drop(f"post_process {name}")
                return
            if self._jobs.running(f"post_process {name}") and self._making.get(name) == asked:
                return

            def done(postprocessed: Postprocessed) -> None:
                with self.lock:
                    if session.segmentations.get(name) is not made_of or asked != self._mask_asked(name):
                        return
                    postprocessed = replace(postprocessed, segmentation=made_of)
                    session.subject(Answers).keep(asked.answer, made_of, postprocessed, asked)
                    self._masks[name] = asked
                    session.postprocessed = {**session.postprocessed, name: postprocessed}
                    self._mark()

            def failed(why: str) -> None:
                with self.lock:
                    if asked == self._mask_asked(name):
                        session.failures = {**session.failures, name: why}
                        session.message = why
                    self._mark()

            if self.current(name):
                self._forgive([name])
            self._making[name] = asked
            title = session.card(name).label
            self._jobs.post_process(
                f"post_process {name}", title, found, asked.settings, session.truth, done, failed
            )

    def _mark(self) -> None:
        """Say of what is shown which is not of what is set, and whether something can be run again."""
        session = self._session
        with self.lock:
            unsettled = [name for name in session.selected if not self.settled(name)]
            self._forgive(name for name in session.selected if name not in unsettled)
            stale = {name: self._why_stale(name) for name in unsettled if name in session.postprocessed}
            asks = session.subject(ScaleQuestion).sentence
            left = session.micrograph is not None and any(
                not self.pending(name) for name in unsettled if not asks or session.failures.get(name) != HELD
            )
            with session.hold_trait_notifications():
                session.stale = stale
                session.can_run_again = left or bool(self._halted)

    def _forgive(self, names: Iterable[str]) -> None:
        """Say no more why networks gave nothing: what is set is there, or made again."""
        failures, names = self._session.failures, set(names)
        if not names.isdisjoint(failures):
            self._session.failures = {name: why for name, why in failures.items() if name not in names}

    def _why_stale(self, name: str) -> str:
        postprocessed, session = self._session.postprocessed[name], self._session
        said = postprocessed.settings.said(session.card_of_answer(name), session.nm_per_px)
        shown = said if self.masked(name) else session.card(name).label
        if not self.masked(name) and postprocessed.segmentation is not None:
            made_of = postprocessed.segmentation
            said = postprocessed.settings.said(made_of.network, made_of.micrograph.nm_per_px)
            shown = f"{made_of.network.shown}, {said}"
        if self.pending(name):
            return f"not as set yet: {shown}"
        return f"not as set, {self._session.failures.get(name) or 'stopped'}: {shown}"

    def _versions_changed(self, _change: object) -> None:
        self._run()

    def _thresholds_changed(self, change: dict[str, Any]) -> None:
        old, new = change["old"] or {}, change["new"]
        self.make_masks(name for name in self._session.selected if old.get(name) != new.get(name))

    def _truth_changed(self, _change: object) -> None:
        truth = self._session.truth
        self.truth_key = ""
        if truth is not None:
            self.truth_key = hashlib.sha256(
                str(truth.shape).encode() + np.packbits(truth).tobytes()
            ).hexdigest()
        self.make_masks()

    def _settled(self, change: dict[str, bool]) -> None:
        if not change["new"]:
            self._mark()  # a job may have ended without an answer
