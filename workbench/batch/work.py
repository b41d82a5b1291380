"""One micrograph of a batch, in a worker: opened, run, cleaned, measured, and its images written.

What comes back is small: the rows of the tables, which one process alone writes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from workbench.batch.answers import Rows
from workbench.batch.opening import open_planned
from workbench.batch.outlines import keep_outlines, outlines_from_labels
from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source
from workbench.batch.results import OUTLINES, ResultsFolder
from workbench.batch.segmenting import Loaded, answers_of, figure_of, load_networks
from workbench.batch.status import FoundOfNetwork, MicrographStatus
from workbench.compute.worker import device_here
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.domain_check import unlike_training

_LOADING = threading.Lock()


@dataclass(frozen=True, eq=False)
class Work:
    """What a worker has to know of one micrograph.

    Attributes
    ----------
    source : Source
    results : ResultsFolder
        That part of it which knows this micrograph.
    plan : BatchPlan
    hashes : tuple of str
        Of the weights, in the order of the networks: what was loaded from others is not used.
    device : str
        As `Segmenter` takes it.
    threads : int
        That torch may use; 0: as it comes.
    known : bool
        Whether images of it may be there: then they are looked at, and nothing is computed.
    """

    source: Source
    results: ResultsFolder
    plan: BatchPlan
    hashes: tuple[str, ...]
    device: str = "auto"
    threads: int = 0
    known: bool = False


@dataclass(frozen=True, eq=False)
class Worked:
    """What became of one micrograph.

    Attributes
    ----------
    status : MicrographStatus
        ``waits`` where it was looked at, and has to be computed.
    rows : tuple of Rows
        To be added to the tables; of what was there already, none.
    kept : bool
        Whether its images were there already.
    """

    status: MicrographStatus
    rows: tuple[Rows, ...] = ()
    kept: bool = False


def work(job: Work) -> Worked:
    """Do one micrograph; whatever is wrong with it becomes a sentence, and no error.

    Parameters
    ----------
    job : Work
    """
    status = MicrographStatus(
        title=job.results.title(job.source), file=str(job.source.file.absolute()), frame=job.source.frame
    )
    try:
        micrograph = open_planned(job.plan, job.source)
        networks = _ready(job)
        wanted = _wanted(job, networks, micrograph)
        status = status.model_copy(update={"unit": "px" if micrograph.nm_per_px is None else "nm"})
        if job.known:
            return _looked_at(job, status, networks, micrograph, wanted)
        return _computed(job, status, networks, micrograph, wanted)
    except WorkbenchError as error:
        why = " ".join(str(error).split())
    except MemoryError:
        why = f"{status.title} does not fit into the memory; run it with fewer workers."
    except (OSError, RuntimeError, ValueError) as error:
        why = f"{status.title} cannot be segmented ({type(error).__name__}: {' '.join(str(error).split())[:200]})."
    return Worked(status.model_copy(update={"state": "failed", "why": why}))


def thresholds_of(plan: BatchPlan, networks: Sequence[Loaded]) -> list[float]:
    """Return the threshold of each network: as planned, or as on its card."""
    return [
        one.segmenter.network.card.threshold if planned.threshold is None else planned.threshold
        for planned, one in zip(plan.networks, networks, strict=True)
    ]


def _ready(job: Work) -> tuple[Loaded, ...]:
    given = tuple(one.network for one in job.plan.networks)
    with _LOADING:  # two threads of a worker would load them twice
        return _loaded(given, job.hashes, device_here(job.device), job.threads)


@lru_cache(maxsize=2)
def _loaded(
    given: tuple[str, ...],
    hashes: tuple[str, ...],  # noqa: ARG001 - other weights under the same name are another network
    device: str,
    threads: int,
) -> tuple[Loaded, ...]:
    if threads:
        import torch

        torch.set_num_threads(threads)
    return tuple(load_networks(given, device))


def _wanted(job: Work, networks: Sequence[Loaded], micrograph: Micrograph) -> dict[str, dict[str, Any]]:
    thresholds = thresholds_of(job.plan, networks)
    return {
        job.results.network(one.weights): job.results.made_from(
            job.source, micrograph, one.weights, one.sha256, job.plan.settings_of(threshold)
        )
        for one, threshold in zip(networks, thresholds, strict=True)
    }


def _looked_at(
    job: Work,
    status: MicrographStatus,
    networks: Sequence[Loaded],
    micrograph: Micrograph,
    wanted: Mapping[str, Mapping[str, Any]],
) -> Worked:
    there = job.results.images_there(job.source, wanted, figure=job.plan.figures)
    if there is None:
        return Worked(status)
    if job.plan.rois:
        for name, known in there.items():
            if known["particles"]:
                path = job.results.file(job.source, OUTLINES, name)
                labels = job.results.file(job.source, "labels.tif", name)
                outlines_from_labels(path, labels, micrograph, wanted[name])
    found = _found(networks, micrograph, there)
    return Worked(status.model_copy(update={"state": "done", "found": found}), kept=True)


def _computed(
    job: Work,
    status: MicrographStatus,
    networks: Sequence[Loaded],
    micrograph: Micrograph,
    wanted: Mapping[str, Mapping[str, Any]],
) -> Worked:
    answers = answers_of(micrograph, networks, wanted, job.plan.particle_px)
    drawn = figure_of(micrograph, answers, job.results.marked(wanted.values())) if job.plan.figures else None
    kept = [answer for answer, _ in answers]
    job.results.keep_images(job.source, kept, drawn)
    if job.plan.rois:
        for one in kept:
            path = job.results.file(job.source, OUTLINES, one.network)
            keep_outlines(path, one.labels, micrograph, one.made_from)
    found = _found(networks, micrograph, {one.network: one.found for one in kept})
    return Worked(
        status.model_copy(update={"state": "done", "found": found}),
        tuple(one.rows for one in kept),
    )


def _found(
    networks: Sequence[Loaded], micrograph: Micrograph, there: Mapping[str, Mapping[str, Any]]
) -> tuple[FoundOfNetwork, ...]:
    return tuple(
        FoundOfNetwork(
            network=name,
            particles=known["particles"],
            area=known["area"],
            median=known.get("median_diameter"),
            outside=unlike_training(loaded.segmenter.network.card, micrograph),
        )
        for loaded, (name, known) in zip(networks, there.items(), strict=True)
    )
