"""The controls of the scale bar: what they say, and when they are there."""

import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.micrograph.panel import MicrographPanel
from workbench.app.session import Session


def test_a_button_takes_the_ruler_and_a_caption_sets_the_pixel_size(barred):
    session = Session(data=DataFolder(barred), compute=FakeCompute())
    session.selected = ["otsu"]
    panel = MicrographPanel(session, None)
    button, length = panel.controls["scale_bar"], panel.controls["bar_length"]
    assert button.disabled
    session.open_file("a.tif").join()
    assert (button.disabled, button.description, length.layout.display) == (
        False,
        "from its scale bar",
        "none",
    )
    button.click()
    assert session.scale_bar.active
    assert button.description == "stop measuring"
    assert length.layout.display == "none"
    session.scale_bar.measure((82, 50), (83, 180)).result()
    assert length.layout.display is None
    length.value = "fifty"
    assert "number with its unit" in session.message
    length.value = "50 nm"
    assert (session.message, session.scale_bar.active, length.value) == ("", False, "")
    assert panel.controls["nm_per_px"].value == f"{session.nm_per_px:.5g} nm/px"
    assert session.nm_per_px == pytest.approx(1 / 3, rel=2e-3)
    assert "from the scale bar (50 nm over 150 px)" in panel._typed.value
    button.click()
    assert session.scale_bar.active
    button.click()
    assert not session.scale_bar.active
