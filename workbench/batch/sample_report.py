"""The report of a batch: all micrographs on a page, with their outlines, and the distribution of all particles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.batch.opening import open_planned
from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source
from workbench.batch.results import ResultsFolder
from workbench.batch.status import REPORT_FILE, MicrographStatus
from workbench.batch.tables import FILES
from workbench.errors import Stopped, WorkbenchError
from workbench.file_names import safe_name
from workbench.micrographs.provenance import read_record
from workbench.particles.files.label_tiff import read_label_tiff
from workbench.report.reported import ReportedMicrograph
from workbench.report.writing import write_report

if TYPE_CHECKING:
    import pandas as pd


def write_reports(
    results: ResultsFolder,
    plan: BatchPlan,
    sources: Sequence[Source],
    networks: Sequence[str],
    micrographs: Sequence[MicrographStatus],
    stop: Callable[[], bool],
) -> list[str]:
    """Write ``report.html`` of the first network, and one of each other, and return what has to be known of it.

    Parameters
    ----------
    results : ResultsFolder
        Whose tables are complete.
    plan : BatchPlan
    sources : sequence of Source
    networks : sequence of str
        As they are called in the tables.
    micrographs : sequence of MicrographStatus
        Of the sources.
    stop : callable() -> bool

    Raises
    ------
    Stopped
        If it was asked to.
    """
    from workbench.batch.summary import read_particles_table

    failed = [(one.title, one.why) for one in micrographs if one.state == "failed"]
    tables = [table for unit in FILES if (table := read_particles_table(results.folder, unit)) is not None]
    rows = {
        key: rows for table in tables for key, rows in table.groupby(["micrograph", "network"], sort=False)
    }
    notes = []
    for place, network in enumerate(networks):
        path = results.folder / (f"report-{safe_name(network)}.html" if place else REPORT_FILE)
        done = [
            (source, one)
            for source, one in zip(sources, micrographs, strict=True)
            if one.state == "done" and any(found.particles for found in one.found if found.network == network)
        ]
        empty = sum(one.state == "done" for one in micrographs) - len(done)
        try:
            write_report(
                path,
                _reported(results, plan, done, network, rows, stop),
                sample=Path(plan.inputs[0]).name if len(plan.inputs) == 1 else "",
                chosen=_chosen(plan, len(micrographs)),
                notes=[f"In {empty} micrograph{'' if empty == 1 else 's'} no particle was found."]
                if empty
                else [],
                failed=failed,
            )
        except Stopped:
            raise
        except WorkbenchError as error:
            path.unlink(missing_ok=True)  # that of earlier would be of something else
            notes.append(f"There is no {path.name}: {error}")
    return notes


def _chosen(plan: BatchPlan, count: int) -> str:
    what = "frames" if plan.frames == "all" else "readable files"
    return f"all {count} {what} of {', '.join(Path(one).name for one in plan.inputs)}"


def _reported(
    results: ResultsFolder,
    plan: BatchPlan,
    done: Sequence[tuple[Source, MicrographStatus]],
    network: str,
    rows: Mapping[Any, pd.DataFrame],
    stop: Callable[[], bool],
) -> Iterator[ReportedMicrograph]:
    """Open one micrograph after the other, with its labels and rows."""
    for source, status in done:
        if stop():
            raise Stopped("The report was stopped; the same command writes it.")
        micrograph = open_planned(plan, source)
        path = results.file(source, "labels.tif", network)
        table = rows[status.title, network].dropna(axis="columns", how="all")
        table.attrs["unit"] = status.unit
        known = {**read_record(path), "command": plan.command(results.folder)}
        yield ReportedMicrograph(micrograph, read_label_tiff(path)[0], table, known)
