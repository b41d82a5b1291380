"""One pass over micrographs: copies are searched once, what cannot be read is said, stop ends it."""

import threading
from pathlib import Path

import numpy as np
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.session_file import Origin
from workbench.app.label.region_search import RegionSearch, SearchOptions, SearchOutcome
from workbench.compute.features import Which
from workbench.errors import MicrographError
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.active_learning import UncertainRegion

OPTIONS = SearchOptions(((Which("otsu", None, 1.0), 0.5),), ("Otsu",), 5.0, 16, 4)
REGION = UncertainRegion(0, 0, 16, 16, (0.5,), 0.0, 0.5)


def micrograph(value):
    return Micrograph(np.full((32, 32), value, np.float32), None, name=f"{value}")


def read(path: Path):
    if path.name == "broken":
        raise MicrographError("broken cannot be read.")
    return micrograph(float(path.name))


def files(*names):
    return [(Origin(kind="file", path=name), None) for name in names]


def run(search, *names):
    """Run a search whose jobs are each answered with one region; return its outcome and what was taken."""
    taken, outcomes = [], []
    work = threading.Thread(
        target=lambda: outcomes.append(
            search.run(
                files(*names), len(names), lambda *_progress: None, lambda _of, found: taken.extend(found)
            )
        ),
        daemon=True,
    )
    work.start()
    while work.is_alive():
        for job in search._compute.waiting("find_regions"):
            job.answer([(REGION, b"")])
        work.join(0.01)
    return outcomes[0], taken


def test_each_micrograph_is_searched_once_and_its_copies_are_not_counted():
    outcome, taken = run(RegionSearch(FakeCompute(), OPTIONS, read, lambda _one: None), "1", "2", "1")
    assert (outcome.searched, outcome.total) == (2, 2)
    assert [suggestion.name for suggestion in taken] == ["1.0", "2.0"]
    assert outcome.status(stopped=False, found=True) == "looked through 2 of 2 micrographs"


def test_what_cannot_be_read_is_said_and_the_others_are_searched():
    outcome, taken = run(RegionSearch(FakeCompute(), OPTIONS, read, lambda _one: None), "broken", "2")
    assert (outcome.searched, len(taken), outcome.warning) == (1, 1, "broken cannot be read.")


def test_a_search_that_is_stopped_stops_its_job_and_asks_for_no_other():
    compute = FakeCompute()
    search = RegionSearch(compute, OPTIONS, read, lambda _one: None)
    outcomes = []
    work = threading.Thread(
        target=lambda: outcomes.append(
            search.run(files("1", "2"), 2, lambda *_progress: None, lambda *_taken: None)
        )
    )
    work.start()
    wait_for(lambda: compute.waiting("find_regions"))
    search.stop()
    work.join()
    assert len(compute.all("find_regions")) == 1
    assert outcomes[0].status(stopped=True, found=False) == "stopped; looked through 0 of 2 micrographs"


def test_one_micrograph_without_doubt_is_said_by_its_name():
    outcome = SearchOutcome(total=1, searched=1, name="a.dm3")
    assert (
        outcome.status(stopped=False, found=False)
        == "looked through a.dm3: no doubt outside what is labelled"
    )
