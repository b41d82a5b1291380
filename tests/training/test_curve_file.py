"""Loss and learning rate of each step in a file that is whole at any moment."""

import errno
import os
from pathlib import Path

import pytest

from workbench.errors import ComputeError
from workbench.training import curve_file
from workbench.training.curve_file import CURVE, keep_points, read_curve

WRITTEN = "step,loss,learning_rate\n1,0.5,0.001\n2,0.25,1e-06\n3,nan,0.001\n"


def test_every_point_is_read_and_a_line_cut_short_is_left_out(tmp_path):
    assert read_curve(tmp_path) == []
    (tmp_path / CURVE).write_text(WRITTEN + "4,0.125,0.0")  # of 0.001
    assert read_curve(tmp_path)[:2] == [(1, 0.5, 0.001), (2, 0.25, 1e-6)]
    assert [step for step, _loss, _rate in read_curve(tmp_path)] == [1, 2, 3]


def test_a_file_that_cannot_be_read_now_is_said(tmp_path):
    (tmp_path / CURVE).mkdir()
    with pytest.raises(ComputeError, match="cannot be read"):
        read_curve(tmp_path)


def test_points_up_to_a_step_are_kept_and_a_new_file_names_its_columns(tmp_path):
    keep_points(tmp_path, 0)
    assert (tmp_path / CURVE).read_text() == "step,loss,learning_rate\n"
    (tmp_path / CURVE).write_text(WRITTEN + "4,0.1")
    keep_points(tmp_path, 2)
    assert (tmp_path / CURVE).read_text() == "step,loss,learning_rate\n1,0.5,0.001\n2,0.25,1e-06\n"


def test_a_disk_that_is_full_leaves_the_older_points(tmp_path, monkeypatch):
    (tmp_path / CURVE).write_text(WRITTEN)
    whole = Path.write_text

    def full(path, text, **names):
        whole(path, text[:10], **names)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(curve_file.Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        keep_points(tmp_path, 2)
    assert (tmp_path / CURVE).read_text() == WRITTEN
    assert len(list(tmp_path.iterdir())) == 1
