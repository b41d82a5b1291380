"""The simulated micrographs that ship with the package, each with its exact mask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.errors import MicrographError
from workbench.micrographs.micrograph import BoolImage, Micrograph
from workbench.micrographs.reading import open_micrograph

_FOLDER = Path(__file__).parent / "samples"
_TRUTH = ".truth.tif"


def sample_names() -> list[str]:
    """Return the names of the bundled micrographs, in alphabetical order.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.sample_names()
    ['easy', 'low_dose', 'touching']
    """
    return sorted(path.name.removesuffix(_TRUTH) for path in _FOLDER.glob(f"*{_TRUTH}"))


def open_sample(name: str) -> tuple[Micrograph, BoolImage]:
    """Open a bundled micrograph and its truth.

    Parameters
    ----------
    name : str
        One of `sample_names`.

    Returns
    -------
    Micrograph, (H, W) bool array
        The array is true where there is particle.

    Raises
    ------
    MicrographError
        If there is no sample of that name.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("touching")
    >>> m.shape == truth.shape
    True
    """
    if name not in sample_names():
        raise MicrographError(
            f"There is no sample micrograph {name!r}; choose one of {', '.join(sample_names())}."
        )
    # they are simulated: nothing is burnt into them, and nobody need look for it
    micrograph = replace(open_micrograph(_FOLDER / f"{name}.tif"), name=name, marks=())
    return micrograph, open_micrograph(_FOLDER / f"{name}{_TRUTH}").pixels > 0
