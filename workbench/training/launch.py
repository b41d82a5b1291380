"""Training in a process of its own: closing the page, or a crash of it, loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import workbench
from workbench.errors import ComputeError
from workbench.training.recipe import Recipe
from workbench.training.runs import Run


def start_process(recipe: Recipe, runs: Path, text: str | None = None) -> Run:
    """Start or resume a run in a process that outlives this one; what it says goes to ``log.txt`` in its folder.

    Parameters
    ----------
    recipe : Recipe
    runs : Path
        Folder of runs.
    text : str, optional
        The recipe as it was given.

    Returns
    -------
    Run
        At once: `Run.events` and `Run.status` tell how it goes, `Run.stop` ends it, `Run.wait` waits.

    Raises
    ------
    ComputeError, RecipeError
        As `Run.create`, and if the run is under way already.
    """
    run = Run.create(recipe, runs, text)
    if run.status == "running":
        raise ComputeError(f"{run.folder} is being trained already; wait, or stop it first.")
    (run.folder / "stop").unlink(missing_ok=True)
    package = str(Path(workbench.__file__).parents[1])
    paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    with (run.folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "train", "--resume", str(run.folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
    run.claim(process.pid)
    process.returncode = 0  # not this object but the run's folder keeps track of it; else Python warns
    return run
