"""What the picker lists: folders, and what looks like a micrograph."""

import numpy as np
import pytest

from workbench.app.core.data_folder import DataFolder
from workbench.errors import MicrographError
from workbench.micrographs.writing import write_tiff


def test_a_zspy_folder_is_listed_as_the_micrograph_that_it_is(tmp_path):
    (tmp_path / "maps.zspy" / "Experiments").mkdir(parents=True)
    (tmp_path / "maps.zspy" / ".zgroup").write_text("{}")
    (tmp_path / "folder.tif").mkdir()
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    (tmp_path / "notes.txt").write_text("none")
    listed = {entry.name: (entry.folder, entry.size_bytes) for entry in DataFolder(tmp_path).entries("")}
    assert listed == {"folder.tif": (True, 0), "a.tif": (False, 4), "maps.zspy": (False, 2)}


def test_nothing_outside_the_data_folder_opens(tmp_path):
    inside, outside = tmp_path / "data", tmp_path / "secret"
    inside.mkdir()
    outside.mkdir()
    write_tiff(outside / "s.tif", np.eye(8, dtype=np.float32), 0.1)
    (inside / "link.tif").symlink_to(outside / "s.tif")
    (inside / "folder").symlink_to(outside)
    write_tiff(inside / "mine.tif", np.eye(8, dtype=np.float32), 0.1)
    folder = DataFolder(inside)
    assert [entry.name for entry in folder.entries()] == ["mine.tif"]
    for path in ("../secret/s.tif", str(outside / "s.tif"), "link.tif", "folder/s.tif", "..", "/etc/passwd"):
        with pytest.raises(MicrographError, match="outside"):
            folder.resolve(path)
    assert folder.resolve("mine.tif") == inside / "mine.tif"


def test_folders_and_files_are_listed_as_people_count(tmp_path):
    for name in ("day_10", "Day_9"):
        (tmp_path / name).mkdir()
    for name in ("image_10.npy", "image_2.npy", "Image_1.npy"):
        np.save(tmp_path / name, np.eye(4))
    listed = [entry.name for entry in DataFolder(tmp_path).entries()]
    assert listed == ["Day_9", "day_10", "Image_1.npy", "image_2.npy", "image_10.npy"]
