"""A report as HTML: one file, no script, nothing from elsewhere, names as text."""

import json
import re
from html.parser import HTMLParser

from workbench.report.content import sections_of
from workbench.report.html_page import html_page
from workbench.report.reported import Report

NASTY = '<script>alert(1)</script> & "x"'
VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects elements, and sees to it that each that is opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def page_of(report, **known):
    return html_page(report, sections_of(report), "Median 4 nm", "Report of today", known)


def test_the_page_is_whole_and_asks_for_nothing_from_elsewhere(reported, distribution):
    reader = read(page_of(Report([reported, reported], "Au", distribution=distribution)))
    images = [found["src"] for tag, found in reader.seen if tag == "img"]
    assert [image.partition(";")[0] for image in images] == ["data:image/svg+xml", *["data:image/jpeg"] * 2]
    assert all(found["alt"] for tag, found in reader.seen if tag == "img")
    assert not any("href" in found for _tag, found in reader.seen)
    assert [found.get("type") for tag, found in reader.seen if tag == "script"] == ["application/json"]
    assert ("html", {"lang": "en"}) in reader.seen
    for said in ("Au", "Median 4 nm", "Report of today", "4.12 nm, 95 % [4.03, 4.21]", "cut by the edge"):
        assert any(said in text for text in reader.texts), said


def test_names_are_text_and_never_code(reported):
    report = Report([reported], NASTY, NASTY, notes=[NASTY], failed=[(NASTY, NASTY)])
    page = page_of(report, sample=NASTY)
    reader = read(page)
    assert "<script>alert" not in page
    assert sum(NASTY in text for text in reader.texts) >= 5
    (known,) = re.findall(r'<script type="application/json" id="provenance">(.*?)</script>', page, re.DOTALL)
    assert json.loads(known) == {"sample": NASTY}


def test_code_stands_as_it_is(reported):
    assert "print(&#x27;&lt;&amp;&gt;&#x27;)" in page_of(Report([reported]))
