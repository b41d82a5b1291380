"""What a session keeps of how the page is laid out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from workbench.app.core.session_file import SessionState

HIGHEST_PX = 4000
ViewMode = Literal["side", "swipe", "blink", "outlines"]
Key = Annotated[str, Field(max_length=100)]


class Laid(BaseModel):
    """What is open on the page, and how large."""

    model_config = ConfigDict(extra="forbid")

    drawer: Key = ""
    tab: Key = ""
    folded: bool = False
    dock_px: int = Field(0, ge=0, le=HIGHEST_PX)
    view_mode: ViewMode = "side"
    fills: bool = True


class LayoutSaved(SessionState):
    """Its field of a saved session."""

    layout: Laid | None = Field(None, description="None: the page stays as it is laid out")
