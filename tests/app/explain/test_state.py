"""What a click explains, in which order it is computed, what is kept and what is said, without a browser."""

import io
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from waiting import wait_for

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.explain.box import ExplainBox
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]  # other people's, in other processes' start


class Quiet:
    """Takes what a page would download."""

    def __init__(self):
        self.taken = {}

    def download(self, name, content, mime):
        self.taken[name] = (content, mime)


@pytest.fixture
def session(compute, tmp_path, disc):
    micrograph, truth = disc
    made = Session(data=DataFolder(tmp_path), compute=compute)
    made.selected = ["unet", "otsu"]
    made.show(micrograph, truth)
    wait_for(lambda: set(made.postprocessed) == {"unet", "otsu"} and not made.busy)
    # what a network makes of a disc is not what is tested: its mask is the truth
    made.thresholds = {"unet": 0.5}
    wait_for(lambda: made.postprocessed["unet"].settings.threshold == 0.5 and not made.busy)
    return made


@pytest.fixture
def explain(session):
    session.explain.methods = ["gradient", "grad_cam"]
    learned = threading.Event()  # told when the methods are set, too, which a test may set in turn
    session.explain.observe(lambda _change: learned.set(), names="known")
    session.explain.active = True
    assert learned.wait(450)
    return session.explain


def particle_of(session):
    """A pixel in the middle of what the network calls particle, and one outside of it."""
    mask = session.postprocessed["unet"].mask
    assert 0 < mask.mean() < 1
    inside, outside = np.argwhere(mask), np.argwhere(~mask)
    middle = inside[np.abs(inside - inside.mean(0)).sum(1).argmin()]
    return [int(value) for value in middle], [int(value) for value in outside[0]]


def done(explain):
    wait_for(lambda: not explain.busy and explain.found)
    return dict(explain.found)


def maps_heard(explain):
    """A list that grows by what each map and each figure belonged to."""
    heard = []
    explain.observe(
        lambda change: heard.append(tuple(change["new"])) if change["new"] else None, names="current"
    )
    return heard


def test_a_click_explains_the_particle_by_each_method_and_then_says_how_far_to_trust_that(session, explain):
    heard = maps_heard(explain)
    inside, _outside = particle_of(session)
    explain.choose(*inside)
    found = done(explain)
    assert list(found) == [("unet", "gradient"), ("unet", "grad_cam")]
    stages = [stage for stage, _network, _method in heard]
    assert stages == ["map", "map", "figures", "figures"]
    for one in found.values():
        assert "deletion" in one.figures.trust.line
        assert one.figures.spectrum.line
        assert one.figures.trust.pointing is not None  # the truth is known
    frozen = explain.targets["unet"]
    assert frozen.target.kind == "particle"
    assert frozen.label == f"particle at {inside[0]}, {inside[1]}, mask at 0.5"
    assert "classical method" in explain.refusals["otsu"]


def test_another_click_in_the_same_particle_shows_what_is_kept(session, explain):
    inside, _outside = particle_of(session)
    explain.choose(*inside)
    before = done(explain)
    heard = maps_heard(explain)
    explain.choose(inside[0] + 1, inside[1])
    assert done(explain) == before
    assert heard == []


def test_a_click_beside_every_particle_explains_the_pixel_and_says_so(session, explain):
    explain.methods = ["gradient"]
    _inside, outside = particle_of(session)
    explain.choose(*outside)
    done(explain)
    frozen = explain.targets["unet"]
    assert (frozen.target.kind, frozen.target.selected.sum()) == ("pixel", 1)
    assert "sees no particle here" in frozen.remark


def test_a_click_outside_the_micrograph_changes_nothing(explain):
    for row, column in ((-1, 5), (5, -1), (160, 5), (5, 200)):
        explain.choose(row, column)
    assert (explain.at, explain.targets, explain.busy) == ([], {}, False)


def test_a_new_click_takes_the_place_of_the_old_one_and_stop_keeps_what_is_there(session, explain):
    inside, outside = particle_of(session)
    explain.methods = ["integrated_gradients", "gradient"]
    explain.choose(*inside)
    wait_for(lambda: explain.current)
    explain.kind = "pixel"
    explain.observe(lambda change: explain.stop() if change["new"] else None, names="found")
    explain.choose(*outside)
    wait_for(lambda: "unet" in explain.targets and explain.targets["unet"].target.at == tuple(outside))
    wait_for(lambda: "stopped" in explain.status)
    explain.unobserve_all("found")
    assert list(explain.found) == [("unet", "integrated_gradients")]
    assert not explain.busy
    wait_for(lambda: not session.busy)
    assert len(explain.found) == 1


def test_stop_is_heard_while_the_target_is_looked_for(session, explain, monkeypatch):
    inside, _outside = particle_of(session)
    hand, plan = threading.Thread(target=explain.stop), explain._queue.plan

    def plan_after_the_hand():
        if hand.ident is None:
            hand.start()
            hand.join(0.5)  # if it can be heard before the jobs are planned, it is
        plan()

    monkeypatch.setattr(explain._queue, "plan", plan_after_the_hand)
    explain.choose(*inside)
    wait_for(lambda: hand.ident and not hand.is_alive())
    assert "stopped" in explain.status
    assert (explain.busy, explain.found) == (False, {})


def test_figures_give_way_to_a_network_that_someone_waits_for_and_come_afterwards(session, explain):
    heard = maps_heard(explain)
    inside, _outside = particle_of(session)
    explain.methods = ["gradient"]
    explain.choose(*inside)
    wait_for(lambda: explain.current[:1] == ["figures"])
    heard_current: list[list[str]] = []
    explain.observe(lambda change: heard_current.append(change["new"]), names="current")
    session.selected = ["unet", "otsu", "bandpass"]
    assert heard_current[:1] == [
        []
    ]  # at once; the classical ones may be done by now, and the figures begun anew
    wait_for(lambda: "bandpass" in session.postprocessed)
    wait_for(lambda: explain.found and not explain.busy and "bandpass" in explain.refusals)
    assert explain.found["unet", "gradient"].figures is not None
    stages = [stage for stage, _network, _method in heard]
    assert stages.count("map") == 1
    assert stages.count("figures") >= 2


def test_what_is_missing_is_asked_for_in_a_sentence(session, explain):
    with pytest.raises(WorkbenchError, match="Click a particle"):
        explain.run()
    with pytest.raises(WorkbenchError, match="click a particle"):
        explain.figure()
    with pytest.raises(WorkbenchError, match="There is no method 'magic'; there are"):
        explain.tick("magic")
    explain.methods = []
    with pytest.raises(WorkbenchError, match="Tick a method"):
        explain.run()
    session.selected = []
    with pytest.raises(WorkbenchError, match="Tick a network"):
        explain.run()


def test_the_box_says_what_to_do_and_shows_a_cell_for_each_map(session, explain):
    taken = Quiet()
    box = ExplainBox(session, taken)
    assert "Click a particle" in box._hint.value
    inside, _outside = particle_of(session)
    explain.choose(*inside)
    done(explain)
    cells = {key: message for key, (message, _buffers) in box.grid._cells.items()}
    assert set(cells) == {("unet", "gradient"), ("unet", "grad_cam")}
    for message in cells.values():
        assert message["state"] == "done"
        assert "deletion" in message["said"][0]
        assert set(message["curve"]["lines"]) == {"111", "200", "220"}
        assert max(message["curve"]["micrograph"]) == 1
    assert set(box.grid.limits) == {"unet gradient", "unet grad_cam"}
    scales = {key[1]: message["scale"] for key, message in cells.items()}
    assert scales["gradient"] == "one scale of colour for all networks"
    assert scales["grad_cam"].startswith("a scale of colour of its own")
    (rows, _ground) = box.grid._grid
    assert [row["key"] for row in rows["rows"]] == ["unet", "otsu"]
    assert "classical method" in rows["rows"][1]["refusal"]
    failing = explain.found["unet", "gradient"]
    same = replace(failing.figures.trust.randomised, rank_correlation=np.ones(1), similarity=np.ones(1))
    trust = replace(failing.figures.trust, randomised=same)
    marked = replace(failing, figures=replace(failing.figures, trust=trust))
    explain.found = {**explain.found, ("unet", "gradient"): marked}
    marks = {key[1]: message["mark"] for key, (message, _buffers) in box.grid._cells.items()}
    assert marks == {"gradient": "FAILS the weight check", "grad_cam": ""}
    explain.percentile = 90.0
    assert box.grid.limits["unet gradient"] > 0
    box.papers["png"].click()
    ((name, (content, mime)),) = taken.taken.items()
    assert (name, mime) == ("disc.explained.png", "image/png")
    assert min(Image.open(io.BytesIO(content)).size) > 300
    explain.clear()
    assert "Click a particle" in box._hint.value


SQUARE = [(60, 70), (60, 110), (100, 110), (100, 70)]


def test_a_line_drawn_around_a_region_explains_what_is_inside_and_is_saved_and_written(session, explain):
    inside, _outside = particle_of(session)
    explain.choose(*inside)
    done(explain)
    explain.kind = "region"  # nothing is drawn yet
    wait_for(lambda: not explain.found and not explain.targets)
    assert not explain.chosen
    explain.choose(*inside)  # a click is no region
    assert not explain.chosen
    explain.draw([*SQUARE[:2], (80, 110), *SQUARE[2:]])  # a corner on a straight line is left out
    found = done(explain)
    assert set(found) == {("unet", "gradient"), ("unet", "grad_cam")}
    assert explain.line == SQUARE
    target = explain.targets["unet"].target
    assert target.kind == "region"
    assert target.selected.sum() == 41 * 41
    assert explain.targets["unet"].settings is None
    assert f"wb.Target.inside(m.shape, {SQUARE})" in script(session)
    saved = parse_session(session.state().model_dump_json())
    assert (saved.explained.kind, saved.explained.line) == ("region", SQUARE)
    explain.clear()
    assert not explain.line
    assert not explain.found
    again = Session(data=session.data, compute=session.compute)
    again.restore(saved)
    again.show(session.micrograph)
    wait_for(lambda: not again.explain.busy and again.explain.found)
    assert [tuple(corner) for corner in again.explain.line] == SQUARE
    assert again.explain.targets["unet"].target.selected.sum() == 41 * 41
    again.explain.kind = "particle"  # which nobody has clicked
    wait_for(lambda: not again.explain.found)


def test_a_line_outside_the_micrograph_explains_nothing(session, explain):
    explain.draw([(-9, -9), (-9, -4), (-4, -4)])
    assert not explain.chosen
    assert explain.kind == "particle"


def test_the_figure_has_a_pane_for_each_map_with_target_and_trust(session, explain):
    inside, _outside = particle_of(session)
    explain.choose(*inside)
    done(explain)
    axes = [axis for axis in explain.figure().axes if axis.get_title("left")]
    assert [axis.get_title("left") for axis in axes] == ["a) U-Net\nGradient", "b) U-Net\nGrad-CAM"]
    for axis in axes:
        assert axis.get_xlabel().startswith(f"particle at {inside[0]}, {inside[1]}")
        assert "deletion" in axis.get_xlabel()


def test_the_script_explains_the_same_and_a_saved_session_asks_for_it_again(session, explain):
    inside, _outside = particle_of(session)
    explain.choose(*inside)
    done(explain)
    written = script(session)
    compile(written, "script", "exec")
    assert f"wb.Target.particle(unet.mask(threshold=0.5), ({inside[0]}, {inside[1]})), method=" in written
    assert written.count("wb.explain(") == 2
    state = parse_session(session.state().model_dump_json())
    assert state.explaining
    assert (state.explained.at, state.explained.methods) == (inside, ["gradient", "grad_cam"])
    again = Session(data=session.data, compute=session.compute)
    again.restore(state)
    again.show(session.micrograph)
    assert (again.explain.at, again.explain.active) == (inside, True)
    found = done(again.explain)
    assert list(found) == [("unet", "gradient"), ("unet", "grad_cam")]


def test_a_layer_may_be_chosen_and_one_that_is_not_there_is_said(session, explain):
    explain.methods = ["grad_cam"]
    wait_for(lambda: explain.known_layers.get("unet"))
    inside, _outside = particle_of(session)
    explain.choose(*inside)
    deepest = done(explain)["unet", "grad_cam"].map.map
    explain.set_layer("unet", explain.known_layers["unet"][0])
    other = done(explain)["unet", "grad_cam"].map.map
    assert other.shape != deepest.shape or not np.allclose(other, deepest)
    explain.set_layer("unet", "attic")
    wait_for(lambda: explain.failures)
    assert "no layer 'attic'" in explain.failures["unet", "grad_cam"]


def test_another_micrograph_forgets_the_click(session, explain, disc):
    inside, _outside = particle_of(session)
    explain.methods = ["gradient"]
    explain.choose(*inside)
    done(explain)
    session.open_sample("easy")
    assert (explain.at, explain.targets, explain.found) == ([], {}, {})
