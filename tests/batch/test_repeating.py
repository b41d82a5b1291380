"""A result is made again from what it says of itself: the same, or a sentence that says in what it differs."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import tifffile
from batches import draw, folder_of, untrained

import workbench as wb
from workbench.errors import WorkbenchError
from workbench.micrographs.provenance import read_record, record
from workbench.micrographs.writing import write_tiff
from workbench.particles.post_processing import MaskSettings
from workbench.particles.provenance import provenance_of

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def results(tmp_path, by_threads):
    """Return a folder of results of two micrographs."""
    wb.batch(
        folder_of(tmp_path / "in", 2), "otsu", tmp_path / "out", threshold=0.45, fill_holes=True, rois=True
    )
    return tmp_path / "out"


@pytest.fixture
def particles(tmp_path):
    """Return a function that writes the particles of a micrograph, a hand's correction among them."""

    def write(name):
        micrograph = wb.open_micrograph(draw(tmp_path / "m.tif", 3))
        seen = wb.segment(micrograph, "otsu")
        by_hand = [("out", [(60.0, 30.0)])] if "hand" in name else []
        found = seen.particles(corrections=by_hand)
        known = provenance_of(seen, MaskSettings(0.5), corrections=by_hand)
        wb.write_particles(tmp_path / name, found.labels, micrograph, found.table, provenance=known)
        return tmp_path / name

    return write


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["mask.tif", "labels.tif", "probability.tif", "rois.zip"])
def test_what_a_batch_wrote_is_the_same(results, ending):
    assert [(one.micrograph, one.same, one.said) for one in wb.repeat(results / f"m1.otsu.{ending}")] == [
        ("m1.tif", True, ())
    ]


@pytest.mark.slow
def test_a_report_is_the_same_micrograph_by_micrograph_and_in_its_numbers(results):
    found = wb.repeat(results / "report.html")
    assert [one.micrograph for one in found] == ["m0.tif", "m1.tif", "numbers of report.html"]
    assert all(one.same for one in found), found
    page = (results / "report.html").read_text()
    before, _, rest = page.partition('id="provenance">')
    known = json.loads(rest.partition("</script>")[0])
    known["numbers"]["median"] = 99.0
    (results / "edited.html").write_text(f'{before}id="provenance">{json.dumps(known)}</script>')
    edited = wb.repeat(results / "edited.html")[-1]
    assert edited.same is False
    assert edited.said[0].startswith("median was 99, and is ")


@pytest.mark.slow
def test_a_report_of_a_micrograph_that_changed_differs(results):
    draw(results.parent / "in" / "m1.tif", 9)
    first, second, numbers = wb.repeat(results / "report.html")
    assert first.same
    assert second.same is False
    assert "m1 has other pixels now than those it was made from." in second.said
    assert numbers.same is False
    page = (results / "report.html").read_text()
    (results / "bare.html").write_text(page.replace('"numbers": {', '"other": {'))
    assert wb.repeat(results / "bare.html")[-1].same is None


@pytest.mark.slow
def test_weights_that_were_moved_are_named_and_can_be_pointed_to(tmp_path, by_threads):
    weights = untrained(tmp_path / "mine.safetensors")
    wb.batch(folder_of(tmp_path / "in", 1), str(weights), tmp_path / "out")
    mask = tmp_path / "out" / "m0.mine.mask.tif"
    assert wb.repeat(mask)[0].same
    weights.rename(tmp_path / "elsewhere.safetensors")
    [lost] = wb.repeat(mask)
    assert lost.same is None
    assert lost.said == (f"Its weights are not at {weights}; say with --network where they lie now.",)
    assert wb.repeat(mask, network=tmp_path / "elsewhere.safetensors")[0].same
    assert wb.repeat(mask, network=tmp_path / "nowhere.safetensors")[0].same is None


@pytest.mark.slow
def test_a_width_that_says_nothing_to_a_network_is_set_aside_again(tmp_path, by_threads):
    inside = tmp_path / "in"
    inside.mkdir()
    draw(inside / "m.tif", 0, nm_per_px=None)
    wb.batch(inside, "otsu", tmp_path / "out", particle_px=30)
    assert wb.repeat(tmp_path / "out" / "m.otsu.labels.tif")[0].same


@pytest.mark.slow
def test_a_micrograph_of_another_size_is_said(results):
    draw(results.parent / "in" / "m0.tif", 0, shape=(100, 150))
    for ending in ("probability.tif", "labels.tif"):
        assert (
            "It has 160 x 120 px, and 150 x 100 px now." in wb.repeat(results / f"m0.otsu.{ending}")[0].said
        )


@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "p.tif", "hand.tif", "p.zip"])
def test_particles_are_the_same_with_what_a_hand_did(particles, name):
    [found] = wb.repeat(particles(name))
    assert (found.same, found.said) == (True, ())


def test_what_was_changed_is_said(particles, tmp_path):
    path = particles("p.csv")
    table = pd.read_csv(path)
    table.loc[0, "diameter_nm"] += 1
    table.to_csv(path, index=False)
    [found] = wb.repeat(path)
    assert found.same is False
    assert found.said == ("diameter_nm differs in 1 of 3 rows.",)
    table.iloc[1:].to_csv(path, index=False)
    assert wb.repeat(path)[0].said == ("The table has 2 rows, and 3 now.",)
    draw(tmp_path / "m.tif", 4)
    [other] = wb.repeat(path)
    assert "m has other pixels now than those it was made from." in other.said


@pytest.mark.slow
def test_a_changed_mask_is_counted(results):
    path = results / "m0.otsu.mask.tif"
    pixels, known = tifffile.imread(path) > 0, dict(read_record(path))
    pixels[:2, :5] = True
    del known["made_by"]
    write_tiff(path, pixels, known["nm_per_px"], record("mask", **known), "mask")
    [found] = wb.repeat(path)
    assert found.same is False
    assert found.said == ("10 of 19200 pixels differ (0.052 %).",)


def test_what_was_moved_is_named_and_can_be_pointed_to(particles, tmp_path):
    path = particles("p.tif")
    shutil.move(tmp_path / "m.tif", tmp_path / "elsewhere.tif")
    [lost] = wb.repeat(path)
    assert lost.same is None
    assert "say with --micrograph where it lies now" in lost.said[0]
    assert str(tmp_path / "m.tif") in lost.said[0]
    assert wb.repeat(path, micrograph=tmp_path / "elsewhere.tif")[0].same


def test_other_weights_are_said(tmp_path, particles, monkeypatch):
    from workbench.batch import repeating

    path = particles("p.csv")
    beside = path.with_name("p.csv.provenance.json")
    beside = beside if beside.exists() else next(tmp_path.glob("p*.provenance.json"))
    known = json.loads(beside.read_text())
    known["weights_sha256"] = "0" * 64
    known["network"] = "no-such-network"
    beside.write_text(json.dumps(known))
    [found] = wb.repeat(path)
    assert found.same is None
    assert "There is no network called 'no-such-network'" in found.said[0]
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"other")
    monkeypatch.setattr(repeating, "load_network", lambda _given: wb.load_network("otsu"))
    [found] = wb.repeat(path, network=weights)
    assert "The weights of Blur + Otsu have changed since." in found.said
    assert found.same


def test_an_older_version_is_said(particles, tmp_path):
    path = particles("p.csv")
    beside = next(tmp_path.glob("p*.provenance.json"))
    beside.write_text(json.dumps({**json.loads(beside.read_text()), "version": "0.0.9"}))
    [found] = wb.repeat(path)
    assert found.same
    assert found.said[0].startswith("It was made by version 0.0.9")


def test_a_file_that_says_nothing_is_refused(tmp_path):
    np.savetxt(tmp_path / "table.csv", np.eye(2))
    tifffile.imwrite(tmp_path / "plain.tif", np.zeros((4, 4), np.uint8))
    (tmp_path / "page.html").write_text("<p>none</p>")
    for name in ("plain.tif", "page.html", "missing.tif"):
        with pytest.raises(WorkbenchError, match=r"does not say how it was made|does not exist"):
            wb.repeat(tmp_path / name)
