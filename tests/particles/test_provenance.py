"""Where particles came from: all that is needed to make them again, and the Python that does."""

import hashlib
import json

import numpy as np
import pytest

import workbench as wb
from workbench.errors import ComputeError, NetworkError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import read_record
from workbench.networks.checkpoint import read_card
from workbench.networks.loading import ZOO
from workbench.particles.correction import Correction
from workbench.particles.post_processing import MaskSettings
from workbench.particles.provenance import (
    as_json,
    beside,
    check_same_micrograph,
    described,
    provenance_of,
    provenance_of_micrograph,
    write_beside,
)
from workbench.particles.selection import Selection
from workbench.segmentation.segmentation import Segmentation

CORRECTIONS = [Correction("out", ((80.0, 90.0),)), ("draw", [(10, 10), (10, 20), (20, 20.123)])]


def test_a_micrograph_is_known_by_its_pixels(disc):
    known = provenance_of_micrograph(disc[0], "scale bar")
    assert known["pixels_sha256"] == disc[0].sha256
    assert (known["nm_per_px"], known["nm_per_px_from"], known["shape_px"]) == (0.05, "scale bar", [160, 200])
    assert known["version"] == wb.__version__
    assert known["versions"]["numpy"] == np.__version__
    assert json.loads(json.dumps(known)) == known


@pytest.mark.parametrize(
    ("settings", "selection", "corrections"),
    [
        (MaskSettings(0.5), None, []),
        (MaskSettings(0.4, 1.5, fill_holes=True), Selection(smallest=0.5, edge="keep"), CORRECTIONS),
        (MaskSettings(0.5, 0, split_touching=True), Selection("feret_min"), CORRECTIONS[:1]),
    ],
)
def test_the_python_gives_the_same_particles(disc, tmp_path, settings, selection, corrections):
    wb.write_tiff(tmp_path / "m.tif", disc[0].pixels, 0.05)
    seg = wb.segment(wb.open_micrograph(tmp_path / "m.tif"), "otsu")
    known = provenance_of(seg, settings, selection=selection, corrections=corrections)
    names = {}
    exec(known["python"], names)
    asked = (settings.threshold, settings.min_area_nm2, settings.fill_holes, settings.split_touching)
    labels, table, _ = seg.particles(
        *asked[:1],
        min_area_nm2=asked[1],
        fill_holes=asked[2],
        split_touching=asked[3],
        selection=selection,
        corrections=corrections,
    )
    assert np.array_equal(names["labels"], labels)
    assert labels.any()
    assert names["particles"].equals(table)
    assert known["settings"]["threshold"] == settings.threshold
    assert [kind for kind, _places in known["corrections"]] == [
        Correction.of(one).kind for one in corrections
    ]
    assert json.loads(json.dumps(known)) == known


def test_weights_are_known_by_their_hash_dilation_and_scale():
    m, _truth = wb.open_sample("easy")
    card = read_card(ZOO / "unet.safetensors").model_copy(update={"name": "unet"})
    changed = card.model_copy(update={"dilation": 2, "trained_dilation": 1, "scale": 1})
    changed = changed.model_copy(update={"input": card.input.model_copy(update={"scale": 2.0})})
    seg = Segmentation(np.zeros(m.shape, np.float32), changed, m)
    known = provenance_of(seg, MaskSettings(0.5))
    assert known["weights_sha256"] == hashlib.sha256((ZOO / "unet.safetensors").read_bytes()).hexdigest()
    assert (known["network"], known["dilation"], known["trained_dilation"], known["scale"]) == (
        "unet",
        2,
        1,
        2.0,
    )
    assert "wb.at_scale(wb.dilate(wb.load_network('unet'), 2), 2)" in known["python"]


def test_weights_of_a_file_are_hashed_where_they_lie_and_their_absence_is_said(disc, tmp_path):
    (tmp_path / "mine.safetensors").write_bytes(b"weights")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "best.safetensors").write_bytes(b"others")
    seg = wb.segment(disc[0], "otsu")
    card = seg.network.model_copy(update={"name": "mine", "architecture": "unet"})
    seg = Segmentation(seg.probability, card, disc[0])
    for weights, content in ((tmp_path / "mine.safetensors", b"weights"), (str(tmp_path / "run"), b"others")):
        known = provenance_of(seg, MaskSettings(0.5), weights=weights)
        assert known["weights_sha256"] == hashlib.sha256(content).hexdigest()
        assert f"wb.load_network({str(weights)!r})" in known["python"]
    assert provenance_of(seg, MaskSettings(0.5))["weights_sha256"] == ""
    with pytest.raises(NetworkError, match="cannot be read"):
        provenance_of(seg, MaskSettings(0.5), weights=tmp_path / "gone.safetensors")


def test_how_a_micrograph_was_opened_is_in_the_python(disc, tmp_path):
    seg = wb.segment(disc[0].with_marks(()), "otsu")
    array = provenance_of(seg, MaskSettings(0.5))["python"]
    assert "m = ...  # the micrograph, which came as an array" in array
    named = Micrograph(disc[0].pixels, None, "m", tmp_path / "m.tif", {"frame": 2, "signal": 1}, ())
    said = provenance_of(Segmentation(seg.probability, seg.network, named), MaskSettings(0.5))["python"]
    assert f"m = wb.open_micrograph({str(tmp_path / 'm.tif')!r}, frame=2, signal=1)" in said
    assert "m = m.with_nm_per_px(None)" in said
    assert "m = m.with_marks(())" in said
    own = provenance_of(seg, MaskSettings(0.5), opened_by='m, _ = wb.open_sample("easy")')["python"]
    assert own.splitlines()[2] == 'm, _ = wb.open_sample("easy")'


def test_what_json_does_not_hold_is_refused():
    assert as_json({"a": (1, 2)}, "it") == {"a": [1, 2]}
    for value in ({"a": object()}, {"a": float("nan")}):
        with pytest.raises(WorkbenchError, match="In the settings is what JSON does not hold"):
            as_json(value, "the settings")


def test_the_json_beside_a_file_says_what_the_file_says(tmp_path):
    assert beside(tmp_path / "a.b.csv").name == "a.b.provenance.json"
    path = write_beside(tmp_path / "t.csv", {"network": "unet", "micrograph": "金"})
    known = json.loads(path.read_text(encoding="utf-8"))
    assert (known["network"], known["micrograph"]) == ("unet", "金")
    with pytest.raises(ComputeError, match="does not exist"):
        write_beside(tmp_path / "gone" / "t.csv", {})


def test_a_record_is_read_from_a_tiff_that_carries_it(tmp_path):
    wb.write_tiff(
        tmp_path / "l.tif",
        np.zeros((4, 4), np.uint16),
        0.1,
        described("labels", {"network": "unet"}),
        "labels",
    )
    assert read_record(tmp_path / "l.tif")["network"] == "unet"


def test_particles_of_another_micrograph_are_refused_and_of_none_they_say_nothing(disc):
    check_same_micrograph({}, disc[0], "l.tif")
    check_same_micrograph({"pixels_sha256": disc[0].sha256}, disc[0], "l.tif")
    with pytest.raises(WorkbenchError, match=r"l\.tif belongs to another micrograph \(gold\), not to disc"):
        check_same_micrograph({"pixels_sha256": "0" * 64, "micrograph": "gold"}, disc[0], "l.tif")
