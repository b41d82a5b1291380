"""What travels: arrays by key, everything else as it is, and back again."""

import numpy as np
import pytest

from workbench.compute.packing import (
    SMALL_BYTES,
    ArrayKey,
    PackedMicrograph,
    keys_in,
    pack,
    unpack,
)
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.segmentation.segmentation import Segmentation

LARGE = np.arange(SMALL_BYTES // 4, dtype=np.float32).reshape(128, 128)
MICROGRAPH = Micrograph(
    LARGE, 0.1, "m", "/data/m.tif", {"voltage_kV": 300}, marks=(Mark("text", 1, 3, 2, 9),)
)
SEGMENTATION = Segmentation(
    LARGE / LARGE.max(), Card(name="net", architecture="unet"), MICROGRAPH, 2.5, "cpu"
)


def packed(value):
    arrays = {}
    return pack(value, lambda array: f"key of {array.sum():.0f}", arrays), arrays


def test_large_arrays_go_by_key_and_small_ones_as_they_are():
    small = LARGE[:-1]
    found, arrays = packed([LARGE, small, np.array([object()] * SMALL_BYTES)])
    assert found[0] == ArrayKey(f"key of {LARGE.sum():.0f}")
    assert found[1] is small
    assert found[2].dtype == object
    (only,) = arrays.values()
    assert only is LARGE


def test_a_micrograph_travels_without_pixels_path_and_metadata_and_keeps_its_hash():
    found, arrays = packed(MICROGRAPH)
    key = f"pixels:{MICROGRAPH.sha256}"
    assert found == PackedMicrograph(ArrayKey(key), MICROGRAPH.sha256, 0.1, "m", MICROGRAPH.left_out)
    back = unpack(found, arrays.__getitem__)
    assert np.array_equal(back.pixels, LARGE)
    assert (back.nm_per_px, back.name, back.marks) == (0.1, "m", MICROGRAPH.marks)
    assert vars(back)["sha256"] == MICROGRAPH.sha256
    assert (back.source, back.metadata) == (None, {})


def test_a_segmentation_comes_back_with_its_micrograph():
    found, arrays = packed(SEGMENTATION)
    assert set(keys_in(found)) == set(arrays)
    back = unpack(found, arrays.__getitem__)
    assert np.array_equal(back.probability, SEGMENTATION.probability)
    assert (back.network, back.seconds, back.device) == (SEGMENTATION.network, 2.5, "cpu")
    assert back.micrograph.sha256 == MICROGRAPH.sha256


def test_lists_and_tuples_are_looked_into_and_nothing_else():
    class Pair(tuple):
        pass

    given = (1, [MICROGRAPH, ("text", LARGE)], {"in a dict": LARGE}, Pair((LARGE,)))
    found, arrays = packed(given)
    assert isinstance(found, tuple)
    assert isinstance(found[1], list)
    assert found[2]["in a dict"] is LARGE
    assert isinstance(found[3], Pair)
    assert keys_in(found) == [f"pixels:{MICROGRAPH.sha256}", f"key of {LARGE.sum():.0f}"]
    assert set(arrays) == set(keys_in(found))
    back = unpack(found, arrays.__getitem__)
    assert back[1][1] == ("text", back[1][1][1])
    assert np.array_equal(back[1][1][1], LARGE)


def test_a_key_that_the_worker_does_not_know_is_not_passed_over():
    with pytest.raises(KeyError, match="unknown"):
        unpack([ArrayKey("unknown")], {}.__getitem__)
