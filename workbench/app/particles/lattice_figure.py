"""The lattice of the particle that is chosen as a figure for a journal, with where it came from."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.particles.files import LONGEST_NAME_BYTES, provenance_on_page
from workbench.app.particles.lattice_state import LatticeState
from workbench.app.particles.state import ParticlesState
from workbench.errors import WorkbenchError
from workbench.file_names import safe_name, shortened
from workbench.particles.lattice.one_particle import LatticeOfParticle

MIME = "image/svg+xml"


def lattice_figure(session: Context) -> tuple[str, bytes, str]:
    """Draw the lattice that is shown as SVG, 85 mm wide; its metadata says where it came from.

    Parameters
    ----------
    session : Context

    Returns
    -------
    name, content, type : str, bytes, str

    Raises
    ------
    WorkbenchError
        If none is shown, or it is not of what is set.
    """
    from workbench.figures.lattice import figure_lattice
    from workbench.figures.paper import write
    from workbench.particles.provenance import described

    state, particles = session.subject(LatticeState), session.subject(ParticlesState)
    with session.lock:
        seen, name = state.seen, session.current
        shown = session.subject(Results).shown(name)
        settled = session.subject(Results).settled(name) and not (state.stale or particles.stale)
    if seen is None or shown is None or not settled:
        raise WorkbenchError(
            "The lattice of what is chosen is not there yet; choose a particle, and wait for it."
        )
    segmentation, made = shown
    came_from = provenance_on_page(session, name, segmentation, made.settings)
    stem = shortened(safe_name(segmentation.micrograph.name), LONGEST_NAME_BYTES)
    called = f"{stem}.{safe_name(name)}.particle-{seen.number}.lattice.svg"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / called
        metadata = {"Date": None, "Description": described("figure", _with_lattice(came_from, seen))}
        write(figure_lattice(seen), path, "svg", metadata=metadata)
        return called, path.read_bytes(), MIME


def _with_lattice(came_from: dict[str, Any], seen: LatticeOfParticle) -> dict[str, Any]:
    """Return where particles came from, with which of them this is and the Python that looks at it."""
    lines = [
        came_from["python"],
        "",
        "from workbench.figures.lattice import figure_lattice",
        "from workbench.particles.lattice.one_particle import lattice_of_particle",
        "",
        f"seen = lattice_of_particle(labels, {seen.number}, m, phases={list(seen.phases)!r})",
        "figure = figure_lattice(seen)",
    ]
    return {**came_from, "particle": seen.number, "phases": list(seen.phases), "python": "\n".join(lines)}
