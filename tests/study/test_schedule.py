"""Cells are worked through; what a worker leaves that was ended, and how long the rest takes."""

from pathlib import Path

import pytest
from distributed.scheduler import KilledWorker

from workbench.study import schedule
from workbench.study.cells import cells_of
from workbench.study.plan import read_plan
from workbench.study.results import Result, read_result, write_result
from workbench.study.work import Job


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KilledWorker("task", None, 0), "Its process was ended, most likely for want of memory"),
        (OSError("no room\nat all"), "OSError: no room"),
    ],
)
def test_a_worker_that_was_ended_leaves_a_failed_cell(plan, tmp_path, error, said):
    class Future:
        def result(self):
            raise error

    cell = cells_of(read_plan(plan())[0])[0]
    outcome, why = schedule._outcome(Future(), Job(cell, tmp_path, (), "", (), Path()))
    result = read_result(tmp_path, cell.name)
    assert outcome == "failed"
    assert why.startswith(said)
    assert result is not None
    assert (result.status, result.why) == ("failed", why)
    assert result.is_of(cell)


def test_what_is_left_is_estimated_from_cells_alike(plan, tmp_path):
    cells = {cell.name: cell for cell in cells_of(read_plan(plan())[0])}
    for name, wall_s in (("unet-d1-s0", 100.0), ("residual_unet-d1-s0", 10.0)):
        write_result(tmp_path, Result(cell=name, status="done", recipe={}, wall_s=wall_s))
    finished = [cells.pop(name) for name in ("unet-d1-s0", "residual_unet-d1-s0")]
    left = schedule.TimeLeft(list(cells.values()), finished, tmp_path, 2)
    assert left.seconds() == pytest.approx((2 * 100 + 2 * 10) / 2)
    assert left.said() == "; about 2 min left"
    assert schedule.TimeLeft(list(cells.values()), [], tmp_path, 2).said() == ""
