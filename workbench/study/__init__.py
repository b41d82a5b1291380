"""Many training runs, one page: what does a choice change, and how sure is it?

A plan names a base recipe and a grid; each combination, a cell, is a training run like any other, scored on test sets.
"""

from workbench.study.study import run_study

__all__ = ["run_study"]
