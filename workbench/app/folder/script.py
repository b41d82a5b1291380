"""A batch that was begun on the page, as a line of Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.batch.plan import BatchPlan


def line_of(plan: BatchPlan, out: Path) -> str:
    """Return the line that does a plan.

    Parameters
    ----------
    plan : BatchPlan
    out : Path
        Folder of the results.
    """
    usual = type(plan).model_fields
    asked: dict[str, Any] = {
        name: value for name, value in plan if value != usual[name].get_default(call_default_factory=True)
    }
    inputs, planned = asked.pop("inputs"), asked.pop("networks")
    thresholds = {one.network: one.threshold for one in planned}
    alike = len(set(thresholds.values())) == 1
    settings = {"threshold": planned[0].threshold if alike else thresholds, **asked}
    said = ", ".join(f"{name}={value!r}" for name, value in settings.items() if value is not None)
    return f"wb.batch({list(inputs)!r}, {list(thresholds)!r}, {str(out)!r}{f', {said}' if said else ''})"
