"""Batches that shrink where memory is short."""

import numpy as np
import pytest
from small_networks import Tiny, noise

from workbench.errors import ComputeError
from workbench.explanation.attribution_input import AttributionInput
from workbench.explanation.methods import find_method


def room_for(most: int, monkeypatch) -> list[int]:
    """Let a pass of more than so many images run out of memory, as torch on a CPU says it; note each pass."""
    tried = []
    forward = Tiny.forward

    def limited(self, x):
        tried.append(len(x))
        if len(x) > most:
            raise RuntimeError(
                "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory"
            )
        return forward(self, x)

    monkeypatch.setattr(Tiny, "forward", limited)
    return tried


@pytest.mark.parametrize("method", ["integrated_gradients", "smoothgrad", "rise", "occlusion"])
def test_out_of_memory_means_smaller_batches_the_same_map_and_a_sentence(explainer, method, monkeypatch):
    options = {"integrated_gradients": {"steps": 20}, "smoothgrad": {"samples": 20}, "rise": {"masks": 20}}
    given = options.get(method, {"edge_px": 3, "stride_px": 3})
    expected = explainer.explain(noise(33), (9, 9), method, **given).map
    tried, told = room_for(3, monkeypatch), []
    monkeypatch.setattr(AttributionInput, "most_at_once", 16)
    found = explainer.explain(
        noise(33), (9, 9), method, progress=lambda _part, text: told.append(text), **given
    )
    np.testing.assert_allclose(found.map, expected, atol=1e-5)
    assert found.notes[-1] == "memory is short: 2 images at a time"
    assert told[-1].endswith(found.notes[-1])
    assert max(tried) == 16


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient", "guided_backprop", "grad_cam"])
def test_where_not_even_one_image_fits_a_sentence_says_what_to_do(explainer, method, monkeypatch):
    room_for(0, monkeypatch)
    with pytest.raises(ComputeError, match="does not fit into the memory of cpu; choose a smaller target"):
        explainer.explain(noise(33), (9, 9), method)


def test_an_error_that_is_not_of_memory_is_not_taken_for_one(explainer, monkeypatch):
    problem = explainer.explain(noise(33), (9, 9), "gradient").parts[0][0]
    monkeypatch.setattr(
        Tiny, "forward", lambda _self, _x: (_ for _ in ()).throw(RuntimeError("a size mismatch"))
    )
    with pytest.raises(RuntimeError, match="a size mismatch"):
        find_method("integrated_gradients").run(problem, steps=4)
