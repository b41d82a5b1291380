"""What a session keeps of the study that is looked at."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from workbench.app.core.session_file import SessionState, fits


class Studied(BaseModel):
    """Which study is looked at, and how many of its cells at a time."""

    plan: str = ""
    out: str = ""
    workers: int = Field(1, ge=1, le=64)


class StudySaved(SessionState):
    """Its field of a saved session."""

    study: Annotated[dict[str, Any], AfterValidator(fits(Studied))] = Field(
        default_factory=dict, description="plan, folder and workers of the study that is looked at"
    )
