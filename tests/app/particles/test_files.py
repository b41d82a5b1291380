"""Particles as files: those that count, with the numbers of the label image, and how they came about."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import tifffile
from figure_files import inside_pdf, page_mm, texts_of_svg
from seen_discs import PLACES

from workbench.app.particles.files import KINDS, made, made_with_its_record
from workbench.app.particles.panel import ParticlesPanel
from workbench.app.widgets.browser import Browser
from workbench.errors import WorkbenchError
from workbench.micrographs.provenance import read_record
from workbench.particles.external_labels import ExternalLabels


@pytest.fixture(name="corrected")
def with_one_out(looked_at, particles):
    particles.correct("out", [PLACES["left"]])
    particles.smallest = 1.0
    looked_at.rest()
    return looked_at


def test_table_and_label_image_have_the_same_numbers(corrected, particles, session):
    name, content, mime = made(session, "CSV")
    table = pd.read_csv(io.BytesIO(content))
    assert (name, mime) == ("discs 0.unet.particles.csv", "text/csv")
    labels = tifffile.imread(io.BytesIO(made(session, "labels")[1]))
    assert np.array_equal(labels, particles.found.labels)
    assert table["label"].tolist() == np.unique(labels[labels > 0]).tolist()
    reasons = table.set_index("label")["left_out"].fillna("")
    assert reasons[labels[PLACES["left"]]] == "hand"
    assert reasons[labels[PLACES["small"]]] == "size"


def test_outlines_are_one_each(corrected, particles, session):
    with zipfile.ZipFile(io.BytesIO(made(session, "ImageJ ROI")[1])) as archive:
        rois = [name for name in archive.namelist() if name.endswith(".roi")]
    assert len(rois) == len(particles.found.table)


def test_a_data_set_says_how_it_was_made(corrected, session):
    said = json.loads(made(session, "COCO")[1])
    text = json.dumps(said)
    assert '"out"' in text
    assert session.micrograph.sha256 in text


def test_a_report_says_what_was_done_by_hand_and_how_many_count(corrected, session):
    page = made(session, "report")[1].decode()
    assert "3 of 6" in page
    assert "by hand" in page
    assert page.lstrip().lower().startswith("<!doctype html>")


def test_the_figure_of_the_distribution_says_how_many_it_is_of(corrected, session):
    figure = made(session, "figure")[1].decode()
    assert "<svg" in figure
    assert "N = 3 of 6" in figure


def test_excel_and_pdf_are_such_files(corrected, session):
    assert made(session, "Excel")[1][:2] == b"PK"
    assert made(session, "PDF")[1][:5] == b"%PDF-"


def test_without_a_mask_of_what_is_set_nothing_is_written(corrected, session):
    session.set_threshold("unet", 0.8)
    with pytest.raises(WorkbenchError, match="wait for it"):
        made(session, "CSV")


def test_a_button_for_each_kind_lets_the_browser_save_it(corrected, session):
    browser, saved = Browser(), []
    browser.download = lambda *file: saved.append(file)
    panel = ParticlesPanel(session, browser)
    for kind in KINDS:
        if kind not in ("report", "PDF", "figure", "sheet", "sheet PDF"):
            panel.controls[f"file {kind}"].click()
            corrected.counted()
    assert [name.rpartition(".")[2] for name, _content, _mime in saved] == [
        "csv",
        "json",
        "xlsx",
        "zip",
        "tif",
        "json",
    ]
    session.set_threshold("unet", 0.8)
    panel.controls["file CSV"].click()
    corrected.counted()
    assert "wait for it" in session.message
    assert not panel.controls["file CSV"].disabled


def test_beside_the_table_lies_where_it_came_from_as_whoever_writes_particles_gets_it(
    corrected, particles, session, tmp_path
):
    (name, _content, _mime), (record, beside, mime) = made_with_its_record(session, "CSV")
    assert (name, record) == ("discs 0.unet.particles.csv", "discs 0.unet.particles.provenance.json")
    assert mime == "application/json"
    said = json.loads(beside)
    assert said["pixels_sha256"] == session.micrograph.sha256
    assert [kind for kind, _places in said["corrections"]] == ["out"]
    labels = tmp_path / "labels.tif"
    labels.write_bytes(made(session, "labels")[1])
    of_labels = read_record(labels)
    assert {key: said[key] for key in of_labels.keys() - {"made_by"}} == {
        key: of_labels[key] for key in of_labels.keys() - {"made_by"}
    }
    assert len(made_with_its_record(session, "Excel")) == 1


def test_the_report_says_what_was_typed_for_it(corrected, session):
    session.report.type_in("sample", "Pt on carbon <7>")
    session.report.type_in("operator", "A. Miller")
    page = made(session, "report")[1].decode()
    assert "<h1>Pt on carbon &lt;7&gt;</h1>" in page
    assert "A. Miller" in page


def test_the_sheet_has_the_panes_of_the_page_and_the_distribution_below_them(corrected, session):
    name, content, mime = made(session, "sheet")
    assert (name, mime) == ("discs 0.unet.sheet.svg", "image/svg+xml")
    said = texts_of_svg(content.decode())
    assert "a) discs 0" in said
    assert "b) U-Net, threshold 0.5" in said
    assert "Cumulative share, %" in said
    assert any(line.startswith("N = 3 of 6") for line in said)
    name, content, _mime = made(session, "sheet PDF")
    assert name == "discs 0.unet.sheet.pdf"
    assert page_mm(content)[0] == pytest.approx(180, abs=0.1)
    assert b"/FontFile2" in inside_pdf(content)


def test_the_pane_of_particles_of_a_file_says_so_and_names_no_threshold(corrected, particles, session):
    labels = particles.found.labels.copy()
    labels[labels == labels[PLACES["right"]]] = 0
    particles.correct("replace", ExternalLabels.of("at home/fiji.zip", labels))
    corrected.rest()
    said = " ".join(texts_of_svg(made(session, "sheet")[1].decode()))
    assert "b) U-Net, corrected elsewhere in fiji.zip" in said
    assert "threshold" not in said
