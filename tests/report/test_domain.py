"""Whether micrographs are like the training is looked at where the very weights are known."""

from dataclasses import replace

import numpy as np

import workbench as wb
from workbench.networks.checkpoint import read_card
from workbench.networks.loading import ZOO
from workbench.particles.post_processing import MaskSettings
from workbench.particles.provenance import provenance_of
from workbench.report.domain import known_card, said_of_domain
from workbench.report.reported import ReportedMicrograph
from workbench.segmentation.segmentation import Segmentation


def unet_on(micrograph):
    card = read_card(ZOO / "unet.safetensors").model_copy(update={"name": "unet"})
    seg = Segmentation(np.zeros(micrograph.shape, np.float32), card, micrograph)
    labels = np.zeros(micrograph.shape, np.int32)
    labels[5:9, 5:9] = 1
    table = wb.measure(labels, micrograph, lattice=False)
    return ReportedMicrograph(micrograph, labels, table, provenance_of(seg, MaskSettings(0.5)), seg)


def test_a_micrograph_that_is_like_the_training_and_one_that_is_not():
    m, _truth = wb.open_sample("easy")
    inside, outside = unet_on(m), unet_on(m.with_nm_per_px(0.5))
    assert said_of_domain([inside]) == "yes"
    unlike = "easy: pixel size 0.5 nm/px, trained on 0.015 to 0.08"
    assert said_of_domain([inside, outside]).startswith(f"1 of 2; not {unlike}")
    assert said_of_domain([outside]).startswith(f"0 of 1; not {unlike}")
    assert said_of_domain([outside] * 6).endswith(", and 2 more")


def test_without_the_segmentation_the_weights_have_to_be_the_same():
    m, _truth = wb.open_sample("easy")
    one = unet_on(m)
    assert said_of_domain([replace(one, segmentation=None)]) == "yes"
    other = {**one.provenance, "weights_sha256": "0" * 64}
    assert known_card(other) is None
    assert said_of_domain([replace(one, segmentation=None, provenance=other)]).startswith("not looked at")
    assert known_card({"network": "gone", "weights_sha256": "ab"}) is None
