"""What other packages add: architectures, attribution methods, panels, each named by an entry point.

``examples/workbench-example`` is such a package.
"""

from __future__ import annotations

import warnings
from importlib.metadata import entry_points
from typing import Literal

Kind = Literal["architectures", "methods", "panels"]


def load_plugins(kind: Kind) -> None:
    """Import what the entry points ``workbench.KIND`` name; its decorators enter it in the registry.

    Whoever keeps the registry calls this when it is first asked. One that cannot be imported is left out, with a
    warning.
    """
    for point in entry_points(group=f"workbench.{kind}"):
        try:
            point.load()
        except Exception as error:  # whatever somebody else's package does
            came_from = point.dist.name if point.dist is not None else point.value
            leave_out(f"{point.name} of {came_from}", error)


def leave_out(what: str, error: Exception) -> None:
    """Say in one sentence what is left out, and why."""
    why = " ".join(str(error).split()).rstrip(".") or "no reason given"
    warnings.warn(
        f"The plug-in {what} is left out: {type(error).__name__}: {why}.", RuntimeWarning, stacklevel=3
    )
