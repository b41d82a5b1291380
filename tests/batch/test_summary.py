"""A row a micrograph, and the particles as Parquet."""

import pandas as pd

from workbench.batch import summary
from workbench.batch.plan import BatchPlan
from workbench.batch.status import FoundOfNetwork, MicrographStatus
from workbench.errors import WorkbenchError
from workbench.particles.files.tables import read_table

PLAN = BatchPlan.of(["in"], ["otsu"])
ROWS = [
    MicrographStatus(
        title="a.tif",
        file="/in/a.tif",
        state="done",
        found=(
            FoundOfNetwork(
                network="otsu", particles=2, area=0.25, median=3.5, outside=("noise", "pixel size")
            ),
            FoundOfNetwork(network="unet", particles=0, area=0.0),
        ),
    ),
    MicrographStatus(title="b.tif", file="/in/b.tif", state="failed", why="b.tif holds no image."),
]
CSV = "micrograph,network,label,diameter_nm,area_nm2\na.tif,otsu,1,3.25,8.2\na.tif,otsu,2,3.75,11\n"


def test_each_network_has_a_row_and_what_failed_has_one(tmp_path):
    assert summary.write_summary(tmp_path, PLAN, ROWS) == []
    found = pd.read_csv(tmp_path / "micrographs.csv", keep_default_na=False, dtype=str)
    assert list(found.micrograph) == ["a.tif", "a.tif", "b.tif"]
    assert list(found.network) == ["otsu", "unet", ""]
    assert list(found.area_percent) == ["25.0", "0.0", ""]
    assert list(found.median_diameter) == ["3.5", "", ""]
    assert found.outside_training[0] == "noise; pixel size"
    assert found.why[2] == "b.tif holds no image."


def test_the_particles_are_there_as_parquet_with_what_made_them(tmp_path):
    (tmp_path / "particles.csv").write_text(CSV)
    summary.write_summary(tmp_path, PLAN, ROWS)
    table, known = read_table(tmp_path / "particles.parquet")
    assert table.diameter_nm.tolist() == [3.25, 3.75]
    assert known["batch"]["networks"] == [{"network": "otsu", "threshold": None}]
    (tmp_path / "particles.csv").unlink()
    summary.write_summary(tmp_path, PLAN, ROWS)
    assert not (tmp_path / "particles.parquet").exists()


def test_without_what_writes_parquet_a_sentence_says_so(tmp_path, monkeypatch):
    def missing(_path):
        raise WorkbenchError("pyarrow is not installed.")

    monkeypatch.setattr(summary, "check_table_name", missing)
    (tmp_path / "particles.csv").write_text(CSV)
    assert summary.write_summary(tmp_path, PLAN, ROWS) == [
        "There is no particles.parquet: pyarrow is not installed."
    ]
