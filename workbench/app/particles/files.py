"""The particles of the network that is tuned as files that other programs open, and as a report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.app.core.context import Context
from workbench.app.core.results import Results
from workbench.app.particles.report_state import ReportState
from workbench.app.particles.state import ParticlesState
from workbench.errors import WorkbenchError
from workbench.file_names import safe_name, shortened
from workbench.particles.correction import files_of
from workbench.particles.distribution import distribution
from workbench.particles.distribution_result import Distribution
from workbench.particles.particle_set import ParticleSet
from workbench.particles.post_processing import MaskSettings
from workbench.particles.provenance import beside
from workbench.segmentation.segmentation import Segmentation

LONGEST_NAME_BYTES = 120
JSON = "application/json"
SHEET = "Figure 1 and below it the distribution, 180 mm wide,"
KINDS: dict[str, tuple[str, str, str]] = {
    "CSV": (
        "csv",
        "text/csv",
        "The table, one row a particle, all digits; beside it a JSON of where it came from",
    ),
    "Excel": (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "The table, the numbers of the distribution and where all came from, a sheet each",
    ),
    "ImageJ ROI": ("zip", "application/zip", "Outlines for the ROI Manager of ImageJ and Fiji"),
    "labels": ("tif", "image/tiff", "Label image: the numbers of its pixels are those of the table"),
    "COCO": ("json", "application/json", "Data set for other networks to learn from"),
    "figure": ("svg", "image/svg+xml", "The distribution as a figure for a journal, 85 mm wide"),
    "sheet": ("svg", "image/svg+xml", f"{SHEET} as SVG"),
    "sheet PDF": ("pdf", "application/pdf", f"{SHEET} as PDF, its fonts in the file"),
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
    return made_with_its_record(session, kind)[0]


def made_with_its_record(session: Context, kind: str) -> list[tuple[str, bytes, str]]:
    """Write a file as `made` does; a table that cannot hold where it came from is followed by a JSON that says so."""
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
    called = f"{stem}.{safe_name(name)}.{'sheet' if kind.startswith('sheet') else 'particles'}.{ending}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / called
        _writer(kind)(path, session, segmentation, postprocessed.settings, found)
        record = beside(path)
        files = [(called, path.read_bytes(), mime)]
        return [*files, (record.name, record.read_bytes(), JSON)] if record.exists() else files


def _writer(kind: str) -> Callable[[Path, Context, Segmentation, MaskSettings, ParticleSet], None]:
    writers = {"report": _write_report, "PDF": _write_report, "figure": _write_figure}
    return {**writers, "sheet": _write_sheet, "sheet PDF": _write_sheet}.get(kind, _write_particles)


def provenance_on_page(
    session: Context, name: str, segmentation: Segmentation, settings: MaskSettings
) -> dict[str, Any]:
    """Return where the particles of a network came from, as they are counted on the page."""
    from workbench.particles.provenance import provenance_of

    state = session.subject(ParticlesState)
    return dict(
        provenance_of(
            segmentation,
            settings,
            selection=state.selection,
            corrections=state.corrections_of(name),
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
        provenance=provenance_on_page(session, session.current, segmentation, settings),
        numbers=None if sizes is None else sizes.to_dict(),
    )


def _write_report(
    path: Path, session: Context, segmentation: Segmentation, settings: MaskSettings, found: ParticleSet
) -> None:
    from workbench.report.reported import ReportedMicrograph
    from workbench.report.writing import write_report

    state = session.subject(ParticlesState)
    provenance = provenance_on_page(session, session.current, segmentation, settings)
    one = ReportedMicrograph(segmentation.micrograph, found.labels, found.table, provenance, segmentation)
    current = state.of == session.current
    sizes, budget = (state.distribution, state.budget()) if current else (None, None)
    stated = session.subject(ReportState).keywords()
    write_report(path, [one], chosen="the one that was open", distribution=sizes, budget=budget, **stated)


def _write_figure(
    path: Path, session: Context, _segmentation: Segmentation, _settings: MaskSettings, found: ParticleSet
) -> None:
    from workbench.figures.distribution import figure_distribution
    from workbench.figures.figure import save_figure

    save_figure(figure_distribution(_sizes(session, found)), path)


def _write_sheet(
    path: Path, session: Context, segmentation: Segmentation, _settings: MaskSettings, found: ParticleSet
) -> None:
    """Draw the panes of the page, with the particles that are counted, and the distribution below them."""
    from workbench.figures.figure import figure, save_figure

    state, micrograph = session.subject(ParticlesState), segmentation.micrograph
    answers, thresholds, labels, titles = [], [], [], []
    names = []
    for name in session.selected:
        shown = session.subject(Results).shown(name)
        particles = found if name == session.current else state.particles(name)
        if shown is None or particles is None or shown[0].micrograph.sha256 != micrograph.sha256:
            continue
        files = files_of(state.corrections_of(name))
        names.append(name)
        answers.append(shown[0])
        thresholds.append(shown[1].settings.threshold)
        labels.append(particles.labels)
        # no threshold makes the particles of a file
        titles.append(
            f"{shown[0].network.shown}, corrected elsewhere in {Path(files[-1]).name}" if files else None
        )
    made = figure(
        micrograph,
        answers,
        thresholds=thresholds,
        masks=[numbers > 0 for numbers in labels],
        labels=[
            numbers if session.in_colours(name) else None for name, numbers in zip(names, labels, strict=True)
        ],
        colours=[session.colour_of(name) for name in names],
        titles=[None, *titles],
        distribution=_sizes(session, found),
        **session.drawn_as(),
    )
    save_figure(made, path)


def _sizes(session: Context, found: ParticleSet) -> Distribution:
    state = session.subject(ParticlesState)
    rules = state.selection
    return distribution(found.table, rules.diameter, state.weighted_by, rules.edge)
