"""What a report keeps of a micrograph: one of many is held whole, all of them small."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import own
from workbench.report.domain import unlike_training
from workbench.report.drawings import SHARPEST_PX, picture
from workbench.report.reported import ReportedMicrograph, Whole


def small(one: ReportedMicrograph, *, drawn: bool) -> ReportedMicrograph:
    """Return a micrograph as a report draws it, with what is said of the whole.

    Parameters
    ----------
    one : ReportedMicrograph
    drawn : bool
        Keep its picture, and one pixel; else pixels as sharp as they are drawn.

    Returns
    -------
    ReportedMicrograph
        Its pixels and labels are every so many-th row and column; its table and provenance are those of the whole.
    """
    if one.whole is not None:
        return one
    micrograph, size = one.micrograph, one.micrograph.nm_per_px
    step = max(micrograph.shape) if drawn else math.ceil(max(micrograph.shape) / SHARPEST_PX)
    thin = replace(
        micrograph,
        pixels=own(np.array(micrograph.pixels[::step, ::step])),
        nm_per_px=None if size is None else size * step,
        marks=tuple(
            Mark(mark.kind, *(math.ceil(edge / step) for edge in mark[1:])) for mark in micrograph.left_out
        ),
    )
    return replace(
        one,
        micrograph=thin,
        labels=np.array(np.asarray(one.labels)[::step, ::step]),
        segmentation=None,
        whole=Whole(micrograph.shape, size, unlike_training(one), picture(one) if drawn else b""),
    )
