"""The figure of a lattice says what it is of, down to the Python that draws it again."""

import html
import json
import re

import pytest

from workbench.app.particles.lattice_figure import lattice_figure
from workbench.app.particles.panel import ParticlesPanel
from workbench.app.widgets.browser import Browser
from workbench.errors import WorkbenchError


@pytest.fixture
def chosen(crystals):
    crystals.particles.chosen = crystals.number("large")
    crystals.counted()
    return crystals


def described(content):
    return json.loads(
        html.unescape(re.search(r"<dc:description>(.*?)</dc:description>", content, re.DOTALL)[1])
    )


def test_it_is_an_svg_with_where_it_came_from(chosen):
    name, content, mime = lattice_figure(chosen.session)
    number = chosen.number("large")
    assert (name, mime) == (f"lattices.unet.particle-{number}.lattice.svg", "image/svg+xml")
    text = content.decode()
    assert f"(a) Particle {number}" in text
    said = described(text)
    assert said["pixels_sha256"] == chosen.session.micrograph.sha256
    assert (said["particle"], said["phases"]) == (number, ["Au", "Ag", "Pt", "Pd", "Cu"])
    assert said["settings"]["threshold"] == 0.5
    assert f"lattice_of_particle(labels, {number}, m" in said["python"]
    compile(said["python"], "python", "exec")
    assert "<dc:date>" not in text


def test_before_it_is_there_nothing_is_written(crystals):
    with pytest.raises(WorkbenchError, match="choose a particle"):
        lattice_figure(crystals.session)


def test_what_is_not_of_what_is_set_is_not_written(chosen):
    chosen.session.set_threshold("unet", 0.8)
    with pytest.raises(WorkbenchError, match="wait for it"):
        lattice_figure(chosen.session)


def test_the_button_lets_the_browser_save_it(chosen):
    browser, saved = Browser(), []
    browser.download = lambda *file: saved.append(file)
    panel = ParticlesPanel(chosen.session, browser)
    panel.lattice.save.click()
    chosen.counted()
    ((name, _content, _mime),) = saved
    assert name.endswith(".lattice.svg")
    assert not panel.lattice.save.disabled
    chosen.session.set_threshold("unet", 0.8)
    panel.lattice.save.click()
    chosen.counted()
    assert "wait for it" in chosen.session.message
