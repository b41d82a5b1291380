"""The Features panel: which network, which layer, and what is said of it."""

from workbench.app.features.panel import FeaturesPanel


class Page:
    """Stands in for the browser."""


def test_the_panel_shows_and_sets_what_the_session_says(session, features, fake):
    panel = FeaturesPanel(session, Page())
    network, layer = panel.controls["network"], panel.controls["layer"]
    assert [name for _label, name in network.options] == ["otsu", "unet"]
    assert (network.value, layer.value) == ("unet", "decoders.0.5")
    assert "16 features" in panel._state.value
    layer.value = "downs.0.0"
    assert features.layer == "downs.0.0"
    network.value = "otsu"
    assert "classical method" in panel._state.value
    assert layer.disabled
    assert "classical method" in panel.shown._said.value
    network.value = "unet"
    assert layer.value == "downs.0.0"
