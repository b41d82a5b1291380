"""What a network makes of a micrograph: a probability for every pixel, and the mask that follows from it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import BoolImage, FloatImage, Micrograph
from workbench.networks.card import Card
from workbench.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.segmentation.components import LabelImage


@dataclass(frozen=True, eq=False)
class Segmentation(Shown):
    """The answer of one network to one micrograph; shows itself as the last line of a cell.

    To NumPy and what builds on it, it is its probability: ``np.asarray(seg)``.

    Parameters
    ----------
    probability : (H, W) float32 array
        Probability of particle, in [0, 1].
    network : Card
        The card of the network that gave it.
    micrograph : Micrograph
        What it was given.
    seconds : float
        Time the network took, without loading it.
    device : str
        Where it ran, such as ``cpu`` or ``cuda:0``.
    distance : (H, W) float32 array, optional
        Where the network has a second output: the distance to the rim of the particle that a pixel lies in, in [0, 1],
        1 in the middle of a particle and 0 at its rim, also where two touch. They are parted by it.
    scale_note : str
        What is to be said of the scale at which the network saw a micrograph without a pixel size; else empty.
    particle_px : float, optional
        About how wide particles are, in pixels of a micrograph without a pixel size: the network saw it at the scale
        that fits. None: it saw the micrograph by its pixel size, or as it is.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> seg = wb.segment(m, "bandpass")
    >>> mask = seg.mask(min_area_nm2=1, fill_holes=True)
    >>> mask.shape == truth.shape == seg.probability.shape
    True
    >>> figure = seg.plot(overlay="outline", truth=truth)
    """

    probability: FloatImage
    network: Card
    micrograph: Micrograph
    seconds: float = 0.0
    device: str = ""
    distance: FloatImage | None = None
    scale_note: str = ""
    particle_px: float | None = None

    _drawn_by = "workbench.figures.shown.draw_segmentation"

    def __post_init__(self) -> None:
        if self.probability.shape != self.micrograph.shape:
            raise WorkbenchError(
                f"{self.network.label}: probability of shape {self.probability.shape} does not belong to a "
                f"micrograph of shape {self.micrograph.shape}."
            )
        if self.distance is not None and self.distance.shape != self.probability.shape:
            raise WorkbenchError(
                f"{self.network.label}: distance of shape {self.distance.shape} does not belong to a "
                f"probability of shape {self.probability.shape}."
            )

    def mask(
        self,
        threshold: float | None = None,
        min_area_nm2: float | None = None,
        fill_holes: bool = False,
        split_touching: bool = False,
        *,
        stop: Callable[[], bool] | None = None,
    ) -> BoolImage:
        """Return the mask of particles.

        Parameters
        ----------
        threshold : float, optional
            A pixel is particle where its probability is greater; ``None``: the threshold on the network's card.
        min_area_nm2 : float, optional
            Smaller particles are dropped. In nm2; in px2 where the pixel size is not known. ``None``: those under the
            smallest diameter on the network's card, where it has one; 0: none.
        fill_holes : bool
            Close holes inside particles.
        split_touching : bool
            Draw a line of background one pixel wide between touching particles: by the distance to their rims where
            the network gives it, else at necks. `label_image` parts them without a line.
        stop : callable() -> bool, optional
            Asked before each particle that is parted.

        Returns
        -------
        (H, W) bool array
        """
        from workbench.segmentation.masks import make_mask

        return make_mask(
            self.probability,
            threshold=self.network.threshold if threshold is None else threshold,
            min_area_nm2=self._smallest(min_area_nm2),
            nm_per_px=self.micrograph.nm_per_px,
            fill_holes=fill_holes,
            split_touching=split_touching,
            distance=self.distance,
            stop=stop,
        )

    def label_image(
        self,
        threshold: float | None = None,
        min_area_nm2: float | None = None,
        fill_holes: bool = False,
        by: Literal["auto", "distance", "necks"] = "auto",
        *,
        stop: Callable[[], bool] | None = None,
    ) -> LabelImage:
        """Return the particles one by one: touching ones have numbers of their own, and no line between them.

        Parameters
        ----------
        threshold, min_area_nm2, fill_holes, stop
            As for `mask`.
        by : {"auto", "distance", "necks"}
            What parts them: the distance to their rims, which a network of two outputs gives; or their shape alone,
            at narrow necks. ``auto``: the distance where there is one.

        Returns
        -------
        (H, W) int32 array
            0 is background, particles are numbered from 1; what `workbench.measure` takes.

        Raises
        ------
        WorkbenchError
            If they are to be parted by a distance that the network does not give.
        """
        from workbench.segmentation.masks import above, number_particles

        if by not in ("auto", "distance", "necks"):
            raise WorkbenchError(
                f"Particles are parted by auto, distance or necks, not by {by!r}; change it."
            )
        if by == "distance" and self.distance is None:
            raise WorkbenchError(
                f"{self.network.label} has one output, the probability, and gives no distance to part particles by; "
                "part at necks, or choose a network with the option distance."
            )
        return number_particles(
            above(self.probability, self.network.threshold if threshold is None else threshold),
            min_area_nm2=self._smallest(min_area_nm2),
            nm_per_px=self.micrograph.nm_per_px,
            fill_holes=fill_holes,
            distance=None if by == "necks" else self.distance,
            stop=stop,
        )

    def particles(self, threshold: float | None = None, **options: Any) -> Any:
        """Return the particles numbered, measured, and which of them count.

        Parameters
        ----------
        threshold : float, optional
            ``None``: the threshold on the network's card.
        **options
            Of `workbench.particles.particle_set.particles_of`: ``min_area_nm2``, ``fill_holes`` and ``split_touching``
            as for `mask`; ``corrections`` made by hand; and which count: ``diameter``, ``smallest``, ``largest``,
            ``min_confidence``, ``min_circularity``, ``edge``, see `workbench.particles.selection.Selection`.

        Returns
        -------
        workbench.particles.particle_set.ParticleSet
            ``.labels`` (H, W) int32 and ``.table``, whose numbers are the same.

        Examples
        --------
        >>> import workbench as wb
        >>> m, truth = wb.open_sample("easy")
        >>> seg = wb.segment(m, "bandpass")
        >>> found = seg.particles(smallest=2.0, lattice=False)
        >>> len(found.counted) < len(found.table) == found.labels.max()
        True
        """
        made = importlib.import_module("workbench.particles.particle_set")
        return made.particles_of(self, threshold, **options)

    def _smallest(self, min_area_nm2: float | None) -> float:
        """Return the smallest area of a particle: as it was asked for, else as the network's card says."""
        if min_area_nm2 is None:
            return self.network.smallest_area(self.micrograph.nm_per_px)
        return min_area_nm2

    def plot(self, threshold: float | None = None, **options: Any) -> Figure:
        """Draw the micrograph and the mask beside it.

        Parameters
        ----------
        threshold : float, optional
            ``None``: the threshold on the network's card.
        **options
            Of `workbench.figure`, such as ``overlay="outline"`` or ``truth=truth``.

        Returns
        -------
        matplotlib.figure.Figure
            Shows itself as the last line of a cell.
        """
        return self._figure(thresholds=[threshold], **options)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.probability, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        return f"Segmentation({self.network.label!r} on {self.micrograph.name!r})"
