"""The width of particles as a worker finds it: with the network as it was trained, to four digits."""

import numpy as np
import pytest

from workbench.compute import worker
from workbench.compute.particle_width import WidthFound, find_particle_width
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation import scale_finding
from workbench.segmentation.scale_finding import FoundScale, TriedScale

PICTURE = Micrograph(np.zeros((8, 8), np.float32), marks=())


@pytest.mark.parametrize(("width", "told"), [(47.87654, 47.88), (None, None)])
def test_it_is_found_at_the_own_scale_and_dilation_of_the_network(monkeypatch, width, told):
    found = FoundScale(width, (TriedScale(1.0, 0.8, width),))
    asked = []

    def loaded(*how):
        asked.append(how[:3])
        return "segmenter"

    def find_scale(segmenter, micrograph, *, progress, stop):
        asked.append((segmenter, micrograph, stop()))
        return found

    monkeypatch.setattr(worker, "auto_device", lambda: "cpu")
    monkeypatch.setattr(worker, "segmenter_at", loaded)
    monkeypatch.setattr(scale_finding, "find_scale", find_scale)
    answer = find_particle_width(PICTURE, "/unet.safetensors", progress=print, stop=lambda: False)
    assert asked == [("/unet.safetensors", None, 1.0), ("segmenter", PICTURE, False)]
    assert answer == WidthFound(told, found.said)
