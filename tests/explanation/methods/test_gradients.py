"""Methods that follow the gradient, beside finite differences, plain loops and Captum."""

import numpy as np
import pytest
import torch
from captum.attr import InputXGradient, IntegratedGradients, Saliency
from small_networks import Tiny, network, noise, problem_of

from workbench.errors import ExplanationError
from workbench.explanation.explainer import Explainer
from workbench.explanation.methods import find_method
from workbench.explanation.methods.gradients import noise_of
from workbench.explanation.targets import Target
from workbench.micrographs.cleaning import prepare


@pytest.fixture
def problem():
    region = np.zeros((20, 24), bool)
    region[8:12, 9:14] = True
    return problem_of(Tiny(), noise(20, 24), Target.region(region))


def scores(problem, images: np.ndarray) -> np.ndarray:
    """Return the sum of the logits of the target in double precision, by the module alone."""
    module = type(problem.module)().double().eval()
    module.load_state_dict(problem.module.state_dict())
    with torch.no_grad():
        logits = module(torch.from_numpy(images)[:, None].double())
    return ((logits[:, 1] - logits[:, 0]).numpy() * problem.selected).sum((1, 2))


def test_the_gradient_is_what_finite_differences_say(problem):
    image = problem.pixels.astype(np.float64)
    steps = np.eye(image.size).reshape(-1, *image.shape) * 1e-6
    expected = (scores(problem, image + steps) - scores(problem, image - steps)) / 2e-6
    found = find_method("gradient").run(problem)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(found, expected.reshape(image.shape), atol=1e-4)


def test_gradient_times_input_is_the_product_with_intensity_counted_from_the_mean(problem):
    gradient = find_method("gradient").run(problem)
    np.testing.assert_allclose(
        find_method("gradient_x_input").run(problem), gradient * problem.pixels, atol=1e-6
    )


def test_smoothgrad_is_a_plain_loop_over_noisy_copies(problem):
    total = np.zeros_like(problem.pixels)
    sigma = 0.2 * np.ptp(prepare(noise(20, 24).pixels))
    for number in range(5):
        image = torch.from_numpy(problem.pixels + sigma * noise_of(problem, 3, number)).float()
        image = image[None, None].requires_grad_()
        logits = problem.module(image)
        ((logits[0, 1] - logits[0, 0]) * torch.from_numpy(problem.selected)).sum().backward()
        total += image.grad[0, 0].numpy() / 5
    found = find_method("smoothgrad").run(problem, samples=5, noise=0.2, seed=3)
    np.testing.assert_allclose(found, total, atol=1e-5)


def test_the_noise_of_smoothgrad_has_mean_0_and_deviation_1(problem):
    drawn = np.stack([noise_of(problem, 0, number) for number in range(200)])
    assert abs(drawn.mean()) < 0.02
    assert abs(drawn.std() - 1) < 0.02
    assert np.abs(np.corrcoef(drawn[0].ravel(), drawn[1].ravel())[0, 1]) < 0.2


def test_integrated_gradients_sum_to_the_difference_from_an_even_micrograph(problem):
    image = problem.pixels.astype(np.float64)
    change = np.diff(scores(problem, np.stack([0 * image, image])))[0]
    found = find_method("integrated_gradients").run(problem, steps=400)
    assert abs(change) > 0.3
    assert found.sum() == pytest.approx(change, rel=0.01)


def test_the_baseline_is_the_mean_also_where_a_card_scales_from_minimum_to_maximum():
    micrograph, found = noise(20), network(Tiny(), input={"standardise": "minmax"})
    made = Explainer(found, "cpu").explain(micrograph, (10, 10), "integrated_gradients", steps=400)
    ((problem, _),) = made.parts
    mean = prepare(micrograph.pixels, standardise="minmax").mean()
    assert problem.mean == pytest.approx(mean, abs=1e-6)
    change = np.diff(scores(problem, np.stack([np.full_like(problem.pixels, mean), problem.pixels])))[0]
    assert made.map.sum() == pytest.approx(change, rel=0.02)


@pytest.mark.parametrize(
    ("name", "captum", "ours", "theirs"),
    [
        ("gradient", Saliency, {}, {"abs": False}),
        ("gradient_x_input", InputXGradient, {}, {}),
        (
            "integrated_gradients",
            IntegratedGradients,
            {"steps": 30},
            {"n_steps": 30, "method": "gausslegendre"},
        ),
    ],
)
def test_captum_says_the_same(problem, name, captum, ours, theirs):
    image = problem.image.clone().requires_grad_()
    expected = captum(problem.scorer).attribute(image, **theirs)[0, 0].detach().numpy()
    np.testing.assert_allclose(find_method(name).run(problem, **ours), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("integrated_gradients", {"steps": 0}),
        ("smoothgrad", {"samples": 0}),
        ("smoothgrad", {"noise": -1.0}),
        ("smoothgrad", {"seed": -1}),
        ("gradient", {"steps": 3}),
    ],
)
def test_an_option_that_cannot_be_is_refused_in_a_sentence(problem, name, options):
    with pytest.raises(ExplanationError, match=r"at least|has no option"):
        find_method(name).run(problem, **options)
