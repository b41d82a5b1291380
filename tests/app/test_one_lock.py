"""What ends in several threads at once neither waits for itself for ever nor leaves behind what is not so."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.export.panel import ExportPanel
from workbench.app.session import Session
from workbench.micrographs.micrograph import Micrograph

A_MOMENT = 0.3
"""In which the other thread would come to where it does harm; where it cannot, nothing is waited for but this."""


@pytest.fixture
def compute():
    return FakeCompute()


@pytest.fixture
def session(compute, tmp_path):
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["unet", "otsu"]
    made.show(Micrograph(np.random.default_rng(0).normal(size=(24, 32)).astype(np.float32), 0.05, "noise"))
    return made


def work():
    """Stands for what a part of the page asks the worker."""


def begin(session, key):
    session.jobs.start(
        key, "it", lambda _value: None, lambda _why: None, lambda **on: session.compute.submit(work, **on)
    )


def explaining(session):
    begin(session, "explain")
    return session.explain.stop


def featuring(session):
    begin(session, "features")
    session.features._running = ("maps",)
    return session.features.stop


@pytest.mark.parametrize("part", [explaining, featuring])
def test_a_part_that_is_stopped_while_a_network_answers_does_not_block_the_page(session, compute, part):
    compute.work()
    session.set_threshold("unet", 0.9)
    session.explain.active = session.features.active = True
    session.explain.kind, session.explain.at = "pixel", [1, 1]
    stop = part(session)
    showing, stopping = threading.Event(), threading.Event()

    def shown(_change):
        showing.set()
        stopping.wait(A_MOMENT)  # while its mask is being shown, the part is stopped

    def told(change):
        if change["new"] == "idle":
            stopping.set()
            showing.wait(A_MOMENT)

    session.unobserve_all("postprocessed")
    session.observe(shown, names="postprocessed")
    session.observe(session.explain._follow, names="postprocessed")
    session.observe(session.features._follow, names="postprocessed")
    session.explain.targets = {"gone": object()}  # so that there is something to follow
    session.observe(told, names="status")
    tune = compute.waiting("post_process", "")[0]
    threads = [threading.Thread(target=tune.run, daemon=True), threading.Thread(target=stop, daemon=True)]
    threads[0].start()
    assert showing.wait(60)
    threads[1].start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert not session.busy


def test_an_export_waits_for_an_answer_that_is_just_being_taken(session, compute):
    class Browser:
        taken = {}

        def download(self, name, content, _mime):
            self.taken[name] = content

    panel = ExportPanel(session, Browser())
    panel.controls["table"].click()
    jobs = {job.network: job for job in compute.waiting("segment")}
    with session.lock:  # as the thread that shows another answer
        thread = threading.Thread(target=jobs["otsu"].run, daemon=True)
        thread.start()
        thread.join(A_MOMENT)
        jobs["unet"].run()
        compute.waiting("post_process")[0].run()
        assert panel._held
    thread.join(60)
    compute.work()
    for one in threading.enumerate():
        if one.name == "export":
            one.join()
    assert "noise.particles.csv" in panel.browser.taken
    assert session.message == ""
