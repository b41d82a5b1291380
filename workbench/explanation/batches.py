"""A method that asks many images asks them in batches, which grow smaller where memory is short."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch

from workbench.errors import ComputeError
from workbench.explanation.attribution_input import AttributionInput, Progress

LOG = logging.getLogger(__name__)


def in_batches(problem: AttributionInput, count: int, work: Callable[[slice], None], watch: Progress) -> None:
    """Call ``work(part)`` for parts of ``range(count)`` that fit into memory, and tell how far it is.

    A batch that does not fit is tried again at half its size, and so are all that follow; the watch says so. What has
    been done is kept, so ``work`` must add to a result only once its part is computed.

    Parameters
    ----------
    problem : AttributionInput
        Says how many images to begin with.
    count : int
    work : callable(slice)
    watch : Progress

    Raises
    ------
    ComputeError
        If a single image does not fit.
    Stopped
        If the watch was told to stop.
    """
    size, done = problem.most_at_once, 0
    while done < count:
        part = slice(done, min(done + size, count))
        try:
            work(part)
        except (MemoryError, RuntimeError) as error:
            if not no_memory(error):
                raise
            tried = part.stop - part.start
            if tried == 1:
                raise too_large(problem.image.device, watch) from error
            size = tried // 2
        else:
            done = part.stop
            watch.tell(done / count)
            continue
        # outside the handler, whose error would keep the tensors of the batch that did not fit
        if problem.image.device.type == "cuda":
            torch.cuda.empty_cache()
        watch.note(f"memory is short: {size} image{'s' if size > 1 else ''} at a time")
        LOG.warning("%s: %s", watch.text, watch.notes[-1])


def no_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out."""
    # on a CPU torch raises a plain RuntimeError, which only its text tells from others
    told = str(error).lower()
    return (
        isinstance(error, MemoryError | torch.OutOfMemoryError)
        or "can't allocate memory" in told
        or "not enough memory" in told
        or "out of memory" in told
    )


def too_large(device: torch.device, watch: Progress) -> ComputeError:
    """Return the error of a single image that does not fit."""
    return ComputeError(
        f"{watch.text} does not fit into the memory of {device}; choose a smaller target, or close other programs."
    )
