"""What a session keeps of the particles: which of them count, and what was done by hand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from workbench.app.core.session_file import SessionState, Share
from workbench.errors import WorkbenchError
from workbench.particles.correction import Correction
from workbench.particles.sample import WeightedBy
from workbench.particles.selection import Diameter, EdgeRule

MOST_CORRECTIONS = 10_000
Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _correction(given: Any) -> Any:
    try:
        return Correction.of(given).kept()
    except WorkbenchError as error:
        raise ValueError(str(error)) from error


Made = Annotated[Any, AfterValidator(_correction)]
"""A correction as JSON has it: ``["cut", [[12.5, 30.0], [20.0, 31.25]]]``, or ``["replace", {"file": ...}]``."""


class Counted(BaseModel):
    """Which particles count, of all micrographs and networks."""

    model_config = ConfigDict(extra="forbid")

    diameter: Diameter = "equal_circle"
    smallest: Size | None = None
    largest: Size | None = None
    size_unit: Literal["", "nm", "px"] = Field("", description="of smallest and largest; empty: none is set")
    min_confidence: Share = 0.0
    min_circularity: Share = 0.0
    edge: EdgeRule = "weights"
    weighted_by: WeightedBy = "number"
    calibration: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description="relative standard uncertainty of the magnification, as typed; None: not stated"
    )

    @model_validator(mode="after")
    def _some_size(self) -> Counted:
        if self.smallest is not None and self.largest is not None and self.smallest > self.largest:
            raise ValueError("the smallest size is above the largest")
        return self


class ParticlesSaved(SessionState):
    """Its fields of a saved session."""

    counted: Counted = Field(default_factory=Counted, description="which particles count")
    corrections: dict[str, dict[str, Annotated[list[Made], Field(max_length=MOST_CORRECTIONS)]]] = Field(
        default_factory=dict, description="by the hash of a micrograph's pixels and the name of a network"
    )
