"""Click after click: what is kept and what is refused."""

import threading

import numpy as np
import pytest
import torch
from small_networks import Tiny, network, noise

from workbench.errors import ExplanationError, Stopped
from workbench.explanation import explainer as explaining
from workbench.explanation.explainer import Explainer
from workbench.explanation.methods import method_names
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.registry import build

QUICK = {
    "integrated_gradients": {"steps": 4},
    "smoothgrad": {"samples": 2},
    "occlusion": {"edge_px": 8, "stride_px": 8},
    "rise": {"masks": 4},
}


@pytest.mark.parametrize("method", method_names())
def test_every_method_gives_a_finite_map_of_the_shape_of_the_micrograph(explainer, method):
    micrograph = noise(33, 41)
    found = explainer.explain(micrograph, (11, 13), method, **QUICK.get(method, {}))
    assert found.map.shape == micrograph.shape
    assert found.map.dtype == np.float32
    assert np.isfinite(found.map).all()


@pytest.mark.parametrize("method", method_names())
def test_every_method_gives_a_finite_map_also_of_a_micrograph_with_one_bright_pixel(explainer, method):
    pixels = np.zeros((33, 41), np.float32)
    pixels[12, 14] = 1
    found = Explainer(network(Tiny(), input={"outliers": "none"}), "cpu").explain(
        Micrograph(pixels, None, "dot"), (11, 13), method, **QUICK.get(method, {})
    )
    assert np.isfinite(found.map).all()


@pytest.mark.parametrize("method", method_names())
def test_a_second_output_changes_no_map(method):
    torch.manual_seed(0)
    two, one = (
        build("unet", base=4, depth=2, norm="none", distance=distance).eval() for distance in (True, False)
    )
    one.load_state_dict({key: two.state_dict()[key] for key in one.state_dict()})
    maps = [
        Explainer(network(module), "cpu")
        .explain(noise(33, 41), (11, 13), method, **QUICK.get(method, {}))
        .map
        for module in (two, one)
    ]
    assert np.array_equal(*maps)


def test_a_micrograph_is_prepared_once_and_told_from_others_by_its_pixels_and_their_size(
    explainer, monkeypatch
):
    prepared = []
    see = explaining.see
    monkeypatch.setattr(explaining, "see", lambda *given: prepared.append(given) or see(*given))
    first, second = noise(32), noise(32, seed=1)
    for micrograph in (first, first, noise(32), second, first, second):
        explainer.explain(micrograph, (9, 9), "gradient")
    assert len(prepared) == 2
    explainer.explain(first.with_nm_per_px(0.05), (9, 9), "gradient")
    assert len(prepared) == 3


def test_the_map_of_a_click_does_not_depend_on_the_click_before(explainer):
    fresh = Explainer(network(Tiny()), "cpu").explain(noise(32), (9, 9), "gradient").map
    explainer.explain(noise(32, seed=1), (20, 20), "guided_backprop")
    explainer.explain(noise(32), (4, 4), "grad_cam")
    np.testing.assert_array_equal(explainer.explain(noise(32), (9, 9), "gradient").map, fresh)


@pytest.mark.parametrize("at", [(-1, 3), (3, 41), (33, 0)])
def test_a_click_outside_is_refused_in_a_sentence(explainer, at):
    with pytest.raises(ExplanationError, match="lies outside the micrograph of 33 x 41 px; click inside"):
        explainer.explain(noise(33, 41), at, "gradient")


def test_a_target_of_another_micrograph_is_refused_in_a_sentence(explainer):
    with pytest.raises(ExplanationError, match="belongs to a micrograph of shape"):
        explainer.explain(noise(33, 41), Target.pixel((20, 20), (3, 3)), "gradient")


def test_a_method_that_does_not_exist_is_refused_with_the_names_of_those_that_do(explainer):
    with pytest.raises(ExplanationError, match="no method 'magic'; choose one of grad_cam, gradient"):
        explainer.explain(noise(33), (3, 3), "magic")


def test_stop_ends_it_within_a_pass_and_the_next_click_is_answered(explainer):
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 5

    with pytest.raises(Stopped):
        explainer.explain(noise(33), (9, 9), "rise", stop=stop)
    assert len(asked) == 6
    assert explainer.explain(noise(33), (9, 9), "gradient").map.any()


def test_who_asks_the_module_later_from_another_thread_is_not_stopped_by_what_goes_on(explainer):
    problem = explainer.explain(noise(33), (9, 9), "gradient").parts[0][0]
    answers = []

    def stop() -> bool:
        if not answers:
            other = threading.Thread(target=lambda: answers.append(problem.values(problem.image)))
            other.start()
            other.join()
        return True

    with pytest.raises(Stopped):
        explainer.explain(noise(33), (9, 9), "gradient", stop=stop)
    assert len(answers) == 1


def test_progress_goes_up_to_1(explainer):
    told = []
    explainer.explain(
        noise(33),
        (9, 9),
        "integrated_gradients",
        steps=6,
        progress=lambda part, text: told.append((part, text)),
    )
    assert [part for part, _ in told] == sorted(part for part, _ in told)
    assert told[-1] == (1.0, f"{explainer.network.card.label}, integrated gradients")
