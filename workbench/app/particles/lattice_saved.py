"""What a session keeps of the lattice of a particle: the phases that it is compared with."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from workbench.app.core.session_file import SessionState
from workbench.errors import WorkbenchError
from workbench.micrographs.simulation.structures import METALS
from workbench.particles.lattice.particle_lattice import METAL_PHASES
from workbench.particles.lattice.phases import SUPPORTS

FIRST_PHASES = ", ".join(METAL_PHASES)


def read_phases(text: str) -> list[str]:
    """Read phases as a person types them: ``Au, Pt, MgO``, in whichever case.

    Parameters
    ----------
    text : str
        Names of metals and supports, parted by commas or semicolons; empty: the metals.

    Returns
    -------
    list of str
        Each once, as they are spelled here.

    Raises
    ------
    WorkbenchError
        If a name is none of a phase known here.

    Examples
    --------
    >>> read_phases("au; tio2 anatase"), read_phases("")
    (['Au', 'TiO2 anatase'], ['Au', 'Ag', 'Pt', 'Pd', 'Cu'])
    """
    known = {name.lower(): name for name in (*METALS, *SUPPORTS)}
    names = [" ".join(word.split()) for word in re.split("[,;]", text) if word.strip()]
    for name in names:
        if name.lower() not in known:
            raise WorkbenchError(f"{name} is no phase known here; choose from {', '.join(known.values())}.")
    return list(dict.fromkeys(known[name.lower()] for name in names)) or list(METAL_PHASES)


class LatticeSaved(SessionState):
    """Its field of a saved session."""

    lattice_phases: str = Field(
        FIRST_PHASES, max_length=1000, description="phases that the lattice of a particle is compared with"
    )

    @field_validator("lattice_phases")
    @classmethod
    def _known(cls, text: str) -> str:
        try:
            read_phases(text)
        except WorkbenchError as error:
            raise ValueError(str(error)) from error
        return text
