"""Receptive fields of networks: the published convention, and that of each place in the pooling grid."""

import pytest
import torch
from torch import nn

from workbench.errors import NetworkError
from workbench.networks.loading import load_network
from workbench.networks.receptive_field import receptive_field
from workbench.networks.registry import build

TABLE = [  # of the residual U-Net: options, published convention in px, by place in the pooling grid
    ({"pools": [2, 2]}, 44, {44}),
    ({"pools": [2, 4]}, 64, {60, 68}),
    ({"pools": [4, 2]}, 80, None),
    ({"pools": [2, 8]}, 104, None),
    ({"pools": [4, 4]}, 120, {116, 132}),
    ({"pools": [8, 2]}, 152, {148, 164}),
    ({"pools": [4, 8]}, 200, None),
    ({"pools": [8, 4]}, 232, None),
    ({"pools": [8, 8]}, 392, None),
    ({"pools": [2, 2], "dilation": [1, 1, 2]}, 60, {60}),
    ({"pools": [2, 2], "dilation": [1, 1, 4]}, 92, None),
    ({"pools": [2, 2], "dilation": [1, 2, 4]}, 108, None),
    ({"pools": [2, 2], "dilation": [2, 2, 2]}, 84, {84}),
    ({"pools": [2, 2, 2]}, 96, None),
    ({"pools": [2, 2, 4]}, 136, {124, 140}),
    ({"pools": [2, 2, 2, 2]}, 200, None),
]


@pytest.mark.parametrize(("options", "pixels", "places"), TABLE, ids=[str(row[0]) for row in TABLE])
def test_the_published_table_holds_in_both_conventions(options, pixels, places):
    with torch.device("meta"):
        field = receptive_field(build("residual_unet", blocks=len(options["pools"]), **options))
    assert field.pixels == pixels
    assert places is None or set(field.by_position) == places


def test_a_module_that_sees_the_whole_image_is_refused():
    with pytest.raises(NetworkError, match="whole image"):
        receptive_field(nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1)))
    with pytest.raises(NetworkError, match="classical method"):
        receptive_field(load_network("otsu"))


def test_receptive_fields_of_unet_groschner_and_fcn8s():
    unet = receptive_field(build("unet"))
    assert unet.pixels == 200
    assert unet.at["bottleneck"] == 140
    assert receptive_field(build("groschner_unet")).pixels == 170
    with torch.device("meta"):
        fcn = receptive_field(build("fcn8s", head=8))
    assert [fcn.at[name] for name in ("pool3", "pool4", "pool5", "conv6")] == [44, 100, 212, 404]
