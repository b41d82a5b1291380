"""The report of a batch: every micrograph, all particles, what failed; one page a network."""

import gc
import weakref

import pytest
from batches import folder_of

import workbench as wb
from workbench.batch import loop, run, sample_report
from workbench.batch.plan import BatchPlan
from workbench.errors import WorkbenchError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("by_threads"), pytest.mark.filterwarnings("ignore")]


def test_each_network_has_its_page_with_all_micrographs_and_what_failed(tmp_path):
    inside, out = folder_of(tmp_path / "film 3", 2), tmp_path / "out"
    (inside / "broken.tif").write_bytes(b"II*\0broken")
    wb.batch(inside, ["otsu", "bandpass"], out)
    page = (out / "report.html").read_text()
    assert "<h1>film 3" in page
    assert "all 3 readable files of film 3" in page
    assert page.count("<figure>") == 2
    assert "N = 6" in page
    assert "broken.tif holds no image" in page
    assert "workbench batch" in page
    assert "bandpass" in (out / "report-bandpass.html").read_text()


def test_no_more_than_one_micrograph_is_held(tmp_path, monkeypatch):
    inside, out = folder_of(tmp_path / "in", 3), tmp_path / "out"
    real, before, held = sample_report.open_planned, [], []

    def opened(*given):
        gc.collect()
        held.append(
            sum(one() is not None for one in before[:-1])
        )  # the last one is still in the hand of the loop
        micrograph = real(*given)
        before.append(weakref.ref(micrograph.pixels))
        return micrograph

    monkeypatch.setattr(sample_report, "open_planned", opened)
    wb.batch(inside, "otsu", out)
    assert held == [0, 0, 0]
    gc.collect()
    assert [one() for one in before] == [None] * 3
    assert (out / "report.html").read_text().count("<figure>") == 3


def test_it_stops_when_asked_and_is_written_the_next_time(tmp_path, monkeypatch):
    inside, out = folder_of(tmp_path / "in", 2), tmp_path / "out"
    monkeypatch.setattr(loop.Batch, "_stopped", lambda self: self._status.step == "report")
    assert wb.batch(inside, "otsu", out).phase == "open"
    assert not (out / "report.html").exists()
    monkeypatch.undo()


def test_without_a_report_a_sentence_says_why(tmp_path, monkeypatch):
    def refused(_path, micrographs, **_told):
        raise WorkbenchError("no page today.")

    monkeypatch.setattr(sample_report, "write_report", refused)
    said = []
    inside = folder_of(tmp_path / "in", 1)
    run.run_batch(BatchPlan.of([inside], ["otsu"]), tmp_path / "out", say=said.append)
    assert said[-1] == "There is no report.html: no page today."
