"""Simulating needs packages of an extra; without them, a sentence that names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import WorkbenchError


@contextmanager
def simulate_extra(what: str = "Simulating micrographs") -> Iterator[None]:
    """Import what the extra ``simulate`` brings, inside this context.

    Parameters
    ----------
    what : str
        What needs it, to begin the sentence with.

    Raises
    ------
    WorkbenchError
        If it is not installed; the command that installs it is named.
    """
    try:
        yield
    except ImportError as missing:
        raise WorkbenchError(
            f"{what} needs {missing.name}, which is not installed; "
            "install it with: pip install 'hrtem-workbench[simulate]'."
        ) from missing
