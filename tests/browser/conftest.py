"""A real Voila, a real Chromium: what the browser tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import READY, Server, new_page
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError
from shared_page import SharedPage
from training_clicks import write_set

expect.set_options(timeout=READY)  # the usual 5 s are short for a kernel on a busy machine

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-gpu-compositing",  # WebGL still draws by software; the page around it need not, which takes longest
    "--disable-gpu-rasterization",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "the browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one micrograph to open, whose pixel size is known."""
    import numpy as np

    from workbench.micrographs.writing import write_tiff

    folder = tmp_path_factory.mktemp("data")
    rows, columns = np.mgrid[:256, :384]
    pixels = 1000 + 100 * np.random.default_rng(0).normal(size=(256, 384))
    pixels -= 600 * (np.hypot(rows - 128, columns - 190) < 60)
    write_tiff(folder / "one_particle.tif", pixels.astype(np.float32), 0.04)
    (folder / "broken.dm3").write_bytes(b"not a micrograph")
    large = np.random.default_rng(1).integers(
        0, 255, (4096, 4096), np.uint8
    )  # seconds of work, to be stopped
    write_tiff(folder / "large.tif", large, 0.04)
    np.save(folder / "nan.npy", np.full((64, 64), np.nan))
    np.save(folder / "constant.npy", np.full((64, 64), 7.0))
    np.save(folder / "one_pixel.npy", np.ones((1, 1)))
    write_picture(folder / "picture.png")
    np.save(folder / "thin.npy", np.tile(np.arange(20, dtype=np.uint8), (12000, 1)))
    return folder


def write_picture(path: Path) -> None:
    """Write dark discs under a data bar and beside a scale bar, as cameras save pictures of them."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont
    from scipy import ndimage

    random = np.random.default_rng(2)
    image = Image.new("L", (480, 400), 170)
    draw = ImageDraw.Draw(image)
    for x, y in ((90, 80), (250, 120), (390, 60), (150, 250), (330, 270)):
        draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill=80)
    grey = ndimage.gaussian_filter(np.asarray(image, np.float32), 1.5) + random.normal(0, 8, (400, 480))
    image = Image.fromarray(grey.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 356, 480, 400), fill=0)
    draw.text((12, 364), "HV 200 kV   mag 50 kx", fill=255, font=ImageFont.load_default(18))
    draw.rectangle((380, 332, 460, 338), fill=0)
    draw.text((392, 306), "20 nm", fill=0, font=ImageFont.load_default(20))
    image.save(path)


@pytest.fixture(scope="session")
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the environment says of where the person's own files lie: in a folder of the tests."""
    folder = tmp_path_factory.mktemp("own")
    own = {
        f"WORKBENCH_{what.upper()}": str(folder / what)
        for what in ("networks", "runs", "turns", "sets", "thumbnails")
    }
    return {**own, "WORKBENCH_PIXEL_SIZES": str(folder / "pixel-sizes.json")}


@pytest.fixture(scope="session")
def training_sets(data_folder: Path) -> None:
    """Two sets in the data folder, one of them too small to be split."""
    write_set(data_folder / "discs", 5)
    write_set(data_folder / "lonely", 1)


@pytest.fixture(scope="session")
def server(
    data_folder: Path, own_folders: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A running `workbench serve`, which all tests share."""
    started = Server(data_folder, tmp_path_factory.mktemp("serve"), **own_folders)
    yield started
    started.end()


@pytest.fixture
def served(server: Server, data_folder: Path) -> Iterator[str]:
    """The address of a running `workbench serve`; what the test types beside the data is forgotten after it."""
    yield server.address
    forget_typed(data_folder)


def forget_typed(data_folder: Path) -> None:
    """Take away the pixel sizes and the marks of files that a test left beside the data."""
    for name in ("pixel-sizes.json", "file-marks.json"):
        (data_folder / name).unlink(missing_ok=True)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that fails the test on any console error but those known to be harmless."""
    with new_page(chromium) as page:
        yield page


@pytest.fixture(scope="session")
def _shared(chromium: Browser, server: Server) -> Iterator[SharedPage]:
    made = SharedPage(chromium, server)
    yield made
    made.close()


@pytest.fixture
def figure_1(_shared: SharedPage, data_folder: Path) -> Iterator[Page]:
    """The page as it comes, idle, which tests share; what they open and set is put back after each."""
    yield _shared.begin()
    forget_typed(data_folder)
    assert _shared.end() == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add to the report of a failed test what its pages show, for where nobody can look at the screen."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("chromium")
    if report.failed and browser is not None:
        for page in [page for context in browser.contexts for page in context.pages]:
            report.sections.append((f"Page {page.url.split('?')[0]}", shown_on(page)))
    return report


def shown_on(page: Page) -> str:
    """The words on a page, and whether it still draws; a page that hangs takes a few seconds."""
    said = []
    for what, look in {
        "in focus": lambda: page.locator(":focus").first.evaluate(
            "(one) => one.outerHTML.slice(0, 200)", timeout=5000
        ),
        "status": lambda: page.locator(".hw-status").first.inner_text(timeout=5000),
        "frames": lambda: page.wait_for_function(
            "(window.framesSeen = (window.framesSeen || 0) + 1) > 3 && 'drawn'", timeout=5000, polling="raf"
        ),
        "words": lambda: page.locator("body").inner_text(timeout=5000)[:4000],
    }.items():
        try:
            said.append(f"{what}: {look()}")
        except BrowserError as error:
            said.append(f"{what}: {str(error).splitlines()[0]}")
    return "\n".join(said)
