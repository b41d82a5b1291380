"""A micrograph of a batch has the pixel size that a person gave it, or its own."""

import pytest
from batches import draw

from workbench.batch.opening import open_planned
from workbench.batch.plan import BatchPlan
from workbench.batch.result_names import Source


@pytest.mark.parametrize(
    ("own", "for_all", "of_file", "of_folder", "size"),
    [
        (0.05, None, None, None, 0.05),
        (0.05, None, None, 0.4, 0.05),
        (None, None, None, 0.4, 0.4),
        (None, None, None, None, None),
        (0.05, None, 0.3, 0.4, 0.3),
        (0.05, 0.2, 0.3, 0.4, 0.2),
    ],
)
def test_whose_size_counts(tmp_path, own, for_all, of_file, of_folder, size):
    path = draw(tmp_path / "m.tif", 0, nm_per_px=own)
    typed = {str(path): of_file, str(tmp_path): of_folder, str(tmp_path / "other.tif"): 9.0}
    sizes = {where: value for where, value in typed.items() if value is not None}
    plan = BatchPlan.of([path], ["otsu"], nm_per_px=for_all, sizes=sizes)
    assert open_planned(plan, Source(path)).nm_per_px == size


def test_marks_are_kept_where_that_is_asked_for(tmp_path):
    path = draw(tmp_path / "m.tif", 0)
    assert open_planned(BatchPlan.of([path], ["otsu"], keep_marks=True), Source(path)).marks == ()
