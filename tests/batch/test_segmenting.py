"""Networks by name, each once, and what they find in a micrograph as it is kept."""

import io

import numpy as np
from batches import draw
from PIL import Image

import workbench as wb
from workbench.batch.segmenting import answers_of, figure_of, load_networks

SETTINGS = {"threshold": 0.5, "min_area": 0, "fill_holes": False, "split_touching": False}


def made(**settings):
    return {"otsu": {"settings": {**SETTINGS, **settings}, "left_out": [], "nm_per_px": 0.05}}


def test_a_network_that_is_named_twice_is_loaded_once():
    assert [one.weights.given for one in load_networks(["otsu", "otsu", "bandpass"], "cpu")] == [
        "otsu",
        "bandpass",
    ]


def test_masks_follow_the_settings(tmp_path):
    micrograph = wb.open_micrograph(draw(tmp_path / "m.tif", 0))
    networks = load_networks(["otsu"], "cpu")
    [(answer, seen)] = answers_of(micrograph, networks, made())
    assert np.array_equal(answer.mask, seen.probability > 0.5)
    assert answer.rows.threshold == 0.5
    [(less, _)] = answers_of(micrograph, networks, made(min_area=1.2))
    assert 0 < less.labels.max() < answer.labels.max()
    assert less.found["particles"] == len(less.particles)


def test_the_figure_is_a_png_that_says_what_was_told(tmp_path):
    micrograph = wb.open_micrograph(draw(tmp_path / "m.tif", 0))
    found = answers_of(micrograph, load_networks(["otsu"], "cpu"), made())
    with Image.open(io.BytesIO(figure_of(micrograph, found, {"Description": "two masks"}))) as picture:
        assert picture.format == "PNG"
        assert picture.text["Description"] == "two masks"
