"""What a worker sends to a page of an explanation: arrays and numbers, in their place in the micrograph."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

from workbench.compute.explaining import (
    Asked,
    MapFound,
    PackedTarget,
    find_figures,
    find_map,
    in_blocks,
    list_layers,
    list_methods,
)
from workbench.errors import ExplanationError, Stopped
from workbench.explanation.explain import explain
from workbench.explanation.methods import method_names
from workbench.explanation.targets import Target
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.loading import load_network

pytestmark = pytest.mark.slow


def quiet(_fraction, _text=""):
    pass


def never():
    return False


@pytest.fixture(scope="module")
def scene():
    """A dark disc with fringes, its mask, and the target."""
    rows, columns = np.mgrid[:96, :112]
    disc = np.hypot(rows - 40, columns - 60) < 20
    pixels = np.random.default_rng(0).normal(size=disc.shape) - disc * (3 + np.sin(columns * 2 * np.pi / 6))
    return Micrograph(pixels.astype(np.float32), 0.04, "disc"), disc, Target.particle(disc, (40, 60))


@pytest.fixture(scope="module")
def asked():
    return Asked("unet", None, 1.0, "gradient", device="cpu")


def test_a_target_travels_as_it_is_and_says_where_its_pixels_are_the_same(scene):
    _micrograph, disc, target = scene
    packed = pickle.loads(pickle.dumps(PackedTarget.of(target)))
    back = packed.unpacked()
    assert (back.selected == target.selected).all()
    assert (back.kind, back.at, back.sign) == ("particle", (40, 60), 1)
    assert packed.digest == PackedTarget.of(Target.particle(disc, (45, 55))).digest
    assert packed.digest != PackedTarget.of(Target.rim(disc, (40, 60))).digest
    assert packed.digest != PackedTarget.of(Target.background(disc)).digest


def test_the_map_that_is_sent_is_that_of_explain_in_its_place(scene, asked):
    micrograph, _disc, target = scene
    found = pickle.loads(
        pickle.dumps(find_map(micrograph, PackedTarget.of(target), asked, progress=quiet, stop=never))
    )
    expected = explain(micrograph, load_network("unet"), target, method="gradient", device="cpu").map
    whole = (slice(0, 96), slice(0, 112))
    assert np.abs(found.within(whole) - expected).max() <= 1e-5 * np.abs(expected).max()
    part = (slice(30, 90), slice(5, 50))
    assert (found.within(part) == found.within(whole)[part]).all()
    assert (found.title, found.signed) == ("Gradient", True)


def test_a_map_that_is_too_large_goes_as_means_over_blocks(scene):
    found = MapFound(
        np.arange(6, dtype=np.float32).reshape(2, 3), 4, 6, 3, 0.0, 0.0, "gradient", "Gradient", True
    )
    shown = found.within((slice(0, 12), slice(0, 20)))
    assert shown[:4].sum() == 0
    assert (shown[4:7, 6:9] == 0).all()
    assert (shown[7:10, 12:15] == 5).all()
    assert in_blocks(np.arange(10, dtype=np.float32)[None], 4).tolist() == [[1.5, 5.5, 8.5]]


def test_figures_say_how_far_to_trust_it_and_which_frequencies_it_draws_on(scene, asked):
    micrograph, disc, target = scene
    found = pickle.loads(
        pickle.dumps(
            find_figures(micrograph, PackedTarget.of(target), asked, disc, progress=quiet, stop=never)
        )
    )
    assert "deletion" in found.trust.line
    assert found.trust.pointing is not None
    assert found.spectrum.unit == "1/nm"
    assert set(found.spectrum.lines) == {"111", "200", "220"}
    assert len(found.spectrum.used) == len(found.spectrum.micrograph) == len(found.spectrum.frequency)
    assert found.removal.startswith("without lattice")


def test_without_a_pixel_size_the_line_says_why_there_is_no_lattice(scene, asked):
    micrograph, _disc, target = scene
    found = find_figures(
        micrograph.with_nm_per_px(None), PackedTarget.of(target), asked, None, progress=quiet, stop=never
    )
    assert "pixel size is not known" in found.spectrum.line
    assert (found.spectrum.unit, found.removal, found.trust.pointing) == ("1/px", "", None)


def test_every_method_and_every_layer_that_may_be_chosen_is_listed():
    known = list_methods(progress=quiet, stop=never)
    assert [one.name for one in known] == method_names()
    assert "layer" in next(one for one in known if one.name == "grad_cam").options
    assert len(list_layers("unet", progress=quiet, stop=never)) > 5


def test_stop_and_a_classical_method_end_it(scene, asked):
    micrograph, disc, _target = scene
    rim = PackedTarget.of(Target.rim(disc, (40, 60)))
    with pytest.raises(Stopped):
        find_map(micrograph, rim, asked, progress=quiet, stop=lambda: True)
    with pytest.raises(ExplanationError, match="classical"):
        find_map(
            micrograph, rim, Asked("otsu", None, 1.0, "gradient", device="cpu"), progress=quiet, stop=never
        )


def test_a_page_reads_what_is_sent_without_torch(scene, asked, tmp_path):
    micrograph, disc, target = scene
    packed = PackedTarget.of(target)
    answers = (
        find_map(micrograph, packed, asked, progress=quiet, stop=never),
        find_figures(micrograph, packed, asked, disc, progress=quiet, stop=never),
        list_methods(progress=quiet, stop=never),
    )
    (tmp_path / "answers").write_bytes(pickle.dumps(answers))
    code = (
        "import pickle, sys; map, figures, methods = pickle.load(open(sys.argv[1], 'rb'));"
        "print(figures.trust.line, 'torch' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "answers"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip().endswith("False")
