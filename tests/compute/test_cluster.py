"""How many GPUs there are, and whose workers have one each."""

import types

import dask
import distributed
import pytest

from workbench.compute import cluster
from workbench.compute.cluster import DEVICE_RESOURCE, gpu_count, offers_devices


@pytest.mark.parametrize(
    ("visible", "count"), [("", 0), ("-1", 0), ("0", 1), ("0,1", 2), ("GPU-3, GPU-4 ,", 2), ("0,-1", 1)]
)
def test_gpus_are_those_that_the_person_lets_us_see(monkeypatch, visible, count):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpu_count() == count


def test_without_a_word_of_the_person_the_driver_says_how_many(monkeypatch, tmp_path):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    gpus = tmp_path / "gpus"
    monkeypatch.setattr(cluster, "Path", lambda _name: gpus)
    assert gpu_count() == 0
    for name in ("0000:01:00.0", "0000:02:00.0"):
        (gpus / name).mkdir(parents=True)
    assert gpu_count() == 2


@pytest.mark.parametrize(
    ("resources", "offered"), [([], False), ([None, {}], False), ([{}, {DEVICE_RESOURCE: 1}], True)]
)
def test_workers_that_were_started_here_offer_a_device_each(resources, offered):
    workers = {str(number): {"resources": one} for number, one in enumerate(resources)}
    client = types.SimpleNamespace(scheduler_info=lambda n_workers: {"workers": workers})
    assert offers_devices(client) is offered


def test_the_folder_and_the_keys_of_a_cluster_go_with_it(monkeypatch, tmp_path):
    forgotten = []
    monkeypatch.setattr(cluster, "forget_keys", forgotten.append)
    (tmp_path / "scratch" / "deep").mkdir(parents=True)
    for _ in range(2):  # the second time there is none
        cluster._clear_up("tls://127.0.0.1:1", str(tmp_path / "scratch"))
    assert forgotten == ["tls://127.0.0.1:1"] * 2
    assert not (tmp_path / "scratch").exists()


def test_dask_takes_no_notes_of_itself_for_a_dashboard_that_there_is_not(monkeypatch):
    noted = {}

    class Started:
        scheduler_address = "tls://127.0.0.1:1"

        def __init__(self, **_):
            for name in ("admin.tick.interval", "worker.profile.enabled"):
                noted[name] = dask.config.get(f"distributed.{name}")

    monkeypatch.setattr(distributed, "LocalCluster", Started)
    monkeypatch.setattr(cluster, "keep_keys", lambda *_: None)
    cluster.local_cluster(1)
    assert noted == {"admin.tick.interval": "1s", "worker.profile.enabled": False}
    assert dask.config.get("distributed.worker.profile.enabled") is not False  # whose Dask it is, keeps it
