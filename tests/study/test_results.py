"""What came of a cell is one file, and one that cannot be read is as none."""

import pytest

from workbench.study.cells import cells_of
from workbench.study.plan import read_plan
from workbench.study.results import Epoch, MicrographScore, Result, read_result, result_file, write_result

SCORE = MicrographScore(
    set="t", micrograph="m", dice_hard=0.9, iou=0.8, precision=0.7, recall=0.6, seconds=0.1
)


def test_a_result_is_read_as_it_was_written(tmp_path):
    made = Result(
        cell="a-d1-s0",
        status="done",
        recipe={"name": "a"},
        scores=[SCORE],
        curve=[Epoch(step=3, loss=1.0, dice_hard=0.5)],
    )
    write_result(tmp_path, made)
    assert read_result(tmp_path, "a-d1-s0") == made
    assert [path.name for path in result_file(tmp_path, "a-d1-s0").parent.iterdir()] == ["a-d1-s0.json"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"cell": "a"}', b'{"cell": "a", "status": "done", "recipe": {}, "x": 1}', b"\xff"],
)
def test_a_result_that_cannot_be_read_is_made_again(tmp_path, content):
    file = result_file(tmp_path, "a")
    file.parent.mkdir()
    file.write_bytes(content)
    assert read_result(tmp_path, "a") is None
    assert read_result(tmp_path, "gone") is None


def test_a_result_belongs_to_cells_of_its_recipe_only(plan):
    one, other = cells_of(read_plan(plan())[0])[:2]
    made = Result(cell=one.name, status="done", recipe=one.recipe.model_dump(mode="json"))
    assert made.is_of(one)
    assert not made.is_of(other)
    assert not Result(cell=one.name, status="done", recipe={"no": "recipe"}).is_of(one)
