"""On the worker: how wide particles are in a micrograph without a pixel size; a number and a sentence come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from workbench.compute import worker
from workbench.micrographs.micrograph import Micrograph


class WidthFound(NamedTuple):
    """How wide particles are, see `workbench.segmentation.scale_finding.FoundScale`.

    Attributes
    ----------
    width_px : float or None
        In pixels of the micrograph, to four digits, as scripts and sessions write it; None where it was not found.
    said : str
        One sentence.
    """

    width_px: float | None
    said: str


def find_particle_width(
    micrograph: Micrograph,
    network: str,
    *,
    progress: Callable[[float, str], None],
    stop: Callable[[], bool],
) -> WidthFound:
    """Show a network a micrograph at several scales, and return how wide particles are where it is surest.

    Parameters
    ----------
    micrograph : Micrograph
    network : str
        Path of a checkpoint whose card says how wide the particles are that it parts best.

    Raises
    ------
    NetworkError
        If its card does not say so.
    """
    from workbench.segmentation.scale_finding import find_scale

    segmenter = worker.segmenter_at(network, None, 1.0, worker.auto_device(), progress)
    found = find_scale(segmenter, micrograph, progress=progress, stop=stop)
    width = None if found.width_px is None else float(f"{found.width_px:.4g}")
    return WidthFound(width, found.said)
