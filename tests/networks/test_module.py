"""What every architecture keeps to: shapes, options, and two answers that are never channels of one."""

import math

import pytest
import torch
from torch import nn

from workbench.errors import NetworkError
from workbench.networks.module import (
    OneHeadEach,
    SegmentationModule,
    fraction,
    initialise_he,
    one_of,
    spread,
    to_distance,
    to_probability,
    whole,
)
from workbench.networks.registry import architectures, build
from workbench.networks.steps import Convolution, Pool, Upsample


class Halving(SegmentationModule):
    """Takes the mean of each pair of pixels: a stride of 2 and no weights."""

    architecture = "halving"

    def __init__(self, classes=1, dilation=1, distance=None):
        super().__init__(classes=classes, dilation=dilation, levels=2, options={"of": 3}, distance=distance)
        self.walked = 0

    def path(self):
        self.walked += 1
        return [Convolution(3), Pool(2), Upsample(2)]

    def forward(self, x):
        self.check_input(x)
        return x


class TwoHeads(OneHeadEach):
    """Two convolutions of 1 x 1 on the micrograph itself, whose features are asked for once."""

    def __init__(self, distance):
        super().__init__(classes=1, dilation=1, levels=1, options={}, distance=distance)
        self.head = nn.Conv2d(1, 1, 1)
        self.distance_head = nn.Conv2d(1, 1, 1) if distance else None
        self.asked = 0

    def path(self):
        return [Convolution(1)]

    def features(self, x):
        self.asked += 1
        return x


def test_options_rebuild_the_module_with_the_dilation_as_it_was_given():
    assert Halving(2, 3).options == {"of": 3, "classes": 2, "dilation": 3}
    listed = Halving(1, (1, 2), distance=False)
    assert listed.options == {"of": 3, "classes": 1, "dilation": [1, 2], "distance": False}
    assert (Halving(1, 3).dilations, listed.dilations) == ([3, 3], [1, 2])


def test_stride_and_reach_are_those_of_the_path_which_is_walked_once_for_all_tiles():
    module = Halving()
    assert (module.stride, module.reach()) == (2, 2)
    walked = module.walked
    for _tile in range(3):
        module(torch.zeros(1, 1, 4, 4))
    assert module.walked == walked + 1


def test_an_architecture_says_its_path_and_one_that_takes_the_distance_gives_it():
    bare = SegmentationModule(classes=1, dilation=1, levels=1, options={})
    with pytest.raises(NotImplementedError):
        bare.path()
    with pytest.raises(NotImplementedError, match=r"halving takes the option distance but has no both\(\)"):
        Halving(distance=True).both(torch.zeros(1, 1, 2, 2))
    with pytest.raises(NotImplementedError):
        OneHeadEach(classes=1, dilation=1, levels=1, options={}).features(torch.zeros(1, 1, 2, 2))


@pytest.mark.parametrize("distance", [None, False])
def test_one_output_has_no_distance_beside_its_logits(distance):
    module, image = Halving(distance=distance), torch.ones(1, 1, 2, 2)
    assert not module.distance
    logits, beside = module.both(image)
    assert torch.equal(logits, image)
    assert beside is None


def test_both_outputs_are_made_of_features_that_are_computed_once():
    module, image = TwoHeads(True), torch.randn(2, 1, 3, 5)
    logits, distance = module.both(image)
    assert module.asked == 1
    assert torch.equal(logits, module(image))
    assert torch.equal(distance, module.distance_head(image)[:, 0])
    assert TwoHeads(False).both(image)[1] is None


def test_wrong_size_names_the_padding():
    with pytest.raises(NetworkError, match="pad 4 rows and 0 columns to 32 x 16"):
        build("unet")(torch.zeros(1, 1, 28, 16))


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((4, 4), r"\(N, 1, height, width\), not \(4, 4\); add the two leading axes"),
        ((1, 3, 4, 4), r"not \(1, 3, 4, 4\)"),
        ((1, 1, 4, 3), "multiples of 2, not 4 x 3; pad 0 rows and 1 columns to 4 x 4"),
        ((1, 1, 0, 4), "not 0 x 4; pad 2 rows and 0 columns to 2 x 4"),
    ],
)
def test_what_is_no_micrograph_of_the_stride_is_refused(shape, said):
    with pytest.raises(NetworkError, match=said):
        Halving().check_input(torch.zeros(shape))


def test_probability_is_the_sigmoid_of_one_logit_and_the_softmax_of_two():
    one, two = torch.randn(2, 1, 3, 4), torch.randn(2, 2, 3, 4)
    assert torch.allclose(to_probability(one), 1 / (1 + torch.exp(-one[:, 0])))
    assert torch.allclose(to_probability(two), torch.softmax(two, 1)[:, 1], atol=1e-6)


def test_a_distance_is_brought_between_0_and_1():
    assert to_distance(torch.tensor([-0.5, 0.25, 7.0])).tolist() == [0, 0.25, 1]


def test_weights_are_drawn_from_hes_distribution_and_biases_begin_at_0():
    layers = nn.Sequential(nn.Conv2d(8, 64, 3), nn.ConvTranspose2d(64, 16, 2), nn.Conv2d(4, 4, 1, bias=False))
    torch.manual_seed(0)
    initialise_he(layers)
    # the standard deviation is the square root of 2 over the inputs of one output; 1 % of 4608 draws
    assert layers[0].weight.std().item() == pytest.approx(math.sqrt(2 / (8 * 9)), rel=0.05)
    assert not layers[0].bias.any()
    assert not layers[1].bias.any()


@pytest.mark.parametrize("value", [0, 5, True, 1.0, "2", None])
def test_a_whole_number_out_of_range_or_of_another_kind_is_refused(value):
    assert whole("depth", 1, 1, 4) == 1
    assert whole("depth", 4, 1, 4) == 4
    with pytest.raises(
        NetworkError, match=f"depth must be a whole number from 1 to 4, not {value!r}; change"
    ):
        whole("depth", value, 1, 4)


@pytest.mark.parametrize("value", [-0.1, 1, True, "0.5", math.nan])
def test_a_fraction_is_below_1(value):
    assert fraction("dropout", 0) == 0
    assert fraction("dropout", 0.99) == 0.99
    with pytest.raises(NetworkError, match="dropout must be a number from 0 to below 1"):
        fraction("dropout", value)


def test_a_choice_is_of_those_that_are_named_and_a_number_is_no_truth_value():
    assert one_of("norm", "none", ("batch", "none")) == "none"
    assert one_of("pool", 1, (1, 2)) == 1
    for value, allowed in (("layer", ("batch", "none")), (True, (1, 2)), (1, (True, False))):
        with pytest.raises(NetworkError, match="must be one of"):
            one_of("norm", value, allowed)


def test_an_option_that_is_no_truth_value_is_refused():
    with pytest.raises(NetworkError, match="distance must be one of True, False, not 1"):
        build("unet", distance=1)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1, 2, 3], r"takes one number or 2 \(one per level\), not 3"),
        ([1, 0], "dilation must be a whole number from 1 to 256, not 0"),
        (257, "from 1 to 256, not 257"),
    ],
)
def test_a_dilation_is_one_number_or_one_per_level(value, said):
    assert spread("dilation", 2, 3) == [2, 2, 2]
    assert spread("dilation", (1, 256), 2) == [1, 256]
    with pytest.raises(NetworkError, match=said):
        spread("dilation", value, 2)


@pytest.mark.parametrize("name", architectures())
def test_without_memory_no_weight_is_drawn(name, monkeypatch):
    """Loading a network builds it so; drawing there would load torch's compiler first."""

    def refuse(*_arguments, **_names):
        raise AssertionError("a weight is drawn")

    monkeypatch.setattr(torch.Tensor, "normal_", refuse)
    with torch.device("meta"):
        assert next(build(name, distance=True).parameters()).is_meta
    with pytest.raises(AssertionError, match="a weight is drawn"):
        build(name)
