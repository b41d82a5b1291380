"""What the picker lists: folders, and what looks like a micrograph."""

from workbench.app.core.data_folder import DataFolder


def test_a_zspy_folder_is_listed_as_the_micrograph_that_it_is(tmp_path):
    (tmp_path / "maps.zspy" / "Experiments").mkdir(parents=True)
    (tmp_path / "maps.zspy" / ".zgroup").write_text("{}")
    (tmp_path / "folder.tif").mkdir()
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    (tmp_path / "notes.txt").write_text("none")
    listed = {entry.name: (entry.folder, entry.size_bytes) for entry in DataFolder(tmp_path).entries("")}
    assert listed == {"folder.tif": (True, 0), "a.tif": (False, 4), "maps.zspy": (False, 2)}
