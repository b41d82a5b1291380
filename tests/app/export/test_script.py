"""The script of a page: one variable a network."""

import ast
import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
from fake_compute import FakeCompute
from PIL import Image
from touching_spheres import SPHERES, micrograph_of_spheres

from workbench.app.core.data_folder import DataFolder
from workbench.app.export.page_figure import page_figure
from workbench.app.export.script import _variables, script
from workbench.app.session import Session
from workbench.micrographs.writing import write_tiff
from workbench.particles.particle_set import corrected_and_selected
from workbench.particles.post_processing import post_process
from workbench.segmentation.segmenting import segment


@pytest.mark.parametrize(
    "names",
    [
        ["unet"],
        ["user/unet", "user_unet"],
        ["m", "wb", "figure", "lambda", "3d", "²"],
        ["Net", "net"],
        ["a.b", "a-b"],
    ],
)
def test_every_network_has_a_variable_of_its_own_that_the_script_does_not_use_otherwise(names):
    session = SimpleNamespace(selected=[*names, "x y"])
    variables = _variables(session)
    assert set(variables) == {*names, "x y"}
    assert len({variable.casefold() for variable in variables.values()}) == len(names) + 1
    for variable in variables.values():
        ast.parse(f"{variable} = 1")
        assert variable not in {"m", "wb", "figure", "lambda"}
    assert names != ["unet"] or variables["unet"] == "unet"


BY_HAND = [("draw", [(2.0, 100.0), (2.0, 140.0), (9.0, 140.0), (9.0, 100.0)]), ("out", [(27.0, 27.0)])]


@pytest.mark.parametrize(("split", "colours"), [(True, "auto"), (False, "particles"), (False, "auto")])
def test_the_script_counts_and_draws_particles_as_the_page_does(tmp_path, monkeypatch, split, colours):
    micrograph = micrograph_of_spheres()
    write_tiff(tmp_path / "spheres.tif", micrograph.pixels, 0.1)
    session = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    session.selected, session.split_touching, session.overlay_colours = ["otsu"], split, colours
    session.open_file("spheres.tif").join()
    particles = session.particles
    particles.set_sizes(1.0, 1e6)
    particles.min_confidence, particles.edge = 0.2, "keep"
    for kind, places in BY_HAND:
        particles.correct(kind, places)
    written = script(session)
    assert ("labels=[labels_otsu]" in written) == (split or colours == "particles")
    monkeypatch.chdir(tmp_path)
    ran = {}
    exec(compile(written, "script.py", "exec"), ran)
    made = post_process(ran["otsu"], session.settings("otsu"))
    assert len(made.particles) == (SPHERES if split else 1)
    threshold, by_hand = session.threshold("otsu"), particles.corrections_of("otsu")
    page = corrected_and_selected(
        made.labels, made.particles, ran["otsu"], threshold, by_hand, particles.selection
    )
    assert ran["particles_otsu"].equals(page.table)
    assert page.table["by_hand"].sum() == 1
    assert set(page.table["left_out"]) == {"hand", ""}
    assert (tmp_path / "figure.png").exists()


def test_the_script_says_how_the_figure_is_on_paper_where_that_is_not_as_at_first(tmp_path, monkeypatch):
    micrograph = micrograph_of_spheres()
    write_tiff(tmp_path / "spheres.tif", micrograph.pixels, 0.1)
    compute = FakeCompute()
    session = Session(data=DataFolder(tmp_path), compute=compute)
    session.selected = ["otsu"]
    session.open_file("spheres.tif").join()
    (job,) = compute.waiting("segment")
    job.answer(job.segmentation(segment(job.micrograph, "otsu").probability))
    compute.work()
    assert not re.search("width_mm|letters|bar_nm", script(session))
    session.export.width_mm, session.export.letters, session.export.bar_nm = 85, "A", 5
    session.export.region, session.export.bar_corner = (20, 30, 120, 150), "lower right"
    session.export.set_title("", "It's gold")
    written = script(session)
    monkeypatch.chdir(tmp_path)
    ran = {}
    exec(compile(written, "script.py", "exec"), ran)
    assert ran["figure"].get_size_inches()[0] * 25.4 == pytest.approx(85)
    assert ran["figure"].axes[1].get_title("left").startswith("B ")
    assert "bar_nm=5.0" in written
    assert max(map(len, written.partition("wb.figure(")[2].splitlines())) <= 100
    page = io.BytesIO()
    page_figure(session).savefig(page, format="png", dpi=300)
    assert np.array_equal(np.asarray(Image.open("figure.png")), np.asarray(Image.open(page)))
