"""Networks shown at another dilation or scale than they were trained at: answers are kept, some made while idle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.compute.recent import Recent
from workbench.segmentation.segmentation import Segmentation
from workbench.segmentation.tuning import Tuned

if TYPE_CHECKING:
    from workbench.app.session import Session
    from workbench.compute import Job
    from workbench.networks.card import Card

LARGEST = 8
"""The last step of the slider."""
KEPT_BYTES = 1 << 28
CLASSICAL = "A classical method has no convolutions, so there is nothing to dilate."
Dilation = int | list[int]


def say_dilation(dilation: Dilation) -> str:
    """Return a dilation in a few characters, such as ``2`` or ``1-1-2``."""
    return str(dilation) if isinstance(dilation, int) else "-".join(map(str, dilation))


@dataclass(frozen=True, eq=False)
class Kept:
    """An answer, and the mask that was last made of it."""

    found: Segmentation
    tuned: Tuned | None = None


class Dilated:
    """What a session knows of its networks at other dilations.

    Answers are kept, up to 256 MB, so that going back needs no job. Once a person has dilated a network, the
    dilations next to the one shown are computed while nothing else runs; anything that is asked ends that at once.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: Recent[Kept] = Recent(KEPT_BYTES)
        self._ahead: Job | None = None
        self._ticket = 0
        self._failed: set[str] = set()
        self._held = False

    def begin(self) -> None:
        """Follow the session from here on."""
        self._session.observe(self._changed, names=["dilations", "scales"])
        self._session.observe(self._busy, names="busy")

    # -- asked -----------------------------------------------------------------------------------

    def trained(self, name: str) -> Dilation:
        """Return the dilation that a network was trained at."""
        card = self._session.card(name)
        return card.dilation if card.trained_dilation is None else card.trained_dilation

    def of(self, name: str) -> Dilation:
        """Return the dilation that a network is to be shown at."""
        wanted: Dilation = self._session.dilations.get(name, self._session.card(name).dilation)
        return wanted

    def set(self, name: str, dilation: Dilation) -> None:
        """Show a network at a dilation; nothing happens for a classical method."""
        session = self._session
        card = session.card(name)
        if card.kind == "classical" or self.of(name) == dilation:
            return
        others = {key: value for key, value in session.dilations.items() if key != name}
        session.dilations = others if dilation == card.dilation else {**others, name: dilation}

    def scale(self, name: str) -> float:
        """Return the factor on the pixels that a network is given."""
        return float(self._session.scales.get(name, 1.0))

    def set_scale(self, name: str, factor: float) -> None:
        """Give a network pixels that are larger or smaller by a factor; nothing happens for a classical method."""
        session, factor = self._session, round(float(factor), 3)
        if session.card(name).kind == "classical" or self.scale(name) == factor:
            return
        others = {key: value for key, value in session.scales.items() if key != name}
        session.scales = others if factor == 1 else {**others, name: factor}

    def shown(self, name: str) -> bool:
        """Say whether the answer that a network's pane has is the one at the dilation and scale asked for."""
        found = self._session.segmentations.get(name)
        if found is None:
            return False
        card: Card = found.network
        return card.dilation == self.of(name) and card.input.scale == self.scale(name)

    def why_off(self, name: str) -> str:
        """Say why a network cannot be dilated; empty where it can."""
        if not name:
            return "Tick a network first."
        return CLASSICAL if self._session.card(name).kind == "classical" else ""

    # -- kept ------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Forget all answers: another micrograph is shown."""
        self._stop_ahead()
        self._kept = Recent(KEPT_BYTES)
        self._failed.clear()

    def kept(self, name: str, dilation: Dilation) -> tuple[Segmentation | None, Tuned | None]:
        """Return the answer of a network at a dilation and the mask last made of it, where they are kept."""
        kept, micrograph = self._kept.get(self._key(name, dilation)), self._session.micrograph
        if kept is None or micrograph is None:
            return None, None
        return replace(kept.found, micrograph=micrograph), kept.tuned

    def keep(self, name: str, found: Segmentation) -> None:
        """Keep an answer."""
        self._put(name, Kept(found))

    def keep_tuned(self, name: str, tuned: Tuned) -> None:
        """Keep the mask that was made of the answer shown now."""
        found = self._session.segmentations[name]
        self._put(name, Kept(found, tuned))

    def take(self, name: str) -> bool:
        """Show the kept answer at the dilation asked for, with its mask where it fits the settings; False: none."""
        session = self._session
        kept = self._kept.get(self._key(name, self.of(name)))
        if kept is None or session.micrograph is None:
            return False
        found = replace(kept.found, micrograph=session.micrograph)
        fits = kept.tuned is not None and kept.tuned.settings == session.settings(name)
        with session.hold_trait_notifications():
            session.segmentations = {**session.segmentations, name: found}
            session.failures = {key: why for key, why in session.failures.items() if key != name}
            if fits:
                session.tuned = {**session.tuned, name: kept.tuned}
        if not fits:
            session.tune(name)
        return True

    def _put(self, name: str, kept: Kept) -> None:
        size = kept.found.probability.nbytes + (0 if kept.tuned is None else kept.tuned.mask.nbytes)
        card = kept.found.network
        self._kept.put(self._key(name, card.dilation, card.input.scale), kept, size)

    def _key(self, name: str, dilation: Dilation, scale: float | None = None) -> str:
        scale = self.scale(name) if scale is None else scale
        micrograph, epoch = self._session.micrograph, self._session.trainings.epochs_shown.get(name)
        return f"{name} {epoch} {dilation} {scale} {None if micrograph is None else micrograph.nm_per_px}"

    def hold(self) -> None:
        """Compute nothing ahead until `resume`: someone else computes all dilations."""
        self._held = True
        self._stop_ahead()

    def resume(self) -> None:
        """Compute ahead again."""
        self._held = False
        self._start_ahead()

    # -- what follows ----------------------------------------------------------------------------

    def _changed(self, change: dict[str, Any]) -> None:
        self._stop_ahead()
        old, new = change["old"] or {}, change["new"]
        for name in self._session.ticked:
            if old.get(name) != new.get(name):
                self._session.run_again(name)
        self._start_ahead()  # where all was kept, nothing runs

    def _busy(self, change: dict[str, Any]) -> None:
        self._stop_ahead() if change["new"] else self._start_ahead()

    def _stop_ahead(self) -> None:
        self._ticket += 1  # what still comes of it is not wanted
        job, self._ahead = self._ahead, None
        if job is not None:
            job.stop()

    def _start_ahead(self) -> None:
        session = self._session
        name, micrograph = session.active, session.micrograph
        if (
            self._held
            or session.busy
            or self._ahead is not None
            or micrograph is None
            or not session.dilations
        ):
            return
        dilation = next(iter(self._next(name)), None)
        if dilation is None:
            return
        self._ticket += 1
        ticket, key = self._ticket, self._key(name, dilation)

        def done(found: Segmentation) -> None:
            if ticket == self._ticket:
                self._ahead = None
                self.keep(name, found)
                self._start_ahead()

        def failed(_why: str) -> None:
            if ticket == self._ticket:  # said when it is asked for; not tried again until then
                self._ahead = None
                self._failed.add(key)

        wanted = None if dilation == session.card(name).dilation else dilation
        weights = session.trainings.weights(name)
        self._ahead = session.compute.segment(
            micrograph,
            weights,
            dilation=wanted,
            scale=self.scale(name),
            urgent=False,
            on_done=done,
            on_error=failed,
        )

    def _next(self, name: str) -> list[int]:
        """Return the dilations next to the one shown that are not kept yet, the wider one first."""
        if name not in self._session.ticked or self.why_off(name):
            return []
        here = self.of(name)
        if not isinstance(here, int):
            return []
        near = [one for one in (here + 1, here - 1) if 1 <= one <= LARGEST]
        keys = {one: self._key(name, one) for one in near}
        return [one for one in near if self._kept.get(keys[one]) is None and keys[one] not in self._failed]
