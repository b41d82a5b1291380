"""A page's state as a small JSON file: which micrograph, which networks, which settings; never its pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from workbench.micrographs.samples import sample_names


def said(error: Mapping[str, Any], *before: str) -> str:
    """Return what one of pydantic's errors says: which field, and what is wrong with it."""
    where = ".".join(str(part) for part in (*before, *error["loc"])) or "the file"
    return f"{where}: {str(error['msg']).removeprefix('Value error, ')}"


def fits(model: type[BaseModel]) -> Callable[[dict[str, Any]], dict[str, Any]]:
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


Colour = Annotated[str, Field(pattern="^#[0-9A-F]{6}$")]
Threshold = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Rate = Annotated[int, Field(ge=1, le=256)]
Scale = Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)]
PixelSize = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Width = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Percentile = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Area = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=0)]


def _part(part: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    top, left, bottom, right = part
    if top >= bottom or left >= right:
        raise ValueError("the part ends before it begins")
    return part


Part = Annotated[tuple[Place, Place, Place, Place], AfterValidator(_part)]
"""Of a micrograph: its first row and column, and those behind its last ones."""
Colormap = Literal["gray", "viridis", "inferno", "cividis"]
"""Those that the viewer draws."""


class Origin(BaseModel):
    """Where a micrograph came from, so that it can be opened again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["sample", "file", "array"]
    path: str = Field(
        "",
        description="sample name, or path of the file, inside the data folder where it lies there; empty for arrays",
    )
    frame: int = Field(0, ge=0)
    signal: int = Field(0, ge=0)
    nm_per_px: PixelSize | None = Field(None, description="as typed by the person; None: as the file says")
    size_unknown: bool = Field(False, description="whether the person said that the pixel size is not known")
    scale_bar: str = Field("", description="where nm_per_px came from a scale bar, such as 50 nm over 212 px")
    rows: tuple[Place, Place] | None = Field(
        None, description="first and last row + 1 of what is shown; None: all"
    )
    marks_kept: bool = Field(False, description="whether what is burnt into the picture counts as specimen")

    def inside(self, root: Path) -> Origin:
        """Return it with the path of a file told from a data folder that it lies in: the folder may move."""
        if self.kind != "file" or not Path(self.path).is_relative_to(root):
            return self
        return self.model_copy(update={"path": Path(self.path).relative_to(root).as_posix()})

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
    overlay_colours: Literal["auto", "networks", "particles"] = Field(
        "auto", description="auto: of particles where touching ones are parted, else of networks"
    )
    colormap: Colormap = "gray"
    contrast: Annotated[tuple[Percentile, Percentile], AfterValidator(_dark_to_bright)] = Field(
        (1.0, 99.0), description="percentiles of intensity shown as black and white"
    )
    gamma: float = Field(1.0, gt=0, le=5, allow_inf_nan=False)
    invert: bool = False
    show_disagreement: bool = False
    show_rings: bool = False


class SessionState(BaseModel):
    """What the page itself saves; each subject adds its own fields, see `subjects.session_model`."""

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
    order: Annotated[list[str], AfterValidator(_once)] = Field(
        default_factory=list, description="of the list of networks; those that it does not name come last"
    )
    current: str = Field("", validation_alias=AliasChoices("current", "active"))
    thresholds: dict[str, Threshold] = Field(default_factory=dict)
    dilations: dict[str, Rate | list[Rate]] = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    colours: dict[str, Colour] = Field(
        default_factory=dict, description="those that networks were given; of two alike the first one counts"
    )
    particle_widths: dict[str, Width] = Field(
        default_factory=dict,
        description="hash of a micrograph without a pixel size -> width of its particles in px, as set by a person",
    )
    min_area: Area | None = Field(
        None,
        validation_alias=AliasChoices("min_area", "min_area_nm2"),
        description="None: as the card of each network says; 0: none is left out",
    )
    min_area_unit: Literal["nm2", "px2", ""] = Field(
        "", description="as it was typed; empty, as version 0.1.0 wrote it: nm2 where the pixel size is known"
    )
    fill_holes: bool = False
    split_touching: bool = False
    view: View = Field(default_factory=View)
