"""What a run will take, in words."""

from __future__ import annotations

from workbench.training.estimate import Estimate
from workbench.training.recipe import Recipe


def say_estimate(found: Estimate, recipe: Recipe) -> str:
    """Return an estimate in words."""
    learned, held = found.micrographs
    return (
        f"Estimate from one crop tried on {found.device}: {say_seconds(found.seconds)} "
        f"({say_seconds(found.step_s)} a step, {recipe.steps} steps), {found.memory_bytes / 2**30:.1f} GB of memory. "
        f"{found.parameters:,} weights; learns from {learned} micrographs, validated on {held}."
    )


def say_seconds(seconds: float) -> str:
    """Return a duration with the unit that suits it."""
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 100:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
