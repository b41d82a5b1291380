"""Figures that show themselves."""

import io
import threading

import matplotlib
import numpy as np
import pytest
import tifffile
from figure_files import inside_pdf, page_mm, texts_of_svg
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from workbench.figures.figure import figure, save_figure
from workbench.figures.paper import PaperFigure, set_for_now, write
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import kind_of_result
from workbench.study.drawing import new_figure, save

NOISE = np.random.default_rng(0).normal(size=(20, 30))


def test_any_kernel_shows_a_figure_as_a_picture_whether_a_backend_was_chosen_or_not():
    from IPython.core.formatters import DisplayFormatter

    data, _metadata = DisplayFormatter().format(figure(Micrograph(NOISE, 0.05)))
    assert Image.open(io.BytesIO(data["image/png"])).size[0] > 100


@pytest.mark.parametrize("made", [lambda: figure(Micrograph(NOISE)), lambda: new_figure(2, 2)])
def test_every_figure_is_of_that_kind(made):
    assert isinstance(made(), PaperFigure)


def test_a_figure_that_was_written_is_no_micrograph(tmp_path):
    made = figure(Micrograph(NOISE, 0.05))
    save_figure(made, tmp_path / "1.png")
    made.savefig(tmp_path / "2.png")
    made.savefig(tmp_path / "3", format="png")
    png = save(new_figure(2, 2), tmp_path / "4")
    for path in (tmp_path / "1.png", tmp_path / "2.png", tmp_path / "3", png):
        assert kind_of_result(path) == "figure"
    save_figure(made, tmp_path / "1.tif")
    assert kind_of_result(tmp_path / "1.tif") == "figure"
    save_figure(made, tmp_path / "1.svg")
    save_figure(made, tmp_path / "1.pdf")


def test_the_fonts_of_a_pdf_are_truetype_and_inside_it_whoever_writes_it(tmp_path):
    with rc_context({"pdf.fonttype": 3}):
        figure(Micrograph(NOISE, 0.05, "größe …")).savefig(tmp_path / "1.pdf")
        save_figure(new_figure(2, 2), tmp_path / "2.pdf")
        plain = Figure((2, 2))
        plain.text(0.5, 0.5, "plain")
        save_figure(plain, tmp_path / "3.pdf")
        assert matplotlib.rcParams["pdf.fonttype"] == 3
    for name in ("1.pdf", "3.pdf"):
        held = inside_pdf((tmp_path / name).read_bytes())
        assert b"/Type3" not in held
        assert b"/FontFile2" in held
    assert b"/Type3" not in inside_pdf((tmp_path / "2.pdf").read_bytes())


def test_the_text_of_an_svg_is_text(tmp_path):
    figure(Micrograph(NOISE, 0.5, "größe & mehr")).savefig(tmp_path / "1.svg")
    texts = texts_of_svg((tmp_path / "1.svg").read_text(encoding="utf-8"))
    assert "a) größe &amp; mehr" in texts
    assert any(text.endswith("nm") for text in texts)


@pytest.mark.parametrize("form", ["pdf", "svg", "png", "tif"])
def test_a_figure_of_exact_width_is_as_wide_in_every_file_whatever_cuts_others(form):
    made = PaperFigure(85 / 25.4, 2, exact=True)
    made.text(0.5, 0.5, "small")
    with rc_context({"savefig.bbox": "tight"}):
        for options in ({}, {"bbox_inches": "tight"}):
            buffer = io.BytesIO()
            made.savefig(buffer, format=form, **({"dpi": 600} if form == "png" else {}), **options)
            if form == "pdf":
                assert page_mm(buffer.getvalue())[0] == pytest.approx(85, abs=0.01)
            elif form == "svg":
                assert f'width="{85 / 25.4 * 72:.6f}pt"' in buffer.getvalue().decode()
            else:
                assert Image.open(buffer).size[0] == int(85 / 25.4 * 600)
        assert matplotlib.rcParams["savefig.bbox"] == "tight"


def test_a_tiff_has_three_colours_600_dpi_and_the_pixels_of_a_png(tmp_path):
    made = figure(Micrograph(NOISE, 0.05), width_mm=50)
    made.savefig(tmp_path / "1.tiff")
    made.savefig(tmp_path / "1.png", dpi=600)
    made.savefig(tmp_path / "2.tif", dpi=300)
    with tifffile.TiffFile(tmp_path / "1.tiff") as file:
        page = file.pages[0]
        assert (page.photometric.name, page.samplesperpixel, page.compression.name) == ("RGB", 3, "LZW")
        assert page.tags["XResolution"].value == page.tags["YResolution"].value == (600, 1)
        assert page.tags["ResolutionUnit"].value.name == "INCH"
        pixels = page.asarray()
    assert np.array_equal(pixels, np.asarray(Image.open(tmp_path / "1.png").convert("RGB")))
    assert tifffile.imread(tmp_path / "2.tif").shape[1] == pytest.approx(pixels.shape[1] / 2, abs=1)
    made.savefig(tmp_path / "3.tif", dpi="figure")
    assert tifffile.imread(tmp_path / "3.tif").shape[1] == int(made.get_size_inches()[0] * made.dpi)


def test_another_figure_is_written_as_tiff_too():
    buffer = io.BytesIO()
    write(Figure((1, 1)), buffer, "tif")
    assert tifffile.imread(io.BytesIO(buffer.getvalue())).shape == (600, 600, 3)


def test_what_is_transparent_is_white_in_a_tiff():
    buffer = io.BytesIO()
    PaperFigure(1, 1).savefig(buffer, format="tif", transparent=True)
    assert (tifffile.imread(io.BytesIO(buffer.getvalue())) == 255).all()


def test_where_pixels_are_drawn_an_image_is_smoothed_and_a_fine_pattern_makes_no_other_one():
    rows, columns = np.mgrid[:900, :900]
    made = figure(Micrograph(((rows + columns) % 2).astype(np.float32), 0.05), contrast=(0, 100))
    buffer = io.BytesIO()
    made.savefig(buffer, format="png", dpi=90)
    grey = np.asarray(Image.open(buffer).convert("L"), float)
    height, width = grey.shape
    middle = grey[height // 3 : height // 2, width // 3 : width // 2]
    assert abs(middle - 127.5).max() < 25
    assert [image.get_interpolation() for image in made.axes[0].images] == ["none"]


def test_settings_that_another_thread_changes_meanwhile_come_back():
    inside, done = threading.Event(), threading.Event()

    def other():
        inside.wait()
        with set_for_now({"pdf.fonttype": 42}):
            done.set()

    before = matplotlib.rcParams["pdf.fonttype"]
    thread = threading.Thread(target=other)
    thread.start()
    with set_for_now({"pdf.fonttype": 42}):
        inside.set()
        assert not done.wait(0.2)
        assert matplotlib.rcParams["pdf.fonttype"] == 42
    thread.join()
    assert matplotlib.rcParams["pdf.fonttype"] == before
