"""The controls that read a file of corrected particles, and what they say."""

import numpy as np
import pytest
from seen_discs import PLACES, micrograph_of, page_of

import workbench as wb
from workbench.app.particles.corrected_row import CorrectedRow
from workbench.app.particles.panel import ParticlesPanel
from workbench.app.widgets.browser import Browser
from workbench.micrographs.writing import write_tiff


@pytest.fixture
def opened(tmp_path):
    """A page with a micrograph of the data folder, at whose particles somebody looks."""
    page = page_of(tmp_path)
    micrograph = micrograph_of()
    write_tiff(tmp_path / "discs.tif", micrograph.pixels, micrograph.nm_per_px)
    page.session.open_file("discs.tif").join()
    page.particles.active = True
    page.rest()
    return page


@pytest.fixture
def make():
    return {}


@pytest.fixture
def row(opened, make):
    return CorrectedRow(opened.session, make)


def corrected(page) -> np.ndarray:
    labels = page.particles.found.labels.copy()
    labels[labels == labels[PLACES["left"]]] = 0
    return labels


def is_shown(widget) -> bool:
    return widget.layout.display != "none"


def test_a_file_of_this_computer_is_read_and_its_name_stands_there(opened, row, make, tmp_path):
    wb.write_particles(tmp_path / "mine.zip", corrected(opened), opened.session.micrograph)
    assert not is_shown(row._said)
    make["read"].value = ({"name": "mine.zip", "content": (tmp_path / "mine.zip").read_bytes()},)
    opened.rest()
    assert make["read"].value == ()
    assert opened.session.message.startswith("mine.zip: 5 unchanged, 1 gone")
    assert opened.number("left") == 0
    assert is_shown(row._said)
    assert "Corrected elsewhere in mine.zip" in row._said.value
    opened.session.undo()
    opened.rest()
    assert not is_shown(row._said)


def test_why_a_file_is_not_taken_is_said(opened, row, make):
    make["read"].value = ({"name": "empty.tif", "content": b""},)
    opened.rest()
    assert opened.session.message == "empty.tif is empty; save it again, and read it then."
    assert opened.particles.corrections == {}


def test_a_file_beside_the_micrograph_is_offered_once_it_is_there(opened, row, make, tmp_path):
    assert not is_shown(make["read beside"])
    wb.write_particles(tmp_path / "discs.unet.particles.tif", corrected(opened), opened.session.micrograph)
    row.look()
    assert is_shown(make["read beside"])
    assert make["read beside"].description == "Read discs.unet.particles.tif"
    make["read beside"].click()
    opened.rest()
    assert opened.number("left") == 0
    assert "Corrected elsewhere in discs.unet.particles.tif" in row._said.value
    assert not make["read beside"].disabled


def test_the_panel_looks_again_when_it_is_opened(opened, tmp_path):
    panel = ParticlesPanel(opened.session, Browser())
    (tmp_path / "discs.unet.rois.zip").write_bytes(b"?")
    assert not is_shown(panel.controls["read beside"])
    panel.is_open = True
    panel.was_looked_at()
    opened.rest()
    assert is_shown(panel.controls["read beside"])
