"""What a session keeps of what is labelled; the label itself is a file of its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workbench.app.core.session_file import Origin, SessionState
from workbench.segmentation.active_learning import UncertainRegion

MOST_PROPOSALS = 12


def _inside(region: UncertainRegion) -> UncertainRegion:
    if region.top < 0 or region.left < 0 or region.height < 1 or region.width < 1:
        raise ValueError("a region begins inside its micrograph and has pixels")
    return region


Region = Annotated[UncertainRegion, AfterValidator(_inside)]


class Proposed(BaseModel):
    """A region in the list of what to label next; its picture is drawn anew."""

    model_config = ConfigDict(extra="forbid")

    name: str
    sha256: str
    origin: Origin
    region: Region
    why: str


class ToLabel(BaseModel):
    """What was proposed to be labelled next, and which regions were opened from there."""

    model_config = ConfigDict(extra="forbid")

    proposals: list[Proposed] = Field(default_factory=list, max_length=MOST_PROPOSALS)
    visited: dict[str, list[Region]] = Field(
        default_factory=dict, description="sha256 of a micrograph -> regions"
    )


class LabelSaved(SessionState):
    """The field of the label in a saved session."""

    labelling: bool = Field(False, description="whether the tools that draw the label are at hand")


class ActiveLearningSaved(SessionState):
    """The field of what to label next in a saved session."""

    to_label: ToLabel = Field(default_factory=ToLabel)
