"""What is explained of each network: a target that is frozen when it is chosen."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from workbench.app.core.context import Context
from workbench.app.core.polling import reason
from workbench.app.core.results import Results
from workbench.app.explain.saved import MOST_CORNERS
from workbench.compute.explaining import PackedTarget
from workbench.errors import ExplanationError, WorkbenchError
from workbench.explanation.targets import Kind, Target
from workbench.micrographs.labelling.shapes import Points, polygon
from workbench.particles.post_processing import MaskSettings

LOG = logging.getLogger(__name__)

KINDS: dict[Kind, str] = {
    "particle": "particle",
    "pixel": "pixel",
    "rim": "rim of a particle",
    "background": "background",
    "particles": "all particles",
    "region": "free-hand region",
}
WITHOUT_CLICK = ("background", "particles")
CHOOSE = {
    "pixel": "Click a pixel",
    "particle": "Click a particle",
    "rim": "Click a particle",
    "region": "Draw around a region",
}
"""What a hand does in a pane to choose a target of a kind."""
SIMPLIFIED_PX = 1.0


@dataclass(frozen=True, eq=False)
class NetworkTarget:
    """What is explained of one network.

    Parameters
    ----------
    target : Target
        Frozen when it was chosen: a threshold that is moved later does not move it.
    settings : MaskSettings or None
        That made the mask it was taken from; None for a pixel and for a region.
    remark : str
        Why it is not what was asked for; empty where it is.
    packed : PackedTarget
    """

    target: Target
    settings: MaskSettings | None
    remark: str
    packed: PackedTarget

    @property
    def label(self) -> str:
        """What is explained, and of which mask."""
        if self.settings is None:
            return self.target.label
        return f"{self.target.label}, mask at {self.settings.threshold:g}"


def target_ready(session: Context, name: str, kind: Kind) -> bool:
    """Say whether a network's mask, as it is asked for, is there; a pixel and a region need none."""
    if session.card(name).kind == "classical" or kind in ("pixel", "region"):
        return True
    return session.subject(Results).settled(name)


def choose_targets(
    session: Context, names: list[str], kind: Kind, at: tuple[int, int], line: Points = ()
) -> tuple[dict[str, NetworkTarget], dict[str, str]]:
    """Return what is explained of each network, and by name of a network the sentence that says why nothing is."""
    targets: dict[str, NetworkTarget] = {}
    refusals: dict[str, str] = {}
    for name in names:
        try:
            targets[name] = choose_target(session, name, kind, at, line)
        except WorkbenchError as error:
            refusals[name] = str(error)
        except Exception as error:  # else the page would be busy with it for ever
            LOG.exception("no target for %s", name)
            refusals[name] = f"Nothing can be chosen here: {reason(error)}."
    return targets, refusals


def choose_target(
    session: Context, name: str, kind: Kind, at: tuple[int, int], line: Points = ()
) -> NetworkTarget:
    """Return what is explained of a network, from its mask as it is now.

    Where there is no particle at the pixel the pixel is explained, and the remark says so. A region is what lies
    inside the line, whatever the mask.

    Raises
    ------
    ExplanationError
        If it is a classical method, or the target has no pixels.
    """
    micrograph, card = session.micrograph, session.card(name)
    if micrograph is None or card.kind == "classical":
        raise ExplanationError(
            f"{card.label} is a classical method: it has no gradient and no layers, so there is no map."
        )
    if kind == "pixel":
        return _frozen(Target.pixel(micrograph.shape, at), None)
    if kind == "region":
        return _frozen(Target.inside(micrograph.shape, line), None)
    postprocessed = session.postprocessed[name]
    if kind == "background":
        return _frozen(Target.background(postprocessed.mask), postprocessed.settings)
    if kind == "particles":
        return _frozen(Target.particles(postprocessed.mask), postprocessed.settings)
    labels = postprocessed.labels
    if not labels[at]:
        remark = f"{card.label} sees no particle here, so the pixel is explained."
        return _frozen(Target.pixel(micrograph.shape, at), None, remark)
    # touching particles are explained one by one, where they are counted so
    whole = Target.rim(labels, at) if kind == "rim" else Target.particle(labels, at)
    return _frozen(whole, postprocessed.settings)


def simplified(corners: Points) -> list[tuple[int, int]]:
    """Return a closed line with fewer corners, none of them further than a pixel from what is left of it."""
    from skimage.measure import approximate_polygon

    path = np.asarray(corners, np.int64).reshape(-1, 2)
    kept, tolerance = path, SIMPLIFIED_PX
    while len(path) > 3 and (tolerance == SIMPLIFIED_PX or len(kept) > MOST_CORNERS):
        kept, tolerance = approximate_polygon(path, tolerance), 2 * tolerance
    return [(int(row), int(column)) for row, column in kept]


def covers(shape: tuple[int, int], corners: Points) -> bool:
    """Say whether a closed line holds a pixel of a micrograph of this shape."""
    return len(corners) > 0 and bool(polygon(shape, corners).mask.any())


def _frozen(target: Target, settings: MaskSettings | None, remark: str = "") -> NetworkTarget:
    return NetworkTarget(target, settings, remark, PackedTarget.of(target))
