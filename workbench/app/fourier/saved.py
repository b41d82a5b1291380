"""What a session keeps of the Fourier transform."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from workbench.app.core.session_file import Part, SessionState
from workbench.errors import MicrographError
from workbench.micrographs.lattice_rings import read_rings

FIRST_RINGS = "Au"


class FourierSaved(SessionState):
    """Its field of a saved session."""

    rings: str = Field(FIRST_RINGS, max_length=1000, description="rings of the Fourier transform, as typed")

    fourier_of: Literal["view", "box"] = Field("view", description="what is transformed")
    fourier_box: Part | None = Field(None, description="top, left, bottom, right in px; None: none was drawn")

    @field_validator("rings")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            read_rings(text)
        except MicrographError as error:
            raise ValueError(str(error)) from error
        return text
