"""``workbench explain``: what it writes, and one line for what it cannot do."""

import json

import numpy as np
import pytest
import tifffile
import torch

from workbench import cli
from workbench.explain_command import read_options, trust_line
from workbench.explanation.explain import explain
from workbench.explanation.explainer import Explainer
from workbench.explanation.explanation import Explanation
from workbench.figures.explanation import explanation_figure
from workbench.micrographs.provenance import kind_of_result
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.networks.scale import at_scale
from workbench.segmentation.rim_distance import rim_distance
from workbench.segmentation.segmenter import Segmenter

explained = Explainer.explain


def main(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["explain", *arguments])
    return ended.value.code or 0


@pytest.fixture
def small() -> Network:
    torch.manual_seed(0)
    return Network(build("unet", base=2, depth=2).eval(), Card(name="small", architecture="unet"))


@pytest.fixture
def files(disc, small, tmp_path, monkeypatch):
    micrograph, _ = disc
    write_tiff(tmp_path / "m.tif", micrograph.pixels, micrograph.nm_per_px)
    save_checkpoint(tmp_path / "small.safetensors", small.module, small.card)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_the_map_with_its_pixel_size_and_a_figure_and_prints_one_line(files, capsys):
    given = ["m.tif", "-n", "small.safetensors", "--at", "80,90", "--method", "gradient", "--out", "o"]
    assert main(*given) == 0
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "Gradient of pixel at 80, 90" in said
    written = files / "o" / "m.small.gradient.tif"
    expected = explain(open_micrograph(files / "m.tif"), "small.safetensors", (80, 90), "gradient")
    np.testing.assert_array_equal(tifffile.imread(written), expected.map)
    assert expected.map.any()
    assert open_micrograph(written).nm_per_px == pytest.approx(0.05)
    with tifffile.TiffFile(written) as tiff:
        told = json.loads(tiff.imagej_metadata["Info"])
    assert told["target"] == "pixel at 80, 90"
    assert told["sum_of_logits"] == pytest.approx(expected.value, rel=1e-5)
    assert (files / "o" / "m.small.gradient.figure.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("target", "label"),
    [
        (["--target", "particle", "--at", "80,90"], "particle at 80, 90"),
        (["--target", "rim", "--at", "80,90"], "rim at 80, 90"),
        (["--target", "particles"], "all particles"),
        (["--target", "background"], "background"),
    ],
)
def test_targets_come_from_the_mask_of_the_network(files, capsys, target, label, monkeypatch, disc):
    monkeypatch.setattr(
        "workbench.segmentation.segmentation.Segmentation.mask", lambda *_given, **_named: disc[1]
    )
    assert main("m.tif", "-n", "small.safetensors", "--method", "gradient", "--out", "o", *target) == 0
    assert f"of {label} " in capsys.readouterr().out


def test_one_of_two_particles_that_touch_is_explained_by_itself(files, monkeypatch):
    rows, columns = np.mgrid[:160, :180]
    discs = np.stack([np.hypot(rows - 80, columns - middle) < 20 for middle in (70, 109)])
    labels = discs[0] + 2 * (discs[1] & ~discs[0])
    answer = (discs.any(0).astype(np.float32), rim_distance(labels))
    write_tiff(files / "two.tif", np.where(discs.any(0), 50.0, 200.0).astype(np.float32), 0.05)
    monkeypatch.setattr(Segmenter, "both", lambda *_given, **_named: answer)
    seen = []
    monkeypatch.setattr(
        Explainer,
        "explain",
        lambda self, m, target, *_given: seen.append(target) or explained(self, m, target),
    )
    for kind, largest in (("particle", 1300), ("rim", 500)):
        given = ["two.tif", "-n", "small.safetensors", "--method", "gradient", "--target", kind]
        assert main(*given, "--at", "80,60") == 0
        assert seen[-1].selected[:, 95:].sum() == 0
        assert 0.5 * largest < seen[-1].selected.sum() < largest


def test_without_a_pixel_size_it_explains_what_the_network_saw_at_the_scale_of_the_width(
    files, small, capsys
):
    micrograph = open_micrograph(files / "m.tif").with_nm_per_px(None)
    write_tiff(files / "plain.tif", micrograph.pixels, None)
    card = small.card.model_copy(update={"name": "sized", "particle_px": 20})
    save_checkpoint(files / "sized.safetensors", small.module, card)
    given = ["plain.tif", "-n", "sized.safetensors", "--at", "80,90", "--method", "gradient", "--out", "o"]
    assert main(*given, "--particle-px", "30") == 0
    expected = explain(micrograph, at_scale(Network(small.module, card), 1.5), (80, 90), "gradient")
    np.testing.assert_allclose(
        tifffile.imread(files / "o" / "plain.sized.gradient.tif"), expected.map, atol=1e-6
    )
    assert main(*given) == 0
    assert "plain, sized: " in (said := capsys.readouterr().err)
    assert "wide" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--at", "80"], "two whole numbers"),
        (["--at", "80,900"], "lies outside"),
        ([], "Which pixel?"),
        (["--at", "80,90", "--method", "magic"], "choose one of grad_cam, gradient"),
        (["--at", "80,90", "--option", "steps"], "name=value"),
        (["--at", "80,90", "--option", "steps=many"], "a whole number"),
        (["--at", "80,90", "--option", "speed=1"], "has no option speed; it has: steps"),
        (
            ["--at", "80,90", "--method", "grad_cam", "--option", "layer=x"],
            "no layer 'x' to map; choose one of downs",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(files, capsys, arguments, said):
    assert main("m.tif", "-n", "small.safetensors", *arguments) == 1
    error = capsys.readouterr().err.strip()
    assert said in error
    assert "\n" not in error
    assert not (files / "out").exists()


def test_a_classical_method_is_refused_in_one_line(files, capsys):
    assert main("m.tif", "-n", "otsu", "--at", "80,90") == 1
    assert "is a classical method: it has no gradient" in capsys.readouterr().err


def test_options_have_the_type_of_their_defaults():
    known = {"steps": 50, "noise": 0.15, "layer": ""}
    assert read_options(["steps=7", "noise=1", "layer=a.b=c"], known) == {
        "steps": 7,
        "noise": 1.0,
        "layer": "a.b=c",
    }


def test_the_line_of_trust_stands_below_the_map_where_there_is_one(small, disc, monkeypatch):
    class Trust:
        line = "deletion 0.1, insertion 0.9"

    found = explain(disc[0], small, (80, 90), "gradient")
    monkeypatch.setattr(Explanation, "trust", lambda _self, quick: Trust() if quick else None, raising=False)
    assert trust_line(found) == Trust.line
    made = explanation_figure(found, disc[1], line=trust_line(found))
    assert made.axes[2].get_xlabel() == Trust.line


def test_a_frame_and_a_pixel_size_are_taken(files, disc):
    stack = np.stack([np.zeros_like(disc[0].pixels) + 7, disc[0].pixels])
    stack[0, 0, 0] = 8
    tifffile.imwrite("s.tif", stack, imagej=True, metadata={"axes": "TYX"})
    given = ["-n", "small.safetensors", "--at", "80,90", "--method", "gradient", "--out", "o"]
    assert main("s.tif", "--frame", "1", "--nm-per-px", "0.05", "--signal", "0", *given) == 0
    written = next((files / "o").glob("s*.tif"))
    expected = explain(open_micrograph("m.tif"), "small.safetensors", (80, 90), "gradient")
    np.testing.assert_array_equal(tifffile.imread(written), expected.map)
    assert open_micrograph(written).nm_per_px == pytest.approx(0.05)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("workbench.explain_command.trust_line", lambda found: "")
    monkeypatch.setattr("workbench.figures.figure.save_figure", lambda made, path: path.write_bytes(b""))


def test_two_targets_of_one_micrograph_are_two_maps_and_the_same_one_is_replaced(files, quick):
    given = ["m.tif", "-n", "small.safetensors", "--method", "gradient", "--out", "o"]
    for at in ("80,90", "20,30", "80,90"):
        assert main(*given, "--at", at) == 0
    maps = {path.name for path in (files / "o").glob("*.tif")}
    assert maps == {"m.small.gradient.tif", "m.small.gradient.pixel-at-20-30.tif"}
    assert len(list((files / "o").glob("*.figure.png"))) == 2
    assert {kind_of_result(path) for path in (files / "o").glob("*.tif")} == {"map"}


def test_two_networks_of_one_name_are_two_maps(files, small, quick):
    for folder, seed in (("x", 1), ("y", 2)):
        (files / folder).mkdir()
        torch.manual_seed(seed)
        save_checkpoint(
            files / folder / "best.safetensors", build("unet", base=2, depth=2).eval(), small.card
        )
    both = ["-n", "x/best.safetensors", "-n", "y/best.safetensors"]
    assert main("m.tif", *both, "--at", "80,90", "--method", "gradient", "--out", "o") == 0
    one, other = (tifffile.imread(path) for path in (files / "o").glob("*.tif"))
    assert (one != other).any()


def test_what_of_a_file_is_not_explained_is_said(files, disc, quick, capsys):
    pixels = np.clip(disc[0].pixels, 0, None)
    pixels[-40:] = 0
    stack = np.stack([pixels, pixels])
    tifffile.imwrite("s.tif", stack, imagej=True, metadata={"axes": "TYX"})
    given = ["s.tif", "-n", "small.safetensors", "--at", "80,90", "--method", "gradient", "--out", "o"]
    assert main(*given) == 0
    said = capsys.readouterr().err
    assert "s.tif: left out, as burnt into the picture: data bar; --keep-marks" in said
    assert "s.tif holds 2 frames; the first one is explained, --frame chooses another." in said
    assert main(*given, "--frame", "0", "--keep-marks") == 0
    said = capsys.readouterr().err
    assert "left out" not in said
    assert "first one" not in said
    assert len(list((files / "o").glob("*.tif"))) == 2
