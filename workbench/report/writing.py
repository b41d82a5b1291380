"""A report into the file that a name asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.provenance import mark
from workbench.micrographs.writing import refused
from workbench.particles.distribution import distribution as distribution_of
from workbench.particles.distribution_result import Distribution
from workbench.particles.files.belonging import check_belongs
from workbench.particles.provenance import as_json, provenance_of_micrograph
from workbench.report.content import sections_of
from workbench.report.html_page import html_page
from workbench.report.numbers import number_rows
from workbench.report.pdf_pages import write_pdf
from workbench.report.reported import Report, ReportedBudget, ReportedDistribution, ReportedMicrograph
from workbench.report.small import small
from workbench.version import __version__
from workbench.whole_files import written_whole

SUFFIXES = (".html", ".pdf")


def write_report(
    path: Path | str,
    micrographs: Iterable[ReportedMicrograph],
    *,
    sample: str = "",
    microscope: str = "",
    operator: str = "",
    note: str = "",
    chosen: str = "",
    distribution: ReportedDistribution | None = None,
    budget: ReportedBudget | Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
    failed: Sequence[tuple[str, str]] = (),
) -> None:
    """Write what was found in a micrograph or in all micrographs of a sample on one or a few pages.

    Sample and microscope; how the particles were found, by which weights, and whether the micrographs are like the
    training; histogram and numbers; the budget of uncertainty; what was left out and why; what failed; every micrograph
    with its outlines; and the command or the Python that makes it again.

    Parameters
    ----------
    path : Path or str
        Ends in .html (one file, pictures inside, no script) or .pdf.
    micrographs : iterable of ReportedMicrograph
        Each with label image, table and provenance. One at a time is held whole, as of a generator that opens one after
        the other; of the others a page keeps the picture, and a PDF up to 1024 px.
    sample : str
        What the sample is.
    microscope : str
        Which it was; by default what the files of the micrographs say.
    operator : str
        Who took the micrographs.
    note : str
        What else a reader should know; its lines stay lines.
    chosen : str
        How the micrographs were chosen, such as ``all of the folder``.
    distribution : Distribution, optional
        Of `workbench.distribution`; by default that of the particles of all tables that count.
    budget : Budget or mapping, optional
        Of `workbench.uncertainty`; by default what is known without a calibration, a band or a certificate.
    notes : sequence of str
        What else was left out and why.
    failed : sequence of (str, str)
        What failed, and why.

    Raises
    ------
    WorkbenchError
        If there is no micrograph, a table does not belong to its label image, or the name has another ending.
    ComputeError
        If it cannot be written.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> labels = wb.label_image(truth)
    >>> one = wb.ReportedMicrograph(m, labels, wb.measure(labels, m))
    >>> wb.write_report("report.html", [one], sample="Pt on carbon", chosen="the bundled sample")
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise WorkbenchError(
            f"{path.name} ends in none of {', '.join(SUFFIXES)}; choose one of these for the report."
        )
    kept = []
    for one in micrographs:
        check_belongs(one.labels, one.table, one.micrograph)
        known = {**provenance_of_micrograph(one.micrograph), **one.provenance}
        kept.append(small(replace(one, provenance=known), drawn=path.suffix.lower() == ".html"))
    if not kept:
        raise WorkbenchError("A report needs at least one micrograph with its particles.")
    without = ""
    if distribution is None:
        distribution, without = _own_distribution(kept)
    if budget is None and isinstance(distribution, Distribution):
        budget = distribution.budget()
    report = Report(
        kept,
        sample,
        chosen,
        distribution,
        budget,
        notes,
        failed,
        without,
        microscope=microscope,
        operator=operator,
        note=note,
    )
    sections, first = sections_of(report), _first_line(report)
    written = f"Report of {datetime.now():%d %B %Y} by HRTEM Workbench {__version__}"
    told = _known(report)
    try:
        with written_whole(path) as half:
            if path.suffix.lower() == ".pdf":
                write_pdf(half, report, sections, first, written, told)
            else:
                half.write_text(html_page(report, sections, first, written, told), encoding="utf-8")
    except OSError as error:
        raise ComputeError(refused(path, error)) from error


def _own_distribution(micrographs: Sequence[ReportedMicrograph]) -> tuple[Distribution | None, str]:
    """Return the distribution of all particles that count, by the diameter that they were selected by; or why none."""
    rules = [one.provenance.get("selection") for one in micrographs]
    first = rules[0]
    asked = dict(first) if isinstance(first, Mapping) and all(rule == first for rule in rules) else {}
    chosen = {name: asked[name] for name in ("diameter", "edge") if name in asked}
    try:
        return distribution_of([one.table for one in micrographs], **chosen), ""
    except WorkbenchError as error:  # lengths in nm and in px, for one
        return None, str(error)


def _first_line(report: Report) -> str:
    """Return the number that a reader looks for first."""
    numbers = report.numbers
    if numbers.get("median") is not None:
        rows = dict(number_rows(numbers)[0])
        return f"Median diameter {rows['median, D50']}, N = {rows.get('counted, N', '')}"
    counted = sum(one.counted for one in report.micrographs)
    return f"{counted} particle{'' if counted == 1 else 's'}"


def _known(report: Report) -> dict[str, Any]:
    """Return all that the report was made from, as the file carries it."""
    budget = report.budget
    numbers = budget if budget is None or isinstance(budget, Mapping) else budget.to_dict()
    known = {
        "made_by": mark("report"),
        "sample": report.sample,
        "microscope": report.microscope,
        "operator": report.operator,
        "note": report.note,
        "chosen": report.chosen,
        "micrographs": [dict(one.provenance) for one in report.micrographs],
        "numbers": report.numbers,
        "budget": numbers,
        "notes": list(report.notes),
        "failed": [list(one) for one in report.failed],
    }
    found: dict[str, Any] = as_json(known, "the report")
    return found
