"""Many training runs, one page: what a choice changes, and how sure that is.

A plan names a base recipe and a grid; each combination, a cell, is a training run like any other, scored on test sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.study.study import run_study as run_study

__all__ = ["run_study"]


def __getattr__(name: str) -> Any:
    """Import at the first use: the page looks at a study from its folder, and loads no torch for it."""
    if name not in __all__:
        raise AttributeError(f"module 'workbench.study' has no attribute {name!r}")
    from workbench.study.study import run_study

    return run_study
