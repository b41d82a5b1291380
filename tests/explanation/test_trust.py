"""Each figure of trust against a map or a network whose answer is known."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from captum.metrics import infidelity as captum_infidelity
from captum.metrics import sensitivity_max
from scipy import ndimage, stats
from torch import nn

import workbench as wb
from workbench.errors import ExplanationError, Stopped
from workbench.explanation.agreement import agreement, grain, rank_correlation
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.explanation.deletion import Steps, as_smooth_as, curves, evidence, without_detail
from workbench.explanation.fidelity import NOISE, infidelity, sensitivity, squares
from workbench.explanation.methods import registry
from workbench.explanation.methods.registry import find_method, method
from workbench.explanation.randomisation import layers_from_the_top, randomised
from workbench.explanation.trust_figures import Randomised
from workbench.explanation.trust_report import Trust
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.module import SegmentationModule
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.networks.steps import Convolution

GRADIENT = find_method("gradient")


class Linear(SegmentationModule):
    """One convolution: what each pixel contributes to the answer is known."""

    def __init__(self) -> None:
        super().__init__(classes=1, dilation=1, levels=1, options={})
        self.only = nn.Conv2d(1, 1, 7, padding=3)

    def path(self):
        return [Convolution(7)]

    def forward(self, x):
        return self.only(x)


def linear_problem(sign: int = 1) -> AttributionInput:
    torch.manual_seed(0)
    module = Linear().eval()
    image = np.random.default_rng(1).normal(size=(40, 48)).astype(np.float32)
    selected = np.zeros(image.shape, np.bool_)
    selected[12:26, 15:30] = True
    window = (slice(0, 40), slice(0, 48))
    return AttributionInput(module, torch.from_numpy(image)[None, None], selected, sign, window, None, 100.0)


def slopes(problem: AttributionInput) -> np.ndarray:
    """dS/dx of the linear network, by SciPy."""
    kernel = problem.module.only.weight.detach().numpy()[0, 0]
    return problem.sign * ndimage.convolve(problem.selected.astype(float), kernel, mode="constant")


def small_network() -> Network:
    """A U-Net with random weights, and offsets as after a training."""
    torch.manual_seed(0)
    module = build("unet", base=4, depth=2)
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.3)
                layer.bias.normal_(0, 0.3)
    return Network(module.eval(), Card(name="small", architecture="unet"))


def small_unet(edge: int = 64) -> AttributionInput:
    module = small_network().module
    image = np.random.default_rng(2).normal(size=(edge, edge)).astype(np.float32)
    selected = np.zeros(image.shape, np.bool_)
    selected[24:40, 20:36] = True
    window = (slice(0, edge), slice(0, edge))
    return AttributionInput(module, torch.from_numpy(image)[None, None], selected, 1, window, None, 1000.0)


@pytest.fixture
def explained(disc):
    """The gradient of a small network with random weights on a disc."""
    micrograph, mask = disc
    return wb.explain(micrograph, small_network(), wb.Target.particle(mask, (80, 90)), "gradient"), mask


@pytest.fixture
def edges(monkeypatch):
    """A method that never asks the network: the edges of the micrograph."""
    monkeypatch.setattr(registry, "_METHODS", {**registry._METHODS})

    @method("edges", "Edges", signed=False)
    def _edges(problem, watch):
        return ndimage.gaussian_gradient_magnitude(problem.pixels, 1.5).astype(np.float32)

    return find_method("edges")


@pytest.fixture
def guided(monkeypatch):
    """Guided backpropagation, which is known not to heed the weights (Adebayo et al. 2018)."""
    monkeypatch.setattr(registry, "_METHODS", {**registry._METHODS})

    @method("guided", "Guided", signed=True, kind="gradient")
    def _guided(problem, watch):
        hooks = [
            layer.register_full_backward_hook(lambda _layer, given, _came: (given[0].clamp(min=0),))
            for layer in problem.module.modules()
            if isinstance(layer, nn.ReLU)
        ]
        image = problem.image.clone().requires_grad_()
        (found,) = torch.autograd.grad(problem.scorer(image).sum(), image)
        for hook in hooks:
            hook.remove()
        return found[0, 0].numpy()

    return find_method("guided")


@pytest.mark.parametrize("sign", [1, -1])
def test_no_order_beats_what_a_linear_network_adds_up(sign):
    problem = linear_problem(sign)
    exact = (slopes(problem) * (problem.pixels - without_detail(problem))).astype(np.float32)
    deletion, insertion = curves(problem, exact, Steps(20, 2), 0, Progress())
    rng = np.random.default_rng(3)
    rivals = [rng.normal(size=exact.shape), exact + rng.normal(size=exact.shape) * exact.std() / 4]
    rivals += [np.abs(slopes(problem)), np.abs(exact), problem.pixels, -problem.pixels, -exact]
    for rival in rivals:
        other, back = curves(problem, rival.astype(np.float32), Steps(20, 1), 0, Progress())
        assert deletion.area < other.area
        assert insertion.area > back.area
    assert deletion.better_than_random
    assert deletion.better_than_intensity
    assert insertion.better_than_random
    assert insertion.better_than_intensity


def test_a_curve_of_a_linear_network_is_the_sum_of_what_is_left():
    problem = linear_problem()
    exact = slopes(problem) * (problem.pixels - without_detail(problem))
    deletion, insertion = curves(problem, exact.astype(np.float32), Steps(10, 1), 0, Progress())
    gone = np.concatenate([[0], np.cumsum(np.sort(exact.ravel())[::-1])])
    at = np.round(deletion.fractions * exact.size).astype(int)
    size = abs(exact.sum())
    assert np.allclose(deletion.by_map, (exact.sum() - gone[at]) / size, atol=1e-4)
    assert np.allclose(insertion.by_map, gone[at] / size, atol=1e-4)


def test_random_maps_are_as_smooth_as_the_map():
    smooth = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(50, 61)), 4)
    drawn = as_smooth_as(smooth, np.random.default_rng(1))
    power = [np.abs(np.fft.fft2(image - image.mean())) for image in (smooth, drawn)]
    assert np.allclose(*power, atol=1e-4 * power[0].max())
    assert abs(np.corrcoef(smooth.ravel(), drawn.ravel())[0, 1]) < 0.5


def test_what_speaks_for_the_answer_is_the_size_of_a_derivative_and_the_sign_of_a_share():
    found = np.array([[-2.0, 1.0]], np.float32)
    assert evidence(found, GRADIENT).tolist() == [[2.0, 1.0]]
    assert evidence(found, find_method("integrated_gradients")).tolist() == [[-2.0, 1.0]]


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


def test_a_method_that_ignores_the_network_fails(explained, edges):
    exp, _ = explained
    fake = replace(exp, method="edges", parts=tuple((one, edges.run(one)) for one, _ in exp.parts))
    found = fake.trust(quick=True)
    assert found.randomised.rank_correlation[-1] == pytest.approx(1)
    assert found.randomised.similarity[-1] == pytest.approx(1)
    assert found.failed
    assert not found.depends_on_weights
    assert found.line.startswith("FAILED: same map with random weights")
    assert "fails the weight-randomisation check" in found.sentences[0]


def test_trained_weights_matter_to_the_gradient_and_not_to_guided_backpropagation(guided):
    micrograph, truth = wb.open_sample("easy")
    at = tuple(int(place[len(place) // 2]) for place in np.nonzero(truth))
    network = wb.load_network("unet")
    passed, failed = (
        randomised(
            *wb.explain(micrograph, network, at, name).parts[0], find_method(name), {}, 1, 0, Progress()
        )
        for name in ("gradient_x_input", "guided")
    )
    assert passed.depends_on_weights
    assert passed.rank_correlation[-1] < 0.1
    assert not failed.depends_on_weights
    assert failed.same_map
    assert failed.rank_by_chance < 0.1


def test_the_cascade_goes_from_the_answer_to_the_micrograph_and_leaves_the_network_alone():
    problem = small_unet()
    before = {name: value.clone() for name, value in problem.module.state_dict().items()}
    found = randomised(problem, GRADIENT.run(problem), GRADIENT, {}, 5, 0, Progress())
    names = [name for name, _ in layers_from_the_top(problem.module)]
    convolutions = [
        name
        for name, layer in problem.module.named_modules()
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)
    ]
    assert names[0] == "head"
    assert names[-1] == found.layers[-1] == "downs.0.0"
    assert set(names) >= set(convolutions)
    assert len(found.layers) == len(found.rank_correlation) == len(found.similarity) == 5
    assert all(torch.equal(value, before[name]) for name, value in problem.module.state_dict().items())


def test_maps_that_only_fade_alike_with_the_distance_are_not_correlated():
    target = np.zeros((80, 80), np.bool_)
    target[40, 40] = True
    fading = np.exp(-ndimage.distance_transform_edt(~target) / 6)
    first, second = (
        fading * np.abs(np.random.default_rng(seed).normal(size=fading.shape)) for seed in (0, 1)
    )
    assert stats.spearmanr(first.ravel(), second.ravel())[0] > 0.7
    assert abs(rank_correlation(first, second, target)) < 0.05
    assert rank_correlation(first, 3 * first, target) == pytest.approx(1)
    assert rank_correlation(first, np.ones_like(first), target) == 0


TARGET = np.hypot(*(np.mgrid[:120, :140] - np.array([60, 70])[:, None, None])) < 30
FADING = np.exp(-ndimage.distance_transform_edt(~TARGET) / 30)


def smooth_map(seed: int, width_px: float) -> np.ndarray:
    """A random map that fades with the distance from the target, as all maps do."""
    return FADING * ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=TARGET.shape), width_px)


def patchy_map(seed: int, edge: int = 24, stride: int = 12) -> np.ndarray:
    """A map as occlusion makes it: means over patches on a grid, each patch with a value of its own."""
    rng = np.random.default_rng(seed)
    total, times = np.zeros(TARGET.shape), np.zeros(TARGET.shape)
    for row in range(-stride, TARGET.shape[0], stride):
        for column in range(-stride, TARGET.shape[1], stride):
            patch = (slice(max(0, row), row + edge), slice(max(0, column), column + edge))
            total[patch] += rng.normal()
            times[patch] += 1
    return FADING * total / times


def verdict(found: np.ndarray, other: np.ndarray) -> Randomised:
    one = agreement(found, other, TARGET)
    return Randomised(
        ("all",),
        np.array([one.rank]),
        np.zeros(1),
        np.array([one.similarity]),
        one.rank_by_chance,
        one.similarity_by_chance,
    )


@pytest.mark.parametrize("drawn", [lambda seed: smooth_map(seed, 12), patchy_map], ids=["smooth", "patchy"])
def test_smooth_maps_that_share_nothing_are_not_called_the_same(drawn):
    found = [verdict(drawn(2 * seed), drawn(2 * seed + 1)) for seed in range(20)]
    # 39 random maps for each of two figures: a false alarm in at most 2 of 40 pairs; 4 of 20 come once in 60 times
    assert sum(one.same_map for one in found) <= 3


def test_agreement_that_chance_reaches_is_no_failure_and_is_told():
    pairs = [(smooth_map(2 * seed, 12), smooth_map(2 * seed + 1, 12)) for seed in range(40)]
    found = [verdict(*pair) for pair in pairs]
    by_chance = [one for one in found if not one.depends_on_weights and not one.same_map]
    assert by_chance  # the plain threshold fails these
    for one in by_chance:
        assert (
            one.similarity[-1] <= one.similarity_by_chance or one.rank_correlation[-1] <= one.rank_by_chance
        )
        trust = Trust("Occlusion", None, None, None, None, one, None)
        assert not trust.failed
        assert trust.line.startswith("weights: map too smooth to tell")
        assert "maps as smooth as this one do so by chance" in trust.sentences[0]


@pytest.mark.parametrize("drawn", [lambda seed: smooth_map(seed, 12), patchy_map], ids=["smooth", "patchy"])
def test_a_smooth_map_beside_itself_with_noise_is_called_the_same(drawn):
    for seed in range(5):
        found = drawn(seed)
        noise = FADING * np.random.default_rng(100 + seed).normal(size=TARGET.shape) * found.std() / 2
        assert verdict(found, found + noise).same_map
        assert verdict(found, found).same_map


def test_the_grain_of_a_map_is_that_of_its_patches():
    assert grain(np.random.default_rng(0).normal(size=(80, 90))) == 1
    squares = np.repeat(np.repeat(np.random.default_rng(0).normal(size=(12, 14)), 10, 0), 10, 1)
    assert 5 <= grain(squares) <= 6  # the autocorrelation of squares of 10 px falls to a half at 5
    assert grain(np.ones((40, 50))) == 50


def test_the_same_seed_gives_the_same_figures(explained):
    exp, mask = explained
    first, again, other = (exp.trust(quick=True, truth=mask, seed=seed).to_dict() for seed in (3, 3, 4))
    for found in (first, again, other):
        del found["seconds"]
    assert first == again
    assert first["sensitivity"] != other["sensitivity"]
    assert first["deletion"]["by_random"] != other["deletion"]["by_random"]
    # only pixels of equal value, which nothing depends on, go in another order
    assert np.allclose(first["deletion"]["by_map"], other["deletion"]["by_map"], atol=1e-3)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_stop_ends_it_wherever_it_is(explained, share):
    exp, _ = explained
    asked = []
    exp.trust(quick=True, stop=lambda: bool(asked.append(True)))
    left = int(share * len(asked))
    assert len(asked) > 20
    asked.clear()

    def stop() -> bool:
        asked.append(True)
        return len(asked) > left

    with pytest.raises(Stopped):
        exp.trust(quick=True, stop=stop)
    assert len(asked) == left + 1


def test_progress_runs_from_nothing_to_all(explained):
    exp, _ = explained
    said = []
    exp.trust(quick=True, progress=lambda done, text: said.append((done, text)))
    done = [fraction for fraction, _ in said]
    assert done[0] == 0
    assert done == sorted(done)
    assert done[-1] <= 1
    assert said[0][1] == "small, how far to trust gradient"


@pytest.mark.parametrize("name", ["gradient", "gradient_x_input"])
def test_an_even_micrograph_gets_figures_and_sentences(name):
    pixels = np.full((320, 320), 7, np.float32)
    pixels[:3, :3], pixels[-3:, -3:] = 8, 6  # out of sight: a micrograph that is even everywhere is refused
    even = Micrograph(pixels, None, "even")
    explained = wb.explain(even, small_network(), (160, 160), name)
    assert np.ptp(explained.parts[0][0].pixels) == 0
    found = explained.trust(quick=True, truth=np.ones((320, 320), np.bool_))
    assert found.deletion is None
    assert found.insertion is None
    assert found.infidelity is None
    assert np.isfinite(found.randomised.rank_correlation).all()
    assert np.isfinite(found.randomised.similarity).all()
    json.dumps(found.to_dict(), allow_nan=False)
    if name == "gradient":
        assert found.line == "weights matter · nothing to delete · points inside"
        assert "there is nothing to take away" in found.sentences[1]
    else:
        assert found.line == "empty map: it says nothing"
        assert not found.failed
        assert len(found.sentences) == 1


def test_figures_are_read_where_there_is_no_torch(explained, tmp_path):
    exp, mask = explained
    found = exp.trust(quick=True, truth=mask)
    (tmp_path / "trust").write_bytes(pickle.dumps(found))
    code = (
        "import pickle, sys; found = pickle.load(open(sys.argv[1], 'rb')); print(found.line); "
        "print(*found.sentences); assert 'torch' not in sys.modules"
    )
    run = [sys.executable, "-c", code, str(tmp_path / "trust")]
    said = subprocess.run(run, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert said.splitlines()[0] == found.line
    assert said.splitlines()[1] == " ".join(found.sentences)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["line"] == found.line


def test_a_target_in_parts_is_measured_on_the_largest_and_says_so(explained):
    exp, _ = explained
    problem, found = exp.parts[0]
    few, rest = problem.selected.copy(), problem.selected.copy()
    middle = int(np.median(np.nonzero(few)[0]))
    few[middle - 8 :], rest[: middle - 8] = False, False
    parts = [(few, GRADIENT.run(replace(problem, selected=few))), (rest, found)]
    cut = replace(exp, parts=tuple((replace(problem, selected=part), one) for part, one in parts))
    trusted = cut.trust(quick=True)
    assert trusted.share_of_target == max(few.sum(), rest.sum()) / problem.selected.sum()
    assert f"holds {trusted.share_of_target:.0%} of it" in trusted.sentences[-1]
    larger = parts[int(np.argmax([few.sum(), rest.sum()]))]
    alone = replace(exp, parts=((replace(problem, selected=larger[0]), larger[1]),)).trust(quick=True)
    assert alone.deletion.area == trusted.deletion.area


def test_a_map_without_its_network_says_so(explained):
    exp, _ = explained
    with pytest.raises(ExplanationError, match="explain again"):
        replace(exp, parts=()).trust()
