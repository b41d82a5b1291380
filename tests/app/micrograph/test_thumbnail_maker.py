"""Thumbnails are made aside, those that are seen now, one at a time, and after what somebody waits for."""

import threading

import numpy as np
import pytest
from fake_compute import FakeCompute
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.opening import JOB
from workbench.app.micrograph import thumbnail_maker
from workbench.app.micrograph.thumbnail_maker import ThumbnailMaker
from workbench.app.session import Session


@pytest.fixture
def session(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for name in "abcd":
        np.save(data / f"{name}.npy", np.random.default_rng(0).normal(size=(16, 16)))
    (data / "broken.dm3").write_bytes(b"no micrograph")
    return Session(data=DataFolder(data), compute=FakeCompute())


@pytest.fixture
def told():
    return []


@pytest.fixture
def maker(session, told):
    return ThumbnailMaker(session, lambda *one: told.append(one))


def test_a_picture_comes_for_each_file_and_a_sentence_where_there_is_none(session, maker, told, tmp_path):
    (tmp_path / "outside.npy").write_bytes(b"")
    maker.want(["a.npy", "broken.dm3", "../outside.npy", "gone.npy", "b.npy"])
    maker.join()
    assert [path for path, _png, _why in told] == [
        "a.npy",
        "broken.dm3",
        "../outside.npy",
        "gone.npy",
        "b.npy",
    ]
    assert [(png[1:4], bool(why)) for _path, png, why in told] == [
        (b"PNG", False),
        (b"", True),
        (b"", True),
        (b"", True),
        (b"PNG", False),
    ]
    assert "broken.dm3" in told[1][2]
    assert "lies outside the data folder" in told[2][2]


def test_a_file_is_read_once_and_again_only_where_it_was_written_anew(session, maker, told, monkeypatch):
    read = []
    real = thumbnail_maker.thumbnail
    monkeypatch.setattr(thumbnail_maker, "thumbnail", lambda path: read.append(path.name) or real(path))
    for _ in range(2):
        maker.want(["a.npy", "broken.dm3"])
        maker.join()
    later = ThumbnailMaker(session, lambda *one: told.append(one))  # another page
    later.want(["a.npy"])
    later.join()
    assert read == ["a.npy", "broken.dm3"]
    assert told[0] == told[2] == told[4]
    assert told[1] == told[3]
    np.save(session.data.root / "a.npy", np.eye(20))
    maker.want(["a.npy"])
    maker.join()
    assert read == ["a.npy", "broken.dm3", "a.npy"]


def test_what_is_seen_no_more_is_not_read(session, maker, told, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(_path):
        begun.set()
        assert go_on.wait(60)
        return b"png"

    monkeypatch.setattr(thumbnail_maker, "thumbnail", slow)
    maker.want(["a.npy", "b.npy", "c.npy"])
    assert begun.wait(60)
    maker.want(["d.npy"])
    go_on.set()
    maker.join()
    assert [path for path, _png, _why in told] == ["a.npy", "d.npy"]


def test_they_wait_while_a_micrograph_is_opened(session, maker, told, monkeypatch):
    waited, real = [], thumbnail_maker.time.sleep
    monkeypatch.setattr(thumbnail_maker.time, "sleep", lambda seconds: waited.append(seconds) or real(0.001))
    opening = session.jobs.begin(JOB, "opening a.npy")
    maker.want(["a.npy"])
    wait_for(lambda: len(waited) > 3)
    assert told == []
    session.jobs.finish(JOB, opening)
    maker.join()
    assert [path for path, _png, _why in told] == ["a.npy"]


def test_whatever_goes_wrong_with_one_file_the_others_come(session, maker, told, monkeypatch):
    real = thumbnail_maker.thumbnail

    def shaky(path):
        if path.name == "a.npy":
            raise RuntimeError("a library's own")
        return real(path)

    monkeypatch.setattr(thumbnail_maker, "thumbnail", shaky)
    maker.want(["a.npy", "b.npy"])
    maker.join()
    assert told[0][1:] == (b"", "a.npy cannot be read: RuntimeError: a library's own.")
    assert told[1][1][1:4] == b"PNG"
