"""Asks for the receptive field of each selected network, at the version that is shown."""

from __future__ import annotations

from typing import NamedTuple

from workbench.app.core.context import Context, Subject
from workbench.app.core.questions import Questions
from workbench.app.core.subjects import subject
from workbench.app.core.versions import Request
from workbench.compute.receptive_fields import FieldFound, find_field


class _Field(NamedTuple):
    request: Request
    effective: bool


@subject("receptive_fields", order=120)
class ReceptiveFields(Subject):
    """Asks for the field of each selected network; for the effective one, which takes seconds, where rings are shown.

    Parameters
    ----------
    session : Context
        Under its lock a micrograph is not changed between what is asked and what it is asked as.
    """

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session, self._lock = session, session.lock
        self._questions: Questions[FieldFound] = Questions(session.compute, self._follow)

    def begin(self) -> None:
        """Follow which networks are shown, and on what."""
        self._session.observe(
            self._follow, names=["versions", "selected", "current", "micrograph", "show_rings", "busy"]
        )

    def try_again(self) -> None:
        """Ask again for what was lost with a worker too often."""
        self._questions.try_again()
        self._follow()

    def _follow(self, _change: object = None) -> None:
        with self._lock:
            self._see_to()

    def _see_to(self) -> None:
        session = self._session
        shown: dict[str, FieldFound] = {}
        wanted: list[_Field] = []
        for name in session.selected:
            request = session.request(name)
            if session.card(name).kind == "classical" or request is None:
                continue
            plain, effective = _Field(request, False), _Field(request, True)
            found = self._questions.answer(effective) or self._questions.answer(plain)
            if found is not None:
                shown[name] = found
            if found is None:
                wanted.append(plain)
            elif session.show_rings and not session.busy and not self._questions.known(effective):
                wanted.append(effective)  # the plain one is there at once; this one waits for the masks
        if shown != session.fields:
            session.fields = shown
        self._questions.keep(wanted)
        for field in wanted:
            version = field.request.version
            self._questions.ask(
                field,
                find_field,
                session.micrograph,
                version.weights,
                version.rates,
                version.scale,
                field.effective,
                version.fitted,
            )
