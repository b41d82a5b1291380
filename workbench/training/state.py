"""What a resume needs, in one file that is always whole."""

from __future__ import annotations

import io
import pickle
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from workbench.errors import ComputeError
from workbench.networks.checkpoint import write_whole

_BROKEN = (OSError, EOFError, struct.error, pickle.UnpicklingError)
_ANOTHER = (RuntimeError, LookupError, TypeError, ValueError, AttributeError)
"""What loading raises for a file that is no state, or that of another network."""


@dataclass
class Progress:
    """How far a run is. Crops, dropout and learning rate follow from the step, so no random state is kept.

    Parameters
    ----------
    step : int
        Steps done, of the whole run.
    parts : int
        How many parts a batch is taken in.
    best : float
        Highest hard Dice on validation so far.
    reference : float
        The hard Dice that the next rise is measured from, for early stopping.
    waited : int
        Epochs without a rise.
    loss : float
        Sum of the losses of this epoch's steps so far.
    seconds : float
        Time spent on them.
    idle : float
        The part of it in which the device waited for crops.
    unscored : bool
        The last step ended an epoch that was not validated yet.
    """

    step: int = 0
    parts: int = 1
    best: float = -1.0
    reference: float = -1.0
    waited: int = 0
    loss: float = 0.0
    seconds: float = 0.0
    idle: float = 0.0
    unscored: bool = False


def save_state(
    path: Path, progress: Progress, model: Any, optimiser: Any, average: nn.Module | None = None
) -> None:
    """Write the state under a temporary name, to the disk itself, and rename it: the one before stays until then.

    Raises
    ------
    ComputeError
        If it cannot be written, such as on a full disk.
    """
    file = io.BytesIO()
    state = {
        "progress": vars(progress),
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": None if average is None else average.state_dict(),
    }
    torch.save(state, file)
    write_whole(path, file.getvalue())


def load_state(path: Path, model: Any, optimiser: Any, average: nn.Module | None = None) -> Progress:
    """Fill model, optimiser and running mean, and return how far the run was.

    Raises
    ------
    ComputeError
        If the file cannot be read.
    """
    try:
        # Data only: nothing in the file is executed.
        state = torch.load(path, weights_only=True, map_location="cpu")
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        if average is not None:
            average.load_state_dict(state["average"])
        return Progress(**state["progress"])
    except (*_BROKEN, *_ANOTHER) as error:
        raise ComputeError(
            f"{path} cannot be read, so the run cannot go on; delete the folder of the run to start anew."
        ) from error
