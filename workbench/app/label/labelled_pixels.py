"""Which pixels of a micrograph are labelled already, so that nothing is suggested there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workbench.micrographs.labelling.label import NOT_SURE, PARTICLE, LabelValues
from workbench.micrographs.labelling.label_file import LabelFile
from workbench.micrographs.labelling.label_paths import known_label, label_path
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.segmentation.active_learning import UncertainRegion


def labelled(values: LabelValues, *, whole: bool = False) -> BoolImage:
    """Return which pixels of a label are done.

    Parameters
    ----------
    values : (H, W) uint8 array
        0 background, 1 particle, 2 not sure.
    whole : bool
        Whether background is labelled, too, as in a set that was finished.

    Returns
    -------
    (H, W) bool array
        What is drawn. Where most of a micrograph is not sure, only regions of it are labelled and the rest is left
        out (`ActiveLearning.leave_rest_out`): then all but the rest.
    """
    if np.count_nonzero(values == NOT_SURE) > values.size / 2:
        return np.asarray(values != NOT_SURE)
    return np.ones(values.shape, bool) if whole else np.asarray(values >= PARTICLE)


def labelled_pixels(
    root: Path, micrograph: Micrograph, open_label: LabelValues | None, visited: Sequence[UncertainRegion]
) -> BoolImage | None:
    """Return what is labelled of a micrograph; None where nothing is.

    Parameters
    ----------
    root : Path
        The data folder, in which labels lie.
    micrograph : Micrograph
    open_label : (H, W) uint8 array, optional
        The label on the page, where this micrograph is the open one; else the label file is read.
    visited : sequence of UncertainRegion
        Regions that were opened from the list. One that was drawn in is done as a whole: its background is meant, too.
    """
    values = open_label
    if values is None:
        values = LabelFile(label_path(root, micrograph)).read(micrograph.shape)
    in_set = known_label(micrograph)
    if values is None:
        values = in_set
    if values is None:
        return None
    done = labelled(values, whole=in_set is not None)
    for region in visited:
        if done[region.box].any():
            done[region.box] = True
    return done
