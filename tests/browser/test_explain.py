"""A particle is clicked, and what made the networks say so appears, by clicks in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from driving import (
    LONG,
    READY,
    Server,
    cut_boxes,
    drag,
    open_file,
    section,
    settled,
    spot,
    tab,
    wait_idle,
)
from playwright.sync_api import Browser, Page, expect
from shared_page import SharedPage

from workbench.micrographs.writing import write_tiff
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.registry import build

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

PARTICLE = (405, 300)
"""Row and column of a particle of the sample that both networks find."""
MAPS = ".hw-map[data-state='done']"
SMALL = ("first", "second")
DISC = (96, 120)
"""Row and column of the middle of the one particle that the small networks are shown."""


def learned(seed: int, base: int, image: np.ndarray, truth: np.ndarray) -> torch.nn.Module:
    """A small U-Net that has seen one micrograph: enough to find the particle in it."""
    torch.manual_seed(seed)
    module = build("unet", base=base, depth=2)
    pixels, wanted = (torch.from_numpy(part.astype(np.float32))[None, None] for part in (image, truth))
    pixels = (pixels - pixels.mean()) / pixels.std()
    optimiser = torch.optim.Adam(module.parameters(), 0.02)
    for _ in range(40):
        optimiser.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(module(pixels), wanted).backward()
        optimiser.step()
    return module.eval()


@pytest.fixture(scope="module")
def _small(
    chromium: Browser, server: Server, data_folder: Path, own_folders: dict[str, str]
) -> Iterator[SharedPage]:
    rows, columns = np.mgrid[:192, :240]
    truth = np.hypot(rows - DISC[0], columns - DISC[1]) < 28
    fringes = 120 * np.cos(2 * np.pi * (rows + columns) / (0.2355 / 0.03 * 2**0.5)) * truth
    noise = 100 * np.random.default_rng(0).normal(size=truth.shape)
    pixels = (1000 - 300 * truth + fringes + noise).astype(np.float32)
    file, networks = data_folder / "one_disc.tif", Path(own_folders["WORKBENCH_NETWORKS"])
    write_tiff(file, pixels, 0.03)
    networks.mkdir(exist_ok=True)
    for seed, name in enumerate(SMALL):
        module = learned(seed, 4 + 2 * seed, pixels, truth)
        save_checkpoint(networks / f"{name}.safetensors", module, Card(name=name, architecture="unet"))
    shown = {"origin": {"kind": "file", "path": str(file)}, "selected": list(SMALL), "current": SMALL[-1]}
    made = SharedPage(chromium, server, shown)
    yield made
    made.close()


@pytest.fixture
def small(_small: SharedPage) -> Iterator[Page]:
    """A page with a small micrograph and two networks whose figures of trust take a second."""
    yield _small.begin()
    assert _small.end() == []


def tick_methods(page: Page, *methods: str) -> None:
    """Once the masks are there, open the panel, and tick these methods and no others."""
    wait_idle(page)
    section(page, "Explain")
    boxes = page.locator(".hw-methods .hw-check")
    expect(boxes.first).to_be_visible(timeout=READY)
    for box in boxes.all():
        tick, wanted = box.locator("input"), box.inner_text().strip() in methods
        if tick.is_checked() != wanted:
            tick.click()
    expect(page.locator(".hw-methods input:checked")).to_have_count(len(methods))


def click(page: Page, row: int, column: int, pane: int = 0) -> None:
    settled(page, page.locator(".hwv canvas"))
    page.mouse.click(*spot(page, row, column, pane))


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True).locator("visible=true").first
    button.scroll_into_view_if_needed()
    settled(page, button)
    button.click()


def test_a_clicked_particle_gets_maps_of_two_networks_by_three_methods_with_trust_and_spectra(small):
    page = small
    tick_methods(page, "Gradient", "Gradient x input", "Grad-CAM")
    expect(page.locator(".hw-explain-hint")).to_contain_text("Click a particle")
    click(page, *DISC)
    expect(page.locator(MAPS)).to_have_count(6, timeout=LONG)
    pairs = {
        (one.get_attribute("data-network"), one.get_attribute("data-method"))
        for one in page.locator(MAPS).all()
    }
    assert pairs == {
        (network, method) for network in SMALL for method in ("gradient", "gradient_x_input", "grad_cam")
    }
    # then, without another click, how far to trust each, and what was used of the lattice
    expect(page.locator(".hw-map-curve .used")).to_have_count(6, timeout=LONG)
    for said in page.locator(f"{MAPS} .hw-map-said").all_inner_texts():
        assert "deletion" in said
        assert "lattice" in said
    for drawn in page.locator(".hw-map-curve").all_text_contents():
        assert "111" in drawn
    heads = page.locator(".hw-map-row").all_inner_texts()
    assert len(heads) == 2
    assert all(re.search(r"particle at 9[567], 1(19|2[01]), mask at", head) for head in heads)
    # something is drawn: colour over grey
    coloured = page.evaluate(
        """() => [...document.querySelectorAll(".hw-map canvas")].map((canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let found = 0;
          for (let i = 0; i < data.length; i += 4) found += Math.abs(data[i] - data[i + 2]) > 24;
          return found / (data.length / 4);
        })"""
    )
    assert len(coloured) == 6
    assert (
        min(coloured) > 0.02
    )  # Grad-CAM has a scale of its own in each network, so none pales beside another
    titles = {
        one.get_attribute("data-method"): one.get_attribute("title") for one in page.locator(MAPS).all()
    }
    assert "a scale of colour of its own" in titles["grad_cam"]
    assert "one scale of colour for all networks" in titles["gradient"]
    # the target is outlined in the panes of the networks, and the click is marked in all
    outlines = page.evaluate(
        """() => [...document.querySelectorAll(".hwv-target")].map((svg) => svg.children[0].getAttribute("d").length)"""
    )
    assert outlines[0] == 0
    assert min(outlines[1:]) > 50
    verdicts = page.locator(".hw-verdict")
    expect(verdicts).to_have_count(6)
    for said in verdicts.all_inner_texts():
        assert re.match("[✓?✗]\\s*(This map|Nothing can)", said)
    page.locator(".hw-map-picture").first.click()  # one of them over the panes
    large = page.locator(".hw-map-large")
    expect(large).to_contain_text("This map")
    canvas = page.locator(".hwv canvas").bounding_box()
    assert large.bounding_box()["height"] == pytest.approx(canvas["height"], abs=2)
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(page.locator(MAPS)).to_have_count(6)  # Escape was for the large one alone
    for _ in range(7):
        page.locator(".hw-dock-edge").press("ArrowUp")  # room for both networks
    for width, height in ((1280, 800), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        settled(page, page.locator(".hw-explain"))
        assert cut_boxes(page) == []
        pictures = page.evaluate(
            "[...document.querySelectorAll('.hw-map-picture')].map((one) => one.getBoundingClientRect().width)"
        )
        assert min(pictures) >= 100
        scrolled, room = page.evaluate(
            """() => {
              const { scrollHeight, clientHeight } = document.querySelector('.hw-maps').parentElement;
              return [scrollHeight, clientHeight];
            }"""
        )
        assert scrolled <= room + 1  # two rows of maps without scrolling
        assert min(page.evaluate("window.hrtemViewers[0].placed.map((pane) => pane.w)")) >= 200
    for form, start in (("PNG", b"\x89PNG"), ("SVG", b"<?xml")):
        with page.expect_download(timeout=READY) as waiting:
            press(page, f"Figure ({form})")
        assert waiting.value.suggested_filename == f"one_disc.explained.{form.lower()}"
        assert Path(waiting.value.path()).read_bytes().startswith(start)
    section(page, "Export")
    with page.expect_download(timeout=READY) as waiting:
        press(page, "Python")
    written = Path(waiting.value.path()).read_text()
    assert written.count("wb.explain(") == 6


def test_a_particle_gets_a_map_of_the_network_that_ships_with_its_trust_and_spectrum(figure_1):
    page = figure_1
    section(page, "Networks")
    page.locator(".hw-network").filter(has_text="FCN8s").first.locator("input").click()
    page.wait_for_function("window.hrtemViewers[0].model.get('panes').length === 2", timeout=READY)
    tick_methods(page, "Gradient")
    click(page, *PARTICLE)
    expect(page.locator(MAPS)).to_have_count(1, timeout=LONG)
    expect(page.locator(".hw-map-curve .used")).to_have_count(1, timeout=LONG)
    expect(page.locator(".hw-map-said")).to_contain_text("weights matter")
    assert re.search("particle at 40[456], (299|30[01]), mask at", page.locator(".hw-map-row").inner_text())


def test_the_sliders_change_the_drawing_and_escape_puts_it_away(small):
    page = small
    tick_methods(page, "Gradient")
    click(page, *DISC, pane=2)
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)
    colours = """() => {
      const canvas = document.querySelector(".hw-map canvas");
      return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data].join();
    }"""
    before = page.evaluate(colours)
    for name in ("Map", "Percentile"):
        readout = page.locator(".hw-section-explain .hw-row", has_text=name).locator(".widget-readout")
        readout.scroll_into_view_if_needed()
        readout.fill("0.3" if name == "Map" else "92")
        readout.press("Enter")
        page.wait_for_function(f"(before) => ({colours})() !== before", arg=before, timeout=READY)
        before = page.evaluate(colours)
    page.locator(".hwv").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".hw-map")).to_have_count(0, timeout=READY)
    expect(page.locator(".hw-explain-hint")).to_contain_text("Click a particle")
    expect(page.locator(".hwv-target")).to_have_count(0)
    click(page, *DISC, pane=2)  # the same pixel again
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)


def test_a_click_with_explain_open_paints_nothing(small):
    page = small
    section(page, "Label")
    page.wait_for_function("window.hrtemViewers[0].hand.store.image", timeout=READY)
    page.keyboard.press("b")  # the brush in hand
    tick_methods(page, "Gradient")
    click(page, *DISC)
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)
    assert not page.evaluate("window.hrtemViewers[0].hand.store.image?.data.some(Boolean)")
    assert page.evaluate("window.hrtemViewers[0].hand.tool") is None
    tab(page, "Scores")  # the maps are out of sight: a click explains nothing more
    section(page, "Mask")
    page.wait_for_function("Object.keys(window.hrtemViewers[0].model.get('targets')).length === 0")


def test_a_line_drawn_around_a_region_is_explained_and_escape_puts_it_away(small):
    page = small
    tick_methods(page, "Gradient")
    kind = page.locator(".hw-section-explain .hw-row", has_text="Target").locator("select")
    kind.select_option(label="free-hand region")
    expect(page.locator(".hw-explain-hint")).to_contain_text("Draw around a region", timeout=READY)
    page.wait_for_function("window.hrtemViewers[0].model.get('lasso_on')", timeout=READY)
    settled(page, page.locator(".hwv canvas"))
    before = page.evaluate("[...window.hrtemViewers[0].camera.centre]")
    (row, column), far = DISC, 20
    corners = [
        (row - far, column - far),
        (row - far, column + far),
        (row + far, column + far),
        (row + far, column - far),
    ]
    drag(page, *corners, pane=1)
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)
    assert (
        page.evaluate("[...window.hrtemViewers[0].camera.centre]") == before
    )  # the micrograph stayed where it was
    for head in page.locator(".hw-map-row").all_inner_texts():
        assert "region" in head
    # the line stands in all three panes, and it is the one that was drawn, to a px of the screen
    outlines = page.evaluate(
        """() => [...document.querySelectorAll(".hwv-target")].map((svg) => svg.children[0].getAttribute("d"))"""
    )
    assert len(outlines) == 3
    for outline in outlines:
        numbers = [float(value) for value in re.findall(r"[\d.]+", outline)]
        assert min(numbers[::2]) == pytest.approx(column - far, abs=2)
        assert max(numbers[::2]) == pytest.approx(column + far + 1, abs=2)
        assert min(numbers[1::2]) == pytest.approx(row - far, abs=2)
        assert max(numbers[1::2]) == pytest.approx(row + far + 1, abs=2)
    section(page, "Export")
    with page.expect_download(timeout=READY) as waiting:
        press(page, "Python")
    assert "wb.Target.inside(m.shape, [(" in Path(waiting.value.path()).read_text()
    section(page, "Explain")  # which has the hand again, as its maps are seen
    expect(page.locator(MAPS)).to_have_count(2, timeout=READY)
    settled(page, page.locator(".hwv canvas"))
    page.locator(".hwv").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".hw-map")).to_have_count(0, timeout=READY)
    expect(page.locator(".hwv-target")).to_have_count(0)
    drag(page, *corners, pane=2)
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)
    press(page, "Clear")
    expect(page.locator(".hw-map")).to_have_count(0, timeout=READY)


def test_stop_ends_it_and_a_new_click_takes_the_place_of_the_old_one(figure_1):
    page = figure_1
    tick_methods(page, "Integrated gradients")
    click(page, *PARTICLE)
    stop = page.locator(".hw-explain").get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible(timeout=READY)
    stop.click()
    expect(page.locator(".hw-explain")).to_contain_text("stopped", timeout=READY)
    expect(page.locator(".hw-status")).to_have_text("idle", timeout=READY)
    expect(page.locator(".hw-map[data-state='running'], .hw-map[data-state='waiting']")).to_have_count(0)
    press(page, "Clear")
    section(page, "Networks")  # two networks whose maps come within seconds
    for name in ("FCN8s", "Mixed-scale"):
        page.locator(".hw-network", has=page.get_by_text(name, exact=True)).locator("input").first.click()
    tick_methods(page, "SmoothGrad")
    click(page, *PARTICLE)
    expect(page.locator(".hw-map-row").first).to_contain_text("particle at 40", timeout=READY)
    click(page, 200, 250)
    expect(page.locator(".hw-map-row").first).to_contain_text(
        re.compile("pixel at (199|20[01]), (249|25[01])"), timeout=READY
    )  # a px of the screen is more than one of the micrograph
    expect(page.locator(".hw-map-row em").first).to_contain_text("sees no particle here")
    expect(page.locator(MAPS)).to_have_count(2, timeout=LONG)
    # the next test shares the worker; where all is done by now, the button is hidden and does nothing
    page.locator(".hw-explain button", has_text=re.compile("^Stop$")).evaluate("(button) => button.click()")
    expect(page.locator(".hw-status")).to_have_text("idle", timeout=READY)


def test_a_classical_method_says_why_it_has_no_map_and_no_network_is_asked_for(figure_1):
    page = figure_1
    tick_methods(page, "Gradient")
    open_file(page, "one_particle.tif")
    page.wait_for_function("window.hrtemViewers[0].micrograph.width === 384", timeout=READY)
    wait_idle(page)
    section(page, "Networks")
    boxes = page.locator(".hw-network")
    for name in ("FCN8s", "U-Net"):
        boxes.filter(has_text=name).first.locator("input").click()
    expect(page.locator(".hw-explain-hint")).to_contain_text("Tick a network", timeout=READY)
    boxes.filter(has_text="Otsu").first.locator("input").click()
    wait_idle(page)
    click(page, 128, 190)
    expect(page.locator(".hw-map-row")).to_contain_text("is a classical method", timeout=READY)
    expect(page.locator(".hw-map")).to_have_count(0)
