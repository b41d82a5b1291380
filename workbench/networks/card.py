"""The card of a network: what it is, what it was trained on, and how well it did, readable without torch."""

from __future__ import annotations

import html
import math
import warnings
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.micrographs.length_text import diameter_text
from workbench.networks.training_range import TrainingRange

CARD_FORMAT = 1


class Score(BaseModel):
    """One measured number, with the set and the split it was measured on."""

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(description="such as dice_hard")
    value: float
    set: str = Field(description="name of the labelled set")
    split: str = Field(description="train, validation or test")
    where: str = Field("", description="which part of the set, such as 100 e/A2 and above; empty: all of it")
    micrographs: int = Field(ge=1, description="how many micrographs the mean was taken over")
    std: float | None = None
    note: str = ""

    @property
    def said(self) -> str:
        """The number and what it was measured on, such as ``0.905 (test, 104 micrographs)``."""
        return f"{self.value:.3f} ({self.split}, {self.micrographs} micrographs)"


MOST_ENLARGED, MOST_SHRUNK = 2.0, 16.0
"""Limits of resampling: beyond them the micrograph has nothing that the network knows, or its pixel size is wrong."""
AS_IT_IS = 1.08
"""Below this factor a micrograph is not resampled: training changes scales by more."""


OTHER_SCALE = 1.5
"""Factor by which a micrograph may lie outside the pixel sizes of the training before its answer is doubtful."""


class Input(BaseModel):
    """How pixels are prepared before the network sees them."""

    model_config = ConfigDict(extra="forbid")

    standardise: Literal["zscore", "minmax", "none"] = "zscore"
    outliers: Literal["xray", "median5", "none"] = Field(
        "xray", description="xray: cleaning.remove_outliers; median5: 3x3 median where |I - median| > 5 std"
    )
    nm_per_px: float | None = Field(
        None, gt=0, description="pixel size that micrographs are resampled to where theirs is known"
    )
    scale: float = Field(
        1.0, gt=0, description="factor on that pixel size; 1 as trained, see `scale.at_scale`"
    )
    fitted: float = Field(
        1.0,
        gt=0,
        description="a further one, by the width of the particles where the pixel size of the micrograph is not known",
    )

    def step(self, nm_per_px: float | None) -> float:
        """Return the edge of the network's pixel in pixels of the micrograph; 1: taken as it is.

        Parameters
        ----------
        nm_per_px : float or None
            Pixel size of the micrograph; None where it is not known: then only ``scale`` and ``fitted`` count.

        Returns
        -------
        float
            Between 1/2 (enlarged twice) and 16 (shrunk); 1 where the pixel sizes agree within 8 %.
        """
        own = 1.0 if self.nm_per_px is None or nm_per_px is None else self.nm_per_px / nm_per_px
        step = min(max(own * self.scale * self.fitted, 1 / MOST_ENLARGED), MOST_SHRUNK)
        return 1.0 if 1 / AS_IT_IS < step < AS_IT_IS else step


class Card(BaseModel):
    """What is known of a network; stored as JSON in the header of its safetensors file.

    ``architecture`` and ``options`` rebuild the module through the registry; ``dilation`` is kept apart from
    ``options`` because it can be changed after training: ``trained_dilation`` says what it was trained at.

    Examples
    --------
    >>> import workbench as wb
    >>> card = wb.load_network("unet").card
    >>> card.label, card.threshold, card.dilation
    ('U-Net', 0.45, 1)
    >>> wb.Card(name="mine", architecture="unet")
    Card('mine', unet)
    """

    model_config = ConfigDict(extra="forbid")

    format: int = CARD_FORMAT
    name: str
    title: str = Field("", description="as shown on screen, such as U-Net; the name where empty")
    kind: Literal["network", "classical"] = "network"
    architecture: str
    options: dict[str, Any] = Field(default_factory=dict)
    dilation: int | list[int] = 1
    trained_dilation: int | list[int] | None = None
    trained_dropped_pools: int | None = Field(
        None, description="where it differs from the option dropped_pools"
    )
    input: Input = Field(default_factory=Input)
    nm_per_px: tuple[float, float] | None = Field(None, description="range of pixel sizes it was trained on")
    training_range: TrainingRange | None = Field(
        None, description="how the micrographs looked that it was trained on; None: nobody measured them"
    )
    threshold: float = Field(0.5, gt=0, lt=1, description="chosen on validation")
    smallest_diameter_px: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="of the particles that count, chosen on validation: of the circle of the same area, in pixels as "
        "the network sees them; None: all count",
    )
    particle_px: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="width of the particles that it parts best, in pixels as it sees them, chosen on validation: a "
        "micrograph without a pixel size is scaled to it; None: it is seen as it is",
    )
    scores: list[Score] = Field(default_factory=list)
    trained_on: str = Field("", description="one sentence: which micrographs, how many, which doses")
    recipe: dict[str, Any] = Field(default_factory=dict)
    parameters: int | None = Field(None, description="number of trainable parameters")
    licence: str = ""
    attribution: str = ""
    version: str = Field("", description="version of workbench that wrote it")

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: int) -> int:
        if value != CARD_FORMAT:
            raise ValueError(f"card format {value} is not known; this version reads format {CARD_FORMAT}")
        return value

    def scale_warning(self, nm_per_px: float | None) -> str:
        """Say why the scale of a micrograph makes the answer doubtful; empty where nothing speaks against it.

        Parameters
        ----------
        nm_per_px : float or None
            Pixel size of the micrograph; nothing is said where it, or what the network was trained on, is not known.
        """
        if nm_per_px is None or self.nm_per_px is None:
            return ""
        low, high = self.nm_per_px
        seen = nm_per_px * self.input.step(nm_per_px)
        if low / OTHER_SCALE <= seen <= high * OTHER_SCALE:
            return ""
        trained = f"{self.label} was trained at {low:.3g} to {high:.3g} nm/px"
        return f"{trained}, and this micrograph has {nm_per_px:.3g} nm/px"

    def smallest_diameter(self, nm_per_px: float | None) -> float:
        """Return the diameter under which what a network finds is a speck and no particle; 0: all are particles.

        Parameters
        ----------
        nm_per_px : float or None
            Pixel size of the micrograph; None where it is not known.

        Returns
        -------
        float
            Of the circle of the same area. In nm; in px of the micrograph where its pixel size is not known.
        """
        if self.smallest_diameter_px is None:
            return 0.0
        px = self.smallest_diameter_px * self.input.step(nm_per_px)
        return px if nm_per_px is None else px * nm_per_px

    def smallest_area(self, nm_per_px: float | None) -> float:
        """Return the area of a circle of `smallest_diameter`: in nm2, in px2 where the pixel size is not known."""
        return math.pi / 4 * self.smallest_diameter(nm_per_px) ** 2

    def specks_left_out(self, nm_per_px: float | None) -> str:
        """Say what is left out, such as ``particles under 2.1 nm are left out``; empty where all count."""
        smallest = self.smallest_diameter(nm_per_px)
        if not smallest:
            return ""
        return f"particles under {diameter_text(smallest, nm_per_px)} are left out"

    def doubt(self, nm_per_px: float | None) -> str:
        """Return what `scale_warning` does, under its name of version 0.1.0."""
        warnings.warn("Card.doubt is called scale_warning now", DeprecationWarning, stacklevel=2)
        return self.scale_warning(nm_per_px)

    @property
    def rates(self) -> str:
        """The dilation in a few characters, such as ``2`` or ``1-1-2``."""
        return _rates(self.dilation)

    @property
    def changed(self) -> str:
        """Say how it differs from what was trained, such as ``trained at 1, shown at 2``; empty where it does not."""
        said = []
        trained = self.dilation if self.trained_dilation is None else self.trained_dilation
        if trained != self.dilation:
            said.append(f"trained at {_rates(trained)}, shown at {_rates(self.dilation)}")
        if self.trained_dropped_pools is not None:
            said.append(
                f"trained with {self.trained_dropped_pools} pools dropped, "
                f"shown with {self.options.get('dropped_pools', 0)}"
            )
        if self.input.scale != 1:
            said.append(f"pixels x {self.input.scale:g}")
        return "; ".join(said)

    @property
    def shown(self) -> str:
        """What to call its answers on screen: the label, and how it differs from what was trained."""
        return f"{self.label} ({self.changed})" if self.changed else self.label

    @property
    def distance(self) -> bool:
        """Whether it answers with the distance to the particle's rim too, by which touching particles are parted."""
        return self.options.get("distance") is True

    @property
    def label(self) -> str:
        """What to call the network on screen."""
        return self.title or self.name

    def _repr_html_(self) -> str:
        """Return the card as a table: what a notebook shows of it."""
        scale = "" if self.nm_per_px is None else "{:.3g} to {:.3g} nm/px".format(*self.nm_per_px)
        rows = {
            "name": self.name,
            "architecture": self.architecture,
            "parameters": "" if self.parameters is None else f"{self.parameters:,}",
            "dilation": self.rates if self.kind == "network" else "",
            "changed": self.changed,
            "parts particles by": "distance to the rim, its second output" if self.distance else "",
            "trained on": self.trained_on,
            "pixel sizes": scale,
            "threshold": f"{self.threshold:g}",
            "smallest particle": ""
            if self.smallest_diameter_px is None
            else f"{self.smallest_diameter_px:.3g} px across, as the network sees them",
            **{f"{one.metric}, {one.set}": one.said for one in self.scores if not one.where},
            "licence": self.licence,
            "cite": self.attribution,
        }
        lines = "".join(
            f'<tr><th style="text-align:left">{html.escape(key)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for key, value in rows.items()
            if value
        )
        return f"<table><caption>{html.escape(self.label)}</caption>{lines}</table>"

    def __repr__(self) -> str:
        return f"Card({self.name!r}, {self.architecture})"


def _rates(dilation: int | list[int]) -> str:
    return str(dilation) if isinstance(dilation, int) else "-".join(map(str, dilation))
