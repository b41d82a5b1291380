"""How far can a map be trusted? All checks of one map, in one call."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import Progress
from workbench.explanation.attribution_map import AttributionMap
from workbench.explanation.deletion import Steps, curves, evidence
from workbench.explanation.fidelity import infidelity, sensitivity
from workbench.explanation.methods.registry import find_method
from workbench.explanation.pointing import pointing
from workbench.explanation.randomisation import randomised
from workbench.explanation.trust_report import Trust
from workbench.micrographs.micrograph import BoolImage

__all__ = ["Trust", "trust"]


def trust(
    explanation: AttributionMap,
    *,
    truth: BoolImage | None = None,
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
    quick: bool = False,
    seed: int = 0,
) -> Trust:
    """Measure how far a map can be trusted.

    Deletion and insertion curves beside random order and plain intensity, infidelity, max-sensitivity, the
    weight-randomisation check and, where the truth is known, the pointing game.

    A target that was cut into parts is measured on the part that holds most of it, and says so.

    Parameters
    ----------
    explanation : AttributionMap
    truth : (H, W) bool array, optional
        True where there is particle, on the micrograph's grid.
    progress : callable(fraction, text), optional
    stop : callable() -> bool, optional
        Asked between passes of the network.
    quick : bool
        Fewer steps and samples: for a page that shows the figures under every map.
    seed : int
        Of all that is drawn; the same seed gives the same figures.

    Returns
    -------
    Trust

    Raises
    ------
    ExplanationError
        If the explanation has lost its parts, or the truth has another shape than the micrograph.
    Stopped
    """
    began = time.perf_counter()
    if not explanation.parts:
        raise ExplanationError("This map came without its network; explain again to ask how far to trust it.")
    method = find_method(explanation.method)
    watch = Progress(progress, stop, f"{explanation.network.label}, how far to trust {method.title.lower()}")
    watch.tell(0.0)
    pointed = None
    if truth is not None:
        pointed = pointing(
            evidence(explanation.map, method),
            explanation.target,
            truth,
            _seen(explanation),
            explanation.micrograph.nm_per_px,
        )
    sizes = [int(np.count_nonzero(problem.selected)) for problem, _ in explanation.parts]
    problem, found = explanation.parts[int(np.argmax(sizes))]
    steps, squares, noisy, stages = (Steps(6, 1), 6, 1, 1) if quick else (Steps(20, 3), 30, 4, 5)
    options = explanation.options
    both = curves(problem, evidence(found, method), steps, seed, watch.part(0, 4))
    unexplained = infidelity(problem, found, method, squares, seed, watch.part(1, 4))
    change = sensitivity(problem, found, method, options, noisy, seed, watch.part(2, 4))
    cascade = randomised(problem, found, method, options, stages, seed, watch.part(3, 4))
    return Trust(
        method.title,
        both[0] if both else None,
        both[1] if both else None,
        unexplained,
        change,
        cascade,
        pointed,
        empty=not found.any(),
        share_of_target=max(sizes) / sum(sizes),
        seconds=time.perf_counter() - began,
    )


def _seen(explanation: AttributionMap) -> BoolImage:
    """Return where in the micrograph the windows of all parts lie."""
    seen = np.zeros(explanation.micrograph.shape, np.bool_)
    known = explanation.micrograph.nm_per_px
    for problem, _ in explanation.parts:
        step = 1.0 if known is None or problem.nm_per_px is None else problem.nm_per_px / known
        rows, columns = (
            slice(int(span.start * step), int(np.ceil(span.stop * step))) for span in problem.window
        )
        seen[rows, columns] = True
    return seen
