"""The particles of the network that is tuned as files that other programs open, and as a report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.particles.state import ParticlesState
from workbench.errors import WorkbenchError
from workbench.file_names import safe_name, shortened
from workbench.particles.particle_set import ParticleSet
from workbench.particles.post_processing import MaskSettings
from workbench.segmentation.segmentation import Segmentation

LONGEST_NAME_BYTES = 120
KINDS: dict[str, tuple[str, str, str]] = {
    "CSV": ("csv", "text/csv", "The table, one row a particle, all digits"),
    "Excel": (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "The table, the numbers of the distribution and where all came from, a sheet each",
    ),
    "ImageJ ROI": ("zip", "application/zip", "Outlines for the ROI Manager of ImageJ and Fiji"),
    "labels": ("tif", "image/tiff", "Label image: the numbers of its pixels are those of the table"),
    "COCO": ("json", "application/json", "Data set for other networks to learn from"),
    "figure": ("svg", "image/svg+xml", "The distribution as a figure for a journal, 85 mm wide"),
    "report": ("html", "text/html", "Everything on one page, to be printed or sent"),
    "PDF": ("pdf", "application/pdf", "The report as PDF"),
}
"""What a person may take home: ending, type, and what it is."""


def made(session: Context, kind: str) -> tuple[str, bytes, str]:
    """Write a file of the particles of the network that is tuned.

    Parameters
    ----------
    session : Context
    kind : str
        One of `KINDS`.

    Returns
    -------
    name, content, type : str, bytes, str

    Raises
    ------
    WorkbenchError
        If there is no mask yet, it is not of what is set, or nothing can be written.
    """
    state, results = session.subject(ParticlesState), session.subject(Results)
    with session.lock:
        name, shown = session.current, results.shown(session.current)
        settled = bool(name) and results.settled(name)
        found = state.particles(name) if shown is not None and settled else None
    if shown is None or found is None:
        raise WorkbenchError("The mask is not of what is set yet; wait for it.")
    segmentation, postprocessed = shown
    ending, mime, _about = KINDS[kind]
    stem = shortened(safe_name(segmentation.micrograph.name), LONGEST_NAME_BYTES)
    called = f"{stem}.{safe_name(name)}.particles.{ending}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / called
        _writer(kind)(path, session, segmentation, postprocessed.settings, found)
        return called, path.read_bytes(), mime


def _writer(kind: str) -> Callable[[Path, Context, Segmentation, MaskSettings, ParticleSet], None]:
    return {"report": _write_report, "PDF": _write_report, "figure": _write_figure}.get(
        kind, _write_particles
    )


def provenance(session: Context, segmentation: Segmentation, settings: MaskSettings) -> dict[str, Any]:
    """Return where the particles of the network that is tuned came from; see `provenance_of`."""
    from workbench.particles.provenance import provenance_of

    state = session.subject(ParticlesState)
    return dict(
        provenance_of(
            segmentation,
            settings,
            selection=state.selection,
            corrections=state.corrections_of(session.current),
            nm_per_px_from=_size_from(session),
        )
    )


def _size_from(session: Context) -> str:
    """Say where the pixel size of the open micrograph came from; empty: it is not known, or nobody can say."""
    origin = session.origin
    if origin is None or session.nm_per_px is None:
        return ""
    if origin.scale_bar:
        return f"scale bar, {origin.scale_bar}"
    if origin.nm_per_px is not None:
        return "typed"
    return {"file": "the file", "sample": "the sample"}.get(origin.kind, "")


def _write_particles(
    path: Path, session: Context, segmentation: Segmentation, settings: MaskSettings, found: ParticleSet
) -> None:
    from workbench.particles.files.writing import write_particles

    state = session.subject(ParticlesState)
    sizes = state.distribution if state.of == session.current else None
    write_particles(
        path,
        found.labels,
        segmentation.micrograph,
        found.table,
        provenance=provenance(session, segmentation, settings),
        numbers=None if sizes is None else sizes.to_dict(),
    )


def _write_report(
    path: Path, session: Context, segmentation: Segmentation, settings: MaskSettings, found: ParticleSet
) -> None:
    from workbench.report.reported import ReportedMicrograph
    from workbench.report.writing import write_report

    state = session.subject(ParticlesState)
    came_from = provenance(session, segmentation, settings)
    one = ReportedMicrograph(segmentation.micrograph, found.labels, found.table, came_from, segmentation)
    current = state.of == session.current
    sizes, budget = (state.distribution, state.budget()) if current else (None, None)
    write_report(path, [one], chosen="the one that was open", distribution=sizes, budget=budget)


def _write_figure(
    path: Path, session: Context, _segmentation: Segmentation, _settings: MaskSettings, found: ParticleSet
) -> None:
    from workbench.figures.distribution import figure_distribution
    from workbench.figures.figure import save_figure
    from workbench.particles.distribution import distribution

    state = session.subject(ParticlesState)
    rules = state.selection
    save_figure(
        figure_distribution(distribution(found.table, rules.diameter, state.weighted_by, rules.edge)), path
    )
