"""The panel: rules and tools, what they do in words, and what came of it with its unit."""

import re

import pytest
from seen_discs import PLACES, micrograph_of

from workbench.app.particles.panel import DOES, EDGES, PICKS, SIZES, TOOLS, ParticlesPanel
from workbench.app.widgets.browser import Browser
from workbench.particles.selection import DIAMETERS, EDGE_RULES


@pytest.fixture
def panel(looked_at):
    return ParticlesPanel(looked_at.session, Browser())


@pytest.fixture
def slider(panel):
    return panel.controls["size"]


def test_particles_are_counted_while_it_is_open(page):
    panel = ParticlesPanel(page.session, Browser())
    page.counted()
    assert (page.particles.found, panel.summary) == (None, "")
    panel.is_open = True
    panel.was_looked_at()
    page.rest()
    assert page.particles.has_hand
    assert panel.summary == "5 of 6"
    panel.is_open = False
    panel.was_looked_at()
    assert not page.particles.active
    assert not page.particles.has_hand


def test_every_rule_and_tool_of_the_state_can_be_chosen(panel, particles):
    assert set(SIZES.values()) == set(DIAMETERS)
    assert set(EDGES.values()) == set(EDGE_RULES)
    assert set(TOOLS.values()) == set(DOES) == set(particles.traits()["tool"].values)


def test_controls_set_the_rules_and_show_them(panel, looked_at, particles, session):
    make = panel.controls
    make["diameter"].value, make["edge"].value = "feret_max", "keep"
    make["confidence"].value, make["circularity"].value = 0.5, 0.25
    make["tool"].value, make["split_touching"].value = "cut", True
    assert (particles.diameter, particles.edge, particles.tool) == ("feret_max", "keep", "cut")
    assert (particles.min_confidence, particles.min_circularity) == (0.5, 0.25)
    assert session.split_touching
    for _step in range(6):
        session.undo()
    looked_at.rest()
    assert (make["diameter"].value, make["edge"].value) == ("equal_circle", "weights")
    assert (make["confidence"].value, make["circularity"].value) == (0.0, 0.0)
    assert not make["split_touching"].value


def test_the_network_is_chosen_among_those_that_are_ticked(panel, looked_at, session):
    choice = panel.controls["network"]
    session.selected = ["unet", "otsu"]
    assert [value for _label, value in choice.options] == ["unet", "otsu"]
    choice.value = "otsu"
    assert session.current == "otsu"
    session.current = "unet"
    assert choice.value == "unet"
    session.selected = []
    assert choice.options == ()
    assert session.current == ""
    session.selected = ["otsu"]
    assert choice.value == session.current == "otsu"


# -- what came of it


def test_the_result_has_how_many_count_why_the_others_do_not_and_the_median_with_its_unit(
    panel, looked_at, particles
):
    particles.toggle(*PLACES["left"])
    looked_at.counted()
    said = panel._result.value
    assert "<dt>Counted</dt><dd>4 of 6</dd>" in said
    assert "left out: 1 at the edge, 1 by hand" in said
    assert "<dt>Median</dt>" in said
    assert " nm</dd>" in said
    assert panel.summary == "4 of 6"


def test_the_result_is_grey_until_all_is_measured(panel, looked_at, session):
    session.set_threshold("unet", 0.85)
    looked_at.counted()
    assert "4 of 5" in panel._result.value
    assert "hw-waits" in panel._result._dom_classes
    looked_at.rest()
    assert "hw-waits" not in panel._result._dom_classes


def test_nothing_is_said_of_a_micrograph_that_is_gone(panel, looked_at, session):
    session.show(micrograph_of(seed=1))
    assert panel.summary == ""
    assert "No mask yet" in panel._result.value


def test_what_the_tool_in_the_hand_does_is_said(panel, particles):
    for tool, does in DOES.items():
        particles.tool = tool
        assert panel._does.value == does


def test_all_that_was_done_by_hand_is_taken_back_by_one_button_which_says_how_much_it_is(
    panel, looked_at, particles, session
):
    clear = panel.controls["clear"]
    assert clear.layout.display == "none"
    particles.toggle(*PLACES["left"])
    particles.correct("cut", [(10, 40), (70, 40)])
    assert clear.description == "take back what was done by hand (2)"
    assert clear.layout.display is None
    clear.click()
    looked_at.counted()
    assert particles.corrections_of("unet") == []
    assert clear.layout.display == "none"
    session.undo()
    assert len(particles.corrections_of("unet")) == 2


# -- the slider of sizes


def test_the_slider_goes_from_nothing_to_beyond_the_largest_particle(slider, panel, particles):
    assert particles.found.table["diameter_nm"].max() == pytest.approx(3.98, abs=0.01)
    assert (slider.min, slider.max, slider.value) == (0.0, 4.5, (0.0, 4.5))
    assert slider.description == "Size, nm"
    assert panel._size_said.value == "of all sizes"
    assert (particles.smallest, particles.largest) == (None, None)


def test_a_handle_that_is_pulled_sets_a_bound_and_one_at_the_end_sets_none(
    slider, panel, looked_at, particles
):
    slider.value = (1.0, 4.5)
    assert (particles.smallest, particles.largest, particles.size_unit) == (1.0, None, "nm")
    slider.value = (1.0, 3.0)
    assert (particles.smallest, particles.largest) == (1.0, 3.0)
    assert panel._size_said.value == "1 to 3 nm"
    looked_at.counted()
    assert looked_at.left_out()["small"] == "size"
    slider.value = (0.0, 4.5)
    assert (particles.smallest, particles.largest, particles.size_unit) == (None, None, "")


def test_the_end_of_the_slider_stays_while_a_handle_is_pulled(slider, panel, looked_at, particles):
    ends = set()
    for high in (4.4775, 4.4, 4.0, 3.0, 1.0):
        slider.value = (0.0, high)
        looked_at.counted()
        ends.add(slider.max)
        assert slider.value == (0.0, high)
    assert ends == {4.5}


def test_a_browser_that_sends_the_end_of_the_range_before_sets_no_bound(
    slider, looked_at, particles, session
):
    session.set_nm_per_px(0.2)
    looked_at.rest()
    assert slider.max == 8.5
    slider.set_state({"value": [0.0, 4.5]})
    assert (particles.smallest, particles.largest) == (None, None)
    assert slider.value == (0.0, 8.5)
    slider.set_state({"value": [1.0, 4.5]})  # the other handle was pulled before it heard of the range
    assert (particles.smallest, particles.largest) == (1.0, None)
    assert slider.value == (1.0, 8.5)
    slider.value = (1.0, 6.0)
    slider.value = (1.0, 4.5)  # a bound of this size is one once there is a bound
    assert particles.largest == 4.5


def test_sizes_in_nm_do_not_count_where_the_pixel_size_is_not_known_and_that_is_said(
    slider, panel, looked_at, particles, session
):
    slider.value = (1.0, 3.0)
    session.set_nm_per_px(None)
    looked_at.rest()
    assert panel._size_said.value == (
        "Sizes were set in nm and do not count here: the pixel size is not known."
    )
    assert slider.description == "Size, px"
    assert slider.value == (0.0, slider.max)
    assert looked_at.why_none() == {"edge": "edge"}
    assert " px</dd>" in panel._result.value
    assert (particles.smallest, particles.largest) == (1.0, 3.0)
    slider.value = (0.0, 30.0)
    assert (particles.smallest, particles.largest, particles.size_unit) == (None, 30.0, "px")
    assert panel._size_said.value == "0 to 30 px"
    session.set_nm_per_px(0.1)
    looked_at.rest()
    assert "Sizes were set in px and do not count here: the pixel size is known." in panel._size_said.value


def test_bounds_of_a_saved_session_beyond_all_particles_lie_on_the_slider(slider, looked_at, particles):
    particles.set_sizes(6.0, 9.0)
    looked_at.counted()
    assert (slider.value, slider.max) == ((6.0, 9.0), 9.5)


def test_without_particles_the_slider_has_a_range(slider, looked_at, session):
    session.selected = []
    looked_at.rest()
    assert slider.max > slider.min
    assert slider.step > 0


def test_the_lattice_is_looked_for_while_its_tab_is_seen_and_a_click_is_said_to_choose(
    panel, session, particles
):
    assert panel.more_tabs["lattice"] == ("Lattice", panel.lattice.box)
    assert not session.lattice.active
    panel.is_seen, panel.seen_tab = True, "lattice"
    panel.was_looked_at()
    assert session.lattice.active
    assert panel._does.value == PICKS
    particles.tool = "cut"
    assert panel._does.value == DOES["cut"]
    panel.seen_tab = "uncertainty"
    panel.was_looked_at()
    particles.tool = "pick"
    assert not session.lattice.active
    assert panel._does.value == DOES["pick"]


def test_the_result_says_in_how_many_particles_fringes_are_sure(crystals):
    panel = ParticlesPanel(crystals.session, Browser())
    assert re.search(r"With fringes</dt><dd>2 of 5</dd>", panel._result.value)
