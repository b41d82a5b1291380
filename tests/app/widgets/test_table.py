"""A table of numbers: its rows travel as one message of float32, and again for each page that is ready."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from widget_doings import Sent, Told

from workbench.app.widgets.table import Column, Table

COLUMNS = [
    Column("label", "no.", "Number", 0),
    Column("diameter", "diameter, nm", "Of the circle of the same area"),
    Column("said", "counts", "Why not", -1),
]
NUMBERS = np.array([1, 2, 3, 7])
DIAMETERS = np.array([2.5, np.nan, 1.25, 10.0])
SAID = ["yes", "out: at the edge", "", "yes"]
STRUCK = ["", "at the edge", "", ""]


def fill(table):
    table.show(COLUMNS, NUMBERS, [NUMBERS, DIAMETERS, SAID], STRUCK)


def test_rows_are_one_message_with_a_buffer_a_column_of_numbers():
    table = Table()
    told = Told(table)
    fill(table)
    ((message, buffers),) = told
    assert (message["kind"], message["count"]) == ("rows", 4)
    assert message["columns"][1] == {
        "key": "diameter",
        "title": "diameter, nm",
        "about": "Of the circle of the same area",
        "digits": 2,
    }
    assert message["words"] == {"said": SAID}
    assert message["struck"] == {"1": "at the edge"}
    assert np.frombuffer(buffers[0], "<i4").tolist() == [1, 2, 3, 7]
    np.testing.assert_array_equal(np.frombuffer(buffers[2], "<f4"), DIAMETERS.astype(np.float32))
    assert len(buffers) == 3


def test_a_page_that_is_ready_later_is_told_the_rows_that_are_there():
    table = Table()
    told = Told(table)
    told.say(kind="ready")
    assert (told[0][0]["columns"], told[0][0]["count"]) == ([], 0)
    fill(table)
    told.say(kind="ready")
    assert told[2] == told[1]


def test_no_row_is_part_of_what_a_notebook_saves():
    table = Table()
    sent = Sent(table)
    fill(table)
    assert sent == []
    assert "2.5" not in json.dumps({name: str(value) for name, value in table.get_state().items()})
    assert repr(table) == "Table(4 rows)"


def test_a_row_that_is_struck_is_told_by_its_number():
    struck = []
    Told(Table(struck.append)).say(kind="strike", number=7)
    assert struck == [7]
    Told(Table()).say(kind="strike", number=7)  # a table that is only looked at
    Told(Table(struck.append)).say(kind="something else")
    assert struck == [7]


def test_a_row_that_is_opened_is_told_by_its_number_and_nothing_happens_where_none_can_be():
    opened = []
    Told(Table(opened=opened.append)).say(kind="open", number=3)
    assert opened == [3]
    Told(Table(opened.append)).say(kind="open", number=3)
    assert opened == [3]


def test_what_its_rows_are_and_which_are_shown_can_be_called_otherwise():
    assert (Table().label, Table().filters) == (
        "Particles",
        {"": "all", "counted": "counted", "out": "left out"},
    )
    table = Table(label="Micrographs", filters={"": "all", "out": "failed"})
    assert (table.label, table.filters) == ("Micrographs", {"": "all", "out": "failed"})


def test_columns_and_values_go_together():
    with pytest.raises(ValueError, match="shorter"):
        Table().show(COLUMNS, NUMBERS, [NUMBERS, DIAMETERS], STRUCK)


# -- what the browser makes of it


@pytest.fixture
def rows(tmp_path):
    """What an expression gives that is told of `rows`, which has taken what Python sends; by Node."""
    if shutil.which("node") is None:
        pytest.skip("needs node")

    def ask(
        said, columns=COLUMNS, numbers=NUMBERS, values=(NUMBERS, DIAMETERS, SAID), struck=STRUCK, shift=0
    ):
        table = Table()
        told = Told(table)
        table.show(columns, numbers, values, struck)
        ((message, buffers),) = told
        parts = json.dumps([list(part) for part in buffers])
        (tmp_path / "table.mjs").write_text(Table._esm, encoding="utf-8")
        (tmp_path / "ask.mjs").write_text(
            f"""import {{ TableRows }} from "./table.mjs";
            const message = {json.dumps(message)};
            const buffers = {parts}.map((part) => {{
              const bytes = new Uint8Array(part.length + {shift});
              bytes.set(part, {shift});
              return new DataView(bytes.buffer, {shift});
            }});
            const rows = new TableRows();
            rows.take(message, buffers);
            const [, diameter, said] = message.columns;
            const shown = () => rows.order.map((row) => rows.numbers[row]);
            console.log(JSON.stringify({said}));""",
            encoding="utf-8",
        )
        run = subprocess.run(["node", "ask.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
        return json.loads(run.stdout)

    return ask


def steps(*said: str) -> str:
    """An expression that does one thing after the other, and gives which rows are shown after each."""
    return "[" + ", ".join(f"({one}, shown())" for one in said) + "]"


@pytest.mark.parametrize("shift", [0, 1, 4])  # numbers of four bytes may begin at any byte of a message
def test_a_cell_says_its_number_with_its_digits_and_a_dash_where_there_is_none(rows, shift):
    asked = (
        "[shown(), rows.order.map((row) => rows.text(row, diameter)), rows.text(2, said), rows.text(1, said)]"
    )
    assert rows(asked, shift=shift) == [
        [1, 2, 3, 7],
        ["2.50", "–", "1.25", "10.00"],
        "–",
        "out: at the edge",
    ]


def test_a_click_on_a_head_sorts_upwards_then_downwards_then_not_and_what_is_no_number_comes_last(rows):
    sort = "rows.sortBy('diameter')"
    assert rows(steps(sort, sort, sort)) == [[3, 1, 7, 2], [7, 1, 3, 2], [1, 2, 3, 7]]


def test_another_head_sorts_by_that_and_equal_rows_stay_in_their_order(rows):
    assert rows(steps("rows.sortBy('diameter')", "rows.sortBy('said')", "rows.sortBy('said')")) == [
        [3, 1, 7, 2],
        [2, 1, 7, 3],
        [1, 7, 2, 3],
    ]


def test_rows_that_count_or_do_not_are_shown_alone_in_the_order_that_was_asked_for(rows):
    def only(which):
        return f"(rows.filter = {which!r}, rows.arrange())"

    assert rows(steps("rows.sortBy('diameter')", only("counted"), only("out"), only(""))) == [
        [3, 1, 7, 2],
        [3, 1, 7],
        [2],
        [3, 1, 7, 2],
    ]


def test_the_place_of_a_row_follows_order_and_choice(rows):
    asked = """[7, 2, 5].map((number) => rows.placeOf(number)).concat(
      (rows.sortBy('diameter'), rows.placeOf(7)), (rows.filter = 'counted', rows.arrange(), rows.placeOf(2)))"""
    assert rows(asked) == [3, 1, -1, 2, -1]


def test_rows_that_come_anew_keep_the_order_and_forget_it_where_its_column_is_gone(rows):
    again = "rows.take({{...message, columns: {columns}}}, buffers)"
    same, without = again.format(columns="message.columns"), again.format(columns="[message.columns[2]]")
    assert rows(steps("rows.sortBy('diameter')", same, without)) == [[3, 1, 7, 2], [3, 1, 7, 2], [1, 2, 3, 7]]
    assert rows(f"[rows.sortBy('diameter'), {without}, rows.sort][2]") is None


def test_a_table_without_rows_has_none(rows):
    assert rows("[shown(), rows.sortBy('label'), rows.placeOf(1)]", [], np.array([], int), [], []) == [
        [],
        None,
        -1,
    ]
