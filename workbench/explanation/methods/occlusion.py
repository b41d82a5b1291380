"""Occlusion: how much the answer falls when a patch of the micrograph is made even."""

from __future__ import annotations

import torch

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.batches import in_batches
from workbench.explanation.methods.registry import method
from workbench.micrographs.micrograph import FloatImage


@method("occlusion", "Occlusion", signed=True, additive=False)
def occlusion(
    problem: AttributionInput, watch: Progress, edge_px: int = 24, stride_px: int = 12
) -> FloatImage:
    """Return, for each pixel, the mean of S(x) - S(x without P) over the patches P that hold it.

    A patch has the mean intensity of the micrograph while it is taken out. Patches lie on a grid of the micrograph, not
    of the window, and what reaches beyond the window cannot matter: the map is that of the whole micrograph.

    Parameters
    ----------
    problem, watch
    edge_px, stride_px : int
        Edge of a patch, and from one to the next, in the network's pixels.

    Raises
    ------
    ExplanationError
        If one is below 1, or the patches would leave pixels out.

    References
    ----------
    M. D. Zeiler, R. Fergus, ECCV 2014, doi 10.1007/978-3-319-10590-1_53, section 4.2.
    """
    if edge_px < 1 or stride_px < 1:
        raise ExplanationError(f"A patch and its stride are at least 1 px, not {edge_px} and {stride_px}.")
    if stride_px > edge_px:
        raise ExplanationError(
            f"Patches of {edge_px} px every {stride_px} px leave pixels out; take a stride of at most {edge_px} px."
        )
    rows, columns = (_starts(part, edge_px, stride_px) for part in problem.window)
    patches = [
        (slice(max(0, row), row + edge_px), slice(max(0, column), column + edge_px))
        for row in rows
        for column in columns
    ]
    whole = problem.values(problem.image)[0]
    shape = problem.image.shape[2:]
    total = torch.zeros(shape, dtype=torch.float64)
    times = torch.zeros(shape, dtype=torch.float64)

    def take_out(part: slice) -> None:
        images = problem.image.repeat(part.stop - part.start, 1, 1, 1)
        for image, patch in zip(images, patches[part], strict=True):
            image[0][patch] = problem.mean
        falls = (whole - problem.values(images)).double().cpu()
        for fall, patch in zip(falls, patches[part], strict=True):
            total[patch] += fall
            times[patch] += 1

    in_batches(problem, len(patches), take_out, watch)
    found: FloatImage = (total / times).float().numpy()
    return found


def _starts(part: slice, edge: int, stride: int) -> range:
    """Return where patches begin that touch a part of an axis, counted from its beginning.

    None begins before the micrograph.
    """
    first = max(0, -(-(part.start - edge + 1) // stride) * stride)
    return range(first - part.start, part.stop - part.start, stride)
