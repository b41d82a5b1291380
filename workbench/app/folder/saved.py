"""What a session keeps of the folder that is run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workbench.app.core.session_file import PixelSize, SessionState, fits

LONGEST_PATH = 4096


class AskedOfFolder(BaseModel):
    """Which folder is run, where its results go, and what is written."""

    model_config = ConfigDict(extra="forbid")

    folder: str = Field(".", min_length=1, max_length=LONGEST_PATH)
    out: str = Field("results", max_length=LONGEST_PATH)
    follows: bool = True
    frames: Literal["first", "all"] = "first"
    nm_per_px: PixelSize | None = None
    figures: bool = False
    rois: bool = False
    more: bool = False


class FolderSaved(SessionState):
    """Its field of a saved session."""

    batch: Annotated[dict[str, Any], AfterValidator(fits(AskedOfFolder))] = Field(
        default_factory=dict, description="which folder is run, where its results go, and what is written"
    )
