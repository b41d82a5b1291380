"""The curves of runs, drawn from their folders."""

import pytest
from watched_page import Page, make_run, unreadable

from workbench.app.core.parameters import Parameters
from workbench.app.train.curves import RunCurves
from workbench.app.train.state import TrainState
from workbench.networks.card import Card

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bqplot's
CURVE = "step,loss,learning_rate\n1,4.0,0.1\n2,2.0,0.05\n"


@pytest.fixture
def page(tmp_path):
    (tmp_path / "data").mkdir()
    return Page(tmp_path / "data")


@pytest.fixture
def trainings(page):
    return TrainState(page)


def visible_lines(curves, figure):
    return [line for line in curves.figures[figure].marks if line.visible]


def test_without_a_run_there_is_a_sentence_and_no_figure(trainings):
    curves = RunCurves(trainings, Parameters())
    assert "No run yet" in curves._title.value
    assert curves.box.children == (curves._head,)


def test_loss_dice_and_rate_of_the_chosen_run_are_drawn_by_epoch(trainings):
    run = make_run("one")
    (run.folder / "curve.csv").write_text(CURVE)
    curves = RunCurves(trainings, Parameters())
    trainings.look()
    raw, smooth, validation = curves.figures["loss"].marks
    per_epoch = run.recipe().steps_per_epoch
    assert list(raw.x) == [1 / per_epoch, 2 / per_epoch]
    assert list(raw.y) == [4.0, 2.0]
    # by hand, the weight of the past being 0.9: 4; (0.1 * 2 + 0.09 * 4) / 0.19
    assert list(smooth.y) == pytest.approx([4.0, (0.1 * 2 + 0.09 * 4) / 0.19])
    assert (list(validation.x), list(validation.y)) == ([1.0], [1.0])
    assert list(curves.figures["rate"].marks[0].y) == [0.1, 0.05]
    assert list(curves.figures["dice"].marks[0].y) == [0.5]
    assert "one · training · step " in curves._title.value
    assert "Dice 0.500, best 0.500" in curves._title.value
    assert curves.box.children == (curves._head, curves._figures)


def test_the_raw_loss_stands_behind_a_smooth_one_only(trainings):
    (make_run("one").folder / "curve.csv").write_text(CURVE)
    curves = RunCurves(trainings, Parameters())
    trainings.look()
    assert len(visible_lines(curves, "loss")) == 3
    trainings.smoothing = 0.0
    assert len(visible_lines(curves, "loss")) == 2
    assert list(curves.figures["loss"].marks[1].y) == [4.0, 2.0]


def test_a_run_that_is_compared_is_fainter_has_another_colour_and_a_name(trainings):
    for name in ("one", "two"):
        (make_run(name).folder / "curve.csv").write_text(CURVE)
    curves = RunCurves(trainings, Parameters())
    trainings.look()
    trainings.chosen, trainings.compared = "one", ["two", "one", "gone"]
    two, one = curves.figures["dice"].marks
    assert (two.opacities, one.opacities) == ([0.6], [1.0])
    assert two.colors != one.colors
    assert curves._legend.value.count("hw-swatch") == 2
    trainings.compared = []
    assert len(curves.figures["dice"].marks) == 1
    assert curves._legend.value == ""


def test_curves_that_cannot_be_read_stay_as_they_are_and_come_back(page):
    run = make_run("one")
    watched = TrainState(page)
    curves = RunCurves(watched, Parameters())
    (run.folder / "curve.csv").write_text("step,loss,learning_rate\n1,0.5,0.1\n")
    watched.look()
    drawn = list(curves.figures["rate"].marks[0].y)
    back = unreadable(run.folder / "curve.csv")
    run.log("epoch", epoch=1, loss=1.0, dice_hard=0.7, validation_loss=1.0, seconds=1.0)
    watched.look()
    assert watched.view_of("one").dice == 0.7
    assert list(curves.figures["rate"].marks[0].y) == drawn
    back()
    run.log("epoch", epoch=2, loss=1.0, dice_hard=0.8, validation_loss=1.0, seconds=1.0)
    watched.look()
    assert len(curves.figures["dice"].marks[0].y) == 3


def test_a_run_has_the_colour_of_its_network_and_no_other_run_or_network_has_it(trainings):
    for name in ("one", "two"):
        (make_run(name).folder / "curve.csv").write_text(CURVE)
    page = Parameters(cards=[Card(name="unet", architecture="unet"), Card(name="one", architecture="unet")])
    curves = RunCurves(trainings, page)
    trainings.look()
    trainings.chosen, trainings.compared = "one", ["two"]

    def drawn():
        return {line.colors[0] for line in curves.figures["dice"].marks}

    assert drawn() == {page.colour_of("one"), page.colour_of("two")}
    assert len(drawn()) == 2
    assert page.colour_of("unet") not in drawn()
    assert f"background:{page.colour_of('one')}" in curves._legend.value
    page.colours = {"one": "#123456"}
    assert drawn() == {"#123456", page.colour_of("two")}
    assert "background:#123456" in curves._legend.value
