"""A micrograph as a plan wants it: its pixel size, and what is burnt into it."""

from __future__ import annotations

from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph


def open_planned(plan: BatchPlan, source: Source) -> Micrograph:
    """Open one micrograph of a batch.

    Its pixel size is the one for all, else what was typed for the file, else what the file says, else what was typed
    for its folder.

    Parameters
    ----------
    plan : BatchPlan
    source : Source

    Raises
    ------
    MicrographError
        If it cannot be opened.
    """
    file = source.file.absolute()
    given = plan.sizes.get(str(file)) if plan.nm_per_px is None else plan.nm_per_px
    opened = open_micrograph(source.file, frame=source.frame, nm_per_px=given)
    if opened.nm_per_px is None and str(file.parent) in plan.sizes:
        opened = opened.with_nm_per_px(plan.sizes[str(file.parent)])
    return opened.with_marks(()) if plan.keep_marks else opened
