"""The study of a page: chosen, started, stopped, found again; what it says so far, without a browser."""

import pytest
from study_plan import write_study
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.app.study.box import say_progress
from workbench.app.study.curve import StudyCurve
from workbench.app.study.grid import Column, columns_of, table_html
from workbench.app.study.page import page_html
from workbench.app.study.panel import StudyPanel, about
from workbench.app.study.plans import find_plans, usual_folder
from workbench.app.study.traits import READING
from workbench.app.widgets.browser import Browser
from workbench.errors import ComputeError
from workbench.locks import Lock
from workbench.study.overview import Overview, PlannedCell
from workbench.study.status import CellStatus, StudyStatus
from workbench.training.device_queue import turns_folder
from workbench.training.run_folder import RunFolder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start
LONGEST_S = 300


@pytest.fixture
def data(tmp_path):
    write_study(tmp_path / "data")
    return DataFolder(tmp_path / "data")


@pytest.fixture
def session(compute, data):
    made = Session(data=data, compute=compute)
    made.selected = ["otsu"]
    return made


# -- plans


def test_plans_are_found_and_no_recipe_or_set_is_taken_for_one(data):
    write_study(data.root, ('"tiny"', '"other"'), name="other.toml")
    (data.root / "recipe.toml").write_text('name = "a"\narchitecture = "unet"\n')
    (data.root / "studies" / "set.toml").write_text('name = "s"\n')
    assert [path for _label, path in find_plans(data)] == ["other.toml", "studies/tiny.toml"]


def test_a_plan_goes_to_the_folder_in_which_it_was_begun(data):
    assert usual_folder(data, "studies/tiny.toml") == "out/tiny"
    begun = data.root / "out" / "last-week"
    begun.mkdir(parents=True)
    text = (data.root / "studies/tiny.toml").read_text()
    (begun / "study.toml").write_text(text)
    assert usual_folder(data, "studies/tiny.toml") == "out/last-week"
    assert find_plans(data) == [("studies/tiny.toml", "studies/tiny.toml")]
    (data.root / "studies/tiny.toml").write_text(text.replace("[0, 1]", "[0, 1, 2]"))
    assert usual_folder(data, "studies/tiny.toml") == "out/tiny"
    assert find_plans(data)[1] == (
        "out/last-week/study.toml (as it was begun)",
        "out/last-week/study.toml",
    )


# -- choosing, and why it cannot begin


def choose(session, plan, out=None, workers=None):
    """Choose a plan on a page that has listed its plans, and wait until it is read."""
    wait_for(lambda: session.study.plans)
    session.study.choose(plan, out, workers).join()
    wait_for(lambda: session.study.warning != READING)


def test_what_a_study_is_is_said_before_it_begins(session):
    panel = StudyPanel(session, Browser())
    choose(session, "studies/tiny.toml", workers=2)
    make = panel.controls
    assert make["out"].value == "out/tiny"
    assert make["workers"].value == 2
    assert (make["start"].disabled, make["start"].description) == (False, "Begin")
    assert (make["stop"].disabled, make["stop"].tooltip) == (True, "Nothing is under way.")
    assert make["retry"].layout.display == "none"
    said = panel._about.value
    for line in ("2 cells", "Networks: U-Net", "Dilation: 1", "Seeds: 0, 1", "test (2 micrographs)"):
        assert line in said
    assert "workbench study studies/tiny.toml --out out/tiny --workers 2" in panel._state.value
    assert panel.summary == "0 of 2 cells done"


@pytest.mark.parametrize(
    ("replaced", "plan", "out", "said"),
    [
        ((), "studies/nosuch.toml", None, "there is no such file"),
        ((), "../plan.toml", None, "outside the data folder"),
        ((), "studies/tiny.toml", "../elsewhere", "choose a folder inside the data folder"),
        ((), "studies/tiny.toml", " ", "Name a folder for the study"),
        ((("sets/train", "sets/gone"),), "studies/tiny.toml", None, "sets/gone is neither a folder or file"),
        ((("crop = ", "corp = "),), "studies/tiny.toml", None, "studies/tiny.toml: line 13: recipe.corp"),
    ],
)
def test_what_cannot_begin_says_why_and_does_not_begin(session, data, replaced, plan, out, said):
    write_study(data.root, *replaced)
    panel = StudyPanel(session, Browser())
    choose(session, plan, out)
    assert said in session.study.warning
    assert panel.controls["start"].disabled
    assert said in panel.controls["start"].tooltip
    session.study.start()
    assert said in session.message
    assert not (data.root / "out").exists()


def test_a_plan_that_is_changed_on_the_disk_is_read_again(session, data):
    study = session.study
    study.choose("studies/tiny.toml").join()
    write_study(data.root, ("seeds = [0, 1]", "seeds = [0, 1, 2]"))
    study.look()
    wait_for(lambda: study.overview is not None and len(study.overview.cells) == 3)


def test_a_set_that_came_since_is_found_when_one_looks_again(session, data):
    (data.root / "sets" / "train").rename(data.root / "sets" / "later")
    study = session.study
    study.choose("studies/tiny.toml").join()
    assert "sets/train is neither" in study.warning
    (data.root / "sets" / "later").rename(data.root / "sets" / "train")
    study.list_plans().join()
    wait_for(lambda: study.why_not_start() == "")


# -- a process of its own


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_study_is_started_found_by_another_page_stopped_and_goes_on_to_its_end(session, data, compute):
    write_study(data.root, ("epochs = 60", "epochs = 2"))
    turns_folder().mkdir()
    device = Lock.take(turns_folder() / "cpu.lock", '"another"')
    study = session.study
    study.choose("studies/tiny.toml").join()
    study.start()
    assert session.message == ""
    assert study.standing.alive
    assert study.why_not_start() == "It is under way."

    def trained() -> bool:
        study.look()
        return any(cell.state == "trained" and cell.fraction > 0 for cell in study.standing.cells.values())

    run = RunFolder(data.root / "out/tiny/runs/unet-d1-s0")
    wait_for(lambda: run.beat is not None and run.beat.phase == "queued", LONGEST_S)
    run.pause()  # after its first step, so that it is under way for as long as another page takes to open
    device.close()
    wait_for(trained, LONGEST_S)
    later = Session(data=data, compute=compute).study
    later.list_plans().join()
    wait_for(lambda: later.standing is not None)
    assert (later.plan, later.out, later.standing.phase) == ("studies/tiny.toml", "out/tiny", "works")
    later.stop()
    assert later.standing.phase in ("stopping", "open")

    def ended() -> bool:
        study.look()
        return not study.standing.alive

    wait_for(ended, LONGEST_S)
    assert study.standing.phase == "open"
    assert study.standing.said == "The study was stopped with 0 of 2 cells done; the same command goes on."
    study.start()
    wait_for(ended, LONGEST_S)
    assert (study.standing.phase, study.standing.count("done")) == ("finished", 2)
    study.show_page()
    assert "<h1>Two seeds on discs</h1>" in study.page
    assert study.page.count('src="data:image/png;base64,') >= 2
    assert 'wb.run_study("studies/tiny.toml", "out/tiny", workers=1)' in script(session)
    compile(script(session), "script", "exec")


def test_a_saved_session_knows_its_study(session, data, compute):
    session.study.choose("studies/tiny.toml", "out/mine", workers=3)
    saved = parse_session(session.state().model_dump_json())
    other = Session(data=data, compute=compute)
    other.restore(saved)
    assert (other.study.plan, other.study.out, other.study.workers) == ("studies/tiny.toml", "out/mine", 3)


# -- what it says so far


def cells(*dilations: int, sizes=(None,), seeds=(0, 1, 2)) -> tuple[PlannedCell, ...]:
    return tuple(
        PlannedCell(f"{kind}-d{d}-n{n}-s{s}", kind, "none", kind, str(d), n, s)
        for s in seeds
        for n in sizes
        for kind in ("A", "B & C")
        for d in dilations
        if n == sizes[0] or d == dilations[0]
    )


OVERVIEW = Overview("o", "", cells(1, 2), ("dose-20", "dose-80"), 24)


def standing(**of: CellStatus) -> StudyStatus:
    known = {name.replace("_", "-"): cell for name, cell in of.items()}
    return StudyStatus(
        "works", {one.name: known.get(one.name, CellStatus("waits")) for one in OVERVIEW.cells}
    )


HALF = standing(
    **{
        "A_d1_nNone_s0": CellStatus("done", 0.9),
        "A_d1_nNone_s1": CellStatus("done", 0.7),
        "A_d1_nNone_s2": CellStatus("trained", fraction=0.4),
        "A_d2_nNone_s0": CellStatus("failed", why="It <broke>."),
    }
)


def test_the_table_shows_mean_and_deviation_over_the_seeds_that_are_done_and_states_elsewhere():
    """Mean of 0.9 and 0.7: 0.8; sample deviation: 0.2 / sqrt(2)."""
    table = table_html(OVERVIEW, HALF, {"A": "#000000", "B & C": "#ffffff"})
    assert "0.800 ± 0.141<br><small>2 of 3 seeds, trains 40 %</small>" in table
    assert ">1 failed<" in table
    assert "It &lt;broke&gt;." in table
    assert "B &amp; C" in table
    assert table.count(">Waits<") == 2
    assert "<th>dilation 1</th><th>dilation 2</th>" in table


def test_columns_are_sizes_and_dilations_the_most_micrographs_first():
    found = columns_of(Overview("o", "", cells(1, 2, sizes=(48, 4)), ("t",)))
    assert found == [Column(48, "1"), Column(48, "2"), Column(4, "1")]
    said = about(Overview("o", "", cells(1, 2, sizes=(48, 4)), ("t",)))
    assert "48 training micrographs at dilation 1, 2<br>4 training micrographs at dilation 1" in said


def test_the_curve_goes_over_dilation_and_over_sizes_where_there_is_one_dilation():
    curve = StudyCurve()
    curve.show(OVERVIEW, HALF, {"A": "#000000", "B & C": "#ffffff"})
    line, dots = curve.figure.marks[:2]
    assert (list(line.x), list(line.y)) == (["1"], [pytest.approx(0.8)])
    assert sorted(dots.y) == [0.7, 0.9]
    assert list(dots.opacities) == [0.6]
    assert curve._title.value == "Hard Dice by dilation; small points: seeds"
    one = Overview("o", "", cells(1, sizes=(48, 4)), ("t",))
    curve.show(one, StudyStatus("new", {}), {"A": "#000000", "B & C": "#ffffff"})
    assert curve._x.domain == ["4", "48"]


def test_progress_is_a_line_in_words():
    assert say_progress(HALF) == (
        "under way · 2 of 12 cells done · 1 failed · 1 at work · time left is known when a cell is done"
    )


# -- its page


def test_the_page_holds_its_figures_and_runs_nothing(tmp_path):
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "a.png").write_bytes(b"png")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (out / "study.md").write_text(
        "# Title\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| **1** | 2 |\n\n![A](figures/a.png)\n\n"
        "![S](../secret.png)\n\n![W](https://example.org/x.png)\n\n[table.csv](table.csv) [x](javascript:alert(1))\n"
    )
    made = page_html(out)
    assert "<script>" not in made
    assert "<td><strong>1</strong></td>" in made
    assert made.count("<img") == 1
    assert 'src="data:image/png;base64,cG5n"' in made  # RFC 4648 of "png"
    assert "href" not in made
    assert "example.org" not in made
    with pytest.raises(ComputeError, match="There is no page"):
        page_html(tmp_path)
