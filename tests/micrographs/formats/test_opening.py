"""A file of any format opens, or is refused with one sentence."""

import os
import socket

import numpy as np
import pytest

from workbench.errors import MicrographError
from workbench.micrographs.formats import opening
from workbench.micrographs.reading import list_contents, open_micrograph
from workbench.micrographs.writing import write_tiff


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.dm3", b"", "empty"),
        ("text.tif", b"this is no micrograph\n" * 10, "text"),
        ("noise.dm4", bytes(range(256)) * 40, "noise.dm4"),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "cut.png"),
        ("cut.emd", b"\x89HDF\r\n\x1a\n" + b"\0" * 200, "cut.emd"),
    ],
)
def test_broken_files_are_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MicrographError, match=said) as refused:
        open_micrograph(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_a_wrong_suffix_is_no_obstacle(tmp_path):
    write_tiff(tmp_path / "a.tif", np.ones((4, 6), np.float32), 0.1)
    (tmp_path / "a.tif").rename(tmp_path / "a.dm3")
    assert open_micrograph(tmp_path / "a.dm3").shape == (4, 6)


def test_a_library_that_is_not_installed_is_named_and_no_file_called_damaged(tmp_path, monkeypatch):
    def read(_path, _stack):
        raise ModuleNotFoundError("No module named 'blosc'", name="blosc.codecs")

    monkeypatch.setitem(opening._READERS, "npy", read)
    np.save(tmp_path / "a.npy", np.zeros((4, 4)))
    with pytest.raises(MicrographError, match="needs blosc, which is not installed here; pip install blosc"):
        open_micrograph(tmp_path / "a.npy")


@pytest.mark.parametrize("read", [open_micrograph, list_contents])
def test_what_is_no_file_is_refused_at_once(tmp_path, monkeypatch, read):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    os.mkfifo(tmp_path / "pipe.tif")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.tif")
        for name in ("pipe.tif", "socket.tif", "/dev/null"):
            with pytest.raises(MicrographError, match="no file but a pipe"):
                read(tmp_path / name)
    with pytest.raises(MicrographError, match="no name"):
        read("a\0.tif")
