"""FCN-8s: VGG-16 with a head."""

import math

import pytest
import torch

from workbench.networks import fcn8s
from workbench.networks.registry import build


def parameters(module: torch.nn.Module) -> int:
    return sum(tensor.numel() for tensor in module.parameters())


def test_fcn8s_at_full_width_has_vggs_parameters():
    with torch.device("meta"):
        module = build("fcn8s", head=4096)
    # one grey input kernel instead of three: 2 * 64 * 9 fewer
    assert parameters(module.features) == 14_714_688 - 2 * 64 * 9
    assert parameters(module.conv6) == 102_764_544
    assert parameters(module.conv7) == 16_781_312


@pytest.mark.parametrize(
    ("stages", "dropped", "factors"),
    [(32, 0, [32]), (16, 0, [2, 16]), (8, 0, [2, 2, 8]), (8, 1, [1, 2, 8]), (8, 2, [1, 1, 8]), (32, 2, [8])],
)
def test_scores_are_enlarged_in_stages_back_to_the_micrograph(stages, dropped, factors):
    with torch.device("meta"):
        module = build("fcn8s", head=1, stages=stages, dropped_pools=dropped)
    assert module.factors == factors
    assert (module.stride, math.prod(factors)) == (32 >> dropped, 32 >> dropped)
    assert hasattr(module, "score_pool3") == (stages == 8)
    assert hasattr(module, "score_pool4") == (stages <= 16)


def test_a_trunk_goes_to_the_convolutions_of_its_names_and_the_head_stays(monkeypatch):
    torch.manual_seed(0)
    trunk = {"features.0.weight": torch.full((64, 1, 3, 3), 2.0), "features.0.bias": torch.full((64,), 3.0)}
    trunk["classifier.0.weight"] = torch.zeros(1)  # of the full head alone, which this is not
    monkeypatch.setattr(fcn8s, "load_trunk", lambda weights: trunk if weights == "a.pth" else None)
    module = build("fcn8s", head=2, weights="a.pth")
    assert bool((module.features[0].weight == 2).all())
    assert bool((module.features[0].bias == 3).all())
    assert module.conv6.weight.std() > 0
    assert module.rebuild_options == {"weights": "none"}
