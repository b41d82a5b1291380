"""A report into a file: HTML or PDF, whole or not at all."""

import html
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from workbench.errors import ComputeError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.measuring import measure
from workbench.report.reported import ReportedMicrograph
from workbench.report.writing import write_report


def known_of(path):
    page = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="provenance">(.*?)</script>', page, re.DOTALL)[1])


@pytest.mark.parametrize("name", ["r.html", "r.PDF"])
def test_both_formats_are_written(reported, distribution, tmp_path, name):
    write_report(tmp_path / name, [reported], sample="Au", distribution=distribution)
    content = (tmp_path / name).read_bytes()
    assert content.startswith(b"%PDF" if name == "r.PDF" else b"<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_file_carries_what_it_was_made_from(reported, distribution, tmp_path):
    write_report(
        tmp_path / "r.html", [reported], sample="Au", distribution=distribution, failed=[("a.dm3", "cut off")]
    )
    known = known_of(tmp_path / "r.html")
    (said,) = known["micrographs"]
    assert {key: said[key] for key in reported.provenance} == json.loads(
        json.dumps(dict(reported.provenance))
    )
    assert said["pixels_sha256"] == reported.micrograph.sha256
    assert known["numbers"]["median"] == 4.1234
    assert known["failed"] == [["a.dm3", "cut off"]]
    assert "Median diameter 4.12 nm, 95 % [4.03, 4.21], N = 40 of 47" in (tmp_path / "r.html").read_text()


def test_what_a_person_states_of_the_sample_is_in_the_file_and_in_its_json(reported, distribution, tmp_path):
    stated = {"sample": "Pt <7>", "microscope": "Talos", "operator": "A. Miller", "note": "grid 3\nin air"}
    write_report(tmp_path / "r.html", [reported], distribution=distribution, **stated)
    known = known_of(tmp_path / "r.html")
    assert {key: known[key] for key in stated} == stated
    text = html.unescape((tmp_path / "r.html").read_text())
    for said in ("Pt <7>", "Talos (by the file: Titan)", "A. Miller", "<p>grid 3</p>", "<p>in air</p>"):
        assert said in text


def many(edge, seed=0, nm_per_px=0.5):
    """Return a micrograph of 36 squares of random sizes."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((180, 180), np.int32)
    for place in range(36):
        row, column = divmod(place, 6)
        size = int(rng.integers(8, 20))
        labels[row * 30 + edge :, column * 30 + edge :][:size, :size] = place + 1
    micrograph = Micrograph(rng.normal(size=labels.shape), nm_per_px, f"many {seed}", marks=())
    return ReportedMicrograph(micrograph, labels, measure(labels, micrograph, lattice=False))


def test_without_a_distribution_it_is_that_of_all_particles_that_count(tmp_path):
    write_report(tmp_path / "r.html", [many(3), many(3, 1)])
    known = known_of(tmp_path / "r.html")
    assert (known["numbers"]["counted"], known["numbers"]["micrographs"]) == (72, 2)
    assert known["numbers"]["diameter"] == "equal_circle"
    assert known["budget"]["parts"][0] == {
        "name": "calibration",
        "value": None,
        "said": known["budget"]["parts"][0]["said"],
    }


def test_it_is_of_the_diameter_that_the_particles_were_selected_by(tmp_path):
    chosen = {"selection": {"diameter": "feret_min", "edge": "keep", "smallest": None}}
    write_report(tmp_path / "r.html", [replace(many(0), provenance=chosen)])
    numbers = known_of(tmp_path / "r.html")["numbers"]
    assert (numbers["diameter"], numbers["edge"], numbers["counted"]) == ("feret_min", "keep", 36)


def test_lengths_in_nm_and_in_px_have_no_distribution_in_common_and_the_report_says_so(tmp_path):
    write_report(tmp_path / "r.html", [many(3), many(3, 1, None)])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Some diameters are in nm and some in px" in page
    assert known_of(tmp_path / "r.html")["numbers"] == {}


@pytest.mark.parametrize("name", ["r.html", "r.pdf"])
def test_without_a_particle_there_is_a_report_too(empty, tmp_path, name):
    write_report(tmp_path / name, [empty])
    if name == "r.html":
        assert '<p class="first">0 particles</p>' in (tmp_path / name).read_text(encoding="utf-8")


def test_what_cannot_be_written_is_said(reported, tmp_path):
    with pytest.raises(WorkbenchError, match=r"ends in none of \.html, \.pdf"):
        write_report(tmp_path / "r.docx", [reported])
    with pytest.raises(WorkbenchError, match="at least one micrograph"):
        write_report(tmp_path / "r.html", [])
    with pytest.raises(WorkbenchError, match="do not belong together"):
        write_report(tmp_path / "r.html", [replace(reported, table=reported.table.iloc[1:])])
    for name in ("r.html", "r.pdf"):
        with pytest.raises(ComputeError, match="does not exist"):
            write_report(tmp_path / "gone" / name, [reported])
    assert not list(tmp_path.iterdir())
