"""Thumbnails of doubtful regions, and how far the search is."""

import io

import numpy as np
from PIL import Image

from workbench.compute import regions
from workbench.compute.features import Which
from workbench.compute.packing import Probability
from workbench.compute.regions import (
    DISAGREEMENT,
    STRIPE_PX,
    THUMBNAIL_PX,
    RegionsAsked,
    find_regions,
    thumbnail,
)
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.segmentation.active_learning import UncertainRegion, most_uncertain

PIXELS = np.linspace(0, 1, 200, dtype=np.float32)[None].repeat(100, 0)
MICROGRAPH = Micrograph(PIXELS, None, "ramp", marks=())


def shown(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data))).astype(float)


def test_a_search_runs_every_network_at_its_threshold_and_tells_how_far_it_is(monkeypatch):
    answers, asked, told = {}, [], []
    for name, level in (("a", 0.9), ("b", 0.2)):
        answers[name] = np.full(PIXELS.shape, level, np.float32)
    answers["b"][:, 100:] = 0.9

    def segment(micrograph, network, device, dilation, scale, progress, stop):
        asked.append((network, device, dilation, scale))
        progress(0.5, network)
        return Probability("key", answers[network], Card(name=network, architecture="unet"), 0.0, device)

    monkeypatch.setattr(regions.worker, "segment", segment)
    networks = ((Which("a", (1, 2), 1.5), 0.5), (Which("b", None, 1.0), 0.5))
    found = find_regions(
        MICROGRAPH,
        RegionsAsked(networks, 50, 1, "cpu"),
        None,
        progress=lambda part, text="": told.append((part, text)),
        stop=lambda: False,
    )
    assert asked == [("a", "cpu", [1, 2], 1.5), ("b", "cpu", None, 1.0)]
    assert [round(part, 3) for part, _ in told] == [0.167, 0.5, 0.667]
    assert told[-1][1] == "regions of ramp"
    ((region, picture),) = found
    assert [region] == most_uncertain(list(answers.values()), [0.5, 0.5], edge_px=50, count=1, done=None)
    assert region.box[1].stop <= 100  # where one says particle and the other does not
    assert shown(picture).max() > 0


def test_a_thumbnail_has_a_longer_edge_of_96_px_and_the_grey_of_the_whole_micrograph():
    whole = shown(thumbnail(MICROGRAPH, UncertainRegion(0, 0, 100, 200, (), 0.0, 0.0)))
    assert whole.shape == (THUMBNAIL_PX // 2, THUMBNAIL_PX, 3)
    assert whole[0, 0].max() <= 2
    assert whole[0, -1].min() >= 253
    right = shown(thumbnail(MICROGRAPH, UncertainRegion(0, 150, 50, 25, (), 0.0, 0.0)))
    assert right.shape == (THUMBNAIL_PX, THUMBNAIL_PX // 2, 3)
    assert 180 < right.min() < right.max() < 235
    flat = Micrograph(np.full((64, 64), 7, np.float32), None, "flat", marks=())
    assert not shown(thumbnail(flat, UncertainRegion(0, 0, 32, 32, (), 0.0, 0.0))).any()


def test_a_thumbnail_is_striped_where_the_masks_differ():
    left, right = (np.zeros(PIXELS.shape, np.float32) for _ in range(2))
    left[:, :100], right[:, 50:] = 0.6, 0.8
    region = UncertainRegion(0, 0, 100, 200, (), 0.0, 0.0)
    plain = shown(thumbnail(MICROGRAPH, region))
    tinted = shown(thumbnail(MICROGRAPH, region, [left, right], [0.5, 0.7]))
    rows, columns = np.indices(plain.shape[:2])
    stripes = np.where((rows + columns) // STRIPE_PX % 2 == 0, *DISAGREEMENT)
    expected = 0.55 * plain + 0.45 * stripes[..., None]
    column = THUMBNAIL_PX // 4
    assert abs(tinted[:, : column - 1] - expected[:, : column - 1]).max() < 2
    assert np.array_equal(tinted[:, column + 1 : 2 * column - 1], plain[:, column + 1 : 2 * column - 1])
    assert abs(tinted[:, 2 * column + 1 :] - expected[:, 2 * column + 1 :]).max() < 2
    same = shown(thumbnail(MICROGRAPH, region, [left], [0.5]))
    assert np.array_equal(same, plain)
