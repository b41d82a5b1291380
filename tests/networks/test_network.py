"""A network is a module and its card."""

import pytest

from workbench.networks import loading, network
from workbench.networks.card import Card


@pytest.mark.parametrize("name", ["load_network", "locate", "networks"])
def test_what_0_1_0_had_in_another_module_is_found_there_with_a_warning(name):
    with pytest.warns(DeprecationWarning, match=r"in workbench\.networks\.loading now"):
        found = getattr(network, name)
    assert found is getattr(loading, name)


def test_no_other_name_is_looked_for_in_another_module():
    with pytest.raises(
        AttributeError, match=r"module 'workbench.networks.network' has no attribute 'nosuch'"
    ):
        _ = network.nosuch


def test_a_network_shows_its_name_and_its_card():
    card = Card(name="a", architecture="unet", title="A & B")
    found = network.Network(None, card)
    assert repr(found) == "Network('a', unet)"
    assert "A &amp; B" in found._repr_html_()
