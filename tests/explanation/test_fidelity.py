"""Infidelity and sensitivity: 0 for a linear network's gradient, and Captum's for a small U-Net."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from captum.metrics import infidelity as captum_infidelity
from captum.metrics import sensitivity_max
from checked_maps import GRADIENT, linear_problem, slopes, small_unet

from workbench.explanation.attribution_input import Progress
from workbench.explanation.deletion import without_detail
from workbench.explanation.fidelity import NOISE, infidelity, sensitivity, squares


def test_the_gradient_of_a_linear_network_foretells_all():
    problem = linear_problem()
    assert infidelity(problem, slopes(problem), GRADIENT, 20, 0, Progress()) < 1e-6
    turned = slopes(problem)[::-1, ::-1]
    assert infidelity(problem, turned, GRADIENT, 20, 0, Progress()) > 0.1
    assert infidelity(problem, np.zeros_like(turned), GRADIENT, 20, 0, Progress()) == pytest.approx(1)


def test_infidelity_is_captums():
    problem = small_unet()
    found = GRADIENT.run(problem)
    away = np.array(list(squares(problem, np.random.default_rng(5), 12)))
    change = torch.from_numpy(np.where(away, without_detail(problem) - problem.pixels, 0).astype(np.float32))[
        :, None
    ]
    expected = captum_infidelity(
        problem.scorer,
        lambda images: (-change, images + change),
        problem.image,
        torch.from_numpy(found)[None, None],
        n_perturb_samples=12,
        normalize=True,
    )
    fell = problem.values(problem.image + change) - problem.values(problem.image)
    assert infidelity(problem, found, GRADIENT, 12, 5, Progress()) == pytest.approx(
        float(expected[0] / (fell**2).mean()), rel=1e-3
    )


def test_the_gradient_of_a_linear_network_holds_still():
    problem = linear_problem()
    found = GRADIENT.run(problem)
    assert np.allclose(found, slopes(problem), atol=1e-5)
    assert sensitivity(problem, found, GRADIENT, {}, 3, 0, Progress()) == 0


def test_sensitivity_is_captums():
    problem = small_unet()
    rng = np.random.default_rng(7)

    def explain(images):
        with torch.enable_grad():  # which Captum switches off
            each = [GRADIENT.run(replace(problem, image=image[None])) for image in images[0]]
        return (torch.from_numpy(np.stack(each))[:, None],)

    def noisy(images):
        drawn = [rng.uniform(-NOISE, NOISE, image.shape[1:]).astype(np.float32) for image in images]
        return (images + torch.from_numpy(np.stack(drawn))[:, None],)

    # a tuple in and a tuple out, as Captum's own methods: given a tensor it takes the batch for the tuple
    expected = float(sensitivity_max(explain, problem.image, noisy, n_perturb_samples=4)[0])
    assert expected > 0.01
    assert sensitivity(problem, GRADIENT.run(problem), GRADIENT, {}, 4, 7, Progress()) == pytest.approx(
        expected, rel=1e-4
    )
