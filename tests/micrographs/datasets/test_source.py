"""Files and folders of a set that cannot be read, in a sentence each."""

import errno
from pathlib import Path

import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets.source import is_folder, unreadable


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.EACCES, "/set may not be read by you; change its permissions or copy it to your own folder."),
        (errno.EPERM, "/set may not be read by you; change its permissions or copy it to your own folder."),
        (errno.ENOENT, "/set does not exist; check the name."),
        (errno.ENOTDIR, "/set does not exist; check the name."),
        (errno.EAGAIN, "/set is being written by another program; close that and try again."),
        (errno.EIO, "/set is damaged or cut short; copy it again."),
    ],
)
def test_each_way_not_to_be_read_says_what_to_do(code, said):
    assert str(unreadable(Path("/set"), OSError(code, "why"))) == said


def test_a_folder_is_one_and_a_file_or_nothing_is_none(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    assert is_folder(tmp_path)
    for name in ("file", "gone", "file/below"):
        assert not is_folder(tmp_path / name)

    def closed(_path):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", closed)
    with pytest.raises(DatasetError, match="may not be read by you"):
        is_folder(tmp_path)
