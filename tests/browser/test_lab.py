"""The same widget as the last line of a cell in JupyterLab."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from driving import READY, colour, free_port, keys, running, section, settled, shown_share

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running `workbench lab`, with its token."""
    port, folder = free_port(), tmp_path_factory.mktemp("lab")
    log = folder / "lab.log"
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    # no question whether news may be fetched
    (settings / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}'
    )
    own = {f"JUPYTERLAB_{what.upper()}_DIR": str(folder / what) for what in ("settings", "workspaces")}
    with running(["lab", "--port", str(port), "--no-browser"], log, **own) as process:
        address = None
        for _ in range(480):
            found = re.search(r"http://\S+token=\w+", log.read_text())
            if found or process.poll() is not None:
                address = found.group(0) if found else None
                break
            time.sleep(0.25)
        assert address, log.read_text()
        yield address.replace("/lab?", "/lab/tree/workbench.ipynb?")


def test_the_page_lives_in_a_cell(page, lab):
    page.goto(lab)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=READY)
    page.locator(".jp-Notebook .jp-Cell .cm-content").first.click()
    page.wait_for_selector("[data-status=idle], .jp-NotebookPanel-toolbar [data-status=idle]", timeout=READY)
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("window.hrtemViewers?.[0]?.micrograph", timeout=READY)
    page.wait_for_function(
        """() => {
          const view = window.hrtemViewers[0];
          const networks = view.model.get("panes").filter((pane) => pane.kind === "network");
          return networks.length && networks.every((pane) => view.layers.probability.has(pane.key));
        }""",
        timeout=READY,
    )
    key = keys(page)[-1]
    assert len(colour(page, key, 256, 256)) == 4
    before = shown_share(page, key)
    assert 0.02 < before < 0.95
    section(page, "Tune")
    handle = page.locator(".hw-row", has_text="Threshold").locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    box = settled(page, handle)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    page.wait_for_function(
        f"window.hrtemViewers[0].model.get('panes').find((pane) => pane.key === {key!r}).threshold > 0.9"
    )
    assert shown_share(page, key) < before
