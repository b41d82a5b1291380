"""Thumbnails on the disk: of a file as it is, never too many, and no trouble where nothing can be written."""

import os

import pytest

from workbench.app.core import thumbnail_cache
from workbench.app.core.thumbnail_cache import ThumbnailCache


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"pixels")
    return tmp_path / "a.tif"


def test_what_one_page_keeps_the_next_one_has(file):
    cache = ThumbnailCache()
    place = cache.place(file)
    assert cache.read(place) is None
    cache.keep(place, b"png")
    assert ThumbnailCache().read(ThumbnailCache().place(file)) == b"png"
    assert [path.name for path in cache.folder.iterdir()] == [place.name]
    assert cache.folder.stat().st_mode & 0o077 == 0


def test_a_file_that_was_written_anew_and_another_one_have_another_place(file):
    cache = ThumbnailCache()
    places = [cache.place(file)]
    os.utime(file, ns=(1, 1))
    places.append(cache.place(file))
    file.write_bytes(b"more pixels")
    os.utime(file, ns=(1, 1))
    places.append(cache.place(file))
    places.append(cache.place(file.rename(file.with_name("b.tif"))))
    assert len(set(places)) == 4


def test_those_that_were_not_looked_at_for_longest_make_room(file, monkeypatch):
    monkeypatch.setattr(thumbnail_cache, "MOST_BYTES", 8)
    cache = ThumbnailCache()
    cache.folder.mkdir()
    for number in range(4):
        old = cache.folder / f"{number}.png"
        old.write_bytes(b"png")
        os.utime(old, ns=(number, number))
    assert cache.read(cache.folder / "0.png") == b"png"  # looked at just now
    cache.keep(cache.place(file), b"new")
    left = {path.name for path in cache.folder.iterdir()}
    assert left == {"0.png", cache.place(file).name}


def test_where_nothing_can_be_written_nothing_is_kept(file, monkeypatch, tmp_path):
    (tmp_path / "in_the_way").write_bytes(b"")
    monkeypatch.setenv("WORKBENCH_THUMBNAILS", str(tmp_path / "in_the_way"))
    cache = ThumbnailCache()
    cache.keep(cache.place(file), b"png")
    assert cache.read(cache.place(file)) is None
