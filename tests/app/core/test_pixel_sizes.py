"""Pixel sizes that were typed: one small file beside the data, with who and when."""

import json
import threading

import pytest

from workbench.app.core import pixel_sizes
from workbench.app.core.pixel_sizes import NAME, PixelSizes
from workbench.errors import MicrographError


def test_a_size_stands_beside_the_data_with_who_and_when(tmp_path, monkeypatch):
    monkeypatch.setattr(pixel_sizes, "login", lambda: "anna")
    PixelSizes(tmp_path).write(tmp_path / "day" / "a.tif", 0.05)
    written = json.loads((tmp_path / NAME).read_text())
    assert written["sizes"]["day/a.tif"]["nm_per_px"] == 0.05
    size = PixelSizes(tmp_path).read()[str(tmp_path / "day" / "a.tif")]
    assert size.said.startswith("typed by anna on 20")


def test_the_file_moves_with_its_folder(tmp_path):
    before = tmp_path / "before"
    before.mkdir()
    PixelSizes(before).write(before / "a.tif", 0.05)
    before.rename(tmp_path / "after")
    assert set(PixelSizes(tmp_path / "after").read()) == {str(tmp_path / "after" / "a.tif")}


def test_a_size_is_forgotten(tmp_path):
    sizes = PixelSizes(tmp_path)
    sizes.write(tmp_path / "a.tif", 0.05)
    sizes.write(tmp_path, 0.06)
    sizes.write(tmp_path / "a.tif", None)
    assert {path: size.nm_per_px for path, size in sizes.read().items()} == {str(tmp_path): 0.06}


def test_uploads_and_data_that_cannot_be_written_are_kept_with_the_user(tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    sizes = PixelSizes(data)
    sizes.write(tmp_path / "elsewhere" / "u.tif", 0.04)
    real = pixel_sizes.written_whole

    def protected(path):
        if path.parent == data:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(pixel_sizes, "written_whole", protected)
    sizes.write(data / "a.tif", 0.05)
    assert not (data / NAME).exists()
    found = {path: size.nm_per_px for path, size in PixelSizes(data).read().items()}
    assert found == {str(data / "a.tif"): 0.05, str(tmp_path / "elsewhere" / "u.tif"): 0.04}
    monkeypatch.undo()


def test_a_size_that_nothing_can_keep_is_said(tmp_path, monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(pixel_sizes, "written_whole", full)
    with pytest.raises(MicrographError, match=r"holds for this page but was not kept.*no space left"):
        PixelSizes(tmp_path).write(tmp_path / "a.tif", 0.05)


@pytest.mark.parametrize(
    "content",
    [
        '{"sizes": {"a": {"nm_per_px": 1, "at": "2026-01-01T00:00:00"}}}',
        "{",
        '{"format": 2}',
        '{"sizes": {"a": {"nm_per_px": -1, "at": "2026-01-01T00:00:00Z"}}}',
    ],
)
def test_a_damaged_file_is_said_and_never_written_over(tmp_path, content):
    (tmp_path / NAME).write_text(content)
    with pytest.raises(MicrographError, match="damaged"):
        PixelSizes(tmp_path).read()
    with pytest.raises(MicrographError, match="damaged"):
        PixelSizes(tmp_path).write(tmp_path / "a.tif", 0.05)
    assert (tmp_path / NAME).read_text() == content


def test_two_pages_that_type_at_once_lose_nothing(tmp_path):
    def type_sizes(page):
        for number in range(10):
            PixelSizes(tmp_path).write(tmp_path / f"{page}-{number}.tif", 0.01)

    pages = [threading.Thread(target=type_sizes, args=[page]) for page in range(4)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert len(PixelSizes(tmp_path).read()) == 40
