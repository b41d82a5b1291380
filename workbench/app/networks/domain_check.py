"""Compares the open micrograph with the training of each selected network, and keeps the warnings up to date."""

from __future__ import annotations

from typing import NamedTuple

from workbench.app.core.context import Context, Subject
from workbench.app.core.questions import Questions
from workbench.app.core.subjects import subject
from workbench.compute.domain_check import find_appearance
from workbench.micrographs.appearance import Appearance
from workbench.networks.card import Card
from workbench.networks.domain_check import compare


class _Prepared(NamedTuple):
    """What an appearance depends on: the pixels, and how they are prepared for the network."""

    sha256: str
    outliers: str
    step: float


@subject("domain_check", order=130)
class DomainCheck(Subject):
    """Measures the open micrograph for each selected network whose card has a range to compare with.

    Parameters
    ----------
    session : Context
        Under its lock a micrograph is not changed between what is asked and what it is asked as.
    """

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._lock = session, session.lock
        self._questions: Questions[Appearance | None] = Questions(session.compute, self._follow)

    def begin(self) -> None:
        """Follow which networks are shown, and on what."""
        self._session.observe(self._follow, names=["micrograph", "selected", "cards", "versions"])

    def try_again(self) -> None:
        """Ask again for what was lost with a worker too often."""
        self._questions.try_again()
        self._follow()

    def _follow(self, _change: object = None) -> None:
        with self._lock:
            self._ask_and_compare()

    def _ask_and_compare(self) -> None:
        session = self._session
        micrograph = session.micrograph
        if micrograph is None:
            return
        cards = [session.asked.card(name) for name in session.selected]
        wanted: dict[_Prepared, Card] = {}
        found = {}
        for card in cards:
            prepared = _Prepared(micrograph.seen, card.input.outliers, card.input.step(micrograph.nm_per_px))
            if card.training_range is not None:
                wanted[prepared] = card
            if unlike := compare(card, micrograph.nm_per_px, self._questions.answer(prepared)):
                found[card.name] = unlike
        if found != session.domain_warnings:
            session.domain_warnings = found
        self._questions.keep(wanted)
        for prepared, card in wanted.items():
            self._questions.ask(prepared, find_appearance, micrograph, card.input)
