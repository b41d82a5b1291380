"""A report as PDF, set on pages of A4 by Matplotlib: the same words and pictures as in the HTML."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from workbench.figures.lettering import spelled
from workbench.figures.pane import short_name
from workbench.figures.paper import TEXT_OF, PaperFigure, set_for_now
from workbench.figures.sheet import MM_PER_INCH, POINTS_PER_INCH
from workbench.micrographs.provenance import mark
from workbench.report.content import Section
from workbench.report.drawings import as_pixels, aspect_of, draw_micrograph, draw_sizes
from workbench.report.reported import Report

if TYPE_CHECKING:
    from matplotlib.backends.backend_pdf import PdfPages

WIDTH_MM, HEIGHT_MM, MARGIN_MM = 210.0, 297.0, 17.0
INNER_MM = WIDTH_MM - 2 * MARGIN_MM
NAMES_MM, GAP_MM = 48.0, 5.0
PICTURES_ACROSS, CAPTION_MM = 3, 11.0
TITLE, HEAD, TEXT, SMALL, CODE = 16.0, 11.0, 8.5, 7.5, 6.5
INK, QUIET, LINE = "#1a1d21", "#59636e", "#c9ced4"
_LEADING = 1.38
_LONGEST_KEYWORDS = 200_000


def write_pdf(
    path: Path, report: Report, sections: Sequence[Section], first: str, written: str, known: dict[str, Any]
) -> None:
    """Write a report as PDF; see `html_page.html_page` for what it is given.

    The JSON of where it came from is in the file's keywords.

    Parameters
    ----------
    path : Path
    report, sections, first, written, known
    """
    from matplotlib.backends.backend_pdf import PdfPages

    told = json.dumps(known)
    information = {"Title": report.title, "Creator": mark("report"), "Subject": written}
    if len(told) <= _LONGEST_KEYWORDS:
        information["Keywords"] = told
    # the fonts are written when the file is closed: by then the setting of each page would be gone
    with set_for_now(TEXT_OF["pdf"]), PdfPages(path, metadata=information) as pages:
        paper = _Paper(pages, f"{short_name(report.title, 60)}  ·  {written}")
        paper.text(report.title, TITLE, weight="bold")
        paper.text(written, SMALL, QUIET)
        if first:
            paper.down(2)
            paper.text(first, HEAD)
        for section in sections:
            _set_section(paper, report, section)
        paper.close()


def _set_section(paper: _Paper, report: Report, section: Section) -> None:
    paper.head(section.title, 75 if section.drawn else 14)
    if section.drawn == "distribution" and report.distribution is not None:
        figure, wide = draw_sizes(report.distribution)
        paper.image(as_pixels(figure), wide)
    if section.drawn == "micrographs":
        _set_pictures(paper, report)
    for what, said in section.pairs:
        paper.pair(what, said)
    for sentence in section.sentences:
        paper.text(sentence, TEXT)
    if section.code:
        paper.down(1)
        for line in section.code.split("\n"):
            paper.text(line or " ", CODE, family="monospace")


def _set_pictures(paper: _Paper, report: Report) -> None:
    wide = (INNER_MM - (PICTURES_ACROSS - 1) * GAP_MM) / PICTURES_ACROSS
    for start in range(0, len(report.micrographs), PICTURES_ACROSS):
        row = report.micrographs[start : start + PICTURES_ACROSS]
        high = wide * max(aspect_of(one) for one in row)
        paper.room(high + CAPTION_MM)
        for place, one in enumerate(row):
            left = MARGIN_MM + place * (wide + GAP_MM)
            own = wide * aspect_of(one)
            axis = paper.figure.add_axes(paper.box(left, high - own, wide, own))
            draw_micrograph(axis, one)
            paper.line(short_name(one.micrograph.name, 30), left, high + 3.2, SMALL, weight="bold")
            for line, said in enumerate(lines_of(one.caption, wide, SMALL - 1)[:2]):
                paper.line(said, left, high + 6.4 + line * _line_mm(SMALL - 1), SMALL - 1, QUIET)
        paper.down(high + CAPTION_MM + 2)


class _Paper:
    """Pages of A4, filled from the top; lengths are in mm."""

    def __init__(self, pages: PdfPages, foot: str) -> None:
        self._pages, self._foot = pages, foot
        self._number = 0
        self._start()

    def _start(self) -> None:
        self._number += 1
        self.figure = PaperFigure(WIDTH_MM / MM_PER_INCH, HEIGHT_MM / MM_PER_INCH, exact=True)
        self.figure.set_layout_engine("none")
        self._at = MARGIN_MM

    def close(self) -> None:
        """Write the page that was begun."""
        at = HEIGHT_MM - MARGIN_MM / 2
        self._put(self._foot, MARGIN_MM, at, SMALL - 1, QUIET)
        self._put(str(self._number), WIDTH_MM - MARGIN_MM, at, SMALL - 1, QUIET, ha="right")
        save: Callable[..., Any] = self._pages.savefig
        save(self.figure)

    def room(self, high: float) -> bool:
        """Begin a new page where so much does not fit any more; say whether it was."""
        if self._at + high <= HEIGHT_MM - MARGIN_MM:
            return False
        self.close()
        self._start()
        return True

    def down(self, high: float) -> None:
        """Leave room."""
        self._at += high

    def box(self, left: float, below: float, wide: float, high: float) -> tuple[float, float, float, float]:
        """Return where a box lies that begins so far below what is set, as Matplotlib says it."""
        bottom = HEIGHT_MM - self._at - below - high
        return left / WIDTH_MM, bottom / HEIGHT_MM, wide / WIDTH_MM, high / HEIGHT_MM

    def line(
        self, said: str, left: float, below: float, points: float, colour: str = INK, weight: str = "normal"
    ) -> None:
        """Set one line so far below what is set, and stay there."""
        self._put(said, left, self._at + below, points, colour, weight=weight)

    def head(self, said: str, with_it: float) -> None:
        """Set the head of a section, on the same page as what follows."""
        if not self.room(with_it):
            self.down(4.5)
        self.text(said, HEAD, weight="bold")
        self._rule()

    def text(
        self,
        said: str,
        points: float,
        colour: str = INK,
        *,
        weight: str = "normal",
        family: str | None = None,
    ) -> None:
        """Set a text in lines that fit."""
        for line in lines_of(said, INNER_MM, points, weight, family or "sans-serif"):
            high = _line_mm(points)
            self.room(high)
            more = {} if family is None else {"family": family}
            self._put(line, MARGIN_MM, self._at + high * 0.8, points, colour, weight=weight, **more)
            self.down(high)

    def pair(self, what: str, said: str) -> None:
        """Set what is told of, and beside it what is told."""
        names = lines_of(what, NAMES_MM - 2, TEXT)
        lines = lines_of(said, INNER_MM - NAMES_MM, TEXT)
        high = _line_mm(TEXT)
        self.room(high * max(1, min(len(lines), 4)))
        for place in range(max(len(names), len(lines))):
            self.room(high)
            if place < len(names):
                self._put(names[place], MARGIN_MM, self._at + high * 0.8, TEXT, QUIET)
            if place < len(lines):
                self._put(lines[place], MARGIN_MM + NAMES_MM, self._at + high * 0.8, TEXT, INK)
            self.down(high)

    def image(self, pixels: Any, wide: float) -> None:
        """Set a picture."""
        high = wide * pixels.shape[0] / pixels.shape[1]
        most = HEIGHT_MM - 2 * MARGIN_MM - 20
        if high > most:
            wide, high = wide * most / high, most
        self.room(high)
        axis = self.figure.add_axes(self.box(MARGIN_MM, 0, wide, high))
        axis.imshow(pixels, interpolation="none", aspect="auto")
        axis.set_axis_off()
        self.down(high + 2)

    def _rule(self) -> None:
        from matplotlib.lines import Line2D

        y = 1 - (self._at + 0.3) / HEIGHT_MM
        ends = [MARGIN_MM / WIDTH_MM, 1 - MARGIN_MM / WIDTH_MM]
        self.figure.add_artist(
            Line2D(ends, [y, y], color=LINE, linewidth=0.6, transform=self.figure.transFigure)
        )
        self.down(1.6)

    def _put(self, said: str, left: float, at: float, points: float, colour: str, **how: Any) -> None:
        place: Callable[..., Any] = self.figure.text
        place(
            left / WIDTH_MM,
            1 - at / HEIGHT_MM,
            said,
            fontsize=points,
            color=colour,
            parse_math=False,
            va="baseline",
            **how,
        )


def _line_mm(points: float) -> float:
    return points * _LEADING / POINTS_PER_INCH * MM_PER_INCH


def lines_of(
    said: str, wide_mm: float, points: float, weight: str = "normal", family: str = "sans-serif"
) -> list[str]:
    """Break a text into lines that are no wider than that, between words where it can."""
    most = wide_mm / MM_PER_INCH * POINTS_PER_INCH / points

    def wide(text: str) -> float:
        return sum(_letter_width(letter, weight, family) for letter in text)

    lines: list[str] = []
    line = ""
    for given in spelled(said).split(" "):
        longer = f"{line} {given}" if line else given
        if wide(longer) <= most:
            line = longer
            continue
        if line:
            lines.append(line)
        word = given
        while wide(word) > most and len(word) > 1:
            cut = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or wide(word[:end]) <= most)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line]


@lru_cache(maxsize=4096)
def _letter_width(letter: str, weight: str, family: str) -> float:
    """Return how wide a letter is, over the size of its font."""
    font = FontProperties(family=family, weight=weight, size=100)
    return float(text_to_path.get_text_width_height_descent(letter, font, False)[0]) / 100
