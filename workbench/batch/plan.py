"""What a batch does: which micrographs, by which networks, with which settings. It is the file ``batch.json``."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError, field_validator

from workbench.errors import ComputeError, WorkbenchError
from workbench.whole_files import read_whole, written_whole

PLAN_FILE = "batch.json"


class PlannedNetwork(BaseModel):
    """A network and the threshold that makes its mask.

    Attributes
    ----------
    network : str
        A name, or the path of a .safetensors file.
    threshold : float or None
        In [0, 1]; None: as on its card.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: str = Field(min_length=1)
    threshold: float | None = Field(None, ge=0, le=1)


class BatchPlan(BaseModel):
    """The same networks and settings on all micrographs of a folder.

    Attributes
    ----------
    inputs : tuple of str
        Micrographs, or folders of which each readable file is one.
    networks : tuple of PlannedNetwork
    min_area : float or None
        Smaller particles are dropped; nm2, or px2 without a pixel size; None: those under the smallest diameter on each
        card.
    fill_holes, split_touching : bool
        As of `workbench.particles.post_processing.MaskSettings`.
    nm_per_px : float or None
        Pixel size of all files, whatever they say; nm.
    sizes : dict of str to float
        Pixel sizes that a person typed, nm, by absolute path: of a file whatever it says, and of a folder for those
        of its files that know none.
    particle_px : float or None
        About how wide particles are, px, of micrographs without a pixel size.
    frames : str
        ``first`` image of each file, or ``all`` of its first signal.
    keep_marks : bool
        Leave burnt-in marks in.
    figures : bool
        Write a figure of each micrograph, too.
    rois : bool
        Write outlines for ImageJ, too.

    Examples
    --------
    >>> BatchPlan.of(["sample-3"], ["unet"], min_area=2.0).networks[0].network
    'unet'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: tuple[str, ...] = Field(min_length=1)
    networks: tuple[PlannedNetwork, ...] = Field(min_length=1)
    min_area: float | None = Field(None, ge=0)
    fill_holes: bool = False
    split_touching: bool = False
    nm_per_px: float | None = Field(None, gt=0)
    sizes: dict[str, PositiveFloat] = Field(default_factory=dict)
    particle_px: float | None = Field(None, gt=0)
    frames: Literal["first", "all"] = "first"
    keep_marks: bool = False
    figures: bool = False
    rois: bool = False

    @field_validator("networks")
    @classmethod
    def _each_once(cls, networks: tuple[PlannedNetwork, ...]) -> tuple[PlannedNetwork, ...]:
        twice = [name for name, count in Counter(one.network for one in networks).items() if count > 1]
        if twice:
            raise ValueError(f"{twice[0]} is named twice")
        return networks

    @classmethod
    def of(
        cls,
        inputs: Sequence[Path | str],
        networks: Sequence[PlannedNetwork | Mapping[str, Any] | str],
        threshold: float | None = None,
        **settings: Any,
    ) -> BatchPlan:
        """Return the plan for some files and networks.

        Parameters
        ----------
        inputs : sequence of Path or str
        networks : sequence of PlannedNetwork, mapping or str
        threshold : float, optional
            Of the networks that are given by name alone.
        **settings
            The other attributes.

        Raises
        ------
        WorkbenchError
            If one of them cannot be.
        """
        planned = [
            {"network": one, "threshold": threshold} if isinstance(one, str) else dict(one)
            for one in networks
        ]
        return cls._checked(
            {"inputs": [str(one) for one in inputs], "networks": planned, **settings},
            "The settings of the batch",
        )

    @classmethod
    def read(cls, folder: Path) -> BatchPlan | None:
        """Return the plan of a folder of results; None if there is none.

        Raises
        ------
        ComputeError
            If it cannot be read now.
        WorkbenchError
            If it is no plan.
        """
        path = folder / PLAN_FILE
        text = read_whole(path)
        if text is None:
            return None
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise _no_plan(str(path), error) from error

    def write(self, folder: Path) -> None:
        """Write it into a folder of results.

        Raises
        ------
        ComputeError
            If that cannot be written.
        """
        path = folder / PLAN_FILE
        try:
            with written_whole(path) as half:
                half.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise ComputeError(f"{path} cannot be written ({error.strerror or error}).") from error

    def settings_of(self, threshold: float) -> dict[str, Any]:
        """Return what a mask of that threshold depends on, as it is written into the mask's own file."""
        width = {} if self.particle_px is None else {"particle_px": self.particle_px}
        cleaning = {
            "min_area": self.min_area,
            "fill_holes": self.fill_holes,
            "split_touching": self.split_touching,
        }
        return {"threshold": threshold, **cleaning, **width}

    def command(self, out: Path) -> str:
        """Return the line that does it again in a shell, by the plan where options cannot say it.

        Parameters
        ----------
        out : Path
            Folder of the results.
        """
        thresholds = {one.threshold for one in self.networks}
        if len(thresholds) > 1 or self.sizes:
            return shlex.join(["workbench", "batch", "--plan", str(out)])
        words = ["workbench", "batch", *self.inputs]
        for one in self.networks:
            words += ["--network", one.network]
        values = {
            "threshold": next(iter(thresholds)),
            "min-area": self.min_area,
            "nm-per-px": self.nm_per_px,
            "particle-px": self.particle_px,
            "out": str(out),
        }
        for name, value in values.items():
            words += [] if value is None else [f"--{name}", str(value)]
        flags = ("fill_holes", "split_touching", "keep_marks", "figures", "rois")
        words += [f"--{name.replace('_', '-')}" for name in flags if getattr(self, name)]
        return shlex.join([*words, "--all-frames"] if self.frames == "all" else words)

    @classmethod
    def _checked(cls, values: dict[str, Any], what: str) -> BatchPlan:
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _no_plan(what, error) from error


def _no_plan(what: str, error: ValidationError) -> WorkbenchError:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(one) for one in first["loc"])
    return WorkbenchError(f"{what} cannot be used: {where or 'it'}: {first['msg']}.")
