"""Keeps true what a session says of micrographs that look unlike the training of its networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.compute.looks import find_looks
from workbench.micrographs.appearance import Appearance
from workbench.networks.card import Card
from workbench.networks.outside import compare

if TYPE_CHECKING:
    from workbench.app.session import Session
    from workbench.compute import Job


class Looks:
    """Measures the open micrograph for each ticked network whose card has a range to compare with.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Appearance | None] = {}
        self._jobs: dict[str, Job] = {}
        session.observe(self._follow, names=["micrograph", "ticked", "cards"])

    def _follow(self, _change: object = None) -> None:
        session = self._session
        micrograph = session.micrograph
        cards = [session.card(name) for name in session.ticked]
        if micrograph is None:
            return
        wanted = {self._key(card): card for card in cards if card.training_range is not None}
        for key in [key for key in self._jobs if key not in wanted]:
            self._jobs.pop(key).stop()
        found = {}
        for card in cards:
            looks = None if card.training_range is None else self._known.get(self._key(card))
            if unlike := compare(card, micrograph.nm_per_px, looks):
                found[card.name] = unlike
        if found != session.outside:
            session.outside = found
        for key, card in wanted.items():
            if key not in self._known and key not in self._jobs:
                self._ask(key, card)

    def _ask(self, key: str, card: Card) -> None:
        def done(looks: Appearance | None) -> None:
            self._known[key] = looks
            self._jobs.pop(key, None)
            self._follow()

        def failed(_why: str) -> None:
            self._known[key] = None  # its mask fails for the same reason, and says so

        self._jobs[key] = self._session.compute.submit(
            find_looks, self._session.micrograph, card.input, on_done=done, on_error=failed
        )

    def _key(self, card: Card) -> str:
        micrograph = self._session.micrograph
        if micrograph is None:
            return ""
        return f"{micrograph.sha256} {card.input.outliers} {card.input.step(micrograph.nm_per_px)}"
