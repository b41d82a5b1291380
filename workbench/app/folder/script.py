"""A batch that was begun on the page, as a line of Python."""

from __future__ import annotations

import shlex
from pathlib import Path

from workbench.batch.plan import BatchPlan


def line_of(plan: BatchPlan, out: Path) -> str:
    """Return the line that does a plan; where no line says it, as thresholds differ, a comment with the command.

    Parameters
    ----------
    plan : BatchPlan
    out : Path
        Folder of the results, which holds the plan.
    """
    thresholds = {one.threshold for one in plan.networks}
    if len(thresholds) > 1:
        return f"# {', '.join(plan.inputs)} was run by: workbench batch --plan {shlex.quote(str(out))}"
    usual = type(plan).model_fields
    asked = {name: value for name, value in plan if value != usual[name].default}
    inputs, networks = asked.pop("inputs"), [one.network for one in asked.pop("networks")]
    settings = {"threshold": thresholds.pop(), **asked}
    said = ", ".join(f"{name}={value!r}" for name, value in settings.items() if value is not None)
    return f"wb.batch({list(inputs)!r}, {networks!r}, {str(out)!r}{f', {said}' if said else ''})"
