"""A plan is one TOML file: its grid becomes cells, and a mistake is said with its line."""

from pathlib import Path

import pytest
from example_plan import PLAN

from workbench.errors import RecipeError
from workbench.study.cells import cells_of, here
from workbench.study.evaluation_set import check_sets
from workbench.study.plan import read_plan

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "a"', 'nam = "a"', r"line 2: nam is not a key of a study \(did you mean name\?\)"),
        ("seeds = [0, 1, 2]", 'seeds = [0, "x"]', r"line 5: seeds.1: .*integer, not 'x'"),
        ("seeds = [0, 1, 2]", "seeds = [0, 0]", "seeds: 0 stands twice"),
        ("seeds = [0, 1, 2]", "seeds = []", r"line 5: seeds: .*at least 1"),
        (
            '"none", "edges", "imagenet"',
            '"non"',
            r"line 4: initialisations.0: .*'none', 'edges' or 'imagenet'",
        ),
        ("crop = 64", "crp = 64", r"line 20: recipe.crp is not a key of a study \(did you mean crop\?\)"),
        ("crop = 64", "crop = 8", r"line 20: recipe.crop: .*greater than or equal to 32, not 8"),
        ("crop = 64", "seed = 3", r"line 20: recipe.seed is set for each cell by seeds; take it out"),
        ("noise = 0.5", "nois = 0.5", r"line 23: recipe.augmentation.nois .*mean noise\?"),
        ('name = "unet"', 'name = "unett"', r"line 9: .*no architecture called 'unett'; choose one of"),
        ("head = 8", "heads = 8", r"line 13: .*fcn8s has no option heads"),
        ("head = 8", 'weights = "edges"', r"line 14: weights are set by initialisations"),
        ("head = 8", "dilation = 2", r"line 14: dilation is set for each cell by dilations"),
        (
            "learning_rate = 1e-4",
            "learning_rate = -1",
            r"line 15: architectures.1.recipe.learning_rate: .*greater",
        ),
        ("learning_rate = 1e-4", "seed = 1", r"line 15: architectures.1.recipe.seed is set"),
        ("dilations = [1, 2]", "dilations = [1, 0]", r"whole number from 1 to 256, not 0"),
        ("dilations = [1, 2]", "dilations = [[1, 2]]", r"takes one number or 3 \(one per level\), not 2"),
        (
            'name = "fcn8s"\noptions = { head = 8 }',
            'name = "unet"',
            "unet stands twice; give one of them a label",
        ),
        (
            "# a comment",
            "doses_e_per_A2 = [100, 10]",
            "limits of bins: at least two numbers, the smaller first",
        ),
        ("# a comment", "small_sets_at = [1]", "there are no training_sizes"),
        ('validation_sets = ["v"]\n', "", "either validation_sets or a split"),
        ('test_sets = ["t"]\n', "", "test_sets is missing"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path, old, new, said):
    assert old in PLAN
    path = tmp_path / "p.toml"
    path.write_text(PLAN.replace(old, new, 1))
    with pytest.raises(RecipeError, match=said) as error:
        read_plan(path)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(path))


@pytest.mark.parametrize(
    ("text", "said"), [(None, "cannot be read"), ("name = ", "not TOML"), ("", "missing")]
)
def test_a_plan_that_is_none_says_so(tmp_path, text, said):
    path = tmp_path / "p.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RecipeError, match=said):
        read_plan(path)


@pytest.mark.parametrize("path", sorted((ROOT / "studies").glob("*.toml")), ids=lambda path: path.stem)
def test_plans_that_ship_are_read(path):
    plan, _text = read_plan(path)
    assert plan.name == path.stem
    assert len(plan.seeds) >= 3
    assert len(plan.bins) >= 3
    assert {1, 2, 4} <= set(plan.dilations)
    assert len(plan.architectures) >= 3
    said = {"small": 60, "gpu": 210}[path.stem]  # in the comments
    assert len(cells_of(plan)) == said
    assert f"{said} cells" in path.read_text()


def test_the_doses_of_the_test_sets_differ_in_nothing_else():
    from workbench.micrographs.simulation.conditions import find_conditions

    doses = [find_conditions(ROOT / "studies" / "sets" / f"dose-{dose}.toml") for dose in (20, 80, 320)]
    assert [one.dose_e_per_A2 for one in doses] == [(20, 20), (80, 80), (320, 320)]
    assert len({repr(one.model_dump(exclude={"name", "dose_e_per_A2"})) for one in doses}) == 1


def test_cells_may_learn_from_drawn_crops_alone_but_then_have_no_training_size(plan, sets):
    alone = (
        (f'training_sets = ["{sets}/train"]', "training_sets = []"),
        ("workers = 0", "workers = 0\n\n[recipe.synthetic]\nshare = 1"),
    )
    read, _text = read_plan(plan(*alone))
    cells = here(cells_of(read))
    assert {cell.recipe.synthetic.share for cell in cells} == {1}
    check_sets(read, cells)
    sized, _text = read_plan(plan(*alone, ("seeds = [0, 1, 2]", "seeds = [0]\ntraining_sizes = [2]")))
    with pytest.raises(RecipeError, match="2 micrographs are asked for, and there are 0"):
        check_sets(sized, here(cells_of(sized)))
