"""What pages write beside the data: one at a time."""

import getpass

import pytest

from workbench.app.core import beside_data
from workbench.app.core.beside_data import alone, login


def test_a_second_page_waits_and_gives_up_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(beside_data, "LONGEST_WAIT_SECONDS", 0.0)
    with (
        alone(tmp_path / "lock"),
        pytest.raises(OSError, match="another page holds it"),
        alone(tmp_path / "lock"),
    ):
        pass
    with alone(tmp_path / "lock"):
        pass


def test_a_user_without_a_name_has_an_empty_one(monkeypatch):
    def nobody():
        raise KeyError("uid")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert login() == ""
