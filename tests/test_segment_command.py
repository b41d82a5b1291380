"""``workbench segment``: many micrographs, many networks, many runs into one folder."""

import os
import signal
import sys

import numpy as np
import pandas as pd
import pytest
import tifffile
from forked_process import run_forked
from touching_spheres import SPHERES, micrograph_of_spheres, nearest_sphere, parting_networks, save_thick

from workbench import cli
from workbench.batch.results import KINDS
from workbench.figures import figure
from workbench.micrographs.provenance import kind_of_result
from workbench.micrographs.reading import open_micrograph
from workbench.micrographs.writing import write_tiff
from workbench.networks.card import Card
from workbench.networks.checkpoint import save_checkpoint
from workbench.networks.registry import build
from workbench.particles.files.imagej_rois import read_rois
from workbench.segmentation import segmenting
from workbench.segmentation.scale_finding import FoundScale, TriedScale
from workbench.segmentation.segmenter import Segmenter


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path):
    monkeypatch.setattr(figure, "DPI", 20)
    monkeypatch.chdir(tmp_path)


def main(*arguments):
    """Run `workbench segment` as the shell does and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["segment", *map(str, arguments)])
    return ended.value.code or 0


def picture(radius, edge=64):
    rows, columns = np.mgrid[:edge, :edge]
    noise = np.random.default_rng(radius).normal(size=(edge, edge))
    return (200 - 80 * (np.hypot(rows - 32, columns - 30) < radius) + 5 * noise).astype(np.float32)


def write(path, radius=12):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tiff(path, picture(radius), 0.1)
    return path


def areas(out):
    table = pd.read_csv(out / "particles.csv")
    return {(row.micrograph, row.network): row.area_nm2 for row in table.itertuples()}


def save_network(path, name="unet", seed=0, base=2, **card):
    import torch

    torch.manual_seed(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(
        path, build("unet", base=base, depth=2).eval(), Card(name=name, architecture="unet", **card)
    )


def test_a_second_run_adds_to_the_table_and_says_what_else_is_in_it(tmp_path, capsys):
    for name in ("a.tif", "b.tif"):
        assert main(write(tmp_path / name), "-n", "otsu") == 0
    assert set(areas(tmp_path / "out")) == {("a.tif", "otsu"), ("b.tif", "otsu")}
    assert "particles.csv holds 1 other micrograph of earlier runs." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("network", "how"), [*((name, ()) for name in parting_networks()), ("otsu", ("--split-touching",))]
)
def test_an_array_of_spheres_that_touch_is_counted_and_each_row_is_a_number_of_the_label_image(
    tmp_path, network, how
):
    write_tiff(tmp_path / "spheres.tif", micrograph_of_spheres().pixels, 0.1)
    given = save_thick(tmp_path / "thick.safetensors") if network == "thick" else network
    assert main(tmp_path / "spheres.tif", "-n", given, *how) == 0
    table = pd.read_csv(tmp_path / "out" / "particles.csv")
    labels = tifffile.imread(tmp_path / "out" / f"spheres.{network}.labels.tif")
    assert labels.dtype == np.uint16
    assert table.label.tolist() == list(range(1, SPHERES + 1))
    assert table.area_nm2.tolist() == pytest.approx(np.bincount(labels.ravel())[1:] * 0.1**2)
    rows, columns = np.rint(table[["y_px", "x_px"]].to_numpy()).astype(int).T
    assert labels[rows, columns].tolist() == table.label.tolist()
    assert sorted(nearest_sphere(table.y_px, table.x_px)) == list(range(SPHERES))
    assert ((table.confidence > 0.5) & (table.confidence <= 1)).all()


def test_specks_are_left_out_as_the_card_says_unless_somebody_asks_for_another_smallest_area(
    tmp_path, capsys
):
    pixels = micrograph_of_spheres().pixels.copy()
    pixels[3:6, 3:6] -= 50  # 9 px: a circle of 3.4 px
    write_tiff(tmp_path / "a.tif", pixels, 0.1)
    save_thick(tmp_path / "thick.safetensors", smallest_diameter_px=4.0)
    found = {}
    for how in ((), ("--min-area", "0"), ("--min-area", "0.03")):
        out = tmp_path / "-".join(("out", *how))
        assert main(tmp_path / "a.tif", "-n", tmp_path / "thick.safetensors", *how, "--out", out) == 0
        table = pd.read_csv(out / "particles.csv")
        found[how] = len(table), *table.min_area_nm2.unique()
        assert ("particles under 0.4 nm are left out" in capsys.readouterr().out) == (how == ())
        assert len(np.unique(tifffile.imread(out / "a.thick.labels.tif"))) == 1 + len(table)
    assert found == {
        (): (SPHERES, pytest.approx(np.pi / 4 * 0.4**2)),
        ("--min-area", "0"): (SPHERES + 1, 0.0),
        ("--min-area", "0.03"): (SPHERES + 1, 0.03),
    }


def test_in_the_folder_of_the_micrographs_results_are_never_segmented(tmp_path, capsys):
    folder = write(tmp_path / "f" / "a.tif").parent
    for _ in range(2):
        assert main(folder, "-n", "otsu", "--out", folder) == 0
    assert main(*sorted(folder.iterdir()), "-n", "bandpass", "--out", folder) == 0
    said = capsys.readouterr()
    assert said.out.count("particle") == 3
    assert "passed over 4 results of the workbench" in said.err
    assert {kind_of_result(path) for path in folder.glob("a.*.*")} == {*KINDS, "figure"}


def test_two_networks_of_one_name_are_two_in_files_table_figure_and_words(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WORKBENCH_NETWORKS", str(tmp_path / "networks"))
    save_network(tmp_path / "networks" / "unet.safetensors", seed=1)
    save_network(tmp_path / "x" / "best.safetensors", seed=2)
    save_network(tmp_path / "y" / "best.safetensors", seed=3)
    given = ["user/unet", "x/best.safetensors", "y/best.safetensors", "y", "./x/best.safetensors"]
    write(tmp_path / "m.tif")
    assert main("m.tif", *(part for one in given for part in ("-n", one)), "--threshold", "0.5") == 0
    masks = {path.name for path in (tmp_path / "out").glob("*.mask.tif")}
    assert masks == {"m.user_unet.mask.tif", "m.x.best.mask.tif", "m.y.best.mask.tif"}
    probabilities = [tifffile.imread(path).tobytes() for path in (tmp_path / "out").glob("*.probability.tif")]
    assert len(set(probabilities)) == 3
    said = capsys.readouterr()
    assert len({line.split("  ")[1] for line in said.out.splitlines()}) == 3
    assert "Networks of one name: x/best.safetensors as x.best" in said.err


def test_the_same_command_goes_on_where_ctrl_c_stopped_it(tmp_path, capsys, monkeypatch):
    files = [write(tmp_path / f"{name}.tif", 8 + number) for number, name in enumerate("abc")]
    runs, real = [], Segmenter.both

    def counted(self, micrograph, **options):
        runs.append(micrograph.name)
        if runs == ["a", "b"]:
            os.kill(os.getpid(), signal.SIGINT)
        return real(self, micrograph, **options)

    monkeypatch.setattr(Segmenter, "both", counted)
    assert main(*files, "-n", "otsu") == 130
    said = capsys.readouterr().err
    done = {path.name.split(".")[0] for path in (tmp_path / "out").glob("*.mask.tif")}
    assert f"stopped: {len(done)} of 3 micrographs are done; the same command goes on." in said
    assert {name for name, _ in areas(tmp_path / "out")} == {f"{name}.tif" for name in done}
    runs.append("again")
    assert main(*files, "-n", "otsu") == 0
    assert not set(runs[runs.index("again") :]) & done
    assert {name for name, _ in areas(tmp_path / "out")} == {"a.tif", "b.tif", "c.tif"}
    assert "there already" in capsys.readouterr().out


@pytest.mark.slow
def test_a_second_process_that_comes_and_goes_while_the_first_is_at_work_takes_no_row(tmp_path, monkeypatch):
    first = [write(tmp_path / "x" / f"{name}.tif", 8 + number) for number, name in enumerate("abc")]
    second = [write(tmp_path / "y" / f"{name}.tif", 8 + number) for number, name in enumerate("def")]
    begun, real = [], Segmenter.both

    def overtaken(self, micrograph, **options):
        begun.append(micrograph.name)
        if begun == ["a", "b"]:
            other = [sys.executable, "-m", "workbench", "segment", *map(str, second), "-n", "otsu"]
            run_forked(other, timeout=280).check_returncode()
        return real(self, micrograph, **options)

    monkeypatch.setattr(Segmenter, "both", overtaken)
    assert main(*first, "-n", "otsu") == 0
    assert {name for name, _ in areas(tmp_path / "out")} == {f"{letter}.tif" for letter in "abcdef"}
    assert {path.name[0] for path in (tmp_path / "out").glob("*.mask.tif")} == set("abcdef")


def test_other_settings_or_other_pixels_are_done_anew(tmp_path, monkeypatch):
    write(tmp_path / "a.tif", 8)
    out = tmp_path / "out"
    assert main("a.tif", "-n", "otsu") == 0
    first = areas(out)["a.tif", "otsu"]
    assert main("a.tif", "-n", "otsu", "--nm-per-px", "0.2") == 0
    assert areas(out)["a.tif", "otsu"] == pytest.approx(4 * first)
    write(tmp_path / "a.tif", 16)
    assert main("a.tif", "-n", "otsu") == 0
    assert areas(out)["a.tif", "otsu"] > 2 * first
    assert main("a.tif", "-n", "otsu", "--min-area", "1000") == 0
    left = pd.read_csv(out / "particles.csv").micrograph if (out / "particles.csv").exists() else []
    assert "a.tif" not in list(left)


def test_a_frame_and_a_signal_are_chosen_and_kept_apart(tmp_path, capsys):
    stack = np.stack([picture(8), picture(16)])
    tifffile.imwrite("s.tif", stack, imagej=True, resolution=(10, 10), metadata={"unit": "nm", "axes": "TYX"})
    assert main("s.tif", "-n", "otsu") == 0
    assert "the first one is segmented, --frame chooses another" in capsys.readouterr().err
    assert main("s.tif", "-n", "otsu", "--frame", "1", "--signal", "0") == 0
    assert "first" not in capsys.readouterr().err
    found = areas(tmp_path / "out")
    assert set(found) == {("s.tif", "otsu"), ("s.tif, frame 1, signal 0", "otsu")}
    assert found["s.tif, frame 1, signal 0", "otsu"] > 2 * found["s.tif", "otsu"]
    assert len(list((tmp_path / "out").glob("*.mask.tif"))) == 2
    assert main("s.tif", "-n", "otsu", "--frame", "2") == 1
    assert "no frame 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["a\nb", "金属", "x:y$1_2^{", "a.b.c", "x" * 240, os.fsdecode(b"lost\xff"), "-m"]
)
def test_any_name_of_a_file_is_segmented_in_one_line(tmp_path, capsys, name):
    write(tmp_path / f"{name}.tif")
    assert main(tmp_path / f"{name}.tif", "-n", "otsu") == 0
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    assert "Traceback" not in said.err
    assert len(list((tmp_path / "out").glob("*.mask.tif"))) == 1
    assert len(areas(tmp_path / "out")) == 1


@pytest.mark.parametrize("command", ["segment", "explain"])
def test_out_that_is_a_file_is_one_sentence(tmp_path, capsys, command):
    write(tmp_path / "m.tif")
    more = ["--at", "30,30"] if command == "explain" else []
    save_network(tmp_path / "n.safetensors")
    network = "otsu" if command == "segment" else "n.safetensors"
    for out in ("m.tif", "m.tif/below"):
        with pytest.raises(SystemExit) as ended:
            cli.main([command, "m.tif", "-n", network, "--out", out, *more])
        said = capsys.readouterr().err
        assert ended.value.code == 1
        assert "Errno" not in said
        assert "cannot be the folder of the results" in said
        assert said.count("\n") == 1


def test_what_is_burnt_into_a_picture_is_left_out_with_a_word(tmp_path, capsys):
    pixels = np.clip(picture(12, 128), 0, 255).astype(np.uint8)
    pixels[108:] = 0
    tifffile.imwrite(tmp_path / "a.tif", pixels)
    assert main("a.tif", "--network", "otsu", "--out", "o") == 0
    said = capsys.readouterr()
    assert "a.tif: left out, as burnt into the picture: data bar; --keep-marks" in said.err
    mask = tifffile.imread(tmp_path / "o" / "a.otsu.mask.tif") > 0
    assert not mask[108:].any()
    share = mask.sum() / open_micrograph(tmp_path / "a.tif").specimen_px
    assert share > 1.1 * mask.mean()
    assert f" {100 * share:.1f} % of the area" in said.out
    assert main("a.tif", "--network", "otsu", "--out", "o", "--keep-marks") == 0
    assert "left out" not in capsys.readouterr().err
    assert tifffile.imread(tmp_path / "o" / "a.otsu.mask.tif")[112:].all()


def test_what_is_there_already_is_said_with_the_same_share_of_the_specimen(tmp_path, capsys):
    pixels = np.clip(picture(16, 128), 0, 255).astype(np.uint8)
    pixels[96:] = 0
    tifffile.imwrite(tmp_path / "a.tif", pixels)
    for _ in range(2):
        assert main("a.tif", "--network", "otsu", "--out", "o") == 0
    first, again = capsys.readouterr().out.splitlines()
    assert again == f"{first}; there already"
    mask = tifffile.imread(tmp_path / "o" / "a.otsu.mask.tif") > 0
    bar = next(mark for mark in open_micrograph("a.tif").left_out if mark.kind == "data bar")
    assert f"{100 * mask.sum() / mask[: bar.top].size:.1f} % of the area" in first


def test_the_table_that_holds_earlier_micrographs_is_named(tmp_path, capsys):
    write_tiff(tmp_path / "without.tif", picture(10), None)
    assert main("without.tif", "-n", "otsu") == 0
    assert main(write(tmp_path / "a.tif"), "-n", "otsu") == 0
    assert "particles_px.csv holds 1 other micrograph of" in capsys.readouterr().err
    assert main(write(tmp_path / "b.tif"), "-n", "otsu") == 0
    assert "particles.csv and particles_px.csv hold 2 other micrographs of" in capsys.readouterr().err


def test_the_error_of_a_file_is_one_line_whatever_its_name(tmp_path, capsys):
    (tmp_path / "bro\nken.tif").write_bytes(b"II*\0 and no more")
    assert main("bro\nken.tif", "-n", "otsu") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_of_a_truth_with_several_frames_the_one_of_the_micrograph_counts(tmp_path, capsys):
    stack = np.stack([picture(20), picture(12)])
    tifffile.imwrite("s.tif", stack, imagej=True, metadata={"axes": "TYX"})
    truths = np.stack([stack[0] < 160, stack[1] < 160]).astype(np.uint8) * 255
    tifffile.imwrite("t.tif", truths, imagej=True, metadata={"axes": "TYX"})
    for frame in ("0", "1"):
        assert main("s.tif", "-n", "otsu", "--frame", frame, "--truth", "t.tif") == 0
        said = capsys.readouterr()
        assert float(said.out.rpartition("hard Dice ")[2]) > 0.8
        assert f"t.tif holds 2 frames, of which number {frame} is taken" in said.err


def test_without_a_pixel_size_the_width_of_particles_is_found_or_given(tmp_path, capsys):
    # at this threshold all of it is particle
    save_network(tmp_path / "sized.safetensors", "sized", particle_px=20, threshold=0.001)
    write_tiff(tmp_path / "plain.tif", picture(12), None)
    asked = ("plain.tif", "-n", "sized.safetensors")
    assert main(*asked) == 0
    assert "plain, sized: " in (said := capsys.readouterr().err)
    assert "wide" in said
    assert main(*asked, "--particle-px", 24, "--out", "given") == 0
    assert "wide" not in capsys.readouterr().err
    table = pd.read_csv(tmp_path / "given" / "particles_px.csv")
    assert set(table["seen_by_particle_px"]) == {24}
    assert main(*asked, "--particle-px", 24, "--out", "given") == 0
    assert "there already" in capsys.readouterr().out
    assert main(*asked, "--particle-px", 30, "--out", "given") == 0
    assert "there already" not in capsys.readouterr().out
    assert main(*asked, "--particle-px", -1) == 2
    assert "particle-px" in capsys.readouterr().err


def test_networks_that_see_a_micrograph_by_one_width_find_it_once(tmp_path, capsys, monkeypatch):
    looked = []

    def found(segmenter, micrograph, **_more):
        looked.append((micrograph.name, segmenter.network.card.name))
        return FoundScale(30.0, (TriedScale(1.0, 0.9, 30.0),))

    monkeypatch.setattr(segmenting, "find_scale", found)
    save_network(tmp_path / "networks" / "small.safetensors", "small", particle_px=20, threshold=0.001)
    save_network(tmp_path / "large.safetensors", "large", particle_px=20, threshold=0.001, base=4)
    for name in ("a.tif", "b.tif"):
        write_tiff(tmp_path / name, picture(12), None)
    assert main("a.tif", "b.tif", "-n", "large.safetensors", "-n", "small") == 0
    assert looked == [("a", "small"), ("b", "small")]
    assert capsys.readouterr().err.count("Particles are about 30 px wide") == 4


def test_outlines_are_written_when_asked_for_and_never_lie_beside_another_mask(tmp_path, capsys):
    file, outlines = write(tmp_path / "a.tif"), tmp_path / "out" / "a.otsu.rois.zip"
    assert main(file, "-n", "otsu") == 0
    assert not outlines.exists()
    assert main(file, "-n", "otsu", "--rois") == 0  # the mask is there already
    assert "there already" in capsys.readouterr().out
    labels = tifffile.imread(tmp_path / "out" / "a.otsu.labels.tif")
    assert np.array_equal(read_rois(outlines, labels.shape).labels, labels)
    assert main(file, "-n", "otsu", "--threshold", 0.3) == 0
    assert not outlines.exists()
    assert main(file, "-n", "otsu", "-n", "bandpass", "--threshold", 0.4, "--rois") == 0
    for network in ("otsu", "bandpass"):
        labels = tifffile.imread(tmp_path / "out" / f"a.{network}.labels.tif")
        found = read_rois(tmp_path / "out" / f"a.{network}.rois.zip", labels.shape)
        assert np.array_equal(found.labels, labels)
        assert found.provenance["settings"]["threshold"] == 0.4
        assert found.provenance["pixels_sha256"] == open_micrograph(file).sha256


def test_without_particles_there_are_no_outlines(tmp_path):
    assert main(write(tmp_path / "a.tif"), "-n", "otsu", "--rois", "--min-area", 1e6) == 0
    assert (tmp_path / "out" / "a.otsu.labels.tif").exists()
    assert not list((tmp_path / "out").glob("*.zip"))
