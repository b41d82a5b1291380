"""Text in figures: names in any script, and nothing taken for mathematics."""

import logging

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

from workbench.figures import lettering
from workbench.figures.figure import figure
from workbench.figures.paper import PaperFigure
from workbench.micrographs.micrograph import Micrograph

OWN = frozenset(FT2Font(findfont(FontProperties())).get_charmap())


def shown(name):
    made = figure(Micrograph(np.random.default_rng(0).normal(size=(20, 30)), 0.05, name))
    made._repr_png_()
    return made.axes[0].get_title("left")


@pytest.mark.parametrize(
    "name", ["金属ナノ粒子", "नैनो", "😀 gold 👩‍🔬 ❤️", "한글", "ไทย", "قياس", "\U00020000"]
)
def test_no_letter_is_drawn_as_a_box_where_no_font_has_it(name, no_other_font, caplog):
    with caplog.at_level(
        logging.WARNING
    ):  # a glyph that is missing is a warning, and those are errors in tests
        title = shown(name)
    assert {ord(letter) for letter in title} <= OWN
    assert caplog.records == []
    assert not title.endswith("a) ")


def test_a_letter_without_glyph_is_its_code_and_an_accent_is_left_out(no_other_font):
    assert shown("金a") == r"a) \u91d1a"
    assert ("\u0359" in shown("\u1e9fx\u0359y")) == (0x359 in OWN)


def test_another_font_of_the_machine_is_used_where_it_has_the_letter(monkeypatch):
    monkeypatch.setattr(lettering, "_families_for", lambda missing: (["DejaVu Serif"], frozenset({0x91D1})))
    made = PaperFigure(2, 2)
    title = made.subplots().set_title("金")
    for _ in range(2):
        lettering.letter(made)
    assert title.get_text() == "金"
    assert title.get_fontfamily() == ["sans-serif", "DejaVu Serif"]


def test_a_font_of_boxes_is_never_used():
    families, covered = lettering._families_for(frozenset({0x10FFFD}))  # private use
    assert not any("resort" in name.lower() for name in families)
    assert families or not covered


@pytest.mark.parametrize("name", ["a$_1$b_c", "$\\frac{$", "100%_#1&{~^", "a$b"])
def test_a_name_is_no_mathematics(name):
    assert shown(name) == f"a) {name}"
    made = PaperFigure(2, 2)
    axis = made.subplots()
    axis.plot([1, 2], label=name)
    made.legend = axis.legend()
    made._repr_png_()
    assert not made.legend.get_texts()[0].get_parse_math() or "$" not in name


def test_numbers_on_axes_stay_what_matplotlib_means_by_them():
    made = PaperFigure(2, 2)
    axis = made.subplots()
    axis.semilogy([1, 1000])
    made._repr_png_()
    labels = [text for text in axis.get_yticklabels() if "$" in text.get_text()]
    assert labels
    assert all(text.get_parse_math() for text in labels)


def test_control_characters_and_lost_bytes_are_seen():
    assert shown("x\ny\udcff") == r"a) x\x0ay\xff"
