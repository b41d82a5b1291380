"""What a session keeps of the run that is being prepared."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, FiniteFloat

from workbench.app.core.session_file import SessionState, fits


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


class TrainSaved(SessionState):
    """Its field of a saved session."""

    draft: Annotated[dict[str, Any], AfterValidator(fits(Drafted))] = Field(
        default_factory=dict, description="fields of the run that is being prepared"
    )
