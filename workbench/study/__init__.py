"""Many training runs, one page: what a choice changes, and how sure that is.

A plan names a base recipe and a grid; each combination, a cell, is a training run like any other, scored on test sets.
"""

from workbench.study.study import run_study

__all__ = ["run_study"]
