"""The particles of one micrograph: numbered, corrected by hand, measured, and which of them count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.particles.correction import Correction, correct
from workbench.particles.measuring import measure_numbers, neighbour_distance
from workbench.particles.selection import Selection
from workbench.segmentation.components import LabelImage
from workbench.segmentation.segmentation import Segmentation


class ParticleSet(NamedTuple):
    """Label image and table of the particles of one micrograph; the numbers of both are the same.

    Attributes
    ----------
    labels : (H, W) int32 array
        0 is background.
    table : DataFrame
        One row a particle, as `measure` gives it, with the columns ``included`` and ``left_out`` of
        `Selection.apply`, and ``by_hand``: whether its pixels were cut, joined or drawn.
    missed : tuple of Correction
        Corrections that met no particle.
    """

    labels: LabelImage
    table: pd.DataFrame
    missed: tuple[Correction, ...] = ()

    @property
    def counted(self) -> pd.DataFrame:
        """The rows of the particles that count."""
        return self.table[self.table["included"]]

    def number_at(self, row: float, column: float) -> int:
        """Return the number of the particle at a place in px; 0: there is none."""
        y, x = round(row), round(column)
        height, width = self.labels.shape
        return int(self.labels[y, x]) if 0 <= y < height and 0 <= x < width else 0


def particles_of(
    segmentation: Segmentation,
    threshold: float | None = None,
    min_area_nm2: float | None = None,
    fill_holes: bool = False,
    split_touching: bool = False,
    *,
    selection: Selection | None = None,
    corrections: Sequence[Any] = (),
    lattice: bool = True,
    stop: Callable[[], bool] | None = None,
    **rules: Any,
) -> ParticleSet:
    """Part, correct, measure and select the particles of a segmentation.

    Parameters
    ----------
    segmentation : Segmentation
    threshold, min_area_nm2, fill_holes, split_touching
        As for `Segmentation.mask`. Touching particles of a network that gives the distance to their rims are parted in
        any case.
    selection : Selection, optional
        Which count; by default all but those that touch the edge.
    corrections : sequence of Correction, or of pairs of a kind and places
        What was done by hand, see `workbench.particles.correction.Correction`.
    lattice : bool
        Look for lattice fringes.
    stop : callable() -> bool, optional
        Asked before each particle.
    **rules
        Fields of `Selection`, instead of one.

    Returns
    -------
    ParticleSet

    Raises
    ------
    WorkbenchError
        If a rule or a correction is none.
    Stopped
        If ``stop`` said so.
    """
    from workbench.particles.post_processing import MaskSettings, post_process

    card = segmentation.network
    threshold = card.threshold if threshold is None else threshold
    chosen = Selection(**rules) if selection is None else selection
    settings = MaskSettings(threshold, min_area_nm2, fill_holes, split_touching)
    found = post_process(segmentation, settings, stop=stop, lattice=lattice)
    return corrected_and_selected(
        found.labels, found.particles, segmentation, threshold, corrections, chosen, lattice=lattice
    )


def corrected_and_selected(
    labels: npt.NDArray[Any],
    table: pd.DataFrame,
    segmentation: Segmentation,
    threshold: float,
    corrections: Iterable[Any],
    selection: Selection,
    *,
    lattice: bool = True,
) -> ParticleSet:
    """Correct and select particles that are measured already: only those that changed are measured again.

    Parameters
    ----------
    labels : (H, W) array of whole numbers
        Numbered from 1 without gaps.
    table : DataFrame
        What `measure` says of them.
    segmentation : Segmentation
        What they were made of.
    threshold : float
        Above which a pixel is particle.
    corrections : iterable of Correction, or of pairs of a kind and places
    selection : Selection
    lattice : bool
        Look for lattice fringes in those that changed.

    Returns
    -------
    ParticleSet
    """
    if not (asked := list(corrections)):
        whole = table.assign(by_hand=np.zeros(len(table), np.bool_))
        whole.attrs = dict(table.attrs)
        return ParticleSet(np.asarray(labels, np.int32), selection.apply(whole))
    made = correct(labels, asked)
    again = np.flatnonzero(made.before == 0) + 1
    rows = table.set_index("label").loc[made.before[made.before > 0]]
    rows.index = pd.Index(np.flatnonzero(made.before) + 1, name="label")
    if again.size:
        only = np.where(np.isin(made.labels, again), made.labels, np.int32(0))
        fresh = measure_numbers(
            only,
            segmentation.micrograph,
            probability=segmentation.probability,
            threshold=threshold,
            lattice=lattice,
            covered=made.labels > 0,
        )
        rows = (
            pd.concat([rows, fresh.set_index("label")[rows.columns]])
            if len(rows)
            else fresh.set_index("label")
        )
    whole = rows.sort_index().reset_index()[table.columns]
    unit = table.attrs["unit"]
    apart = neighbour_distance(whole["y_px"].to_numpy(), whole["x_px"].to_numpy())
    whole[f"neighbour_distance_{unit}"] = apart * (segmentation.micrograph.nm_per_px or 1.0)
    whole["by_hand"] = whole["label"].isin(again).to_numpy()
    whole.attrs = dict(table.attrs)
    return ParticleSet(made.labels, selection.apply(whole, made.out, made.kept), made.missed)
