"""The receptive field of any torch module, counted call by call."""

import pytest
import torch
from torch import nn

from workbench.errors import NetworkError
from workbench.networks.receptive_field import receptive_field
from workbench.networks.registry import build
from workbench.networks.tracing import trace_field


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("unet", {}),
        ("unet", {"dilation": [1, 1, 2, 2, 4]}),
        ("unet", {"dropped_pools": 2}),
        ("residual_unet", {"blocks": 2, "pools": [4, 8]}),
        ("groschner_unet", {}),
        ("mixed_scale", {"depth": 12}),
        ("fcn8s", {"head": 4}),
        ("fcn8s", {"head": 4, "dropped_pools": 2}),
    ],
    ids=str,
)
def test_following_the_calls_of_a_module_counts_what_its_path_says(name, options):
    with torch.device("meta"):
        module = build(name, **options)
    assert trace_field(module) == receptive_field(module).pixels


class Branched(nn.Module):
    """A 7x7 convolution of stride 2 beside a 3x3 one and a pool, joined, enlarged, and looked at once more."""

    def __init__(self):
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(3, 2, 7, stride=2, padding=3), nn.Conv2d(3, 2, 3, padding=1)
        self.last = nn.Conv2d(4, 1, 3, padding=2, dilation=2)

    def forward(self, x):
        joined = torch.cat([self.wide(x), nn.functional.avg_pool2d(self.narrow(x), 2)], 1)
        return {"out": self.last(nn.functional.interpolate(joined, scale_factor=2, mode="nearest"))}


def test_any_torch_module_of_the_usual_layers_is_counted():
    assert receptive_field(Branched()).pixels == 7 + 4  # 7 of the wide way, then (3 - 1) * 2 at stride 1
    strided = nn.Sequential(
        nn.Conv2d(1, 1, 3, stride=2), nn.Conv2d(1, 1, 3), nn.MaxPool2d(2), nn.Conv2d(1, 1, 5)
    )
    assert receptive_field(strided).pixels == 3 + 2 * 2 + 1 * 2 + 4 * 4


def traced(*layers: nn.Module, channels: int = 1) -> int:
    return trace_field(nn.Sequential(*layers), channels, 64)


def test_what_each_step_adds_is_worked_out_by_hand():
    assert traced(nn.Conv2d(1, 1, 5)) == 5
    assert traced(nn.Conv2d(1, 1, (3, 7), padding=3)) == 7
    assert traced(nn.Conv2d(1, 1, 3, stride=2), nn.Conv2d(1, 1, 3, dilation=2)) == 3 + 2 * 2 * 2
    assert traced(nn.MaxPool2d(2), nn.MaxPool2d(3, stride=1)) == 2 + 2 * 2
    assert traced(nn.AvgPool2d(4), nn.Conv2d(1, 1, 3)) == 4 + 2 * 4
    assert traced(nn.LPPool2d(2, 3), nn.Conv2d(1, 1, 3)) == 3 + 2 * 3
    assert traced(nn.MaxPool2d(2), nn.ConvTranspose2d(1, 1, 2, stride=2), nn.Conv2d(1, 1, 3)) == 2 + 2
    assert (
        traced(
            nn.Conv2d(1, 4, 1), nn.MaxPool2d(2), nn.Conv2d(4, 4, 1), nn.PixelShuffle(2), nn.Conv2d(1, 1, 3)
        )
        == 4
    )
    assert traced(nn.ReLU(), nn.BatchNorm2d(1), nn.Identity()) == 1


@pytest.mark.parametrize(
    "layer", [nn.InstanceNorm2d(4), nn.GroupNorm(2, 4), nn.AdaptiveMaxPool2d(3), nn.Flatten()]
)
def test_whatever_looks_at_the_whole_image_is_refused_by_its_name(layer):
    with pytest.raises(NetworkError, match=r"looks at the whole image at once \(\w+\)"):
        traced(nn.Conv2d(1, 4, 1), layer)


def test_a_module_that_does_not_run_is_refused_and_keeps_its_mode_and_numbers():
    module = nn.Sequential(nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1)).train()
    weights = module[0].weight.clone()
    with pytest.raises(
        NetworkError, match="Sequential does not run on an image of 2 channels and 8 x 8 pixels"
    ):
        trace_field(module, 2, 8)
    assert trace_field(module) == 3
    assert module.training
    assert torch.equal(module[0].weight, weights)
    assert not module[1].running_mean.any()


def test_of_a_sequence_or_a_mapping_the_first_answer_counts():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.near, self.far = nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 9)

        def forward(self, x):
            return [{"near": self.near(x), "far": self.far(x)}, x]

    assert trace_field(Two()) == 3
