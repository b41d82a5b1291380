"""What came of a cell: one file each, written whole, that holds all that tables and figures need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.networks.checkpoint import write_whole
from workbench.study.folder import CELLS
from workbench.training.recipe import Recipe

if TYPE_CHECKING:
    from workbench.study.cells import Cell


class MicrographScore(BaseModel):
    """A network's score on one test micrograph, at the threshold that was chosen on validation."""

    model_config = ConfigDict(extra="forbid")

    set: str
    micrograph: str
    dice_hard: float
    iou: float
    precision: float
    recall: float
    seconds: float


class Epoch(BaseModel):
    """A point of the learning curve."""

    model_config = ConfigDict(extra="forbid")

    step: int
    loss: float
    dice_hard: float
    """On validation, at the best threshold of the epoch."""


class Result(BaseModel):
    """What came of a cell.

    Parameters
    ----------
    cell : str
        Its name.
    status : {"done", "failed"}
    why : str
        Of a failed one, a sentence.
    recipe : dict
        Of its run.
    tests : str
        SHA-256 of the test micrographs.
    pictures : list of str
        Test micrographs whose masks were kept, for Figure 1.
    parameters : int
    receptive_field_px : int
        In pixels as the network sees them, by the published convention.
    input_nm_per_px : float or None
        Pixel size that the network asks for.
    threshold, validation_dice : float
        Chosen and reached on validation.
    wall_s : float
        Of training and scoring together, in this process.
    resumed : bool
        Whether the run had begun before, so that ``wall_s`` is not all.
    device : str
    threads : int
        Of the CPU.
    scores : list of MicrographScore
    curve : list of Epoch
    """

    model_config = ConfigDict(extra="forbid")

    cell: str
    status: Literal["done", "failed"]
    why: str = ""
    recipe: dict[str, Any]
    tests: str = ""
    pictures: list[str] = []
    parameters: int = 0
    receptive_field_px: int = 0
    input_nm_per_px: float | None = None
    threshold: float = 0.5
    validation_dice: float = 0.0
    wall_s: float = 0.0
    resumed: bool = False
    device: str = ""
    threads: int = 1
    scores: list[MicrographScore] = []
    curve: list[Epoch] = []

    def is_of(self, cell: Cell) -> bool:
        """Return whether this came of the same recipe."""
        try:
            return Recipe.model_validate(self.recipe, strict=False).same_numbers(cell.recipe)
        except ValidationError:
            return False


def result_file(out: Path, cell: str) -> Path:
    """Return where the result of a cell is kept."""
    return out / CELLS / f"{cell}.json"


def masks_file(out: Path, cell: str) -> Path:
    """Return where the masks of a cell are kept that Figure 1 shows."""
    return out / CELLS / f"{cell}.masks.npz"


def write_result(out: Path, result: Result) -> None:
    """Write the result of a cell, whole.

    Raises
    ------
    ComputeError
        If there is no room.
    """
    write_whole(result_file(out, result.cell), result.model_dump_json(indent=1).encode())


def read_result(out: Path, cell: str) -> Result | None:
    """Return the result of a cell; None where there is none, or none that can be read: then it is made again."""
    try:
        return Result.model_validate(json.loads(result_file(out, cell).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
