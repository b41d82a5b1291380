"""One micrograph in a worker: its images and rows, or a sentence."""

from dataclasses import replace

import numpy as np
import pytest
from batches import draw

import workbench as wb
from workbench.batch import work as module
from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source
from workbench.batch.results import ResultsFolder
from workbench.batch.weights import Weights
from workbench.batch.work import Work, thresholds_of, work


@pytest.fixture
def job(tmp_path):
    """Return a function that makes the work of a file."""

    def make(path, known=False, **settings):
        plan = BatchPlan.of([path], ["otsu"], **settings)
        results = ResultsFolder(tmp_path / "out")
        results.choose_names([Source(path)], [Weights.of("otsu")])
        return Work(Source(path), results.part(Source(path)), plan, ("",), "cpu", 0, known)

    return make


def test_its_images_are_written_and_its_rows_come_back(tmp_path, job):
    done = work(job(draw(tmp_path / "m.tif", 0), figures=True, rois=True))
    assert done.status.state == "done"
    assert (done.status.unit, done.status.found[0].particles) == ("nm", 3)
    assert len(done.rows[0].particles) == 3
    assert done.status.found[0].median == done.rows[0].particles.diameter_nm.median()
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")) == [
        "m.figure.png",
        "m.otsu.labels.tif",
        "m.otsu.mask.tif",
        "m.otsu.probability.tif",
        "m.otsu.rois.zip",
    ]
    assert not (tmp_path / "out" / "particles.csv").exists()  # whoever holds the tables writes it
    mask = wb.open_micrograph(tmp_path / "m.tif")
    assert np.array_equal(wb.segment(mask, "otsu").mask(), _mask(tmp_path / "out" / "m.otsu.mask.tif"))


def _mask(path):
    import tifffile

    return tifffile.imread(path) > 0


def test_what_is_there_is_looked_at_and_not_computed(tmp_path, job, monkeypatch):
    path = draw(tmp_path / "m.tif", 0)
    first = work(job(path))
    monkeypatch.setattr(module, "answers_of", None)
    again = work(job(path, known=True))
    assert again.kept
    assert again.rows == ()
    assert again.status == first.status


def test_outlines_that_are_missing_come_from_the_label_image(tmp_path, job):
    path = draw(tmp_path / "m.tif", 0)
    work(job(path))
    assert work(job(path, known=True, rois=True)).kept
    assert (tmp_path / "out" / "m.otsu.rois.zip").exists()


def test_other_weights_under_the_same_name_are_loaded_again(tmp_path, job, monkeypatch):
    loaded = []
    real = module.load_networks
    monkeypatch.setattr(module, "load_networks", lambda *given: loaded.append(given) or real(*given))
    first = job(draw(tmp_path / "m.tif", 0))
    module._loaded.cache_clear()
    for hashes in (("a",), ("a",), ("b",)):
        assert work(replace(first, hashes=hashes)).status.state == "done"
    assert len(loaded) == 2


def test_what_differs_has_to_be_computed(tmp_path, job):
    path = draw(tmp_path / "m.tif", 0)
    work(job(path))
    assert work(job(path, known=True, fill_holes=True)).status.state == "waits"
    assert work(job(path, known=True, figures=True)).status.state == "waits"
    draw(path, 5)
    assert work(job(path, known=True)).status.state == "waits"


def test_of_what_was_never_trained_nothing_is_said(tmp_path, job):
    assert work(job(draw(tmp_path / "m.tif", 0))).status.found[0].outside is None


def test_without_a_pixel_size_lengths_are_in_px(tmp_path, job):
    assert work(job(draw(tmp_path / "m.tif", 0, nm_per_px=None))).status.unit == "px"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "does not fit into the memory"),
        (RuntimeError("odd\nthing"), "RuntimeError: odd thing"),
    ],
)
def test_whatever_is_wrong_is_a_sentence(tmp_path, job, monkeypatch, error, said):
    def broken(*_given, **_options):
        raise error

    monkeypatch.setattr(module, "answers_of", broken)
    done = work(job(draw(tmp_path / "m.tif", 0)))
    assert done.status.state == "failed"
    assert said in done.status.why
    assert done.status.why.startswith("m.tif ")


def test_a_threshold_is_that_of_the_plan_or_of_the_card():
    networks = module.load_networks(["otsu"], "cpu")
    assert thresholds_of(BatchPlan.of(["a"], ["otsu"]), networks) == [
        networks[0].segmenter.network.card.threshold
    ]
    assert thresholds_of(BatchPlan.of(["a"], ["otsu"], 0.25), networks) == [0.25]
