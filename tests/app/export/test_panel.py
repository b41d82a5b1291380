"""What is exported is what is set, or says what it is; table, panes, histogram and files agree."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile

import numpy as np
import pandas as pd
import pytest
import tifffile

from workbench.app.dilation.controls import DilationControls
from workbench.app.export.page_figure import shown_masks
from workbench.app.export.panel import ExportPanel
from workbench.app.mask.scores import Scores
from workbench.app.micrograph.histogram import Histogram
from workbench.app.viewer.panes import STALE, Panes
from workbench.app.viewer.viewer import Viewer
from workbench.errors import WorkbenchError
from workbench.figures.palette import colour_of
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.external_labels import ExternalLabels


class Browser:
    """Takes what a page would download."""

    def __init__(self):
        self.taken = {}

    def download(self, name, content, mime):
        self.taken[name] = content


@pytest.fixture
def panel(session):
    return ExportPanel(session, Browser())


def pressed(panel, name):
    """What a button writes, at once or once what is set is there."""
    panel.controls[name].click()
    panel.session.compute.work()
    written()
    return panel.browser.taken


def written():
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()


def table_of(taken, name="touching.particles.csv"):
    return pd.read_csv(io.BytesIO(taken[name]))


def test_a_table_asked_for_while_particles_are_split_waits_for_them(session, panel):
    assert len(table_of(pressed(panel, "table"))) == 1
    panel.browser.taken.clear()
    session.split_touching = True
    panel.controls["table"].click()
    assert panel.browser.taken == {}
    assert "waiting for U-Net" in panel._why.value
    assert len(table_of(pressed(panel, "table"))) == 2


@pytest.mark.parametrize("name", ["png", "tif", "masks", "table"])
def test_each_export_of_results_waits_for_what_is_set(session, panel, name):
    session.set_threshold("unet", 0.9)
    panel.controls[name].click()
    assert panel.browser.taken == {}
    session.compute.work()
    written()
    content, *record = panel.browser.taken.values()
    assert len(record) == (name == "table")
    if name == "table":
        assert set(pd.read_csv(io.BytesIO(content)).threshold) == {0.9}


def test_after_stop_what_is_shown_is_written_under_its_own_settings(session, panel, two_discs):
    session.dilation_cache.set("unet", 3)
    session.set_threshold("unet", 0.9)
    session.split_touching = True
    session.stop()
    taken = pressed(panel, "table")
    assert set(table_of(taken, "touching.as-shown.particles.csv").threshold) == {
        session.card("unet").threshold
    }
    assert "threshold" in session.message
    taken = pressed(panel, "masks")
    with zipfile.ZipFile(io.BytesIO(taken["touching.as-shown.masks.zip"])) as archive:
        mask = tifffile.TiffFile(io.BytesIO(archive.read("touching.as-shown.unet.mask.tif")))
        probability = tifffile.imread(io.BytesIO(archive.read("touching.as-shown.unet.probability.tif")))
    described = mask.imagej_metadata["Info"]
    assert "dilation" not in described
    assert "shown at 3" not in described
    assert f"threshold {session.card('unet').threshold:g}" in described
    assert "split" not in described
    assert np.array_equal(probability, two_discs)


def test_an_export_that_waited_for_what_was_stopped_is_not_written(session, panel):
    session.split_touching = True
    panel.controls["table"].click()
    session.stop()
    written()
    assert panel.browser.taken == {}
    assert "Not written" in session.message


def test_an_export_is_not_of_a_micrograph_that_was_opened_since(session, panel):
    session.split_touching = True
    panel.controls["table"].click()
    session.show(Micrograph(np.eye(64, dtype=np.float32), 0.05, "other"))
    session.compute.work()
    written()
    assert panel.browser.taken == {}
    assert "another micrograph" in session.message


def test_the_probability_of_a_new_dilation_is_not_written_with_the_mask_of_the_old(session, panel):
    session.dilation_cache.set("unet", 3)
    session.compute.work("segment")
    shown = shown_masks(session)[0]
    assert np.array_equal(shown[2].mask, shown[1].probability > shown[2].settings.threshold)


def chosen(panel, name, label):
    panel.controls[name].label = label


def test_a_figure_is_as_wide_as_chosen_with_the_letters_and_the_bar_that_were_chosen(session, panel):
    chosen(panel, "width", "85 mm, single column")
    chosen(panel, "letters", "(a)")
    panel.controls["bar"].value = "1.5 nm"
    assert (session.export.width_mm, session.export.letters, session.export.bar_nm) == (85, "(a)", 1.5)
    svg = pressed(panel, "svg")["touching.figure.svg"].decode()
    assert float(re.search(r'<svg[^>]* width="([\d.]+)pt"', svg)[1]) == pytest.approx(
        85 / 25.4 * 72, abs=0.01
    )
    said = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert "(a) touching" in said
    assert "1.5 nm" in said
    tiff = tifffile.TiffFile(io.BytesIO(pressed(panel, "tif")["touching.figure.tif"])).pages[0]
    assert tiff.shape[1] == pytest.approx(85 / 25.4 * 600, abs=1)
    assert tiff.tags["XResolution"].value == (600, 1)


def test_a_figure_and_its_script_have_the_colours_and_the_order_of_the_page(session, panel):
    session.select("otsu")
    session.compute.work()
    assert "colours=" not in pressed(panel, "script")["touching.py"].decode()
    session.set_colour("unet", "#553399")
    session.move_to("otsu", 0)
    drawn = pressed(panel, "svg")["touching.figure.svg"].decode()
    inks = dict(re.findall(r"<text[^>]*fill: (#\w+)[^>]*>([bc])\)", drawn))
    assert inks["#553399"] == "c"
    written = pressed(panel, "script")["touching.py"].decode()
    assert "m, [otsu, unet]" in written
    assert f"colours=[{colour_of('otsu')!r}, '#553399']," in written


def test_the_script_says_what_is_chosen_for_paper_and_makes_the_same_figure(session, panel):
    session.export.region, session.export.bar_corner = (10, 20, 60, 90), "lower right"
    panel.controls["title unet"].value = "Ours"
    written = pressed(panel, "script")["touching.py"].decode()
    for said in ("titles=[None, 'Ours']", "region=(10, 20, 60, 90)", "bar_corner='lower right'"):
        assert said in written
    svg = pressed(panel, "svg")["touching.figure.svg"].decode()
    assert "b) Ours" in re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert re.findall(r'<image[^>]* width="(\d+)" height="(\d+)"', svg) == [("70", "50")] * 2


def test_a_figure_is_drawn_while_the_panel_or_its_tab_is_looked_at(session, panel):
    preview = session.figure_preview
    for opened, seen in ((True, False), (False, True), (False, False)):
        panel.is_open, panel.is_seen = opened, seen
        panel.was_looked_at()
        assert preview.active == (opened or seen)


def test_a_bar_that_is_no_length_is_refused_and_the_field_shows_what_holds(session, panel):
    panel.controls["bar"].value = "20"
    panel.controls["bar"].value = "long"
    assert "positive number of nm" in session.message
    assert (panel.controls["bar"].value, session.export.bar_nm) == ("20", 20)
    panel.controls["bar"].value = ""
    assert session.export.bar_nm is None


def test_a_bar_longer_than_the_micrograph_is_said_when_the_figure_is_written(session, panel):
    session.compute.work()
    session.export.bar_nm = 900
    assert pressed(panel, "pdf") == {}
    assert "too little for a bar of 900 nm" in session.message


def test_what_a_session_or_a_script_sets_is_shown_in_the_panel(session, panel):
    session.export.width_mm, session.export.letters, session.export.bar_nm = 100, "A", 5
    shown = panel.controls
    assert (shown["width"].label, shown["letters"].value, shown["bar"].value) == ("100 mm", "A", "5")
    session.export.width_mm = None
    assert shown["width"].label == "as on screen"


def test_every_control_of_the_panel_says_in_a_sentence_what_it_does(panel):
    controls = {name: control for name, control in panel.controls.items() if name != "load"}
    assert [name for name, control in controls.items() if not control.tooltip] == []


# -- on the page


def test_pane_table_and_histogram_say_together_that_they_are_not_of_what_is_set(session, compute):
    viewer, scores, histogram = Viewer(), Scores(session), Histogram(session)
    panes, note = Panes(session, viewer), DilationControls(session, {}).note

    def pane():
        return next(one for one in viewer.panes if one["key"] == "unet")

    assert (pane()["stale"], "hw-stale" in scores._table.value) == ("", False)
    session.set_threshold("unet", 0.9)
    assert "hw-stale" in scores._table.value
    assert f"{session.card('unet').threshold:.2f}" in scores._table.value
    assert pane()["stale"] == ""  # the browser draws a bare threshold by itself
    compute.work()
    assert "hw-stale" not in scores._table.value
    session.split_touching = True
    assert pane()["stale"] == "not as set yet"
    assert pane()["color"] == STALE
    compute.work()
    assert pane()["stale"] == ""
    session.dilation_cache.set("unet", 3)
    for wanted in ("not as set yet", "not as set"):
        assert pane()["stale"] == wanted
        assert "shown at 3" not in pane()["title"] + scores._table.value
        assert "hw-stale" in scores._table.value
        assert "set to 3" in note.value
        assert "not as set" in histogram._title.value
        session.stop()
    session.retry()
    compute.work()
    assert pane()["stale"] == ""
    assert "shown at 3" in pane()["title"]
    assert "shown at 3" in note.value
    assert "shown at 3" in scores._table.value
    assert "hw-stale" not in scores._table.value
    assert panes is not None


def test_a_row_that_waits_for_its_mask_is_about_the_answer_that_its_numbers_are_of(session, compute):
    scores = Scores(session)
    session.dilation_cache.set("unet", 3)
    compute.work("segment")
    assert session.segmentations["unet"].network.dilation == 3
    assert "shown at 3" not in scores._table.value
    compute.work()
    assert "shown at 3" in scores._table.value


def test_a_label_does_not_begin_with_a_mask_that_is_not_of_what_is_set(session, compute):
    session.fill_holes = True
    with pytest.raises(WorkbenchError, match="no mask yet that is of what is set"):
        session.label.accept("unet")
    session.dilation_cache.set("unet", 2)
    with pytest.raises(WorkbenchError, match="not answered yet to what is set"):
        session.label.flood(48, 30, "unet")
    compute.work()
    session.label.accept("unet")
    assert np.array_equal(session.label.snapshot()[1] == 1, session.postprocessed["unet"].mask)
    session.label.wait()


def test_networks_and_micrographs_of_any_name_are_exported_as_files_of_their_own(session, panel, monkeypatch):
    found = session.results.shown("unet")
    ready = [("user/unet", *found), ("user_unet", *found)]
    monkeypatch.setattr("workbench.app.export.panel.shown_masks", lambda _session: ready)
    monkeypatch.setattr(session, "micrograph", Micrograph(np.eye(9), None, "day/1:a.b" + "金" * 80))
    panel._masks()
    ((name, content),) = panel.browser.taken.items()
    assert name.startswith("day_1_a.b金")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(set(archive.namelist())) == 6
        assert not [name for name in archive.namelist() if "/" in name]


def test_masks_say_what_was_done_by_hand(session, panel):
    particles, labels = session.particles, session.postprocessed["unet"].labels
    particles.correct("replace", ExternalLabels.of("fiji.zip", labels * (labels == labels.max())))
    taken = pressed(panel, "masks")
    with zipfile.ZipFile(io.BytesIO(taken["touching.masks.zip"])) as archive:
        for kind in ("mask", "labels"):
            file = tifffile.TiffFile(io.BytesIO(archive.read(f"touching.unet.{kind}.tif")))
            assert "By hand: corrected elsewhere in fiji.zip" in file.imagej_metadata["Info"]


def test_beside_the_table_of_all_networks_lies_where_each_came_from(session, panel):
    session.particles.correct("out", [(48, 30)])
    said = json.loads(pressed(panel, "table")["touching.particles.provenance.json"])
    (made,) = said["networks"].values()
    assert list(said["networks"]) == ["unet"]
    assert made["pixels_sha256"] == session.micrograph.sha256
    assert made["corrections"] == [["out", [[48.0, 30.0]]]]
