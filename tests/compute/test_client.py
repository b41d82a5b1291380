"""The page's work runs on a worker: with progress, stop, errors as sentences, and a killed process survived."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from distributed import Client, LocalCluster
from distributed.security import Security

from workbench.compute import Compute, keys
from workbench.errors import WorkbenchError
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.registry import build
from workbench.segmentation.segmenting import segment
from workbench.study.schedule import workers_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start


def listening() -> set[tuple[str, int]]:
    """Where this process and those that it began listen."""
    found = set()
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # one of another test that has ended meanwhile
            held = process.net_connections("tcp")
            found |= {(one.laddr.ip, one.laddr.port) for one in held if one.status == psutil.CONN_LISTEN}
    return found


@pytest.fixture(scope="module", autouse=True)
def _nothing_left_to_close() -> Iterator[None]:
    """Let go here, in silence, of sockets to workers and schedulers that were killed: else a later test is blamed."""
    yield
    with warnings.catch_warnings(action="ignore"):
        gc.collect()


@pytest.fixture(scope="module")
def before() -> set[tuple[str, int]]:
    """Where other tests of this process listen: their servers and browsers."""
    return listening()


@pytest.fixture(scope="module")
def compute(before):
    """A worker of its own: some of these tests kill it."""
    with Compute() as started:
        started.address(timeout=900)
        yield started


class Heard:
    def __init__(self):
        self.ended = threading.Event()
        self.progress, self.done, self.error, self.stopped = [], None, None, False

    def callbacks(self):
        def done(value):
            self.done = value
            self.ended.set()

        def error(sentence):
            self.error = sentence
            self.ended.set()

        def stopped():
            self.stopped = True
            self.ended.set()

        return {
            "on_progress": lambda fraction, text: self.progress.append((fraction, text)),
            "on_done": done,
            "on_error": error,
            "on_stopped": stopped,
        }

    def wait(self):
        assert self.ended.wait(90)
        return self


def slowly(seconds, *, progress, stop):
    for step in range(int(seconds * 20)):
        progress(step / (seconds * 20), f"step {step}")
        if stop():
            from workbench.errors import Stopped

            raise Stopped("stopped")
        time.sleep(0.05)
    return os.getpid()


def fail(*, progress, stop):
    raise WorkbenchError("The sample is missing; choose another.")


def die(*, progress, stop):
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_worker_answers_as_this_process_would(compute, disc, tmp_path):
    torch.manual_seed(0)
    module = build("unet", base=4, depth=2)
    path = tmp_path / "net.safetensors"
    save_checkpoint(path, module, Card(name="net", architecture="unet"))
    from workbench.networks.loading import load_network

    here = segment(disc[0], load_network(path), "cpu")
    heard = Heard()
    compute.segment(disc[0], path, device="cpu", **heard.callbacks())
    answer = heard.wait().done
    assert heard.error is None
    assert np.allclose(answer.probability, here.probability, atol=1e-6)
    assert answer.micrograph is disc[0]
    assert heard.progress


def test_stop_ends_a_job_soon(compute):
    heard = Heard()
    job = compute.submit(slowly, 60, **heard.callbacks())
    while not heard.progress:
        time.sleep(0.05)
    began = time.monotonic()
    job.stop()
    heard.wait()
    assert heard.stopped
    assert heard.done is None
    assert time.monotonic() - began < 30  # of the 60 s that it would take


def test_an_error_is_a_sentence(compute):
    heard = Heard()
    compute.submit(fail, **heard.callbacks())
    assert heard.wait().error == "The sample is missing; choose another."


def test_a_killed_worker_is_told_and_the_next_job_runs(compute):
    heard = Heard()
    compute.submit(die, **heard.callbacks())
    assert heard.wait().error
    assert "\n" not in heard.error
    again = Heard()
    compute.submit(slowly, 0.2, **again.callbacks())
    assert again.wait().error is None
    assert again.done != os.getpid()


def test_a_worker_that_dies_again_while_it_is_begun_anew_is_not_given_up(compute):
    """Dask gives a worker up that is away 15 s after it was lost, even if it was back in between."""
    first = Heard()
    compute.submit(slowly, 0, **first.callbacks())
    os.kill(first.wait().done, signal.SIGKILL)
    lost = time.monotonic()
    second = Heard()
    compute.submit(slowly, 0, **second.callbacks())
    worker = second.wait().done
    time.sleep(max(0.0, lost + 14.5 - time.monotonic()))
    os.kill(worker, signal.SIGKILL)
    time.sleep(2)
    third = Heard()
    compute.submit(slowly, 0.2, **third.callbacks())
    assert third.wait().error is None
    assert third.done not in (first.done, second.done, None)


HANDS_OVER = """
import sys, time
from tests.compute.test_client import slowly
from workbench.compute import Compute
compute = Compute(sys.argv[1])
job = compute.submit(slowly, 600, needs_device=True)
while job.state == "queued":
    time.sleep(0.02)
print("running", flush=True)
time.sleep(600)
"""


def test_a_job_ends_with_the_page_that_asked_for_it(compute):
    """A page that is closed has its kernel killed: nobody is left who could ask for a stop."""
    page = subprocess.Popen(
        [sys.executable, "-c", HANDS_OVER, compute.address()],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    try:
        assert page.stdout.readline() == "running\n"
        waiting = Heard()
        compute.submit(slowly, 0, needs_device=True, **waiting.callbacks())
        assert not waiting.ended.wait(2)  # one job at a time on a device
    finally:
        page.kill()
        page.communicate()
    assert waiting.ended.wait(150)
    assert waiting.error is None


def test_nobody_without_its_keys_hands_work_to_a_scheduler_that_was_started_here(compute, before):
    """A port of 127.0.0.1 is open to every person on the machine, and who hands work to Dask runs code."""
    address = compute.address()
    assert address.startswith("tls://127.0.0.1:")
    for url, security in ((address.replace("tls://", "tcp://"), None), (address, Security.temporary())):
        with pytest.raises((OSError, TimeoutError)):
            Client(url, security=security, timeout=3, set_as_default=False)
    ports = listening() - before
    assert ("127.0.0.1", int(address.rpartition(":")[2])) in ports
    for host, port in ports:
        assert host == "127.0.0.1"
        with socket.create_connection((host, port), timeout=20) as plain:
            plain.settimeout(20)
            plain.sendall(b"GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            try:
                answer = plain.recv(64)
            except ConnectionError:
                answer = b""
        assert not answer.startswith(b"HTTP/1.1 2")


def test_a_scheduler_of_a_persons_own_is_reached_with_their_own_configuration(tmp_path, monkeypatch):
    mine = tmp_path / "keys.json"
    keys.write_keys(mine, "tls://127.0.0.1:8786", Security.temporary())
    monkeypatch.setenv(keys.KEYS_VARIABLE, str(mine))
    assert keys.keys_for("tls://127.0.0.1:8786") is not None
    for address in ("tcp://192.168.0.7:8786", "tls://192.168.0.7:8786", "tcp://127.0.0.1:8786"):
        assert keys.keys_for(address) is None
    with LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address=None) as own:
        with Compute(own.scheduler_address) as there:
            assert there.address() == own.scheduler_address
        with workers_elsewhere(own) as (_client, count):
            assert count > 0


@contextmanager
def workers_elsewhere(cluster):
    cluster.scale(1)
    cluster.wait_for_workers(1)
    with workers_for(cluster.scheduler_address, 1) as found:
        yield found
