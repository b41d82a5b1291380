"""Where a pixel size is doubtful and the networks would take long, the page asks before it computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field
from traitlets import List, Unicode

from workbench.app.core.context import Context, Subject
from workbench.app.core.pace import Pace, time_said
from workbench.app.core.particle_width import ParticleWidth
from workbench.app.core.session_file import SessionState
from workbench.app.core.subjects import subject
from workbench.micrographs.micrograph import Micrograph

LONG_S = 10.0
"""What takes less is computed at once: it is done before somebody has read the question."""
MOST_KEPT = 200
HELD = "waits for an answer about the pixel size"


class AnsweredScales(SessionState):
    """What a session keeps of it."""

    scales_answered: list[str] = Field(
        default_factory=list,
        description="hashes of micrographs of doubtful pixel size whose networks may run as they are",
    )


@subject("scale_question", order=16)
class ScaleQuestion(Subject):
    """Asks about the scale of the open micrograph, once: `compute` goes on as it is, and so does a pixel size.

    Attributes
    ----------
    sentence : str
        What is doubtful, and how long it would take; empty: nothing is asked.
    answered : list of str
        Hashes of the micrographs that are not asked about again.

    Parameters
    ----------
    session : Context
    """

    saves = AnsweredScales
    kept_names = ("answered",)

    sentence = Unicode("")
    answered: List[Any] = List()

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self.pace = Pace(session)

    def begin(self) -> None:
        """Follow what the networks run on."""
        self._session.observe(self._device_known, names="device")

    # -- what a hand does

    def compute(self) -> None:
        """Let the networks run on the open micrograph as it is."""
        with self._session.lock:
            self._remember()
        self._session.run()

    # -- what others ask

    def holds(self, names: Sequence[str]) -> bool:
        """Say whether networks have to wait, with the page's lock held; ask where they wait for an answer.

        Parameters
        ----------
        names : sequence of str
            Those that have not answered yet, and do not run.
        """
        session = self._session
        micrograph = session.micrograph
        if micrograph is None or micrograph.sha256 in self.answered:
            self.sentence = ""
            return False
        if self._said_by_hand():
            if self.sentence:
                self._remember()
            self.sentence = ""
            return False
        seconds = self.pace.seconds(names)
        if seconds < LONG_S:
            self.sentence = ""
            return False
        if session.subject(ParticleWidth).finding():
            self.sentence = ""
            return True
        doubt = self._doubt(micrograph, names)
        self.sentence = doubt and f"{doubt}; computing takes {time_said(seconds)}."
        return bool(doubt)

    def forget(self) -> None:
        """Ask nothing: another micrograph is about to be shown."""
        self.sentence = ""

    def to_save(self) -> dict[str, Any]:
        """Return what was answered."""
        return {"scales_answered": list(self.answered)}

    def restore(self, saved: AnsweredScales) -> None:
        """Take over what was answered."""
        self.answered = saved.scales_answered

    # -- inside

    def _device_known(self, _change: object) -> None:
        if self.sentence:
            self._session.run()  # it may not take long at all

    def _remember(self) -> None:
        micrograph = self._session.micrograph
        if micrograph is not None and micrograph.sha256 not in self.answered:
            self.answered = [*self.answered, micrograph.sha256][-MOST_KEPT:]

    def _said_by_hand(self) -> bool:
        """Whether a person said how large the pixels are, or that nobody knows."""
        origin = self._session.origin
        return origin is not None and (origin.nm_per_px is not None or origin.size_unknown)

    def _doubt(self, micrograph: Micrograph, names: Sequence[str]) -> str:
        """Return the beginning of a sentence that says what is doubtful; empty where nothing is."""
        session = self._session
        cards = [session.card_as_shown(name) for name in names]
        if micrograph.nm_per_px is not None:
            cards = [card for card in cards if card.scale_warning(micrograph.nm_per_px)]
            ranges = [card.nm_per_px for card in cards if card.nm_per_px is not None]
            if not ranges:
                return ""
            low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
            return (
                f"{micrograph.name} has {micrograph.nm_per_px:.4g} nm/px, far from the {low:.3g} to {high:.3g} nm/px "
                f"that {_listed([card.label for card in cards])} learned from"
            )
        networks = [card.label for card in cards if card.kind == "network"]
        if session.particle_px is not None or not networks:
            return ""
        width = session.subject(ParticleWidth)
        tried = " and the width of its particles could not be found" if width.network() else ""
        return (
            f"The pixel size of {micrograph.name} is not known{tried}, "
            f"so {_listed(networks)} may see it at a wrong scale"
        )

    def __repr__(self) -> str:
        return f"ScaleQuestion({self.sentence!r})"


def _listed(labels: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))
