"""What a session keeps of the features that are looked at."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.app.core.session_file import SessionState


class Featured(BaseModel):
    """Which features are looked at, and how."""

    model_config = ConfigDict(extra="forbid")

    view: Literal["maps", "pixels", "networks"] = "maps"
    network: str = ""
    other: str = Field("", description="the network that it is compared with")
    layers: dict[str, str] = Field(default_factory=dict, description="name of network -> layer")


class FeaturesSaved(SessionState):
    """Its fields of a saved session."""

    featuring: bool = Field(False, description="whether the features of a network are looked at")
    features: Featured = Field(default_factory=Featured)
