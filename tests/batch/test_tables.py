"""``particles.csv``: rows come and go with their mask."""

import numpy as np
import pandas as pd
import pytest

from workbench.batch.tables import ParticleTables
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.measuring import measure


@pytest.fixture
def particles():
    rng = np.random.default_rng(0)
    pixels = rng.normal(size=(40, 60)).astype(np.float32)

    def made(count, nm_per_px=0.1):
        mask = np.zeros(pixels.shape, bool)
        for number in range(count):
            mask[5:9, 5 + 10 * number : 9 + 10 * number] = True
        return measure(mask, Micrograph(pixels, nm_per_px), lattice=False)

    return made


def rows(folder, name="particles.csv"):
    table = pd.read_csv(folder / name)
    return list(zip(table.micrograph, table.network, table.label, strict=True))


def test_two_that_write_in_turns_lose_nothing(tmp_path, particles):
    first, second = ParticleTables(tmp_path), ParticleTables(tmp_path)
    first.add(particles(2), "a.tif", "otsu", 0.5, 0.0)
    second.add(particles(1), "b.tif", "otsu", 0.5, 0.0)
    first.add(particles(1), "c.tif", "otsu", 0.5, 0.0)
    assert rows(tmp_path) == [
        ("a.tif", "otsu", 1),
        ("a.tif", "otsu", 2),
        ("b.tif", "otsu", 1),
        ("c.tif", "otsu", 1),
    ]
    assert second.count("a.tif", "otsu") == 2
    assert second.masks() == {("a.tif", "otsu"), ("b.tif", "otsu"), ("c.tif", "otsu")}


def test_only_the_rows_of_a_mask_are_taken_out_and_the_others_stay_to_the_digit(tmp_path, particles):
    tables = ParticleTables(tmp_path)
    tables.add(particles(2), "a.tif", "otsu", 0.5, 0.0)
    tables.add(particles(3), "b.tif", "otsu", 0.5, 0.0)
    before = (tmp_path / "particles.csv").read_text().splitlines()
    tables.remove([("a.tif", "otsu")])
    tables.remove([("a.tif", "bandpass")])
    assert (tmp_path / "particles.csv").read_text().splitlines() == [before[0], *before[3:]]


def test_a_mask_whose_unit_changes_leaves_no_rows_in_the_other_table(tmp_path, particles):
    tables = ParticleTables(tmp_path)
    tables.add(particles(2, None), "a.tif", "otsu", 0.5, 0.0)
    assert rows(tmp_path, "particles_px.csv")
    tables.remove([("a.tif", "otsu")])
    tables.add(particles(2), "a.tif", "otsu", 0.5, 0.0)
    assert not (tmp_path / "particles_px.csv").exists()
    assert len(rows(tmp_path)) == 2


def test_what_a_killed_process_had_begun_is_no_row(tmp_path, particles):
    ParticleTables(tmp_path).add(particles(2), "a.tif", "otsu", 0.5, 0.0)
    path = tmp_path / "particles.csv"
    path.write_text(path.read_text()[:-20])
    tables = ParticleTables(tmp_path)
    assert tables.count("a.tif", "otsu") == 1
    tables.add(particles(1), "b.tif", "otsu", 0.5, 0.0)
    assert rows(tmp_path) == [("a.tif", "otsu", 1), ("b.tif", "otsu", 1)]


def test_a_table_of_another_version_is_gone_on_with(tmp_path, particles):
    (tmp_path / "particles.csv").write_text("micrograph,network,old\nz.tif,unet,7\n")
    ParticleTables(tmp_path).add(particles(1), "a.tif", "otsu", 0.5, 0.0)
    table = pd.read_csv(tmp_path / "particles.csv")
    assert list(table.micrograph) == ["z.tif", "a.tif"]
    assert table.old[0] == 7
    assert table.area_nm2[1] == pytest.approx(0.16)


@pytest.mark.parametrize("content", ["a;b\n1;2\n", "", b"\xff\xfe\x00junk"])
def test_a_file_that_is_no_such_table_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "particles.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = path.read_bytes()
    with pytest.raises(WorkbenchError, match="not overwritten"):
        ParticleTables(tmp_path)
    assert path.read_bytes() == before
