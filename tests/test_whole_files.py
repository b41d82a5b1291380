"""Files appear whole, with the permissions that the umask leaves, and nobody's umask is changed for it."""

import os
import threading

import numpy as np
import pytest

from workbench.errors import ComputeError
from workbench.figures.figure import save_figure
from workbench.micrographs.datasets.description import write_description
from workbench.micrographs.simulation.one_wave import write_text
from workbench.micrographs.writing import write_tiff
from workbench.networks.checkpoint import write_whole
from workbench.process_files import write_process
from workbench.study.work import _keep_masks
from workbench.training.heartbeat import HeartbeatWriter, file_of
from workbench.whole_files import written_whole

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")


def figure(path):
    from matplotlib.figure import Figure

    save_figure(Figure((1, 1)), path)


def beat(folder):
    (folder / "state").mkdir()
    HeartbeatWriter(folder).beat("training")
    return file_of(folder)


def described(folder):
    write_description(folder, name="set")
    return folder / "set.toml"


def written(write, name):
    def act(folder):
        write(folder / name)
        return folder / name

    return act


WRITERS = {
    "weights": written(lambda path: write_whole(path, b"weights"), "best.safetensors"),
    "image": written(lambda path: write_tiff(path, np.zeros((4, 4), np.uint8), 0.1), "mask.tif"),
    "png": written(figure, "figure.png"),
    "svg": written(figure, "figure.svg"),
    "description": described,
    "text": written(lambda path: write_text(path, "{}"), "truth.json"),
    "masks": written(lambda path: _keep_masks(path, {"a": np.zeros(4)}), "cell.npz"),
    "process": written(lambda path: write_process(path, os.getpid()), "process.json"),
    "heartbeat": beat,
}


@pytest.fixture(params=[0o077, 0o002, 0o027], ids=["private", "group writes", "group reads"])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_written_has_the_permissions_that_the_umask_leaves(kind, umask, tmp_path):
    assert oct(WRITERS[kind](tmp_path).stat().st_mode & 0o777) == oct(0o666 & ~umask)


@pytest.mark.parametrize("kind", WRITERS)
def test_writing_never_changes_the_umask_of_the_other_threads(kind, tmp_path, monkeypatch):
    def changed(_mask):
        raise AssertionError("the umask is that of the whole process")

    monkeypatch.setattr(os, "umask", changed)
    WRITERS[kind](tmp_path)


@pytest.mark.parametrize("kind", WRITERS)
def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_names_stays(kind, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "mine").write_text("mine")
    place = WRITERS[kind](tmp_path / "out")
    place.unlink()
    place.symlink_to(tmp_path / "mine")
    if kind == "heartbeat":
        HeartbeatWriter(tmp_path / "out").beat("training")
    else:
        WRITERS[kind](tmp_path / "out")
    assert not place.is_symlink()
    assert (tmp_path / "mine").read_text() == "mine"


def test_what_cannot_be_completed_leaves_the_older_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "label.tif"
    path.write_text("older")

    def fail() -> None:
        with written_whole(path) as half:
            half.write_text("ne")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("label.tif", "older")]


def test_a_long_name_in_any_script_can_be_written(tmp_path):
    path = tmp_path / ("粒" * 80 + ".tif")  # 240 bytes of the 255 that a name may have
    with written_whole(path) as half:
        half.write_text("there")
    assert path.read_text() == "there"


def test_threads_that_write_the_same_file_leave_one_of_theirs(tmp_path):
    path = tmp_path / "file"
    threads = [threading.Thread(target=write_whole, args=(path, bytes([n]) * 1000)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(path.read_bytes())) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ComputeError, match="could not be written"):
        write_whole(tmp_path / "file" / "best.safetensors", b"")
