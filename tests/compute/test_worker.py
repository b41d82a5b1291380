"""The worker's memory bounds what it keeps, not what a job may need."""

import types

import distributed
import numpy as np
import pytest
from zict import LRU

from workbench.compute import worker
from workbench.compute.connection import Link
from workbench.compute.job import Callbacks, Job
from workbench.compute.job_runner import JobRunner
from workbench.compute.packing import keys_in, pack, unpack
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.registry import build
from workbench.particles.post_processing import MaskSettings, post_process
from workbench.segmentation.segmentation import Segmentation

EDGE = 256
BYTES = 4 * EDGE**2


class Here:
    """A stand-in for a Dask client whose worker is this process."""

    status = "running"

    def __init__(self):
        self.sent = []
        self.tasks = 0

    def scatter(self, array, hash):
        self.sent.append(array.nbytes)
        return array

    def scheduler_info(self, n_workers):
        return {"workers": {}}

    def submit(self, function, task, *arrays, **_options):
        self.tasks += 1
        value = function(task, *arrays)
        done = types.SimpleNamespace(result=lambda: value)
        done.add_done_callback = lambda call: call(done)
        return done


@pytest.fixture
def here(monkeypatch):
    """A link to a stand-in, whose worker keeps one and a half arrays of EDGE x EDGE."""
    state = types.SimpleNamespace(tasks={"own": types.SimpleNamespace(state="executing")})
    this = types.SimpleNamespace(get_current_task=lambda: "own", state=state, log_event=lambda *_: None)
    monkeypatch.setattr(distributed, "get_worker", lambda: this)
    monkeypatch.setattr(worker, "ARRAYS", LRU(BYTES * 3 // 2, {}, weight=worker.ARRAYS.weight))
    client, link = Here(), Link()
    monkeypatch.setattr(
        link,
        "connection",
        lambda: types.SimpleNamespace(add_done_callback=lambda call: call(None), result=lambda: client),
    )
    return client, link


def run(link, function, *arguments):
    """Follow one job to its end and return what it gave, or the sentence with which it failed."""
    said = []
    job = Job("Measuring")
    calls = Callbacks(None, said.append, said.append, None)
    JobRunner(link, job, function, lambda: arguments, lambda value: value, calls).follow()
    assert job.ended.is_set()
    return said[0]


def segmentation(edge=EDGE, *, distance=False):
    rng = np.random.default_rng(0)
    micrograph = Micrograph(rng.normal(size=(edge, edge)).astype(np.float32), 0.1, "m")
    probability = np.zeros((edge, edge), np.float32)
    probability[20:40, 30:60] = 0.9
    away = 0.5 * probability if distance else None
    return Segmentation(probability, Card(name="net", architecture="unet"), micrograph, distance=away)


@pytest.mark.parametrize("edge", [EDGE, 2 * EDGE], ids=["together", "each"])
def test_arrays_larger_than_what_is_kept_are_worked_on(here, edge):
    client, link = here
    found = segmentation(edge)
    for _ in range(3):
        postprocessed = run(link, post_process, found, MaskSettings(0.5))
        assert postprocessed.mask.sum() == 600
        assert len(postprocessed.particles) == 1
    assert worker.ARRAYS.total_weight <= worker.ARRAYS.n
    assert client.tasks <= 1 + 3 + 3


def test_what_is_kept_counts_though_what_is_sent_pushes_it_out(here):
    client, link = here
    found = segmentation()
    link.sent.add(link.key(found.probability))
    worker.ARRAYS[link.key(found.probability)] = found.probability
    assert run(link, post_process, found, MaskSettings(0.5)).mask.sum() == 600
    assert (client.tasks, client.sent) == (1, [BYTES])


def test_what_fits_is_sent_once(here):
    client, link = here
    worker.ARRAYS.n = 4 * BYTES
    found = segmentation()
    for threshold in (0.3, 0.5, 0.7):
        assert run(link, post_process, found, MaskSettings(threshold)).mask.sum() == 600
    assert client.sent == [BYTES, BYTES]
    assert client.tasks == 3


def test_a_distance_travels_once_and_is_there_on_the_other_side(here):
    _client, link = here
    found = segmentation(64, distance=True)
    arrays = {}
    packed = pack(found, link.key, arrays)
    assert len(arrays) == len(keys_in(packed)) == 3
    back = unpack(packed, arrays.__getitem__)
    assert np.array_equal(back.distance, found.distance)
    assert np.array_equal(back.probability, found.probability)
    assert unpack(pack(segmentation(64), link.key, arrays), arrays.__getitem__).distance is None


def test_a_network_of_two_outputs_answers_with_both_and_keeps_both(tmp_path, monkeypatch):
    module = build("unet", base=2, depth=1, distance=True).eval()
    save_checkpoint(tmp_path / "two.safetensors", module, Card(name="two", architecture="unet"))
    for name in ("ARRAYS", "RESULTS", "SEGMENTERS", "NETWORKS"):
        monkeypatch.setattr(worker, name, {})
    asked = (segmentation(64).micrograph, str(tmp_path / "two.safetensors"), "cpu")
    first = worker.segment(*asked, progress=lambda *_: None, stop=lambda: False)
    assert first.distance.shape == first.probability.shape
    assert set(worker.ARRAYS) == set(first.arrays)
    assert len(first.arrays) == 2
    assert worker.segment(*asked, progress=lambda *_: None, stop=lambda: False) is first
