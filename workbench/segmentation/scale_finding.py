"""How wide particles are in a micrograph whose pixel size nobody knows, and so the scale that a network sees it at."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.networks.particle_scale import best_width
from workbench.segmentation.masks import above, number_particles
from workbench.segmentation.rim_distance import WIDEST_RIM_PX, rim_distance
from workbench.segmentation.segmenter import Segmenter

FACTORS = (0.5, 0.71, 1.0, 1.41, 2.0, 2.83, 4.0)
"""Half an octave apart, over what `workbench.at_scale` may do without enlarging more than twice."""

OUT_OF_TUNE = 0.2
"""What it costs where particles are e times as wide, or as narrow, as those that the network parts best."""

SURE_ENOUGH = 0.67
"""A scale counts as found where a network reaches this.

Chosen with the U-Net of two outputs on pictures with particles and on films without, drawn by
`workbench.micrographs.synthetic` from seeds 0 to 23. On such a film the mask can look sure, but the distance to the
rim contradicts the particles that the mask is parted into: 20 of 24 stay below, half of these at 0.5 to 0.65.
Of the 36 validation pictures of EMPS 34 reach 0.69, one 0.51, and in one the network sees nothing at all.
The four that pass show what looks like a particle: grains of an oxide, a hole, a blot. What is found there is said.
"""

SMALLEST_PX = 5.0
"""Diameter of what counts as a particle, in pixels of the network, where its card names none."""

MOST_PX = 1536
"""Longest edge of what is looked at, in pixels of the network: of a larger micrograph its middle."""


@dataclass(frozen=True)
class TriedScale:
    """What a network answered at one scale.

    Parameters
    ----------
    factor : float
        As `workbench.at_scale` takes it: at 2 the network sees particles half as wide.
    sureness : float
        The Dice that it expects of its own mask (`expected_dice`), less the mean difference between the distance to the
        rim that it gives and that of the particles it parts, less `OUT_OF_TUNE` for each factor e by which these
        differ in width from those on its card. At most 1; 0 where it finds no particle.
    width_px : float or None
        Median equivalent diameter of the particles in pixels of the micrograph; None where there are none.
    """

    factor: float
    sureness: float
    width_px: float | None


@dataclass(frozen=True)
class FoundScale:
    """How wide particles are where a network is surest.

    Parameters
    ----------
    width_px : float or None
        Median equivalent diameter in pixels of the micrograph; None where the network is not sure enough at any scale.
    tried : tuple of TriedScale
        All that were looked at, from the finest.
    """

    width_px: float | None
    tried: tuple[TriedScale, ...]

    @property
    def said(self) -> str:
        """One sentence: how wide particles are, or that this could not be found."""
        best = max(self.tried, key=lambda one: one.sureness)
        if self.width_px is None:
            return (
                "How wide particles are could not be found: at no scale is the network sure of any "
                f"({best.sureness:.2f} of 1 at best); give the pixel size or the width of a particle."
            )
        return f"Particles are about {self.width_px:.3g} px wide, found from the micrograph itself."


def expected_dice(probability: FloatImage, mask: BoolImage) -> float:
    """Return the Dice that a mask is expected to have if each probability is true: 2 sum(p m) / (sum p + sum m).

    Parameters
    ----------
    probability : (H, W) float32 array
    mask : (H, W) bool array

    References
    ----------
    The ratio of expectations, which stands for the expected ratio; Z. C. Lipton et al., ECML 2014, doi
    10.1007/978-3-662-44851-9_15 (F1 of predictions by their own probabilities).
    """
    both = float(probability.sum(dtype=np.float64)) + float(mask.sum())
    return 2 * float(probability[mask].sum(dtype=np.float64)) / both if both else 0.0


def find_scale(
    segmenter: Segmenter,
    micrograph: Micrograph,
    *,
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> FoundScale:
    """Show a network a micrograph at seven scales, and return how wide particles are where it is surest.

    From half to four times the network's pixels, whatever the pixel size of the micrograph. The rule was chosen on the
    validation pictures of EMPS, among others of its kind (docs/particle-width.md).

    Parameters
    ----------
    segmenter : Segmenter
        Of a network whose card says how wide the particles are that it parts best (``particle_px``).
    micrograph : Micrograph
        Of larger ones only the middle is looked at, up to 1536 pixels of the network.
    progress : callable(fraction, text), optional
        Told after each scale.
    stop : callable() -> bool, optional
        Asked before each layer.

    Returns
    -------
    FoundScale

    Raises
    ------
    NetworkError
        If its card does not say so, as that of a classical method.
    Stopped
        If ``stop`` said so.

    References
    ----------
    C. Stringer et al., Nat. Methods 18 (2021) 100, doi 10.1038/s41592-020-01018-x: a network of one scale, and the
    width of what it looks for estimated first.
    """
    card = segmenter.network.card
    best_px = best_width(card)
    plain = micrograph.with_nm_per_px(None)
    tried = []
    for done, factor in enumerate(FACTORS, start=1):
        tried.append(_tried(segmenter, best_px, _middle(plain, factor), factor, stop))
        if progress is not None:
            progress(done / len(FACTORS), f"{card.label}, scale {done} of {len(FACTORS)}")
    best = max(tried, key=lambda one: one.sureness)
    return FoundScale(best.width_px if best.sureness >= SURE_ENOUGH else None, tuple(tried))


def _middle(micrograph: Micrograph, factor: float) -> Micrograph:
    """Return the part of a micrograph that is looked at: all of it where it is small."""
    edge = round(MOST_PX * factor)
    if max(micrograph.shape) <= edge:
        return micrograph
    rows, columns = (
        slice((length - min(length, edge)) // 2, (length + min(length, edge)) // 2)
        for length in micrograph.shape
    )
    return replace(micrograph, pixels=micrograph.specimen[rows, columns], marks=())


def _tried(
    segmenter: Segmenter,
    particle_px: float,
    part: Micrograph,
    factor: float,
    stop: Callable[[], bool] | None,
) -> TriedScale:
    card = segmenter.network.card
    probability, distance = segmenter.both(part, scale=factor, stop=stop)
    found = number_particles(
        above(probability, card.threshold),
        min_area_nm2=math.pi / 4 * (factor * (card.smallest_diameter_px or SMALLEST_PX)) ** 2,
        fill_holes=True,
        distance=distance,
        stop=stop,
    )
    areas = np.bincount(found.ravel())[1:]
    if not len(areas):
        return TriedScale(factor, 0.0, None)
    widths = 2 * np.sqrt(areas / np.pi)
    sureness = expected_dice(probability, found > 0)
    if distance is not None:
        own = rim_distance(found, factor * WIDEST_RIM_PX)
        sureness -= float(np.abs(own - distance)[found > 0].mean())
    mean = float(np.average(widths, weights=areas))
    sureness -= OUT_OF_TUNE * abs(math.log(mean / (factor * particle_px)))
    return TriedScale(factor, sureness, float(np.median(widths)))
