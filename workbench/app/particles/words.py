"""What the page says of a count of particles."""

from __future__ import annotations

import html

from workbench.app.particles.count import Count
from workbench.particles.particle_set import ParticleSet

REASONS = {
    "edge": "at the edge",
    "size": "by size",
    "confidence": "by confidence",
    "circularity": "by circularity",
    "hand": "by hand",
}
"""Why a particle does not count, in words."""
AT_EDGE = (
    "The edge cuts this particle, so it does not count; "
    "under Particles those at the edge can be counted as they are."
)
MISSED = {
    "out": "There is no particle at this place.",
    "in": "There is no particle at this place.",
    "cut": "This line parts no particle: draw it from outside across the particle to outside.",
    "join": "This line meets fewer than two particles: draw it from one into the other.",
    "draw": "All that was drawn around is particle already.",
    "replace": "The file has another size than this micrograph.",
}
"""What is said where a correction meets no particle."""


def left_out_text(count: Count) -> str:
    """Say how many do not count and why, such as ``left out: 11 at the edge, 2 by hand``; empty: all count."""
    said = [f"{number} {REASONS.get(reason, reason)}" for reason, number in count.left_out.items()]
    return f"left out: {', '.join(said)}" if said else ""


def length_text(value: float, unit: str) -> str:
    """Return a length with three digits, or whole px from 100 on, such as ``4.12 nm``."""
    if unit == "nm" and value >= 1000:
        value, unit = value / 1000, "µm"
    digits = max(0, 2 - int(f"{value:e}".partition("e")[2])) if value > 0 else 2
    return f"{value:.{min(digits, 3)}f} {unit}"


def summary_text(count: Count | None) -> str:
    """Return what stands beside the panel's title, where there is little room, such as ``187 of 203``."""
    if count is None:
        return ""
    return f"{count.counted} of {count.total}" if count.total else "no particle"


def fringes_text(found: ParticleSet) -> str:
    """Say in how many of the particles that count lattice fringes are sure: ``61 of 187``; empty: nobody looked."""
    counted = found.counted
    name = f"d1_{counted.attrs.get('unit', 'px')}"
    return f"{int(counted[name].notna().sum())} of {len(counted)}" if name in counted and len(counted) else ""


def rows_html(rows: list[tuple[str, str, str]]) -> str:
    """Return a list of terms, values and what each means, as HTML."""
    lines = [
        f'<div title="{html.escape(about)}"><dt>{html.escape(term)}</dt><dd>{html.escape(value)}</dd></div>'
        for term, value, about in rows
    ]
    return f'<dl class="hw-facts">{"".join(lines)}</dl>' if lines else ""
