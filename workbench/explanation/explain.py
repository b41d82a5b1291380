"""From a click to a map: one call for every method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.explanation.explainer import Explainer
from workbench.explanation.explanation import Explanation
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.loading import load_network
from workbench.networks.network import Network


def explain(
    micrograph: Micrograph,
    network: Network | str,
    target: Target | tuple[int, int],
    method: str = "integrated_gradients",
    *,
    device: str = "auto",
    progress: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
    **options: Any,
) -> Explanation:
    """Say what in a micrograph made a network give an answer.

    Computed on the part of the micrograph that the target depends on, which is exact: so the time does not grow with
    the micrograph. For more than one map of a network, `Explainer` keeps it, and the micrograph, ready.

    Parameters
    ----------
    micrograph : Micrograph
    network : Network or str
        As `load_network` gives it, or its name.
    target : Target or (int, int)
        Row and column of a pixel, or one of `Target`'s: ``wb.Target.particle(mask, (y, x))``.
    method : str
        One of `workbench.explanation.methods.method_names`.
    device : str
        ``auto`` takes the fastest there is.
    progress : callable(fraction, text), optional
    stop : callable() -> bool, optional
        Asked before each layer of each pass.
    **options
        Of the method, such as ``steps=50``.

    Returns
    -------
    Explanation

    Raises
    ------
    ExplanationError
        If the target lies outside or has no pixels, the network is a classical method, the micrograph has the same
        intensity everywhere, there is no such method or option, or the target is too large for a method whose parts do
        not add up.
    NetworkError, ComputeError, Stopped

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> wb.explain(m, "mixed_scale", (250, 260), method="gradient")
    Explanation(gradient of pixel at 250, 260, Mixed-scale, 'easy')
    """
    loaded = load_network(network) if isinstance(network, str) else network
    return Explainer(loaded, device).explain(
        micrograph, target, method, progress=progress, stop=stop, **options
    )
