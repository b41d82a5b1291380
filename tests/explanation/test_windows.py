"""The map of the window is that of the whole micrograph: for every architecture, wherever the target lies."""

from functools import cache

import numpy as np
import pytest
import torch
from small_networks import network, noise
from torch import nn

from workbench.errors import ExplanationError
from workbench.explanation import windows
from workbench.explanation.attribution_input import AttributionInput
from workbench.explanation.explainer import Explainer
from workbench.explanation.methods import find_method
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.registry import build
from workbench.segmentation.tiling import pad_to_multiple

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")

SHAPE = (150, 165)
ARCHITECTURES = {
    "unet": {"base": 2, "depth": 3},
    "fcn8s": {"head": 4},
    "residual_unet": {"filters": 2, "blocks": 3},
    "groschner_unet": {"filters": 2, "depth": 3},
    "mixed_scale": {"depth": 8},
}
SMALL = [name for name in ARCHITECTURES if name != "fcn8s"]
PLACES = {"middle": (71, 88), "edge": (0, 67), "corner": (149, 164)}
OPTIONS = {
    "gradient": {},
    "smoothgrad": {"samples": 2},
    "integrated_gradients": {"steps": 3},
    "guided_backprop": {},
    "grad_cam": {},
}


def trained(name: str) -> nn.Module:
    """Build a network whose normalisation is not the identity, as after training."""
    torch.manual_seed(0)
    module = build(name, **ARCHITECTURES[name]).eval()
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.3)
                layer.running_var.uniform_(0.5, 2)
    return module


@cache
def explainer_of(name: str) -> Explainer:
    return Explainer(network(trained(name)), "cpu")


def whole_map(explainer: Explainer, micrograph, target: Target, method: str, **options) -> np.ndarray:
    """Give the method the whole micrograph, filled up to the pooling grid, as its window."""
    module = explainer._module
    seen = windows.see(micrograph, explainer.network.card, module.stride)
    padded = pad_to_multiple(seen.padded, module.stride)
    height, width = micrograph.shape
    selected = np.zeros(padded.shape, bool)
    selected[:height, :width] = target.selected
    problem = AttributionInput(
        module,
        torch.from_numpy(padded)[None, None],
        selected,
        target.sign,
        (slice(0, padded.shape[0]), slice(0, padded.shape[1])),
        None,
        1.0,
        seen.mean,
        seen.span,
    )
    return find_method(method).run(problem, **options)[:height, :width]


def agree(found: np.ndarray, expected: np.ndarray) -> None:
    largest = np.abs(expected).max()
    assert largest > 0
    np.testing.assert_allclose(found / largest, expected / largest, atol=1e-5)


@pytest.mark.parametrize("method", OPTIONS)
@pytest.mark.parametrize("name", SMALL)
def test_a_pixel_in_the_middle_at_the_edge_and_in_the_corner(name, method):
    micrograph, explainer = noise(*SHAPE), explainer_of(name)
    for at in PLACES.values():
        target = Target.pixel(micrograph.shape, at)
        found = explainer.explain(micrograph, target, method, **OPTIONS[method])
        agree_or_both_empty(found.map, whole_map(explainer, micrograph, target, method, **OPTIONS[method]))


def agree_or_both_empty(found: np.ndarray, expected: np.ndarray) -> None:
    # an untrained ReLU may shut all ways back of one pixel
    if expected.any():
        agree(found, expected)
    else:
        assert not found.any()


@pytest.mark.parametrize("method", ["gradient", "grad_cam"])
def test_fcn8s_whose_field_is_404_px_wide(method):
    micrograph, explainer = noise(90, 400), explainer_of("fcn8s")
    target = Target.pixel(micrograph.shape, (41, 3))
    found = explainer.explain(micrograph, target, method)
    ((problem, _),) = found.parts
    assert problem.selected.shape[1] < 300
    agree(found.map, whole_map(explainer, micrograph, target, method))


@pytest.mark.parametrize("name", SMALL)
def test_a_region_of_many_pixels(name):
    micrograph, explainer = noise(*SHAPE), explainer_of(name)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    target = Target.region(np.hypot(rows - 60, columns - 100) < 12)
    agree(
        explainer.explain(micrograph, target, "gradient").map,
        whole_map(explainer, micrograph, target, "gradient"),
    )


def test_the_window_is_smaller_than_the_micrograph_so_that_the_tests_above_say_something():
    for name in SMALL:
        ((problem, _),) = explainer_of(name).explain(noise(*SHAPE), PLACES["edge"], "gradient").parts
        assert problem.selected.size < 0.9 * np.prod(SHAPE), name


@pytest.mark.parametrize("method", ["gradient", "smoothgrad", "integrated_gradients"])
@pytest.mark.parametrize("name", SMALL)
def test_a_target_all_over_the_micrograph_is_cut_into_tiles_that_add_up(name, method, monkeypatch):
    micrograph, explainer = noise(*SHAPE), explainer_of(name)
    target = Target.background(noise(*SHAPE, seed=1).pixels > 100)
    expected = whole_map(explainer, micrograph, target, method, **OPTIONS[method])
    monkeypatch.setattr(windows, "MOST_BYTES", int(explainer._used * 120 * 130))
    found = explainer.explain(micrograph, target, method, **OPTIONS[method])
    assert len(found.parts) > 1
    agree(found.map, expected)


@pytest.mark.parametrize("method", ["guided_backprop", "grad_cam", "occlusion", "rise"])
def test_a_method_whose_parts_do_not_add_up_refuses_a_target_that_does_not_fit(method, monkeypatch):
    explainer = explainer_of("unet")
    monkeypatch.setattr(windows, "MOST_BYTES", int(explainer._used * 120 * 130))
    with pytest.raises(ExplanationError, match="does not fit into memory at once; choose a smaller target"):
        explainer.explain(noise(*SHAPE), Target.region(np.ones(SHAPE, bool)), method)


@pytest.mark.parametrize("method", ["gradient", "rise"])
def test_a_constant_micrograph_is_refused_in_a_sentence(explainer, method):
    with pytest.raises(ExplanationError, match="flat has the same intensity everywhere"):
        explainer.explain(Micrograph(np.full((32, 32), 7, np.float32), None, "flat"), (3, 3), method)
