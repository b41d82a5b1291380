"""Regions to label next: each by its key, and the list as it is saved and shown again."""

import io

import numpy as np
import pytest
from PIL import Image

from workbench.app.core.session_file import Origin
from workbench.app.label.suggestion import Suggestion, list_again
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.active_learning import UncertainRegion

PIXELS = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
MICROGRAPHS = {name: Micrograph(PIXELS + number, 0.05, name) for number, name in enumerate("ab")}


def suggestion(name, top=0, left=0, edge=16):
    region = UncertainRegion(top, left, edge, edge, (0.5,), 0.0, 0.0)
    origin = Origin(kind="file", path=f"{name}.tif")
    return Suggestion(name, MICROGRAPHS[name].sha256, origin, region, "U-Net is not sure", b"")


class Reader:
    """Reads micrographs, and remembers which."""

    def __init__(self, micrographs=MICROGRAPHS):
        self.micrographs, self.read = micrographs, []

    def __call__(self, origin):
        self.read.append(origin.path)
        return self.micrographs.get(origin.path.removesuffix(".tif"))


def test_a_key_is_of_the_pixels_and_the_place():
    keys = {suggestion("a").key, suggestion("a", top=8).key, suggestion("a", left=8).key, suggestion("b").key}
    assert len(keys) == 4
    assert suggestion("a").key == suggestion("a").key


def test_a_list_comes_back_in_its_order_and_reads_each_micrograph_once():
    listed = [suggestion("b"), suggestion("a", top=8), suggestion("b", left=8)]
    read = Reader()
    again = list_again([one.saved for one in listed], read)
    assert [one.key for one in again] == [one.key for one in listed]
    assert sorted(read.read) == ["a.tif", "b.tif"]
    assert max(Image.open(io.BytesIO(again[0].png)).size) == 96


@pytest.mark.parametrize(
    "micrographs",
    [{}, {"a": MICROGRAPHS["b"]}],
    ids=["cannot be read", "holds other pixels"],
)
def test_a_micrograph_that_is_not_what_it_was_is_left_out(micrographs):
    assert list_again([suggestion("a").saved], Reader(micrographs)) == []


def test_a_region_that_lies_outside_is_left_out():
    proposals = [suggestion("a", top=30).saved, suggestion("a", top=24).saved]
    assert [one.region.top for one in list_again(proposals, Reader())] == [24]
