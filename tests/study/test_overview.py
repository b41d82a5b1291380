"""What a study is, before it begins, and what keeps it from beginning."""

from pathlib import Path

import pytest

from workbench.errors import RecipeError
from workbench.study.overview import PlannedCell, overview
from workbench.study.results import Result, write_result


def look_over(path: Path, out: Path, folder: Path):
    told = {"progress": lambda _done, _text: None, "stop": lambda: False}
    return overview(path.read_text(), "plan.toml", out, folder, **told)


def test_an_overview_names_cells_and_test_micrographs_from_any_folder(plan, sets, tmp_path):
    path = plan((f"{sets}/", ""), ("seeds = [0, 1, 2]", "seeds = [0, 1, 2]\ndilations = [1, 2]"))
    assert str(sets) not in path.read_text()
    found = look_over(path, tmp_path / "out", sets)
    assert (found.name, found.title, found.warnings) == ("tiny", "Two networks on discs", ())
    assert len(found.cells) == 2 * 2 * 3
    assert found.cells[1] == PlannedCell("unet-d2-s0", "U-Net", "none", "U-Net", "2", None, 0)
    assert (found.tests, found.micrographs) == (("test",), 4)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["train"]', '["nosuch"]', "nosuch is neither a folder or file that exists"),
        ('["test"]', '["train"]', "train is a test set, and unet is trained or validated on it"),
        ("crop = 64", "crop = 128", "crop 128 is larger than the smallest micrograph"),
        ('["test"]', '["validation"]', "no dose is known, of 2 of 2 test micrographs"),
    ],
)
def test_what_is_missing_is_a_sentence_of_the_overview(plan, sets, tmp_path, old, new, said):
    (warning,) = look_over(plan((f"{sets}/", ""), (old, new)), tmp_path / "out", sets).warnings
    assert said in warning
    assert str(sets) not in warning


def test_each_set_that_is_missing_is_named(plan, sets, tmp_path):
    path = plan((f"{sets}/", ""), ('["train"]', '["a"]'), ('["test"]', '["b"]'))
    (warning,) = look_over(path, tmp_path / "out", sets).warnings
    assert warning.startswith("a is neither a folder or file that exists")
    assert warning.endswith(". The same holds for b.")


def test_a_mistake_in_the_plan_is_said_with_its_line_and_key(plan, sets, tmp_path):
    with pytest.raises(RecipeError, match=r"plan\.toml: line 4: seed is not a key of a study"):
        look_over(plan(("seeds = [", "seed = [")), tmp_path / "out", sets)


def test_a_folder_with_cells_of_another_plan_is_doubted(plan, sets, tmp_path):
    write_result(tmp_path, Result(cell="unet-d1-s0", status="done", recipe={}))
    (warning,) = look_over(plan(), tmp_path, sets).warnings
    assert "holds unet-d1-s0 of another plan" in warning
