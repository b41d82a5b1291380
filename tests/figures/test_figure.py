"""Figure 1 on paper."""

import re

import numpy as np
import pytest
import tifffile
from figure_files import (
    images_of_pdf,
    images_of_svg,
    inside_pdf,
    outlines_of_svg,
    page_mm,
    texts_of_svg,
)
from matplotlib.text import Text
from touching_spheres import micrograph_of_spheres

from workbench.errors import WorkbenchError
from workbench.figures.figure import figure, save_figure
from workbench.micrographs.micrograph import Micrograph
from workbench.segmentation.segmenting import segment


@pytest.mark.parametrize("form", ["png", "svg", "pdf", "tif"])
def test_a_figure_has_a_panel_for_the_micrograph_and_each_network(disc, tmp_path, form):
    answers = [segment(disc[0], name) for name in ("otsu", "bandpass")]
    made = figure(disc[0], answers)
    titles = [axes.get_title(loc) for axes in made.axes for loc in ("left", "center")]
    assert sum(bool(title) for title in titles) >= 3
    save_figure(made, tmp_path / f"f.{form}")
    assert (tmp_path / f"f.{form}").stat().st_size > 5_000


def test_an_unknown_form_is_refused(disc, tmp_path):
    made = figure(disc[0], [segment(disc[0], "otsu")])
    with pytest.raises(WorkbenchError):
        save_figure(made, tmp_path / "f.docx")


def drawn(made, pane):
    return made.axes[pane].images[0].get_array()


def test_it_is_drawn_as_on_the_page(disc):
    micrograph, answers = disc[0], [segment(disc[0], "otsu")]
    plain = drawn(figure(micrograph, answers), 0)
    assert np.allclose(drawn(figure(micrograph, answers, invert=True), 0), 1 - plain, atol=1e-6)
    assert np.allclose(drawn(figure(micrograph, answers, gamma=2), 0), plain**2, atol=1e-6)
    coloured = drawn(figure(micrograph, answers, colormap="viridis"), 0)
    assert coloured.shape == (*micrograph.shape, 3)
    assert (coloured[..., 0] != coloured[..., 2]).any()
    both, outline = (figure(micrograph, answers, overlay=how).axes[1] for how in ("both", "outline"))
    assert len(both.collections) == len(outline.collections) == 1
    assert (both.images[0].get_array() != outline.images[0].get_array()).any()


def test_an_unknown_colormap_is_refused(disc):
    with pytest.raises(WorkbenchError, match="no colormap 'nosuch'"):
        figure(disc[0], colormap="nosuch")


def spheres():
    micrograph = micrograph_of_spheres()
    found = segment(micrograph, "otsu")
    return micrograph, found, found.label_image()


# -- as a journal takes it


@pytest.mark.parametrize("width_mm", [85, 120, 180, 90.5])
def test_it_is_as_wide_on_paper_as_asked_with_letters_of_one_size(tmp_path, width_mm):
    micrograph, found, labels = spheres()
    truth = labels > 0
    made = figure(micrograph, [found, found], truth=truth, overlay="both", width_mm=width_mm)
    save_figure(made, tmp_path / "f.pdf")
    assert page_mm((tmp_path / "f.pdf").read_bytes())[0] == pytest.approx(width_mm, abs=0.1)
    save_figure(made, tmp_path / "f.tif")
    with tifffile.TiffFile(tmp_path / "f.tif") as file:
        assert file.pages[0].shape[1] == pytest.approx(width_mm / 25.4 * 600, abs=1)
        assert file.pages[0].tags["XResolution"].value == (600, 1)
    save_figure(made, tmp_path / "f.svg")
    svg = (tmp_path / "f.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"<text[^>]*font-size: ([\d.]+)px", svg)) == {"7", "8"}


@pytest.mark.parametrize("width_mm", [85, 120, 180, None])
def test_nothing_that_is_written_leaves_the_page_or_meets_another_pane(width_mm):
    micrograph, found, labels = spheres()
    titles = ["gold", None, "a title of many words that must be broken into several lines", None]
    made = figure(micrograph, [found] * 3, truth=labels > 0, titles=titles, width_mm=width_mm)
    made.draw_without_rendering()
    renderer, page = made.canvas.get_renderer(), made.bbox
    shown = [axis for axis in made.axes if axis.get_visible()]
    boxes = [axis.get_tightbbox(renderer) for axis in shown]
    assert all(
        box.x0 >= -1 and box.y0 >= -1 and box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1 for box in boxes
    )
    assert not [1 for place, box in enumerate(boxes) for other in boxes[:place] if box.overlaps(other)]
    heights, widths = ({round(getattr(axis.bbox, name), 3) for axis in shown} for name in ("height", "width"))
    assert len(heights) == len(widths) == 1
    assert heights.pop() / widths.pop() == pytest.approx(160 / 187, rel=1e-3)


@pytest.mark.parametrize(
    ("letters", "heads"),
    [("a)", ("a) M", "b) N")), ("a", ("a M", "b N")), ("A", ("A M", "B N")), ("(a)", ("(a) M", "(b) N"))],
)
@pytest.mark.parametrize("width_mm", [None, 85])
def test_panes_have_the_letters_and_titles_that_were_chosen(tmp_path, letters, heads, width_mm):
    micrograph, found, _ = spheres()
    made = figure(micrograph, [found], letters=letters, titles=["M", "N"], width_mm=width_mm)
    made.savefig(tmp_path / "f.svg")
    texts = texts_of_svg((tmp_path / "f.svg").read_text(encoding="utf-8"))
    assert set(heads) <= set(texts)
    assert not [text for text in texts if "threshold" in text]


def test_a_pane_without_a_chosen_title_keeps_its_own_and_an_empty_one_leaves_the_letter():
    micrograph, found, _ = spheres()
    made = figure(micrograph, [found, found], titles=[None, "", None])
    assert [axis.get_title("left") for axis in made.axes] == [
        f"a) {micrograph.name}",
        "b)",
        f"c) {found.network.shown}, threshold 0.5",
    ]


@pytest.mark.parametrize("width_mm", [None, 85])
def test_files_of_vectors_hold_the_micrographs_own_pixels(tmp_path, width_mm):
    micrograph, found, _ = spheres()
    made = figure(micrograph, [found], overlay="outline", width_mm=width_mm)
    made.savefig(tmp_path / "f.pdf")
    made.savefig(tmp_path / "f.svg")
    assert images_of_pdf((tmp_path / "f.pdf").read_bytes()) == [(187, 160)] * 2
    pictures = images_of_svg((tmp_path / "f.svg").read_text(encoding="utf-8"))
    expected = drawn(made, 0)[..., 0] * 255
    assert [picture.size for picture in pictures] == [(187, 160)] * 2
    for picture in pictures:  # the outline is no part of the picture
        assert abs(np.asarray(picture.convert("RGB"), float)[..., 0] - expected).max() <= 1


def test_a_very_large_micrograph_is_held_with_every_second_pixel(tmp_path):
    made = figure(
        Micrograph(np.random.default_rng(0).normal(size=(40, 4100)).astype(np.float32), 0.05, "long")
    )
    made.savefig(tmp_path / "f.pdf")
    assert images_of_pdf((tmp_path / "f.pdf").read_bytes()) == [(2050, 20)]


@pytest.mark.parametrize(("overlay", "sets"), [("fill", 0), ("outline", 1), ("both", 1)])
def test_outlines_are_paths(tmp_path, overlay, sets):
    micrograph, found, labels = spheres()
    made = figure(micrograph, [found], masks=[labels > 0], overlay=overlay)
    made.savefig(tmp_path / "f.svg")
    made.savefig(tmp_path / "f.pdf")
    outlines = outlines_of_svg((tmp_path / "f.svg").read_text(encoding="utf-8"))
    assert len(outlines) == sets
    assert all(len(re.findall("[ML]", "".join(paths))) > 100 for paths in outlines)
    lines = len(re.findall(rb"[\d.]+ [\d.]+ l\n", inside_pdf((tmp_path / "f.pdf").read_bytes())))
    assert (lines > 100) == bool(sets)


def test_a_bar_of_the_length_that_was_asked_for_lies_where_it_was_asked_for(tmp_path):
    micrograph, found, _ = spheres()
    made = figure(micrograph, [found], bar_nm=5, bar_corner="lower right", width_mm=85)
    made.savefig(tmp_path / "f.svg")
    assert texts_of_svg((tmp_path / "f.svg").read_text(encoding="utf-8")).count("5 nm") == 2
    for axis in made.axes:
        (bar,) = (artist for artist in axis.artists if hasattr(artist, "fixed_value"))
        assert (bar.fixed_value, bar.location) == (5, 4)


# -- a part of the micrograph

PART = (30, 40, 130, 140)


def test_a_part_has_its_own_pixels_the_contrast_of_the_whole_and_its_outlines_end_at_its_edges(tmp_path):
    micrograph, found, labels = spheres()
    whole = figure(micrograph, [found], labels=[labels], opacity=1.0)
    made = figure(micrograph, [found], labels=[labels], opacity=1.0, overlay="both", region=PART)
    for pane in (0, 1):  # neighbours have the colours that they have on the whole
        assert np.array_equal(drawn(made, pane), drawn(whole, pane)[30:130, 40:140])
    made.savefig(tmp_path / "f.pdf")
    assert images_of_pdf((tmp_path / "f.pdf").read_bytes()) == [(100, 100)] * 2
    corners = np.concatenate(
        [path.vertices for line in made.axes[1].collections for path in line.get_paths()]
    )
    assert corners[:, 0].min() >= 39.5
    assert corners[:, 0].max() <= 139.5
    assert corners[:, 1].min() >= 29.5
    assert corners[:, 1].max() <= 129.5
    (left, right), (low, high) = made.axes[0].get_xlim(), made.axes[0].get_ylim()
    assert (left, right, low, high) == (39.5, 139.5, 129.5, 29.5)


def test_the_bar_of_a_part_is_as_long_as_its_pixels_say(tmp_path):
    micrograph, found, _ = spheres()  # 0.1 nm/px: the part is 10 nm wide
    figure(micrograph, [found], region=PART, bar_nm=5, width_mm=85).savefig(tmp_path / "f.svg")
    svg = (tmp_path / "f.svg").read_text(encoding="utf-8")
    white = re.findall(r'<path d="M ([\d.]+) [\d.]+ \nL ([\d.]+) [^"]*"[^>]*style="fill: #ffffff"', svg)
    widths = [float(right) - float(left) for left, right in white]
    page, pane, bar = widths[:3]
    assert pane < 0.5 * page
    assert bar == pytest.approx(0.5 * pane, rel=1e-3)
    with pytest.raises(WorkbenchError, match=r"The part of .* is 10 nm wide, too little for a bar of 12 nm"):
        figure(micrograph, [found], region=PART, bar_nm=12)


def test_a_part_is_as_wide_as_asked_and_as_high_as_it_is_and_dice_is_said_to_be_of_the_whole():
    micrograph, found, labels = spheres()
    truth = labels > 0
    made = figure(micrograph, [found], truth=truth, region=(0, 0, 50, 100), width_mm=120)
    boxes = [axis.get_window_extent(made.canvas.get_renderer()) for axis in made.axes]
    assert [box.height / box.width for box in boxes] == pytest.approx([0.5, 0.5], rel=1e-3)
    whole, part = (
        made.axes[1].get_xlabel().replace("\n", " ")
        for made in (figure(micrograph, [found], truth=truth, width_mm=180), made)
    )
    assert whole.endswith("(hard), truth in white")
    assert part.startswith(whole.split(" (")[0])
    assert "(hard, whole micrograph)" in part


def test_a_figure_is_drawn_coarser_where_that_is_asked():
    micrograph, found, labels = spheres()
    made = figure(micrograph, [found], labels=[labels], largest_px=100)
    assert drawn(made, 1).shape == (80, 94, 3)
    assert made.axes[1].get_xlim() == (-0.5, 186.5)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"region": (0, 0, 161, 187)}, "160 rows and 187 columns, which do not hold"),
        ({"region": "middle"}, "A region is \\(top, left, bottom, right\\) in px"),
        ({"width_mm": -85}, "20 to 1000 mm wide on paper, not -85"),
        ({"letters": "i)"}, "Panes are lettered 'a\\)', .*, not 'i\\)'"),
        ({"titles": ["only one"]}, "2 panes need as many titles, the micrograph's first, not 1"),
        ({"titles": "ab"}, "2 panes need as many titles, .*, not one text"),
        ({"bar_nm": 0}, "positive number of nm long, not 0"),
        ({"bar_nm": 1000}, "too little for a bar of 1000 nm"),
        ({"bar_corner": "top"}, "lies at the lower left or lower right, not at 'top'"),
    ],
)
def test_what_cannot_be_on_paper_is_refused_in_one_sentence(asked, why):
    micrograph, found, _ = spheres()
    with pytest.raises(WorkbenchError, match=why) as refused:
        figure(micrograph, [found], **asked)
    assert "\n" not in str(refused.value)


def test_a_name_that_is_long_or_in_another_script_stays_over_its_pane(no_other_font):
    made = figure(Micrograph(np.eye(64, dtype=np.float32), 0.05, "金属" * 20), width_mm=85)
    made.draw_without_rendering()
    (title,) = (text for text in made.findobj(Text) if text.get_text().startswith("a)"))
    assert title.get_window_extent(made.canvas.get_renderer()).x1 <= made.bbox.x1
