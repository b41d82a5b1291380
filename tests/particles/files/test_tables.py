"""Tables as CSV, Parquet and Excel: as others read them."""

import json
import sys

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest

from workbench.errors import ComputeError, WorkbenchError
from workbench.particles.files.tables import check_table_name, number_format, read_table, write_table

KNOWN = {
    "pixels_sha256": "ab12",
    "network": "unet",
    "settings": {"threshold": 0.5},
    "corrections": [["out", [[1.0, 2.0]]]],
}


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_all_digits_and_the_provenance_come_back(scene, tmp_path, name):
    table = scene.table.assign(diameter_nm=np.nextafter(scene.table.diameter_nm, 99))
    write_table(tmp_path / name, table, KNOWN)
    found, known = read_table(tmp_path / name)
    pd.testing.assert_frame_equal(found, table, check_exact=True)
    assert found.attrs["unit"] == "nm"
    assert {key: known[key] for key in KNOWN} == KNOWN


def test_a_csv_has_its_provenance_beside_it_and_is_read_by_pandas(scene, tmp_path):
    write_table(tmp_path / "t.csv", scene.table, KNOWN)
    assert pd.read_csv(tmp_path / "t.csv")["label"].tolist() == [1, 2, 5, 17, 300]
    beside = json.loads((tmp_path / "t.provenance.json").read_text())
    assert beside["settings"] == {"threshold": 0.5}
    assert beside["made_by"].endswith(", provenance")


def test_the_metadata_of_a_parquet_file_has_the_provenance(scene, tmp_path):
    write_table(tmp_path / "t.parquet", scene.table, KNOWN)
    metadata = pyarrow.parquet.read_schema(tmp_path / "t.parquet").metadata
    assert json.loads(metadata[b"hrtem_workbench"])["network"] == "unet"
    assert b"pandas" in metadata


def test_an_excel_file_has_three_sheets_all_digits_and_shows_those_that_matter(scene, tmp_path):
    table = scene.table.assign(diameter_nm=[1 / 3, 2.0, 3.0, np.nan, 5.0])
    numbers = {
        "unit": "nm",
        "median": 4.1,
        "median_interval": [4.0, np.float64(4.2)],
        "gsd": np.nan,
        "left_out": {"edge": 1},
    }
    write_table(tmp_path / "t.xlsx", table, KNOWN, numbers)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["particles", "numbers", "provenance"]
    rows = list(book["particles"].iter_rows())
    head = [cell.value for cell in rows[0]]
    assert head == list(table.columns)
    at = head.index("diameter_nm")
    cells = [row[at] for row in rows[1:]]
    assert [cell.value for cell in cells] == [1 / 3, 2, 3, None, 5]
    assert cells[0].number_format == "0.000"
    assert [row[head.index("included")].value for row in rows[1:]] == table["included"].tolist()
    assert [row[head.index("label")].value for row in rows[1:]] == table["label"].tolist()
    said = dict(book["numbers"].iter_rows(min_row=2, values_only=True))
    assert said == {
        "unit": "nm",
        "median": 4.1,
        "median_interval": "4.0, 4.2",
        "gsd": None,
        "left_out.edge": 1,
    }
    known = dict(book["provenance"].iter_rows(min_row=2, values_only=True))
    assert known["settings.threshold"] == 0.5
    assert known["pixels_sha256"] == "ab12"


def test_a_text_that_begins_like_a_formula_stays_a_text(scene, tmp_path):
    table = scene.table.assign(left_out="=1+1")
    write_table(tmp_path / "t.xlsx", table, {"micrograph": "=HYPERLINK(1)", "source": "http://a.b"})
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    last = [row[-1] for row in book["particles"].iter_rows(min_row=2)]
    assert {(cell.value, cell.data_type) for cell in last} == {("=1+1", "s")} or {
        cell.data_type for cell in last
    } == {"s"}
    assert not any(cell.hyperlink for row in book["provenance"].iter_rows() for cell in row)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([4.1234], "0.000"),
        ([41.2], "0.00"),
        ([4123.0], "0"),
        ([0.0412], "0.00000"),
        ([np.nan], "0.00"),
        ([0, 0.5], "0.0000"),
    ],
)
def test_a_column_shows_four_digits_of_its_typical_value(values, shown):
    assert number_format(pd.Series(values, dtype=float)) == shown


def test_lengths_in_two_units_do_not_go_into_one_file(scene, tmp_path):
    both = scene.table.assign(diameter_px=scene.table.diameter_nm / 0.25)
    with pytest.raises(WorkbenchError, match="in nm and in px"):
        write_table(tmp_path / "t.csv", both)
    assert not list(tmp_path.iterdir())


def test_an_ending_that_says_no_format_is_refused(scene, tmp_path):
    with pytest.raises(WorkbenchError, match=r"ends in none of \.csv, \.parquet, \.xlsx"):
        write_table(tmp_path / "t.ods", scene.table)


def test_without_pyarrow_a_sentence_says_how_to_get_it(scene, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for act in (lambda path: write_table(path, scene.table), check_table_name, read_table):
        with pytest.raises(WorkbenchError, match=r"pip install 'hrtem-workbench\[parquet\]'"):
            act(tmp_path / "t.parquet")


def test_more_rows_than_a_sheet_has_are_refused(scene, tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.particles.files.tables.MOST_ROWS", 4)
    with pytest.raises(WorkbenchError, match=r"An Excel sheet has 4 rows and the table 5"):
        write_table(tmp_path / "t.xlsx", scene.table)


def test_a_missing_folder_and_a_file_that_is_no_table_are_said(scene, tmp_path):
    for name in ("t.csv", "t.parquet", "t.xlsx"):
        with pytest.raises(ComputeError, match="does not exist"):
            write_table(tmp_path / "gone" / name, scene.table)
    for name in ("t.csv", "t.parquet"):
        with pytest.raises(WorkbenchError, match="does not exist"):
            read_table(tmp_path / name)
        (tmp_path / name).write_bytes(b"\x00\xff\n\x00,1")
        with pytest.raises(WorkbenchError):
            read_table(tmp_path / name)
