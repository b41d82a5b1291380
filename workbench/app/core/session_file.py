"""A page's state as a small JSON file: which micrograph, which networks, which settings; never pixels."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    field_validator,
    model_validator,
)

from workbench.errors import WorkbenchError
from workbench.micrographs.samples import sample_names
from workbench.segmentation.active_learning import UncertainRegion
from workbench.whole_files import why_unread


def said(error: Mapping[str, Any], *before: str) -> str:
    """Return what one of pydantic's errors says: which field, and what is wrong with it."""
    where = ".".join(str(part) for part in (*before, *error["loc"])) or "the file"
    return f"{where}: {str(error['msg']).removeprefix('Value error, ')}"


def _fits(model: type[BaseModel]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what checks the fields of a part by a model, and leaves it as it is."""

    def check(part: dict[str, Any]) -> dict[str, Any]:
        try:
            model.model_validate(part)
        except ValidationError as error:
            raise ValueError(said(error.errors()[0])) from None
        return part

    return check


def _once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("a network is named twice")
    return names


def _dark_to_bright(contrast: tuple[float, float]) -> tuple[float, float]:
    if contrast[0] > contrast[1]:
        raise ValueError("the percentile shown as black is above the one shown as white")
    return contrast


def _sample(name: str) -> str:
    if name not in sample_names():
        raise ValueError(f"there is no sample {name!r}; there are {', '.join(sample_names())}")
    return name


def _inside(region: UncertainRegion) -> UncertainRegion:
    if region.top < 0 or region.left < 0 or region.height < 1 or region.width < 1:
        raise ValueError("a region begins inside its micrograph and has pixels")
    return region


Threshold = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Rate = Annotated[int, Field(ge=1, le=256)]
Scale = Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)]
PixelSize = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Percentile = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=0)]
Colormap = Literal["gray", "viridis", "inferno", "cividis"]
"""Those that the viewer draws."""
Region = Annotated[UncertainRegion, AfterValidator(_inside)]


class Origin(BaseModel):
    """Where a micrograph came from, so that it can be opened again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["sample", "file", "array"]
    path: str = Field("", description="sample name, or path of the file; empty for arrays")
    frame: int = Field(0, ge=0)
    signal: int = Field(0, ge=0)
    nm_per_px: PixelSize | None = Field(None, description="as typed by the person; None: as the file says")
    size_unknown: bool = Field(False, description="whether the person said that the pixel size is not known")
    rows: tuple[Place, Place] | None = Field(
        None, description="first and last row + 1 of what is shown; None: all"
    )
    marks_kept: bool = Field(False, description="whether what is burnt into the picture counts as specimen")

    @model_validator(mode="after")
    def _can_be_opened(self) -> Origin:
        if self.kind == "sample":
            _sample(self.path)
        elif self.kind == "file" and (not self.path or "\0" in self.path):
            raise ValueError("a file has a path")
        if self.rows is not None and self.rows[0] >= self.rows[1]:
            raise ValueError("the rows end before they begin")
        return self


class View(BaseModel):
    """How the panes are drawn; changes nothing that is computed."""

    model_config = ConfigDict(extra="forbid")

    overlay_opacity: Share = 0.3
    overlay_mode: Literal["fill", "outline", "both"] = "both"
    colormap: Colormap = "gray"
    contrast: Annotated[tuple[Percentile, Percentile], AfterValidator(_dark_to_bright)] = Field(
        (1.0, 99.0), description="percentiles of intensity shown as black and white"
    )
    gamma: float = Field(1.0, gt=0, le=5, allow_inf_nan=False)
    invert: bool = False
    show_disagreement: bool = False
    show_rings: bool = False


MOST_CORNERS = 5000
MOST_PROPOSALS = 12


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
    region: Region
    why: str


class ToLabel(BaseModel):
    """What was proposed to be labelled next, and which regions were opened from there."""

    model_config = ConfigDict(extra="forbid")

    proposals: list[Proposed] = Field(default_factory=list, max_length=MOST_PROPOSALS)
    visited: dict[str, list[Region]] = Field(
        default_factory=dict, description="sha256 of a micrograph -> regions"
    )


class Drafted(BaseModel):
    """A run that is being prepared, as it was typed; whether it can be trained is said when it is shown."""

    name: str = ""
    training_set: str = ""
    validation_set: str = ""
    share: FiniteFloat = 0.2
    architecture: str = ""
    options: dict[str, Any] = Field(default_factory=dict)
    dilation: str = "1"
    start_from: str = ""
    epochs: int = 1
    steps_per_epoch: int = 1
    crop: int = 1
    batch: int = 1
    learning_rate: FiniteFloat = 1e-3
    more: str = ""


class Studied(BaseModel):
    """Which study is looked at, and how many of its cells at a time."""

    plan: str = ""
    out: str = ""
    workers: int = Field(1, ge=1, le=64)


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
    selected: Annotated[list[str], AfterValidator(_once)] = Field(
        default_factory=list, validation_alias=AliasChoices("selected", "ticked")
    )
    current: str = Field("", validation_alias=AliasChoices("current", "active"))
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    dilations: dict[str, Rate | list[Rate]] = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    min_area: float = Field(
        0.0, ge=0, allow_inf_nan=False, validation_alias=AliasChoices("min_area", "min_area_nm2")
    )
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
    draft: Annotated[dict[str, Any], AfterValidator(_fits(Drafted))] = Field(
        default_factory=dict, description="fields of the run that is being prepared"
    )
    study: Annotated[dict[str, Any], AfterValidator(_fits(Studied))] = Field(
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
        raise WorkbenchError(f"{name} is not a session of this version: {said(first)}.") from error


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
        raise WorkbenchError(
            f"{path}: the session cannot be read ({why_unread(error)}); check the name."
        ) from error
    return parse_session(text, Path(path).name)
