"""Layer-wise relevance propagation: relevances worked out by hand, the published formulas, conservation."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from workbench.errors import ExplanationError, Stopped
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.explain import explain
from workbench.explanation.methods.registry import find_method
from workbench.explanation.methods.relevance import RULES, Relevance, relevance
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.registry import architectures, build
from workbench.segmentation.inference import for_inference

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")

SMALL = {"unet": {"base": 4}, "fcn8s": {"head": 8}, "mixed_scale": {"depth": 12}}


SLIGHT = 1e-12
"""Epsilon that is as good as 0."""


class Two(nn.Sequential):
    """Pixels 2 and 3 to features 5 and 2 (4 - 3, and a bias of 1), and these to one logit."""

    encoder = ("0.",)

    def __init__(self, up: tuple[float, float]) -> None:
        super().__init__(nn.Conv2d(1, 2, (1, 2)), nn.ReLU(), nn.Conv2d(2, 1, 1))
        self[0].weight.data = torch.tensor([[[[1.0, 1.0]]], [[[2.0, -1.0]]]])
        self[0].bias.data = torch.tensor([0.0, 1.0])
        self[2].weight.data = torch.tensor(up)[None, :, None, None]
        self[2].bias.data = torch.zeros(1)


def of_two(up=(2.0, 1.0), **options) -> tuple[list[float], Relevance]:
    module = Two(up).double()
    problem = problem_of(module, torch.tensor([[[[2.0, 3.0]]]]).double(), np.ones((1, 1), np.bool_))
    found = relevance(problem, Progress(), **{"epsilon": SLIGHT, **options})
    return found.pixels[0].tolist(), found


def problem_of(module: nn.Module, image: torch.Tensor, selected: np.ndarray) -> AttributionInput:
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    whole = (slice(0, image.shape[2]), slice(0, image.shape[3]))
    return AttributionInput(module.eval(), image, selected, 1, whole, None, 1.0)


@cache  # what is built here is not changed
def of_architecture(name: str, *, biases: bool, folded: bool = True, **options) -> AttributionInput:
    """A network with random weights, in 64 bits, on noise; a batch norm with statistics of its own."""
    torch.manual_seed(0)
    module = build(name, **{**SMALL.get(name, {}), **options}).eval()
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.running_var, 0.5, 2.0)
            if biases:
                nn.init.normal_(layer.running_mean, std=0.3)
        if biases and getattr(layer, "bias", None) is not None:
            nn.init.normal_(layer.bias, std=0.1)
    if folded:
        module = for_inference(module, torch.device("cpu"))
        assert not any(isinstance(layer, nn.BatchNorm2d) for layer in module.modules())
    edge = max(16, module.stride)
    selected = np.zeros((edge, edge), np.bool_)
    selected[5:10, 4:12] = True
    return problem_of(module.double(), torch.randn((1, 1, edge, edge)).double(), selected)


def gradient_times_input(problem: AttributionInput) -> torch.Tensor:
    image = problem.image.clone().requires_grad_()
    (slope,) = torch.autograd.grad(problem.scorer(image).sum(), image)
    return (slope * image).detach()[0, 0]


# by hand


def test_epsilon_shares_in_proportion_to_contributions():
    # features have 10 and 2 of the logit 12; of 5 = 2 + 3 and of 2 = 4 - 3 + 1 everyone takes its part
    pixels, found = of_two(rule="epsilon")
    assert pixels == pytest.approx([4 + 4, 6 - 3])
    assert (found.biases, found.value) == pytest.approx((1, 12))


def test_epsilon_absorbs():
    # 12 / (12 + 1) of the logit goes on, then 5 / (5 + 1) and 2 / (2 + 1)
    pixels, found = of_two(rule="epsilon", epsilon=1.0)
    first, second = 10 * 12 / 13, 2 * 12 / 13
    assert pixels == pytest.approx([first * 2 / 6 + second * 4 / 3, first * 3 / 6 - second * 3 / 3])
    assert found.biases == pytest.approx(second / 3)
    assert found.rest == pytest.approx(12 - sum(pixels) - second / 3)


def test_z_plus_shares_among_what_speaks_for_the_feature():
    # of 2 = 4 - 3 + 1 only 4 and 1 speak for it
    pixels, found = of_two(rule="z+")
    assert pixels == pytest.approx([4 + 2 * 4 / 5, 6])
    assert found.biases == pytest.approx(2 * 1 / 5)


def test_gamma_counts_what_speaks_for_the_feature_once_more():
    # 8 - 3 + 2 in place of 4 - 3 + 1
    pixels, found = of_two(rule="gamma", gamma=1.0)
    assert pixels == pytest.approx([4 + 2 * 8 / 7, 6 - 2 * 3 / 7])
    assert found.biases == pytest.approx(2 * 2 / 7)


def test_composite_spreads_over_the_first_kernel_by_squared_weights():
    pixels, found = of_two(rule="composite")
    assert pixels == pytest.approx([10 / 2 + 2 * 4 / 5, 10 / 2 + 2 * 1 / 5])
    assert found.biases == 0


@pytest.mark.parametrize(
    ("rule", "expected"), [("z+", [4 + 2, 6]), ("gamma", [4 + 2 * 8 / 5, 6 - 2 * 3 / 5])]
)
def test_biases_that_are_ignored_leave_all_to_the_pixels(rule, expected):
    pixels, found = of_two(rule=rule, gamma=1.0, biases="ignore")
    assert pixels == pytest.approx(expected)
    assert found.biases == 0
    assert sum(pixels) == pytest.approx(found.value)


def test_what_makes_an_answer_negative_is_what_z_plus_hands_it_to():
    # -5 + 2 = -3: the first feature alone speaks for a negative logit
    pixels, _ = of_two((-1.0, 1.0), rule="z+")
    assert pixels == pytest.approx([-3 * 2 / 5, -3 * 3 / 5])


def test_a_max_pool_hands_back_to_its_winner():
    class Pooled(nn.Module):
        encoder = ()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.max_pool2d(x, 2)

    image = torch.tensor([[[[2.0, 3.0], [-4.0, 1.0]]]])
    found = relevance(problem_of(Pooled(), image, np.ones((1, 1), np.bool_)), Progress())
    assert found.pixels.tolist() == [[0, 3], [0, 0]]


def test_concatenation_skips_and_sums_hand_back_what_they_were_given():
    # 2 x + [x, 3 x] summed = 6 x, so everything comes back to x, wherever it went
    class Joined(nn.Module):
        encoder = ()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * x + torch.cat([x, 3 * x], dim=1).sum(dim=1, keepdim=True)

    image = torch.tensor([[[[2.0, 3.0]]]])
    found = relevance(problem_of(Joined(), image, np.ones((1, 2), np.bool_)), Progress())
    assert found.pixels[0].tolist() == [12, 18]


# conservation, on every architecture


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", architectures())
def test_without_biases_the_map_sums_to_the_answer(name, rule):
    found = relevance(of_architecture(name, biases=False), Progress(), rule, epsilon=SLIGHT)
    assert abs(float(found.pixels.sum()) - found.value) < 1e-9 * float(found.pixels.abs().sum())
    assert found.biases == 0


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", architectures())
def test_with_biases_what_they_absorb_makes_up_the_sum(name, rule):
    found = relevance(of_architecture(name, biases=True), Progress(), rule, epsilon=SLIGHT)
    assert found.missing < 1e-12
    assert found.biases != 0
    assert abs(found.rest) < 1e-9 * float(found.pixels.abs().sum())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("unet", {"dropped_pools": 2, "dilation": 2}),
        ("unet", {"norm": "none", "classes": 2, "dropout": 0.5}),
        ("fcn8s", {"all_at_once": False, "dropped_pools": 2, "classes": 2}),
        ("fcn8s", {"stages": 32}),
    ],
)
def test_variants_conserve_too(name, options):
    found = relevance(of_architecture(name, biases=True, **options), Progress(), epsilon=SLIGHT)
    assert found.missing < 1e-12


@pytest.mark.parametrize("name", ["unet", "groschner_unet", "residual_unet"])
@pytest.mark.parametrize("rule", RULES)
def test_a_batch_normalisation_that_was_not_folded_conserves_too(name, rule):
    found = relevance(of_architecture(name, biases=True, folded=False), Progress(), rule, epsilon=SLIGHT)
    assert found.missing < 1e-12
    assert found.biases != 0


def test_in_32_bits_rounding_stays_small():
    problem = of_architecture("unet", biases=True)
    single = replace(problem, module=copy.deepcopy(problem.module).float(), image=problem.image.float())
    assert relevance(single, Progress()).missing < 1e-5


# beside another method, which needs no rule


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("name", architectures())
def test_epsilon_near_zero_is_gradient_times_input(name, biases):
    """Ancona et al., ICLR 2018, section 2.3: for networks of ReLUs, biases or not where they keep their share."""
    problem = of_architecture(name, biases=biases)
    found = relevance(problem, Progress(), "epsilon", epsilon=SLIGHT)
    expected = gradient_times_input(problem)
    assert float((found.pixels - expected).abs().max()) < 1e-8 * float(expected.abs().max())


def test_maps_of_two_targets_add_up():
    problem = of_architecture("unet", biases=True)
    left = problem.selected.copy()
    left[:, 8:] = False
    parts = [replace(problem, selected=part) for part in (left, problem.selected & ~left)]
    together = relevance(problem, Progress()).pixels
    assert float((sum(relevance(part, Progress()).pixels for part in parts) - together).abs().max()) < 1e-12


# manners


def test_it_leaves_the_network_as_it_was_even_when_stopped_half_way():
    problem = of_architecture("unet", biases=True)
    before = gradient_times_input(problem)
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) == 8

    with pytest.raises(Stopped):  # no layer of this copy asks on the way forward, so this is on the way back
        relevance(problem, Progress(stop=stop))
    assert len(asked) == 8
    relevance(problem, Progress())
    assert torch.equal(gradient_times_input(problem), before)
    assert not any(layer._forward_hooks or layer._backward_hooks for layer in problem.module.modules())
    assert all(parameter.grad is None for parameter in problem.module.parameters())


@pytest.mark.parametrize(
    ("rule", "biases"), [*((rule, "absorb") for rule in RULES), ("gamma", "ignore"), ("z+", "ignore")]
)
def test_a_constant_micrograph_gives_numbers(rule, biases):
    pixels = np.full((320, 320), 7.0, np.float32)
    pixels[:3, :3], pixels[-3:, -3:] = 8, 6  # out of sight: a micrograph that is even everywhere is refused
    even = Micrograph(pixels, None, "even")
    found = explain(even, "unet", (160, 160), "lrp", rule=rule, biases=biases)
    assert np.ptp(found.parts[0][0].pixels) == 0
    assert np.isfinite(found.map).all()


def test_the_map_of_the_window_is_that_of_the_whole_micrograph(disc):
    micrograph, mask = disc
    found = explain(micrograph, "unet", Target.pixel(mask.shape, (80, 90)), "lrp")
    (problem, part) = found.parts[0]
    wide = nn.functional.pad(problem.image, (32, 32, 32, 32))
    noise = torch.randn(wide.shape, generator=torch.Generator().manual_seed(0))
    noise[:, :, 32:-32, 32:-32] = problem.image
    more = replace(problem, image=noise, selected=np.pad(problem.selected, 32))
    again = find_method("lrp").run(more)
    assert np.abs(again[32:-32, 32:-32] - part).max() < 1e-5 * np.abs(part).max()


def test_a_network_that_relevance_cannot_be_followed_through_is_refused():
    class Gated(nn.Module):
        encoder = ()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * torch.sigmoid(x)

    problem = problem_of(Gated(), torch.randn((1, 1, 8, 8)), np.ones((8, 8), np.bool_))
    with pytest.raises(ExplanationError, match="Gated: it has a layer that relevance cannot be followed"):
        find_method("lrp").run(problem)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rule": "alpha"}, "rule must be one of composite, epsilon, gamma, z\\+, not 'alpha'"),
        ({"biases": "drop"}, "biases must be one of absorb, ignore"),
        ({"biases": "ignore"}, "can be ignored with the rules gamma and z\\+ only"),
        ({"epsilon": -1.0}, "epsilon must be 0 or a positive number"),
        ({"gamma": float("nan")}, "gamma must be 0 or a positive number"),
    ],
)
def test_an_option_that_cannot_be_is_said(options, said):
    with pytest.raises(ExplanationError, match=said):
        find_method("lrp").run(
            problem_of(Two((1.0, 1.0)), torch.ones((1, 1, 1, 2)), np.ones((1, 1))), **options
        )
