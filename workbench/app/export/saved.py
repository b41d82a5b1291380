"""What a session keeps of how the figure is on paper."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from workbench.app.core.session_file import Part, SessionState
from workbench.figures.sheet import NARROWEST_MM, WIDEST_MM, BarCorner, Letters

WidthMm = Annotated[float, Field(ge=NARROWEST_MM, le=WIDEST_MM, allow_inf_nan=False)]
LengthNm = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class OnPaper(BaseModel):
    """How the figure is on paper."""

    model_config = ConfigDict(extra="forbid")

    width_mm: WidthMm | None = Field(None, description="None: as wide as its panes are on the page")
    letters: Letters = "a)"
    titles: dict[str, str] = Field(
        default_factory=dict,
        description="name of a network, empty for the micrograph -> title of its pane; the others have their usual one",
    )
    bar_nm: LengthNm | None = Field(None, description="None: chosen by the width of a pane")
    bar_corner: BarCorner = "lower left"
    region: Part | None = Field(
        None, description="top, left, bottom, right in px; None: the whole micrograph"
    )


class ExportSaved(SessionState):
    """Its field of a saved session."""

    export: OnPaper = Field(default_factory=OnPaper, description="how the figure is on paper")
