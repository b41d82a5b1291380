"""A report as PDF: pages of A4 on which nothing runs over the edge, with text that can be searched."""

import re

import numpy as np
import pytest

from workbench.report.content import sections_of
from workbench.report.pdf_pages import HEIGHT_MM, MARGIN_MM, WIDTH_MM, lines_of, write_pdf
from workbench.report.reported import Report


class Kept:
    """Keeps pages instead of writing them."""

    def __init__(self, _path, metadata):
        self.metadata = metadata
        self.pages = []

    def __enter__(self):
        KEPT.append(self)
        return self

    def __exit__(self, *_error):
        pass

    def savefig(self, figure):
        self.pages.append(figure)


KEPT = []


def write(path, report, known=None):
    write_pdf(path, report, sections_of(report), "Median 4 nm", "Report of today", known or {})


@pytest.fixture
def pages_of(monkeypatch, tmp_path):
    def pages(report):
        KEPT.clear()
        write(tmp_path / "r.pdf", report)
        return KEPT[0].pages

    monkeypatch.setattr("matplotlib.backends.backend_pdf.PdfPages", Kept)
    return pages


def texts(pages):
    return [text.get_text() for page in pages for text in page.texts]


def test_the_file_has_pages_of_a4_and_letters_that_can_be_searched(reported, distribution, tmp_path):
    write(tmp_path / "r.pdf", Report([reported] * 8, "Au", distribution=distribution), {"network": "unet"})
    content = (tmp_path / "r.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) >= 2
    width, height = (mm / 25.4 * 72 for mm in (WIDTH_MM, HEIGHT_MM))
    for box in re.findall(rb"/MediaBox \[ ([\d. ]+) \]", content):
        assert np.allclose([float(side) for side in box.split()], [0, 0, width, height], atol=0.1)
    assert (
        b"/Type3" not in content
    )  # all fonts of one kind, TrueType: they are written when the file is closed
    assert b"/CIDFontType2" in content or b"/TrueType" in content
    assert b"network" in content


def test_all_words_are_there_and_within_the_margins(reported, distribution, pages_of):
    long = "a sentence that is much too long for one line of a page of this width, " * 6
    report = Report(
        [reported] * 7,
        "Au " + "x" * 150,
        long,
        distribution,
        notes=[long] * 12,
        failed=[("a.dm3", long)] * 12,
    )
    pages = pages_of(report)
    assert len(pages) >= 3
    joined = " ".join(texts(pages))
    for section in sections_of(report):
        for sentence in (section.title, *section.sentences):
            assert sentence.split()[0] in joined
    for page in pages:
        page.set_dpi(300)  # letters are as wide as in the file
        canvas = page.canvas
        renderer = canvas.get_renderer()
        width, height = page.get_size_inches() * page.dpi
        for text in page.texts:
            box = text.get_window_extent(renderer)
            assert box.x1 <= width * (1 - (MARGIN_MM - 1) / WIDTH_MM), text.get_text()
            assert box.y0 > 0
            assert box.y1 < height


def test_each_micrograph_is_drawn_once_and_named(reported, distribution, pages_of):
    pages = pages_of(Report([reported] * 7, distribution=distribution))
    drawn = [axis for page in pages for axis in page.axes if axis.images]
    assert len(drawn) == 7 + 1  # and the histogram
    assert texts(pages).count("scene") == 7
    assert "8" not in [page.texts[-1].get_text() for page in pages]
    assert [page.texts[-1].get_text() for page in pages] == [str(number + 1) for number in range(len(pages))]


def test_pictures_do_not_lie_on_each_other_or_on_the_margin(reported, distribution, pages_of):
    for page in pages_of(Report([reported] * 7, distribution=distribution)):
        boxes = [axis.get_position() for axis in page.axes]
        for place, box in enumerate(boxes):
            assert box.x0 >= MARGIN_MM / WIDTH_MM - 1e-6
            assert box.x1 <= 1 - MARGIN_MM / WIDTH_MM + 1e-6
            assert box.y0 >= MARGIN_MM / HEIGHT_MM - 1e-6
            assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def test_lines_break_where_they_are_full():
    lines = lines_of("words " * 60, 60, 8.5)
    assert " ".join(lines).split() == ["words"] * 60
    assert 5 <= len(lines) < 15
    broken = lines_of("x" * 300, 60, 8.5)
    assert "".join(broken) == "x" * 300
    assert len(broken) > 5
    assert lines_of("short", 60, 8.5) == ["short"]
