"""Layers of a network: their names, order and strides; features are taken and nothing stays behind."""

from __future__ import annotations

import pytest
import torch
from known_filters import known, small_unet

from workbench.errors import ExplanationError
from workbench.explanation.features import (
    feature_maps,
    known_layers,
    last_features,
    layer_names,
    maximise,
)
from workbench.explanation.features.layers import activations
from workbench.networks.loading import load_network


def test_layers_are_listed_without_those_that_do_nothing():
    assert layer_names(known()) == ["first", "relu", "head"]
    names = layer_names(small_unet(0))
    assert names[:4] == ["downs.0.0", "downs.0.2", "downs.0.3", "downs.0.5"]  # batch norm is merged
    assert names[-1] == "head"


def test_hooks_are_taken_away_again_and_weights_stay(noise):
    net = small_unet(1)
    before = {name: value.clone() for name, value in net.module.state_dict().items()}
    feature_maps(net, noise, "head")
    maximise(net, "head", 0, size_px=16, steps=2)
    assert not any(layer._forward_hooks for layer in net.module.modules())
    for name, value in net.module.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(parameter.requires_grad for parameter in net.module.parameters())


def test_what_is_not_there_is_said(noise):
    with pytest.raises(ExplanationError, match="no layer 'conv9'; choose one of first, relu, head"):
        feature_maps(known(), noise, "conv9")
    with pytest.raises(ExplanationError, match="filters 0 to 1, not 2"):
        maximise(known(), "first", 2, size_px=32, steps=1)
    with pytest.raises(ExplanationError, match="holds no pixel"):
        feature_maps(known(), noise, "first", (slice(200, 220), slice(0, 10)))
    with pytest.raises(ExplanationError, match="classical method"):
        layer_names(load_network("otsu"))


def test_layers_are_known_in_the_order_in_which_they_work():
    found = known_layers(small_unet(0))
    assert [(one.name, one.kind, one.features, one.stride) for one in found[:2]] == [
        ("downs.0.0", "Conv2d", 4, 1),
        ("downs.0.2", "ReLU", 4, 1),
    ]
    places = {one.name: number for number, one in enumerate(found)}
    assert places["pools.0"] < places["downs.1.0"]  # though it is defined after all of downs
    assert next(one for one in found if one.name == "bottleneck.5").stride == 4
    assert last_features(found).name == "decoders.0.5"
    assert last_features(known_layers(known())).name == "first"  # none has three


def test_the_pass_ends_with_the_last_layer_that_was_asked_for():
    net = small_unet(0)
    passed = []
    net.module.head.register_forward_hook(lambda *_: passed.append("head"))
    image = torch.zeros(1, 1, 16, 16)
    found = activations(net.module, image, ["downs.1.5", "downs.0.2", "downs.0.2"])
    assert list(found) == ["downs.0.2", "downs.1.5"]
    assert passed == []
    assert list(activations(net.module, image, None))[-1] == "head"
    assert passed == ["head"]
