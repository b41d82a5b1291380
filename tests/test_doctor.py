"""What is missing is named, with how to get it."""

import importlib.util

from workbench import doctor


def test_optional_parts_are_named_whether_here_or_not(monkeypatch):
    monkeypatch.setattr(doctor, "_devices", list)  # which would import torch
    lines = doctor.examine()
    assert {line.split()[0] for line in lines} >= {"abtem", "hdf5plugin", "zarr"}
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in doctor.OPTIONAL else find(name)
    )
    for name in ("hdf5plugin", "zarr"):
        (line,) = (line for line in doctor.examine() if line.startswith(name))
        assert "missing" in line
        assert "pip install 'hrtem-workbench[formats]'" in line
