"""From a segmentation and a person's settings to everything a page or a table shows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import Stopped
from workbench.micrographs.micrograph import BoolImage
from workbench.segmentation.segmentation import Segmentation

HISTOGRAM_BINS = 64


@dataclass(frozen=True)
class MaskSettings:
    """How a probability becomes a mask; the arguments of `Segmentation.mask`.

    Lengths are in nm where the micrograph's pixel size is known, else in px.
    """

    threshold: float
    min_area_nm2: float | None = None
    fill_holes: bool = False
    split_touching: bool = False

    @property
    def said(self) -> str:
        """In a few words, such as ``threshold 0.5, smallest area 2, holes filled``; in the micrograph's unit."""
        said = [f"threshold {self.threshold:g}"]
        if self.min_area_nm2:
            said.append(f"smallest area {self.min_area_nm2:g}")
        said += ["holes filled"] if self.fill_holes else []
        said += ["touching split"] if self.split_touching else []
        return ", ".join(said)


@dataclass(frozen=True, eq=False)
class Postprocessed:
    """A mask and what follows from it.

    Attributes
    ----------
    mask : (H, W) bool array
    settings : MaskSettings
    particles : DataFrame
        One row a particle, see `workbench.segmentation.measure`.
    scores : dict of str to float
        Against the truth; empty where no truth is known.
    histogram : (64,) int array
        Number of pixels in equal bins of probability over [0, 1].
    segmentation : Segmentation or None
        What it was made of, where whoever holds it has put that in; a worker does not send it back.
    """

    mask: BoolImage
    settings: MaskSettings
    particles: pd.DataFrame
    scores: dict[str, float]
    histogram: npt.NDArray[np.int64]
    segmentation: Segmentation | None = None


def post_process(
    segmentation: Segmentation,
    settings: MaskSettings,
    truth: BoolImage | None = None,
    *,
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Postprocessed:
    """Apply settings to a segmentation and measure the result.

    Parameters
    ----------
    segmentation : Segmentation
    settings : MaskSettings
    truth : (H, W) bool array, optional
        The true mask; with it the scores are computed: the hard ones on the cleaned mask, `dice_soft` and `dice_both`
        on the probability.
    progress : callable(fraction, text), optional
        Told how far it is.
    stop : callable() -> bool, optional
        Asked between the steps, and before each particle.

    Returns
    -------
    Postprocessed

    Raises
    ------
    Stopped
        If ``stop`` said so.
    """
    from workbench.segmentation.metrics import scores
    from workbench.segmentation.particles import measure

    mask = segmentation.mask(
        settings.threshold, settings.min_area_nm2, settings.fill_holes, settings.split_touching, stop=stop
    )
    if stop is not None and stop():
        raise Stopped(f"{segmentation.network.label}: stopped.")
    if progress is not None:
        progress(0.5, f"{segmentation.network.label}, measuring particles")
    return Postprocessed(
        mask=mask,
        settings=settings,
        particles=measure(mask, segmentation.micrograph, probability=segmentation.probability, stop=stop),
        scores={} if truth is None else scores(segmentation.probability, truth, mask=mask),
        histogram=probability_histogram(segmentation),
    )


def probability_histogram(segmentation: Segmentation) -> npt.NDArray[np.int64]:
    """Return how many pixels of specimen lie in each of 64 equal bins of probability over [0, 1]."""
    bins = (segmentation.probability * HISTOGRAM_BINS).astype(np.intp)
    counts = np.bincount(bins.clip(max=HISTOGRAM_BINS - 1).ravel(), minlength=HISTOGRAM_BINS)
    counts[0] -= segmentation.probability.size - segmentation.micrograph.specimen_px
    return counts.astype(np.int64)
