"""Plans of the data folder, and the folder in which each was begun."""

import json
import os

import pytest
from study_plan import write_study

from workbench.app.core.data_folder import DataFolder
from workbench.app.study.plans import find_plans, folder_inside, read_text, under_way, usual_folder
from workbench.errors import ComputeError, MicrographError, RecipeError
from workbench.process_files import write_process


@pytest.fixture
def data(tmp_path):
    write_study(tmp_path / "data")
    return DataFolder(tmp_path / "data")


def begin(data, name="tiny"):
    """Lay a study out as its process does when it begins; return its folder."""
    folder = data.root / "out" / name
    (folder / "cells").mkdir(parents=True)
    (folder / "study.toml").write_text((data.root / "studies/tiny.toml").read_text())
    return folder


def test_plans_are_found_and_no_recipe_or_set_is_taken_for_one(data):
    write_study(data.root, ('"tiny"', '"other"'), name="other.toml")
    (data.root / "recipe.toml").write_text('name = "a"\narchitecture = "unet"\n')
    (data.root / "studies" / "set.toml").write_text('name = "s"\n')
    assert [path for _label, path in find_plans(data)] == ["other.toml", "studies/tiny.toml"]


def test_a_plan_goes_to_the_folder_in_which_it_was_begun(data):
    assert usual_folder(data, "studies/tiny.toml") == "out/tiny"
    begun = data.root / "out" / "last-week"
    begun.mkdir(parents=True)
    text = (data.root / "studies/tiny.toml").read_text()
    (begun / "study.toml").write_text(text)
    assert usual_folder(data, "studies/tiny.toml") == "out/last-week"
    assert find_plans(data) == [("studies/tiny.toml", "studies/tiny.toml")]
    (data.root / "studies/tiny.toml").write_text(text.replace("[0, 1]", "[0, 1, 2]"))
    assert usual_folder(data, "studies/tiny.toml") == "out/tiny"
    assert find_plans(data)[1] == (
        "out/last-week/study.toml (as it was begun)",
        "out/last-week/study.toml",
    )


def test_a_study_is_named_by_its_plan_and_else_by_its_file(data):
    write_study(data.root, ('name = "tiny"', 'name = "a/b"'), name="other.toml")
    assert usual_folder(data, "other.toml") == "out/a-b"
    (data.root / "third.toml").write_text("no = 1\n")
    assert usual_folder(data, "third.toml") == "out/third"
    assert usual_folder(data, "nosuch.toml") == ""


def test_the_plan_in_the_folder_of_a_study_belongs_to_that_folder(data):
    begin(data, "one")
    begin(data, "two")
    assert usual_folder(data, "out/two/study.toml") == "out/two"


def test_a_study_is_under_way_while_its_process_lives(data):
    folder = begin(data)
    assert under_way(data) is None
    write_process(folder / "process.json", os.getpid())
    assert under_way(data) == ("studies/tiny.toml", "out/tiny")
    (data.root / "studies/tiny.toml").unlink()
    assert under_way(data) == ("out/tiny/study.toml", "out/tiny")
    (folder / "process.json").write_text(json.dumps([os.getpid(), 0.0]))  # the number came again
    assert under_way(data) is None


@pytest.mark.parametrize(
    ("plan", "error", "said"),
    [
        ("", RecipeError, "Choose a plan"),
        ("nosuch.toml", MicrographError, "nosuch.toml: there is no such file"),
        ("studies", RecipeError, "studies: the plan cannot be read"),
        ("../plan.toml", MicrographError, "outside the data folder"),
    ],
)
def test_a_plan_that_cannot_be_read_says_why(data, plan, error, said):
    with pytest.raises(error, match=said):
        read_text(data, plan)


def test_a_plan_that_is_no_text_is_not_listed(data):
    (data.root / "binary.toml").write_bytes(b"[[architectures]] test_sets \xff\xfe")
    (data.root / "large.toml").write_text("[[architectures]] test_sets" + " " * (1 << 20))
    assert [path for _label, path in find_plans(data)] == ["studies/tiny.toml"]


@pytest.mark.parametrize(
    ("out", "said"),
    [
        (" ", "Name a folder for the study"),
        (".", "choose a folder inside the data folder"),
        ("../elsewhere", "choose a folder inside the data folder"),
        ("/tmp", "choose a folder inside the data folder"),
    ],
)
def test_a_study_goes_to_a_folder_of_its_own_inside_the_data_folder(data, out, said):
    with pytest.raises(ComputeError, match=said):
        folder_inside(data, out)
    assert folder_inside(data, " out/new ") == data.root / "out" / "new"
