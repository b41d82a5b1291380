"""Answers of networks, kept by what was asked, so that going back needs no job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from zict import LRU

from workbench.app.core.context import Context, Subject
from workbench.app.core.subjects import subject
from workbench.app.core.versions import Request
from workbench.particles.post_processing import MaskSettings, Postprocessed
from workbench.segmentation.segmentation import Segmentation

KEPT_BYTES = 1 << 28


class MaskAsked(NamedTuple):
    """All that a mask and its scores depend on."""

    answer: Request
    settings: MaskSettings
    truth: str
    """Hash of the true mask; empty where none is known."""


@dataclass(frozen=True, eq=False)
class Kept:
    """An answer, the mask that was last made of it, and what that was asked as."""

    found: Segmentation
    postprocessed: Postprocessed | None = None
    made: MaskAsked | None = None

    @property
    def nbytes(self) -> int:
        """Memory that its arrays take."""
        made = self.postprocessed
        mask = 0 if made is None else made.mask.nbytes + made.labels.nbytes
        distance = 0 if self.found.distance is None else self.found.distance.nbytes
        return self.found.probability.nbytes + distance + mask


def _no_answers() -> LRU[Request, Kept]:
    return LRU(KEPT_BYTES, {}, weight=lambda _request, kept: kept.nbytes)


@subject("answers", order=10)
class Answers(Subject):
    """The answers about the open micrograph, up to 256 MB of them.

    Parameters
    ----------
    session : Context
    """

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self._kept = _no_answers()

    def forget(self) -> None:
        """Forget all answers: another micrograph is shown."""
        self._kept = _no_answers()

    def known(self, request: Request) -> bool:
        """Say whether an answer is kept."""
        return self._kept.get(request) is not None

    def kept(self, request: Request) -> tuple[Segmentation | None, Postprocessed | None, MaskAsked | None]:
        """Return an answer, the mask last made of it, and what that was asked as, where they are kept."""
        kept, micrograph = self._kept.get(request), self._session.micrograph
        if kept is None or micrograph is None or self._session.asked.changed(request.version):
            return None, None, None
        return replace(kept.found, micrograph=micrograph), kept.postprocessed, kept.made

    def keep(
        self,
        request: Request,
        found: Segmentation,
        postprocessed: Postprocessed | None = None,
        made: MaskAsked | None = None,
    ) -> None:
        """Keep an answer, and the mask that was made of it."""
        self._kept[request] = Kept(found, postprocessed, made)
