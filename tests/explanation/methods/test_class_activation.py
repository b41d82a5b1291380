"""Grad-CAM by autograd written out, beside Captum; which layers there are."""

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from small_networks import Tiny, hooks_of, noise, problem_of
from torch.nn import functional

from workbench.errors import ExplanationError
from workbench.explanation.methods import find_method, method_names
from workbench.explanation.methods.class_activation import find_layer, layers
from workbench.explanation.targets import Target
from workbench.networks.registry import build

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")

GRAD_CAM = find_method("grad_cam")


@pytest.fixture
def problem():
    region = np.zeros((24, 24), bool)
    region[9:14, 8:15] = True
    return problem_of(Tiny(), noise(24), Target.region(region))


def test_the_map_is_features_weighted_by_their_mean_gradient(problem):
    module = problem.module
    features = module.second(module.pool(module.relu1(module.first(problem.image)))).detach().requires_grad_()
    logits = module.head(module.up(module.relu2(features)))
    ((logits[0, 1] - logits[0, 0]) * torch.from_numpy(problem.selected)).sum().backward()
    # the region's 5 x 7 pixels lie on 3 x 4 places, in the window's own count
    rows, columns = (np.flatnonzero(problem.selected.any(axis)) // 2 for axis in (1, 0))
    places = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    gradient = features.grad[0][:, *places]
    reached = torch.nonzero(gradient.abs().sum(0))
    assert (reached.max(0).values - reached.min(0).values + 1).tolist() == list(gradient.shape[1:])
    weights = gradient.mean(dim=(1, 2))
    active = torch.zeros(1, 1, *places_shape(places))
    for number, weight in enumerate(weights):
        active += weight * features[0, number][places]
    expected = np.zeros_like(problem.pixels)
    shown = (
        functional.interpolate(active.clamp(min=0), scale_factor=2, mode="bilinear").detach().numpy()[0, 0]
    )
    expected[2 * places[0].start : 2 * places[0].stop, 2 * places[1].start : 2 * places[1].stop] = shown
    found = GRAD_CAM.run(problem, layer="second")
    assert found.max() > 0
    np.testing.assert_allclose(found, expected, atol=1e-6)


def places_shape(places: tuple[slice, slice]) -> tuple[int, int]:
    return places[0].stop - places[0].start, places[1].stop - places[1].start


def test_captum_says_the_same_where_the_gradient_reaches_every_place():
    micrograph = noise(12)
    problem = problem_of(Tiny(), micrograph, Target.region(np.ones((12, 12), bool)))
    image = problem.image.clone().requires_grad_()
    coarse = LayerGradCam(problem.scorer, problem.module.second).attribute(image, relu_attributions=True)
    expected = functional.interpolate(coarse, scale_factor=2, mode="bilinear").detach().numpy()[0, 0]
    assert expected.max() > 0
    np.testing.assert_allclose(GRAD_CAM.run(problem, layer="second"), expected, atol=1e-5)


def test_seg_grad_cam_is_another_name_of_it_and_listed_once():
    assert find_method("seg_grad_cam") is GRAD_CAM
    assert "seg_grad_cam" not in method_names()


@pytest.mark.parametrize(
    ("name", "options", "deepest"),
    [
        ("unet", {"base": 4}, "decoders.3.5"),
        ("unet", {"base": 4, "depth": 2, "norm": "none"}, "decoders.1.3"),
        ("fcn8s", {"head": 8}, "relu7"),
        ("residual_unet", {}, "bottleneck.relu2"),
        ("groschner_unet", {}, "centre.3"),
        ("mixed_scale", {"depth": 6}, "relus.5"),
    ],
)
def test_the_default_layer_is_the_networks_own_choice_or_the_last_relu_on_the_coarsest_grid(
    name, options, deepest
):
    module = build(name, **options).eval()
    assert find_layer(module) == deepest
    assert deepest in layers(module)


def test_every_layer_that_is_offered_has_a_map(problem):
    assert layers(problem.module) == ("first", "relu1", "second", "relu2", "head")
    for name in layers(problem.module):
        found = GRAD_CAM.run(problem, layer=name)
        assert np.isfinite(found).all()
        assert found.min() >= 0


def test_a_layer_that_does_not_exist_is_refused_with_the_names_of_those_that_do(problem):
    with pytest.raises(ExplanationError, match="no layer 'third' to map; choose one of first, relu1, second"):
        GRAD_CAM.run(problem, layer="third")


def test_no_hook_stays_behind_also_after_an_error(problem):
    before = hooks_of(problem.module)
    GRAD_CAM.run(problem)
    layers(problem.module)
    with pytest.raises(ExplanationError):
        GRAD_CAM.run(problem, layer="nosuch")
    assert hooks_of(problem.module) == before
