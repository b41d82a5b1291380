"""Networks by name: those that ship, those in the user's folder, and what is said of a name that nobody has."""

import pytest

from workbench.errors import NetworkError
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.loading import load_network, locate, networks
from workbench.networks.registry import build


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_NETWORKS", str(tmp_path))
    path = tmp_path / "small.safetensors"
    save_checkpoint(path, build("unet", base=2, depth=1), Card(name="written", architecture="unet"))
    return path


def test_unknown_names_list_those_there_are():
    with pytest.raises(NetworkError, match=r"no network called 'nosuch'; choose one of .*otsu"):
        load_network("nosuch")
    assert locate("nosuch") is None


def test_a_file_in_the_users_folder_is_a_network_by_name(small):
    (small.parent / "broken.safetensors").write_bytes(b"nothing")
    assert "small" in [card.name for card in networks()]
    assert "broken" not in [card.name for card in networks()]
    assert load_network("small").card.name == "small"
    assert locate("small") == small


def test_a_path_keeps_the_name_on_the_card(small):
    assert load_network(small).card.name == "written"


def test_a_name_that_ships_is_kept_and_the_users_is_told_apart(small):
    small.rename(small.with_stem("unet"))
    names = [card.name for card in networks()]
    assert {"unet", "user/unet"} <= set(names)
    assert load_network("user/unet").card.parameters < load_network("unet").card.parameters
