"""The second output, the distance to the rim: for every architecture by one option, and never taken for a class."""

import numpy as np
import pytest
import torch

from workbench.explanation.features.layers import known_layers, layer_names
from workbench.explanation.randomisation import layers_from_the_top
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.checkpoint import load_checkpoint, save_checkpoint
from workbench.networks.dilation import dilate, drop_pools
from workbench.networks.effective_field import effective_receptive_field
from workbench.networks.gradient_support import gradient_support
from workbench.networks.module import DISTANCE, to_distance, to_probability
from workbench.networks.network import Network
from workbench.networks.receptive_field import receptive_field
from workbench.networks.registry import architectures, build
from workbench.networks.scale import at_scale
from workbench.segmentation.inference import for_inference

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")

SMALL = {
    "unet": {"base": 4, "depth": 2},
    "fcn8s": {"head": 8},
    "residual_unet": {"blocks": 2},
    "groschner_unet": {"depth": 2},
    "mixed_scale": {"depth": 6},
}
EVERY = [(name, classes) for name in SMALL for classes in (1, 2)]
PYRAMID = {"distance": True, "distance_channels": 6}


def built(name: str, classes: int = 1, *, distance: bool = True):
    torch.manual_seed(0)
    return build(name, **SMALL[name], classes=classes, distance=distance).eval()


def pair(name: str, classes: int):
    """Return a network with the second output and one without it, of the same weights."""
    two, one = built(name, classes), built(name, classes, distance=False)
    one.load_state_dict({key: two.state_dict()[key] for key in one.state_dict()})
    return two, one


def test_every_architecture_of_the_package_takes_the_option():
    ours = {key for key, entry in architectures().items() if entry.module.__module__.startswith("workbench.")}
    assert ours == set(SMALL)


@pytest.mark.parametrize(("name", "classes"), EVERY)
def test_logits_stay_what_they_were_and_the_distance_stands_beside_them(name, classes):
    two, one = pair(name, classes)
    image = torch.randn(2, 1, 64, 96)
    with torch.no_grad():
        logits, distance = two.both(image)
        assert one.both(image)[1] is None
        for found in (one(image), one.both(image)[0], two(image), logits):
            assert found.shape == (2, classes, 64, 96)
            assert torch.equal(found, logits)
    assert distance.shape == (2, 64, 96)
    assert to_probability(logits).shape == distance.shape
    assert distance.std() > 0
    clamped = to_distance(10 * (distance - distance.mean()))
    assert 0 <= clamped.min() < clamped.max() <= 1


@pytest.mark.parametrize("name", SMALL)
def test_the_distance_has_a_gradient_that_reaches_all_that_it_is_made_of(name):
    two = built(name).train()
    _logits, distance = two.both(torch.randn(2, 1, 64, 64))
    distance.sum().backward()
    with_gradient = {key for key, tensor in two.named_parameters() if tensor.grad is not None}
    own = {key for key, _ in two.named_parameters() if key.startswith(DISTANCE)}
    heads = {key for key, _ in two.named_parameters() if key.startswith(("head", "final_conv", "score"))}
    assert own
    assert with_gradient == {key for key, _ in two.named_parameters()} - heads


@pytest.mark.parametrize("name", SMALL)
def test_receptive_field_reach_and_layers_are_those_of_one_output(name):
    two, one = pair(name, 1)
    assert (two.reach(), two.stride) == (one.reach(), one.stride)
    assert receptive_field(two) == receptive_field(one)
    edge = two.stride * (2 * (two.reach() // two.stride + 2))
    middle = edge // 2
    assert gradient_support(two, middle, edge, two.stride) == gradient_support(one, middle, edge, one.stride)
    nets = [Network(module, Card(name=name, architecture=name)) for module in (two, one)]
    assert layer_names(nets[0]) == layer_names(nets[1])
    assert known_layers(nets[0]) == known_layers(nets[1])
    assert [key for key, _ in layers_from_the_top(two)] == [key for key, _ in layers_from_the_top(one)]
    noise = np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32)
    fields = [effective_receptive_field(net, Micrograph(noise, None, "noise"), places=6) for net in nets]
    assert np.array_equal(fields[0].map, fields[1].map)


@pytest.mark.parametrize("name", SMALL)
def test_folding_keeps_both_outputs(name):
    two = built(name)
    for layer in two.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.3)
            layer.running_var.uniform_(0.5, 2)
    image = torch.randn(1, 1, 64, 64)
    with torch.no_grad():
        expected, found = two.both(image), for_inference(two, torch.device("cpu")).both(image)
    for one, other in zip(expected, found, strict=True):
        assert torch.allclose(one, other, atol=1e-4 * max(1, float(one.abs().max())))


@pytest.mark.parametrize(("name", "classes"), EVERY)
def test_a_checkpoint_rebuilds_both_outputs_and_its_card_says_so(tmp_path, name, classes):
    two = built(name, classes)
    save_checkpoint(tmp_path / "two.safetensors", two, Card(name="two", architecture=name))
    network = load_checkpoint(tmp_path / "two.safetensors")
    assert network.card.options[DISTANCE] is True
    assert network.card.distance
    assert "second output" in network.card._repr_html_()
    image = torch.randn(1, 1, 64, 64)
    with torch.no_grad():
        for found, expected in zip(network.module.both(image), two.both(image), strict=True):
            assert torch.equal(found, expected)


def test_a_card_without_the_option_is_a_network_of_one_output(tmp_path):
    one = built("unet", distance=False)
    save_checkpoint(tmp_path / "one.safetensors", one, Card(name="one", architecture="unet"))
    network = load_checkpoint(tmp_path / "one.safetensors")
    assert not network.card.distance
    assert "second output" not in network.card._repr_html_()
    assert not Card(name="old", architecture="unet", options={"base": 4}).distance
    assert not network.module.distance


def test_dilation_scale_and_dropped_pools_keep_the_second_output():
    two = built("unet")
    card = Card(name="two", architecture="unet", options=two.options)
    image = torch.randn(1, 1, 64, 64)
    with torch.no_grad():
        expected = two.both(image)[1]
        for changed in (dilate(Network(two, card), 2), drop_pools(Network(two, card), 1)):
            assert changed.card.distance
            distance = changed.module.both(image)[1]
            assert distance.shape == expected.shape
            assert not torch.allclose(distance, expected)
        back = dilate(dilate(Network(two, card), 2), 1)
        assert torch.equal(back.module.both(image)[1], expected)
    assert at_scale(Network(two, card), 2).module.distance


@pytest.mark.parametrize("classes", [1, 2])
def test_a_pyramid_leaves_the_logits_and_every_other_weight_as_they_are(tmp_path, classes):
    one = built("unet", classes, distance=False)
    torch.manual_seed(1)
    two = build("unet", **SMALL["unet"], classes=classes, **PYRAMID).eval()
    missing, extra = two.load_state_dict(one.state_dict(), strict=False)
    assert all(key.startswith(DISTANCE) for key in missing)
    assert (bool(missing), extra) == (True, [])
    image = torch.randn(2, 1, 64, 96)
    with torch.no_grad():
        logits, distance = two.both(image)
        assert torch.equal(logits, one(image))
        assert torch.equal(two(image), logits)
    assert distance.shape == (2, 64, 96)
    assert distance.std() > 0
    nets = [Network(module, Card(name="unet", architecture="unet")) for module in (two, one)]
    assert layer_names(nets[0]) == layer_names(nets[1])
    assert [key for key, _ in layers_from_the_top(two)] == [key for key, _ in layers_from_the_top(one)]
    save_checkpoint(tmp_path / "two.safetensors", two, Card(name="two", architecture="unet"))
    network = load_checkpoint(tmp_path / "two.safetensors")
    assert (network.card.distance, network.card.options["distance_channels"]) == (True, 6)
    with torch.no_grad():
        assert torch.equal(network.module.both(image)[1], distance)


def test_dilation_and_dropped_pools_change_a_pyramid_as_they_change_the_rest():
    torch.manual_seed(0)
    two = build("unet", **SMALL["unet"], **PYRAMID).eval()
    card = Card(name="two", architecture="unet", options=two.options)
    image = torch.randn(1, 1, 64, 64)
    with torch.no_grad():
        expected = two.both(image)[1]
        for changed in (dilate(Network(two, card), 2), *(drop_pools(Network(two, card), n) for n in (1, 2))):
            distance = changed.module.both(image)[1]
            assert distance.shape == expected.shape
            assert not torch.allclose(distance, expected)
