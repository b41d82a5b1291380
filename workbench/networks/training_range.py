"""What the micrographs looked like that a network was trained on, as its card says it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Quantiles(BaseModel):
    """Where nearly all values lie: 98 % of them between low and high, half of them below the middle."""

    model_config = ConfigDict(extra="forbid")

    low: float
    middle: float
    high: float


class TrainingRange(BaseModel):
    """Noise, contrast and skewness of the training set, as `workbench.micrographs.appearance` defines them."""

    model_config = ConfigDict(extra="forbid")

    sets: str = Field(description="names of the labelled sets")
    micrographs: int = Field(ge=1, description="how many were measured")
    noise: Quantiles
    contrast: Quantiles
    skewness: Quantiles
