"""What the page says of a micrograph that is unlike the training, without a browser."""

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.session import Session
from workbench.app.viewer.panes import Panes
from workbench.app.viewer.viewer import Viewer
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.loading import user_folder
from workbench.networks.registry import build
from workbench.networks.training_range import Quantiles, TrainingRange


@pytest.fixture
def fake():
    return FakeCompute()


@pytest.fixture
def session(fake, tmp_path):
    wide = Quantiles(low=-100.0, middle=0.0, high=100.0)
    known = TrainingRange(
        sets="clean",
        micrographs=20,
        noise=Quantiles(low=0.0, middle=0.1, high=0.5),
        contrast=wide,
        skewness=wide,
    )
    card = Card(name="clean", title="Clean", architecture="unet", training_range=known)
    save_checkpoint(user_folder() / "clean.safetensors", build("unet", base=4, depth=2), card)
    made = Session(data=DataFolder(tmp_path), compute=fake)
    made.selected = ["clean", "otsu"]
    return made


def measure(fake):
    """Let what waits run as it does on a worker: measuring needs no torch."""
    fake.work("segment", "post_process", "find_appearance")


def micrograph(noise):
    rng = np.random.default_rng(0)
    pixels = np.add.outer(np.linspace(0, 1, 96), np.linspace(0, 1, 96)) + noise * rng.normal(size=(96, 96))
    return Micrograph(pixels.astype(np.float32), 0.04, "ramp")


def pane(viewer, key):
    return next(pane for pane in viewer.panes if pane["key"] == key)


def test_the_pane_of_a_network_says_what_is_unlike_its_training_until_it_is_no_longer(session, fake):
    viewer = Viewer()
    panes = Panes(session, viewer)
    session.show(micrograph(noise=2.0))
    measure(fake)
    (found,) = session.domain_warnings["clean"]
    assert found.sentence == f"noise {float(found.sentence.split()[1][:-1]):.2f}, trained on 0.00 to 0.50"
    assert pane(viewer, "clean")["warning"] == "noise"
    assert pane(viewer, "clean")["warnings"].splitlines()[1] == found.sentence
    assert pane(viewer, "otsu").get("warning", "") == ""
    session.show(micrograph(noise=0.01))
    measure(fake)
    assert session.domain_warnings == {}
    assert pane(viewer, "clean")["warning"] == ""
    assert panes is not None


def test_a_wrong_pixel_size_is_said_of_a_network_without_a_range(session, fake):
    session.selected = ["unet"]
    session.show(micrograph(noise=0.01).with_nm_per_px(3.0))
    measure(fake)
    assert session.domain_warnings["unet"][0].what == "pixel size"
    session.set_nm_per_px(0.04)
    measure(fake)
    assert not any(one.what == "pixel size" for one in session.domain_warnings.get("unet", []))
