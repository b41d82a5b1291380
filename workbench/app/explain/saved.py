"""What a session keeps of what is explained."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.app.core.session_file import Percentile, Place, SessionState, Share

MOST_CORNERS = 5000


class Explained(BaseModel):
    """What is explained, how, and how its maps are drawn."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["particle", "pixel", "rim", "background", "particles", "region"] = "particle"
    at: list[Place] = Field(default_factory=list, max_length=2, description="row and column of the click")
    line: list[tuple[int, int]] = Field(
        default_factory=list, max_length=MOST_CORNERS, description="corners of the free-hand region"
    )
    methods: list[str] = Field(default_factory=list)
    layers: dict[str, str] = Field(default_factory=dict)
    percentile: Percentile = 99.0
    opacity: Share = 0.75

    @field_validator("at")
    @classmethod
    def _row_and_column(cls, at: list[int]) -> list[int]:
        if len(at) == 1:
            raise ValueError("a click has a row and a column")
        return at


class ExplainSaved(SessionState):
    """Its fields of a saved session."""

    explaining: bool = Field(False, description="whether a click in a pane chooses what is explained")
    explained: Explained = Field(default_factory=Explained)
