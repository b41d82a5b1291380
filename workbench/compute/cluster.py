"""A scheduler and workers on this machine, bound to 127.0.0.1, for those who have their keys."""

from __future__ import annotations

import logging
import os
import shutil
import weakref
from pathlib import Path
from typing import Any

from workbench.compute.keys import forget_keys, keep_keys, new_keys, scratch_folder

DEVICE_RESOURCE = "WORKBENCH_DEVICE"


def local_cluster(workers: int | None = None, threads: int = 2) -> Any:
    """Start a scheduler and worker processes on 127.0.0.1, quietly, that listen to nobody but this person.

    Parameters
    ----------
    workers : int, optional
        How many; by default one a GPU, and at least one.
    threads : int
        Of each: by default one for the device, and one for masks and measurements.

    Returns
    -------
    distributed.LocalCluster
        Its address is all that another process of this person needs, see `keys_for`.
    """
    import dask
    from distributed import LocalCluster

    # one death of a worker is enough to give up on the job that killed it; a worker near its limit is
    # neither paused nor made to spill, because a job that does not fit should fail and say so; torch keeps
    # all its threads; what Dask notes of itself 50 and 100 times a second for a dashboard, which there is not, takes
    # 5 % of a core while nothing runs
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": 0.95,
        "distributed.nanny.pre-spawn-environ": {},
        "distributed.admin.tick.interval": "1s",
        "distributed.worker.profile.enabled": False,
    }
    # read when a worker is lost, so set for good: a worker that dies is begun anew, but if it was away at the end of
    # this time, on a busy machine or because it died again, Dask would give it up and all work would wait for ever
    dask.config.set({"distributed.deploy.lost-worker-timeout": "365 days"})
    workers = workers or max(1, gpu_count())
    scratch = scratch_folder()
    keys = new_keys()
    with dask.config.set(settings):
        cluster = LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers,
            threads_per_worker=threads,
            resources={DEVICE_RESOURCE: 1},
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            preload=["workbench.compute.worker"],
            silence_logs=logging.CRITICAL,
            security=keys,
            local_directory=scratch,
        )
    address = str(cluster.scheduler_address)
    keep_keys(address, keys, scratch)
    weakref.finalize(cluster, _clear_up, address, scratch)
    return cluster


def _clear_up(address: str, scratch: str) -> None:
    forget_keys(address)
    shutil.rmtree(scratch, ignore_errors=True)


def gpu_count() -> int:
    """Return how many NVIDIA GPUs this process may use, without touching CUDA."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return len([name for name in visible.split(",") if name.strip() not in ("", "-1")])
    folder = Path("/proc/driver/nvidia/gpus")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def offers_devices(client: Any) -> bool:
    """Say whether the workers of a client were started by us, one device each."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return any(DEVICE_RESOURCE in (one.get("resources") or {}) for one in workers)
