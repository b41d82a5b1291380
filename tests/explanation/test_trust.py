"""How far a map can be trusted: all checks in one call."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from checked_maps import GRADIENT, small_network
from scipy import ndimage

import workbench as wb
from workbench.errors import ExplanationError, Stopped
from workbench.explanation.methods import registry
from workbench.explanation.methods.registry import find_method, method
from workbench.micrographs.micrograph import Micrograph


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
