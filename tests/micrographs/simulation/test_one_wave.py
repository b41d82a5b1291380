"""The files of one exit wave, and what is known of each particle."""

import json

import numpy as np
import pytest

from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.simulation.multislice import ExitWave
from workbench.micrographs.simulation.one_wave import (
    WaveJob,
    numbered_pieces,
    particles_seen,
    run_job,
    write_text,
)


@pytest.fixture
def job(tmp_path):
    for part in ("images", "labels", "truth"):
        (tmp_path / part).mkdir()
    return WaveJob(tmp_path, 7, 12, 3, None)


def test_a_micrograph_is_named_by_seed_wave_and_shot(job):
    assert [path.relative_to(job.folder).as_posix() for path in job.files(2)] == [
        "images/sim7_0012_2.tif",
        "labels/sim7_0012_2.tif",
        "truth/sim7_0012_2.json",
    ]


def test_one_of_which_any_file_is_gone_is_missing_and_whole_ones_are_not_made_again(job):
    assert job.missing() == [0, 1, 2]
    for shot in range(3):
        for path in job.files(shot):
            path.touch()
    assert job.missing() == []
    assert run_job(job) == 0
    for shot, path in ((0, job.files(0)[2]), (2, job.files(2)[0])):
        path.unlink()
        assert shot in job.missing()
    assert job.missing() == [0, 2]


def test_a_particle_is_where_the_frame_shows_it_or_outside():
    labels = np.zeros((40, 40), np.uint16)
    labels[10:20, 10:20] = 1
    labels[0:4, 0:5] = 2
    notes = [{"x_nm": 1.5, "y_nm": 1.4}, {"x_nm": 0.2, "y_nm": 0.2}, {"x_nm": 3.9, "y_nm": 3.9}]
    wave = ExitWave(np.ones((1, 40, 40), np.complex64), labels, 0.1, 300.0, {"particles": notes})
    frame = labels[5:35, 5:35]
    shown = Micrograph(np.arange(900, dtype=np.float32).reshape(30, 30), 0.1, "m", marks=())
    first, second, third = particles_seen(wave, shown, (frame == 1).astype(np.uint8), {1: [1]})
    assert (first["label"], first["labels"], first["pixels"]) == (1, [1], 100)
    assert (first["x_px"], first["y_px"]) == pytest.approx((15 - 5 - 0.5, 14 - 5 - 0.5))
    assert first["shown_diameter_nm"] == pytest.approx(0.1 * np.sqrt(4 * 100 / np.pi))
    assert (second["label"], second["labels"], second["pixels"]) == (None, [], 0)
    assert second["x_px"] == pytest.approx(2 - 5 - 0.5)
    assert second["shown_diameter_nm"] == pytest.approx(0.1 * np.sqrt(4 * 20 / np.pi))
    assert third["shown_diameter_nm"] == 0
    assert first["x_nm"] == 1.5
    json.dumps([first, second, third])


def test_each_piece_that_the_edge_of_the_frame_parts_has_a_number_and_is_of_its_particle():
    labels = np.zeros((30, 30), np.uint16)
    labels[10:20, 26:], labels[10:20, :3], labels[2:5, 10:15] = 3, 3, 7
    shown, numbers = numbered_pieces(labels)
    assert shown.dtype == np.uint8
    assert (shown[12, 28], shown[12, 1], shown[3, 12]) == (1, 3, 2)
    assert numbers == {3: [1, 3], 7: [2]}
    notes = [{"x_nm": 0.0, "y_nm": 1.5} for _ in range(7)]
    wave = ExitWave(np.ones((1, 30, 30), np.complex64), labels, 0.1, 300.0, {"particles": notes})
    micrograph = Micrograph(np.arange(900, dtype=np.float32).reshape(30, 30), 0.1, "m", marks=())
    third = particles_seen(wave, micrograph, shown, numbers)[2]
    assert (third["label"], third["labels"], third["pixels"]) == (1, [1, 3], 70)


def test_a_text_appears_whole(tmp_path):
    write_text(tmp_path / "a.json", "金")
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "金"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
