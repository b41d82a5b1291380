"""What all tests share: no test touches the networks, runs or sets of the person who runs it."""

from __future__ import annotations

import gc
import os
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import forked_workers
import numpy as np
import pytest
from xdist.scheduler import LoadFileScheduling

from workbench.compute import Compute
from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # begun in the background of a shell
    signal.signal(signal.SIGINT, signal.default_int_handler)
TOGETHER = "PYTEST_XDIST_WORKER" in os.environ
"""This process runs a part of the tests, beside others."""
if TOGETHER:  # torch reads it once, and nothing above imports torch; what the tests start has one core, too
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if os.environ["PYTEST_XDIST_WORKER"] not in ("gw0", "gw1") and hasattr(os, "nice"):
        os.nice(5)  # the first two are handed the tests in a browser, which take longest one after the other


class ByFile(LoadFileScheduling):
    """Hands out whole files, and all that share one server, worker and page to one process: they begin slowly."""

    ALONE = ("test_lab", "test_viewer_alone")
    """What begins a server of its own, or none."""
    FIRST = ("test_connection", "test_dilation", "test_explain", "test_voila")
    """About half of the rest; in one process all of it would take longer than everything else on two cores."""

    def _split_scope(self, nodeid: str) -> str:
        return self.scope(super()._split_scope(nodeid))

    @classmethod
    def scope(cls, file: str) -> str:
        """Return what a file of tests is handed out with."""
        folder, _, name = file.removesuffix(".py").rpartition("/")
        if folder != "tests/browser" or name in cls.ALONE:
            return file
        return f"{folder}, {'first' if name in cls.FIRST else 'second'} half"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Share the tests out among processes."""
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage in what is read and imported here, now or later: all of it stays."""
    gc.disable()
    collected = yield
    gc.enable()
    gc.freeze()
    return collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a real worker; put long files first where several processes share the files.

    So none is left with a long one at the end.
    """
    for item in items:
        if "compute" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    if not TOGETHER:
        return
    weights: dict[str, float] = {}
    scopes = {item: ByFile.scope(item.nodeid.split("::")[0]) for item in items}
    for item, scope in scopes.items():
        marks = {mark.name for mark in item.iter_markers()}
        weight = 10 if "browser" in marks else 5 if "slow" in marks else 0.01
        weights[scope] = weights.get(scope, 0) + weight
    items.sort(key=lambda item: -weights[scopes[item]])


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_NETWORKS", str(tmp_path / "networks"))
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("WORKBENCH_SETS", str(tmp_path / "sets"))
    monkeypatch.setenv("WORKBENCH_TURNS", str(tmp_path / "turns"))
    monkeypatch.setenv("WORKBENCH_PIXEL_SIZES", str(tmp_path / "own" / "pixel-sizes.json"))
    monkeypatch.setenv("WORKBENCH_THUMBNAILS", str(tmp_path / "thumbnails"))


@pytest.fixture(autouse=True)
def _signals_mean_what_they_meant() -> Iterator[None]:
    """A test leaves the signals of its process, which those after it in the same process share, as they were."""
    before = _signal_handlers()
    yield
    assert _signal_handlers() == before


def _signal_handlers() -> list[Any]:
    found = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]
    # torch listens to SIGCHLD for good from the first loader that has processes on
    torch = "torch.utils.data._utils.signal_handling"
    return [signal.SIG_DFL if getattr(one, "__module__", "") == torch else one for one in found]


@pytest.fixture(autouse=True)
def _forked_processes(request: pytest.FixtureRequest) -> None:
    """Let runs, studies and workers begin in forked processes, but for tests that want `real_processes`."""
    if "real_processes" in request.fixturenames:
        forked_workers.spawn()
    else:
        forked_workers.fork()


@pytest.fixture
def real_processes() -> None:
    """Let runs, studies and workers begin in processes as a person's do."""


@pytest.fixture
def narrow_fcn8s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build FCN8s of few filters, for what does not depend on how many: at full width it takes seconds."""
    monkeypatch.setattr("workbench.networks.fcn8s.WIDTHS", (8, 16, 16, 32, 32))


@pytest.fixture
def disc() -> tuple[Micrograph, np.ndarray]:
    """A noisy micrograph of one dark disc of radius 30 px at 0.05 nm/px, and its mask."""
    rows, columns = np.mgrid[:160, :200]
    mask = np.hypot(rows - 80, columns - 90) < 30
    noise = np.random.default_rng(0).normal(size=mask.shape)
    return Micrograph((1000 - 300 * mask + 50 * noise).astype(np.float32), 0.05, "disc"), mask


def write_discs(folder: Path, seed: int, count: int = 6, edge: int = 96) -> str:
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:edge, :edge]
    for part in ("images", "labels"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        row, column = rng.uniform(30, edge - 30, 2)
        mask = np.hypot(rows - row, columns - column) < 18
        pixels = (100 - 30 * mask + 5 * rng.normal(size=mask.shape)).astype(np.float32)
        write_tiff(folder / "images" / f"m{number}.tif", pixels, 0.05)
        write_tiff(folder / "labels" / f"m{number}.tif", mask, 0.05)
    LabelledDataset.write_description(folder, name=folder.name)
    return str(folder)


@pytest.fixture
def discs(tmp_path):
    """Write a set under a name: discs(name, seed, count=6, edge=96) returns its folder."""
    return lambda name, seed, count=6, edge=96: write_discs(tmp_path / name, seed, count, edge)


@pytest.fixture(scope="session")
def compute() -> Iterator[Compute]:
    """One real worker for all tests of this process; for the states of a page see `app/fake_compute.py`."""
    forked_workers.fork()  # for this the fixture of each test comes too late
    started = Compute()
    with warnings.catch_warnings(action="ignore"):  # other people's, in other processes' start and end
        started.address(timeout=900)
    yield started
    with warnings.catch_warnings(action="ignore"):
        started.close()


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Real micrographs and published weights that lie beside the project on its developers' machines."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real files are not beside the project")
    return folder
