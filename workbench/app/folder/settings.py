"""What a batch runs, as it is set on the page: the masks are those that the page shows of the same micrographs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.app.core import smallest_area
from workbench.app.core.context import Context
from workbench.app.particles.state import ParticlesState
from workbench.batch.plan import BatchPlan, PlannedNetwork
from workbench.errors import ComputeError
from workbench.networks.card import Card


def plan_of(session: Context, inputs: Sequence[Path], nm_per_px: float | None, **extras: Any) -> BatchPlan:
    """Return the plan that does on other micrographs what the page does on the open one.

    Parameters
    ----------
    session : Context
    inputs : sequence of Path
        Micrographs, or folders of them.
    nm_per_px : float or None
        Pixel size of all, whatever the files say.
    **extras
        What of a plan is not set on the page: frames, figures, rois.

    Raises
    ------
    WorkbenchError
        If no network is shown, or what is set cannot be done on others.
    """
    return BatchPlan.of(
        inputs,
        _networks(session),
        min_area=_min_area(session, nm_per_px),
        fill_holes=session.fill_holes,
        split_touching=session.split_touching,
        nm_per_px=nm_per_px,
        sizes=_sizes(session, inputs) if nm_per_px is None else {},
        keep_marks=session.origin is not None and session.origin.marks_kept,
        **extras,
    )


def _sizes(session: Context, inputs: Sequence[Path]) -> dict[str, float]:
    """Return the pixel sizes that were typed for micrographs among these, or for their folder."""
    whose = {os.path.normpath(one) for one in inputs}
    return {
        path: size
        for path, size in session.pixel_sizes.items()
        if path in whose or str(Path(path).parent) in whose
    }


def _networks(session: Context) -> list[PlannedNetwork]:
    if not session.selected:
        raise ComputeError("No network is shown; show one under Networks first.")
    planned = []
    for name in session.selected:
        version, label = session.version(name).without_width, session.card(name).label
        if version.epoch is not None:
            raise ComputeError(
                f"{label} is at work in a training, so its weights change; wait for its end, or hide it."
            )
        changed = [] if version.dilation is None else [f"dilation {version.dilation}"]
        changed += [] if version.scale == 1 else [f"scale {version.scale:g}"]
        if changed:
            raise ComputeError(
                f"{label} is shown at {' and '.join(changed)}, and a folder is run as its card says; "
                "set it back under Mask, or hide it."
            )
        planned.append(PlannedNetwork(network=name, threshold=session.threshold(name)))
    return planned


def _min_area(session: Context, nm_per_px: float | None) -> float | None:
    """Return the smallest area in nm2, or px2 where a file knows no pixel size."""
    area, unit = session.min_area, session.min_area_unit
    if nm_per_px is not None:
        return smallest_area.as_argument(area, unit, nm_per_px)
    here = smallest_area.unit_of(session.nm_per_px)
    if area and unit and session.micrograph is not None and unit != here:
        raise ComputeError(
            f"The smallest area is set in {smallest_area.SHOWN[unit]} and the open micrograph has "
            f"{smallest_area.SHOWN[here]}; set it in these under Mask, or give one pixel size for all."
        )
    return None if area is None else float(area)


def said_of(plan: BatchPlan, cards: Sequence[Card]) -> str:
    """Return what a plan runs, as a part of a sentence, such as ``FCN8s at p > 0.5, holes filled``."""
    known = {card.name: card for card in cards}
    named = [_network_said(one, known.get(one.network)) for one in plan.networks]
    said = [", ".join(named[:-1]) + " and " + named[-1] if len(named) > 1 else named[0]]
    small = [known[one.network].smallest_diameter_px for one in plan.networks if one.network in known]
    if plan.min_area:
        other = "" if plan.nm_per_px is not None else " (px² where a file has no pixel size)"
        said.append(f"smallest area {plan.min_area:g} nm²{other}")
    elif plan.min_area is None and any(small):
        said.append(f"smallest diameter as on {'its card' if len(named) == 1 else 'their cards'}")
    said += ["holes filled"] if plan.fill_holes else []
    said += ["touching particles parted"] if plan.split_touching else []
    said += ["pixel sizes as typed on this page"] if plan.sizes else []
    said += [f"{plan.nm_per_px:g} nm/px whatever the files say"] if plan.nm_per_px is not None else []
    said += ["burnt-in marks taken for specimen"] if plan.keep_marks else []
    return ", ".join(said)


def _network_said(planned: PlannedNetwork, card: Card | None) -> str:
    label = planned.network if card is None else card.label
    return label if planned.threshold is None else f"{label} at p > {planned.threshold:g}"


def differences(session: Context, nm_per_px: float | None) -> list[str]:
    """Return sentences on what the page does for single micrographs and a batch does not.

    Parameters
    ----------
    session : Context
    nm_per_px : float or None
        As in `plan_of`.
    """
    said = []
    if session.particle_widths and nm_per_px is None:
        said.append("Without a pixel size the width of the particles is found, also where one was typed.")
    particles = session.subject(ParticlesState)
    if any(particles.keywords(name) for name in session.selected):
        said.append("All particles are counted: what is set and done by hand under Particles is not used.")
    return said
