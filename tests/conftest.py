"""What all tests share: no test touches the networks, runs or sets of the person who runs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.micrographs.micrograph import Micrograph


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_NETWORKS", str(tmp_path / "networks"))
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("WORKBENCH_SETS", str(tmp_path / "sets"))
    monkeypatch.setenv("WORKBENCH_TURNS", str(tmp_path / "turns"))


@pytest.fixture
def disc() -> tuple[Micrograph, np.ndarray]:
    """A noisy micrograph of one dark disc of radius 30 px at 0.05 nm/px, and its mask."""
    rows, columns = np.mgrid[:160, :200]
    mask = np.hypot(rows - 80, columns - 90) < 30
    noise = np.random.default_rng(0).normal(size=mask.shape)
    return Micrograph((1000 - 300 * mask + 50 * noise).astype(np.float32), 0.05, "disc"), mask


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Real micrographs and published weights that lie beside the project on its developers' machines."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real files are not beside the project")
    return folder
