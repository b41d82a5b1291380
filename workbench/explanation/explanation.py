"""An explanation: a map, and the questions that can be asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.explanation.attribution_map import AttributionMap
from workbench.explanation.bands import BandName
from workbench.explanation.removal import Removal, without_band
from workbench.explanation.spectrum import UsedSpectrum, used_spectrum
from workbench.explanation.trust import trust
from workbench.explanation.trust_report import Trust
from workbench.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Explanation(AttributionMap, Shown):
    """What in a micrograph made a network give an answer, by one method; shows itself as the last line of a cell.

    Its fields are those of `AttributionMap`: ``map``, ``target``, ``method``, ``network``, ``micrograph``, ``value``,
    ``options``, ``seconds``, ``parts`` and ``notes``. To NumPy and what builds on it, it is its map:
    ``np.asarray(exp)``.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> exp = wb.explain(m, "mixed_scale", (250, 260), method="gradient_x_input")
    >>> exp.map.shape == m.shape
    True
    >>> figure = exp.plot(percentile=99)
    """

    _drawn_by = "workbench.figures.explanation.explanation_figure"

    def plot(self, mask: npt.NDArray[np.bool_] | None = None, **options: Any) -> Figure:
        """Draw the micrograph, the part of it that can change the answer, and the map.

        Parameters
        ----------
        mask : (H, W) bool array, optional
            Of the network, drawn as an outline.
        **options
            Of `workbench.figures.explanation.explanation_figure`, such as ``percentile=99``.

        Returns
        -------
        matplotlib.figure.Figure
            Shows itself as the last line of a cell.
        """
        return self._figure(mask=mask, **options)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.map, dtype=dtype, copy=copy)

    def trust(self, **options: Any) -> Trust:
        """Measure how far this map can be trusted; `workbench.explanation.trust.trust` says what it may be given."""
        return trust(self, **options)

    def spectrum(self, nm_per_px: float | None = None) -> UsedSpectrum:
        """Say which spatial frequencies it draws on; see `workbench.explanation.spectrum.used_spectrum`."""
        return used_spectrum(self, nm_per_px)

    def without(self, band: BandName = "lattice", **options: Any) -> Removal:
        """Remove a band inside the target and ask again; see `workbench.explanation.removal.without_band`."""
        return without_band(self, band, **options)
