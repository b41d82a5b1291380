"""From a segmentation and a person's settings to everything a page or a table shows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import Stopped
from workbench.micrographs.micrograph import BoolImage
from workbench.networks.card import Card
from workbench.segmentation.colouring import colour_numbers
from workbench.segmentation.components import LabelImage, compact, label_particles
from workbench.segmentation.segmentation import Segmentation

HISTOGRAM_BINS = 64


@dataclass(frozen=True)
class MaskSettings:
    """How a probability becomes a mask; the arguments of `Segmentation.mask`.

    Lengths are in nm where the micrograph's pixel size is known, else in px. Without a smallest area, particles are
    left out that are smaller than the network's card says; with 0, none.
    """

    threshold: float
    min_area_nm2: float | None = None
    fill_holes: bool = False
    split_touching: bool = False

    def said(self, card: Card, nm_per_px: float | None) -> str:
        """Say in a few words how the mask of a network is made, such as ``threshold 0.5, smallest area 2 nm2``.

        Parameters
        ----------
        card : Card
        nm_per_px : float or None
            Pixel size of the micrograph; ``None`` where it is not known: areas are in px2.
        """
        said = [f"threshold {self.threshold:g}"]
        if self.min_area_nm2:
            said.append(f"smallest area {self.min_area_nm2:g} {'px2' if nm_per_px is None else 'nm2'}")
        elif self.min_area_nm2 is None and (left_out := card.specks_left_out(nm_per_px)):
            said.append(f"{left_out} as on its card")
        said += ["holes filled"] if self.fill_holes else []
        said += ["touching split"] if self.split_touching else []
        return ", ".join(said)

    @property
    def arguments(self) -> str:
        """As a script calls `Segmentation.mask`, such as ``threshold=0.5, fill_holes=True``."""
        said = [f"threshold={self.threshold:g}"]
        if self.min_area_nm2 is not None:
            said.append(f"min_area_nm2={self.min_area_nm2!r}")
        said += [f"{name}=True" for name in ("fill_holes", "split_touching") if getattr(self, name)]
        return ", ".join(said)

    def smallest_area(self, card: Card, nm_per_px: float | None) -> float:
        """Return the area under which particles are left out, as asked for or as the card says; 0: none are."""
        return card.smallest_area(nm_per_px) if self.min_area_nm2 is None else self.min_area_nm2

    def only_threshold(self, card: Card) -> bool:
        """Say whether the mask of a network is all that is above the threshold: nothing is left out or filled."""
        smallest = card.smallest_diameter_px if self.min_area_nm2 is None else self.min_area_nm2
        return not (smallest or self.fill_holes or self.split_touching)

    def parts(self, distance: bool) -> bool:
        """Say whether touching particles count one by one: by the distance of a network that gives it, or as asked."""
        return distance or self.split_touching


@dataclass(frozen=True, eq=False)
class Postprocessed:
    """A mask and what follows from it.

    Attributes
    ----------
    mask : (H, W) bool array
    settings : MaskSettings
    labels : (H, W) array of whole numbers
        The particles one by one, see `numbered`; uint16 where that is enough, else int32.
    particles : DataFrame
        One row a particle, see `workbench.segmentation.measure`; ``label`` is its number in ``labels``.
    colours : (N + 1,) uint8 array
        Number of a colour by the number of a particle, see `colouring.colour_numbers`.
    scores : dict of str to float
        Against the truth; empty where no truth is known.
    histogram : (64,) int array
        Number of pixels in equal bins of probability over [0, 1].
    segmentation : Segmentation or None
        What it was made of, where whoever holds it has put that in; a worker does not send it back.
    """

    mask: BoolImage
    settings: MaskSettings
    labels: npt.NDArray[np.uint16] | LabelImage
    particles: pd.DataFrame
    colours: npt.NDArray[np.uint8]
    scores: dict[str, float]
    histogram: npt.NDArray[np.int64]
    segmentation: Segmentation | None = None


def post_process(
    segmentation: Segmentation,
    settings: MaskSettings,
    truth: BoolImage | None = None,
    *,
    lattice: bool = True,
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
    lattice : bool
        Look for lattice fringes.
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
    from workbench.particles.measuring import measure
    from workbench.segmentation.metrics import scores

    mask = segmentation.mask(
        settings.threshold, settings.min_area_nm2, settings.fill_holes, settings.split_touching, stop=stop
    )
    if stop is not None and stop():
        raise Stopped(f"{segmentation.network.label}: stopped.")
    if progress is not None:
        progress(0.5, f"{segmentation.network.label}, measuring particles")
    labels = numbered(segmentation, settings, mask, stop=stop)
    return Postprocessed(
        mask=mask,
        settings=settings,
        labels=labels,
        particles=measure(
            labels,
            segmentation.micrograph,
            lattice=lattice,
            probability=segmentation.probability,
            threshold=settings.threshold,
            stop=stop,
        ),
        colours=colour_numbers(labels),
        scores={} if truth is None else scores(segmentation.probability, truth, mask=mask),
        histogram=probability_histogram(segmentation),
    )


def numbered(
    segmentation: Segmentation,
    settings: MaskSettings,
    mask: BoolImage,
    *,
    stop: Callable[[], bool] | None = None,
) -> npt.NDArray[np.uint16] | LabelImage:
    """Return the particles one by one, as they are counted and measured.

    Touching ones are parted by the distance to their rims where the network gives it, else at necks where the settings
    say so, without a line between them; see `Segmentation.label_image`. Else they are the connected pieces of the mask.

    Parameters
    ----------
    segmentation : Segmentation
    settings : MaskSettings
    mask : (H, W) bool array
        What these settings make of the segmentation.
    stop : callable() -> bool, optional
        Asked before each particle that is parted.

    Returns
    -------
    (H, W) array
        0 is background, particles are numbered from 1; uint16 where that is enough, else int32.
    """
    if settings.parts(segmentation.distance is not None):
        labels = segmentation.label_image(
            settings.threshold, settings.min_area_nm2, settings.fill_holes, stop=stop
        )
    else:
        labels, _ = label_particles(mask)
    return compact(labels)


def probability_histogram(segmentation: Segmentation) -> npt.NDArray[np.int64]:
    """Return how many pixels of specimen lie in each of 64 equal bins of probability over [0, 1]."""
    bins = (segmentation.probability * HISTOGRAM_BINS).astype(np.intp)
    counts = np.bincount(bins.clip(max=HISTOGRAM_BINS - 1).ravel(), minlength=HISTOGRAM_BINS)
    counts[0] -= segmentation.probability.size - segmentation.micrograph.specimen_px
    return counts.astype(np.int64)
