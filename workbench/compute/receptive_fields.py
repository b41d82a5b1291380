"""The receptive field of a network at a dilation, found where the networks are: on the worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.compute import worker
from workbench.micrographs.length_text import length_text
from workbench.micrographs.micrograph import Micrograph

if TYPE_CHECKING:
    from workbench.networks.particle_scale import FittedScale

PLACES = 8


@dataclass(frozen=True)
class FieldFound:
    """How far a network sees, in px of the micrograph.

    Attributes
    ----------
    levels : int
        How many numbers a list of dilations has.
    square_px : float
        Edge of the receptive field, in the published convention.
    half_px, most_px : float or None
        Radii that hold 50 % and 95 % of the effective field on this micrograph; None: not asked.
    exceeds : str
        Says that the field is larger than the micrograph; empty where it is not.
    """

    levels: int
    square_px: float
    half_px: float | None = None
    most_px: float | None = None
    exceeds: str = ""

    def rings(self, micrograph: Micrograph | None) -> dict[str, Any]:
        """Return what the viewer draws: lengths in px, and a line that says them in nm where those are known."""
        size = None if micrograph is None else micrograph.nm_per_px

        def told(length: float) -> str:
            return f"{length:.0f} px" if size is None else length_text(length * size)

        text = f"field {told(self.square_px)}"
        if self.half_px is not None and self.most_px is not None:
            used = f"50 % within {told(self.half_px)}, 95 % within {told(self.most_px)}"
        else:
            used = ""
        return {
            "square": self.square_px,
            "half": self.half_px,
            "most": self.most_px,
            "text": text,
            "used": used,
        }


def find_field(
    micrograph: Micrograph,
    network: str,
    dilation: int | list[int] | None,
    scale: float,
    effective: bool,
    fitted: FittedScale | None = None,
    *,
    progress: Callable[[float, str], None],
    stop: Callable[[], bool],
) -> FieldFound:
    """Return the receptive field of a network, and on demand the effective one on this micrograph.

    Parameters
    ----------
    micrograph : Micrograph
    network, dilation, scale
        See `worker.network_at`.
    effective : bool
    fitted : FittedScale, optional
        What of the scale comes from the width of the particles.
    progress, stop
        See `worker.segment`.

    Raises
    ------
    NetworkError
        If the dilation does not fit the network.
    """
    from workbench.networks.effective_field import effective_receptive_field
    from workbench.networks.network import Network
    from workbench.networks.receptive_field import receptive_field, wider_than

    found = worker.network_at(network, dilation, scale)
    if fitted is not None:
        found = Network(found.module, fitted.card(found.card))
    step = found.card.input.step(micrograph.nm_per_px)
    known = FieldFound(
        len(found.module.dilations),
        receptive_field(found).pixels * step,
        exceeds=wider_than(found, micrograph),
    )
    if not effective:
        return known
    used = effective_receptive_field(found, micrograph, places=PLACES, progress=progress, stop=stop)
    return FieldFound(
        known.levels, known.square_px, used.radius_50_px * step, used.radius_95_px * step, known.exceeds
    )
