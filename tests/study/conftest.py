"""A study of two small networks and three seeds on noisy discs, and a worker in this process."""

import json

import pytest

DOSES = (20.0, 200.0)
"""Of the test micrographs, by turns."""


def write_doses(folder) -> None:
    (folder / "truth").mkdir()
    for number, path in enumerate(sorted((folder / "images").iterdir())):
        truth = {"optics": {"dose_e_per_A2": DOSES[number % 2]}}
        (folder / "truth" / f"{path.stem}.json").write_text(json.dumps(truth))


PLAN = """
name = "tiny"
title = "Two networks on discs"
seeds = [0, 1, 2]
test_sets = ["{folder}/test"]
doses_e_per_A2 = [10, 100, 1000]

[[architectures]]
name = "unet"
options = {{ base = 4, depth = 2 }}

[[architectures]]
name = "residual_unet"
options = {{ blocks = 2, filters = 4 }}

[recipe]
training_sets = ["{folder}/train"]
validation_sets = ["{folder}/validation"]
crop = 64
batch = 2
steps_per_epoch = 3
epochs = 2
learning_rate = 1e-2
precision = "32"
threads = 1
workers = 0
"""


@pytest.fixture
def sets(tmp_path, discs):
    """Sets of discs, and a function that writes a plan: plan(text, replaced=by, ...) returns its path."""
    for name, seed, count in (("train", 0, 6), ("validation", 1, 2), ("test", 2, 4)):
        discs(name, seed, count)
    for name in ("train", "test"):
        write_doses(tmp_path / name)
    return tmp_path


@pytest.fixture
def plan(sets):
    """Write the plan with some of its text replaced: plan(("seeds = [0, 1, 2]", "seeds = [0]")) returns its path."""

    def written(*replaced: tuple[str, str], name: str = "plan.toml"):
        text = PLAN.format(folder=sets)
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        path = sets / name
        path.write_text(text)
        return path

    return written


@pytest.fixture
def without_figures(monkeypatch):
    """Let pages of studies be written without figures, which take longest, where a test is not about them."""
    from workbench.study import page

    for name in ("_figures", "_figure_1"):
        monkeypatch.setattr(page, name, lambda *_: [])


@pytest.fixture(scope="session")
def client():
    """One worker in a thread of this process."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as started,
    ):
        yield started


@pytest.fixture
def drawn(monkeypatch):
    """Return the figures that would be saved, by the names of their files."""
    found = {}

    def keep(figure, path):
        found[path.name] = figure
        return path.with_suffix(".png")

    for module in ("figures", "figure_1"):
        monkeypatch.setattr(f"workbench.study.{module}.save", keep)
    return found
