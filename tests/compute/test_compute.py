"""The page's work runs on a worker: with progress, stop, errors as sentences, and a killed process survived."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from workbench.compute import Compute
from workbench.errors import WorkbenchError
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.registry import build
from workbench.segmentation.segmenter import segment

pytestmark = pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start


@pytest.fixture(scope="module")
def compute():
    with Compute() as started:
        started.address()
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
    from workbench.networks.network import load_network

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
    assert time.monotonic() - began < 5


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
from tests.compute.test_compute import slowly
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
    assert waiting.ended.wait(20)
    assert waiting.error is None
