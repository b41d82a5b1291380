"""A page's state as a small JSON file: which micrograph, which networks, which settings; never pixels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import WorkbenchError
from workbench.segmentation.next_to_label import DoubtfulRegion

Rate = Annotated[int, Field(ge=1, le=256)]
Scale = Annotated[float, Field(ge=0.25, le=4)]
PixelSize = Annotated[float, Field(gt=0)]


class Origin(BaseModel):
    """Where a micrograph came from, so that it can be opened again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["sample", "file", "array"]
    path: str = Field("", description="sample name, or path of the file; empty for arrays")
    frame: int = Field(0, ge=0)
    signal: int = Field(0, ge=0)
    nm_per_px: float | None = Field(None, gt=0, description="as typed by the person; None: as the file says")


class View(BaseModel):
    """How the panes are drawn; changes nothing that is computed."""

    model_config = ConfigDict(extra="forbid")

    overlay_opacity: float = Field(0.3, ge=0, le=1)
    overlay_mode: Literal["fill", "outline", "both"] = "both"
    colormap: str = "gray"
    contrast: tuple[float, float] = Field(
        (1.0, 99.0), description="percentiles of intensity shown as black and white"
    )
    gamma: float = Field(1.0, gt=0, le=5)
    invert: bool = False
    show_disagreement: bool = False
    show_rings: bool = False


MOST_CORNERS = 5000
MOST_PROPOSALS = 12


class Explained(BaseModel):
    """What is explained, how, and how its maps are drawn."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["particle", "pixel", "rim", "background", "particles", "region"] = "particle"
    at: list[int] = Field(default_factory=list, max_length=2, description="row and column of the click")
    line: list[tuple[int, int]] = Field(
        default_factory=list, max_length=MOST_CORNERS, description="corners of the free-hand region"
    )
    methods: list[str] = Field(default_factory=list)
    layers: dict[str, str] = Field(default_factory=dict)
    percentile: float = Field(99.0, ge=0, le=100)
    opacity: float = Field(0.75, ge=0, le=1)


class Featured(BaseModel):
    """Which features are looked at, and how."""

    model_config = ConfigDict(extra="forbid")

    view: Literal["maps", "pixels", "networks"] = "maps"
    network: str = ""
    other: str = Field("", description="the network that it is compared with")
    layers: dict[str, str] = Field(default_factory=dict, description="name of network -> layer")


class Proposed(BaseModel):
    """A region in the list of what to label next; its picture is drawn anew."""

    model_config = ConfigDict(extra="forbid")

    name: str
    sha256: str
    origin: Origin
    region: DoubtfulRegion
    why: str


class ToLabel(BaseModel):
    """What was proposed to be labelled next, and which regions were opened from there."""

    model_config = ConfigDict(extra="forbid")

    proposals: list[Proposed] = Field(default_factory=list, max_length=MOST_PROPOSALS)
    visited: dict[str, list[DoubtfulRegion]] = Field(
        default_factory=dict, description="sha256 of a micrograph -> regions"
    )


class SessionState(BaseModel):
    """Everything that a saved session says."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    origin: Origin | None = None
    micrograph_sha256: str = ""
    pixel_sizes: dict[str, PixelSize] = Field(
        default_factory=dict,
        description="path of a file or a folder -> nm per px; by version 0.1.0, now beside the data",
    )
    ticked: list[str] = Field(default_factory=list)
    active: str = ""
    thresholds: dict[str, float] = Field(default_factory=dict)
    dilations: dict[str, Rate | list[Rate]] = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    min_area: float = Field(0.0, ge=0, validation_alias=AliasChoices("min_area", "min_area_nm2"))
    min_area_unit: Literal["nm2", "px2", ""] = Field(
        "", description="as it was typed; empty, as version 0.1.0 wrote it: nm2 where the pixel size is known"
    )
    fill_holes: bool = False
    split_touching: bool = False
    view: View = Field(default_factory=View)
    labelling: bool = Field(False, description="whether the tools that draw the label are at hand")
    explaining: bool = Field(False, description="whether a click in a pane chooses what is explained")
    explained: Explained = Field(default_factory=Explained)
    featuring: bool = Field(False, description="whether the features of a network are looked at")
    features: Featured = Field(default_factory=Featured)
    to_label: ToLabel = Field(default_factory=ToLabel)
    draft: dict[str, Any] = Field(
        default_factory=dict, description="fields of the run that is being prepared"
    )
    study: dict[str, Any] = Field(
        default_factory=dict, description="plan, folder and workers of the study that is looked at"
    )


def parse_session(text: str, name: str = "session") -> SessionState:
    """Read a session from its JSON.

    Raises
    ------
    WorkbenchError
        If it is not JSON, or says something that a session of this format does not.
    """
    try:
        return SessionState.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise WorkbenchError(f"{name} is not a session of this version: {where}: {first['msg']}.") from error


def read_session(path: str | os.PathLike[str]) -> SessionState:
    """Read a ``*.workbench.json`` file.

    Raises
    ------
    WorkbenchError
        If it cannot be read or is not a session.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkbenchError(f"{path}: the session cannot be read ({error}).") from error
    return parse_session(text, Path(path).name)
