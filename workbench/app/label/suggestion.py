"""A region to label next, and the list of them as it is saved and shown again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.app.core.session_file import Origin
from workbench.app.label.saved import Proposed
from workbench.compute.regions import thumbnail
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.active_learning import UncertainRegion


@dataclass(frozen=True)
class Suggestion:
    """A region to label: of which micrograph, why, and a small picture of it.

    Attributes
    ----------
    name : str
        Of the micrograph.
    sha256 : str
        Of its pixels.
    origin : Origin
        Where to open it again.
    region : UncertainRegion
    why : str
        Such as ``U-Net is not sure``.
    png : bytes
        A picture of it, its longer edge 96 px.
    """

    name: str
    sha256: str
    origin: Origin
    region: UncertainRegion
    why: str
    png: bytes

    @property
    def key(self) -> str:
        """Names the suggestion among all others."""
        return f"{self.sha256}:{self.region.top}:{self.region.left}"

    @property
    def saved(self) -> Proposed:
        """The suggestion without its picture, as a session file keeps it."""
        return Proposed(
            name=self.name, sha256=self.sha256, origin=self.origin, region=self.region, why=self.why
        )


def list_again(
    proposals: Sequence[Proposed], read: Callable[[Origin], Micrograph | None]
) -> list[Suggestion]:
    """Return the suggestions that were saved, each with its picture made anew, in their order.

    Parameters
    ----------
    proposals : sequence of Proposed
        A micrograph that cannot be read or has changed is left out.
    read : callable(Origin) -> Micrograph or None
        Called once a micrograph; only one is in memory at a time.
    """
    pngs: dict[int, bytes] = {}
    origin: Origin | None = None
    micrograph: Micrograph | None = None
    for index in sorted(range(len(proposals)), key=lambda index: proposals[index].origin.path):
        proposed = proposals[index]
        if origin != proposed.origin:
            origin, micrograph = proposed.origin, read(proposed.origin)
        if micrograph is not None and _still_there(proposed, micrograph):
            pngs[index] = thumbnail(micrograph, proposed.region)
    return [
        Suggestion(
            proposed.name, proposed.sha256, proposed.origin, proposed.region, proposed.why, pngs[index]
        )
        for index, proposed in enumerate(proposals)
        if index in pngs
    ]


def _still_there(proposed: Proposed, micrograph: Micrograph) -> bool:
    """Say whether a micrograph is the one that was searched, and the region lies inside it."""
    inside = all(
        0 <= part.start < part.stop <= edge
        for part, edge in zip(proposed.region.box, micrograph.pixels.shape, strict=True)
    )
    return inside and micrograph.sha256 == proposed.sha256
