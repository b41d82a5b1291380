"""The page of a study without a score yet; `test_study.py` writes one of cells that are done."""

import pytest

from workbench.study.cells import cells_of
from workbench.study.evaluation_set import describe_tests, open_tests
from workbench.study.page import write_page
from workbench.study.plan import read_plan
from workbench.study.results import Result


@pytest.fixture
def written(plan, tmp_path):
    """Write the page of a study of whose cells some have ended; return its text."""

    def write(results, notes=()):
        read, _text = read_plan(plan())
        tests = open_tests(read)
        table, _sha256 = describe_tests(read, tests)
        return write_page(read, tmp_path, cells_of(read), results, table, tests, notes).read_text()

    return write


def test_a_page_before_the_first_score_says_what_the_study_is_and_shows_no_table(written, tmp_path):
    page = written({}, ["ImageNet weights are left out"])
    assert page.startswith("# Two networks on discs\n")
    assert "ImageNet weights are left out" in page
    assert "![" not in page
    assert "## What this does and does not tell" not in page
    assert "## Cells that failed" not in page


def test_why_cells_failed_stands_in_a_table_whatever_is_in_the_sentence(written):
    page = written({"unet-d1-s0": Result(cell="unet-d1-s0", status="failed", recipe={}, why="a | b")})
    assert "| `unet-d1-s0` | a \\| b |" in page
    assert "`--retry` tries them again." in page


def test_every_file_that_the_page_names_is_there(written, tmp_path):
    page = written({})
    names = {"table", "comparisons", "networks", "scores", "curves", "cells", "test-micrographs"}
    assert {path.stem for path in tmp_path.glob("*.csv")} == names
    assert all(f"({name}.csv)" in page for name in names)
