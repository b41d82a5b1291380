"""What a click explains, what is shown, saved, written and said of it, without a browser."""

import numpy as np
import pytest
from fake_answers import LAYERS, METHODS, kind_of
from waiting import heard_of, rest

from workbench.app.core.data_folder import DataFolder
from workbench.app.core.session_reading import parse_session
from workbench.app.export.script import script
from workbench.app.session import Session
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph

INSIDE, OUTSIDE = [80, 90], [0, 0]
"""A pixel in the middle of what the network calls particle, and one outside of it."""
BOTH = [("unet", "gradient"), ("unet", "grad_cam")]


def explained(explain, fake, at=INSIDE):
    """What a click gives, once all of it is there."""
    explain.choose(*at)
    rest(fake)
    assert not explain.busy
    return dict(explain.found)


def heads_and_captions(figure):
    return [(axis.get_title("left"), axis.get_xlabel()) for axis in figure.axes if axis.get_title("left")]


def test_the_methods_are_asked_for_when_the_panel_opens_and_three_are_ticked_at_first(session, fake):
    assert not fake.all("list_methods")
    session.explain.active = True
    rest(fake)
    assert session.explain.known == METHODS
    assert session.explain.methods == [
        "grad_cam",
        "integrated_gradients",
    ]  # no lrp among those that answer here


def test_a_click_explains_the_particle_and_says_of_which_mask(explain, fake):
    found = explained(explain, fake)
    assert list(found) == BOTH
    for one in found.values():
        assert "deletion" in one.figures.trust.line
        assert one.figures.spectrum.line
        assert one.figures.trust.pointing is not None  # the truth is known
    frozen = explain.targets["unet"]
    assert frozen.target.kind == "particle"
    assert frozen.label == "particle at 80, 90, mask at 0.5"
    assert "classical method" in explain.refusals["otsu"]


def test_a_script_waits_for_the_maps(explain, fake):
    asked = explain.choose(*INSIDE)
    rest(fake)
    assert list(asked.result(timeout=60)) == BOTH


def test_a_click_waits_for_the_mask_of_its_network(session, fake, disc):
    session.show(Micrograph(disc[0].pixels + 1, 0.05, "other"), disc[1])
    explain = session.explain
    explain.methods, explain.active = ["gradient"], True
    rest(fake, "list_methods", "segment")
    explain.choose(*INSIDE)
    rest(fake, "segment")
    assert "unet" not in explain.targets
    assert not fake.all("find_map")
    rest(fake)
    assert list(explain.found) == [("unet", "gradient")]


def test_a_click_beside_every_particle_explains_the_pixel_and_says_so(explain, fake):
    explain.methods = ["gradient"]
    explained(explain, fake, OUTSIDE)
    frozen = explain.targets["unet"]
    assert (frozen.target.kind, frozen.target.selected.sum()) == ("pixel", 1)
    assert "sees no particle here" in frozen.remark


def test_a_click_outside_the_micrograph_changes_nothing(explain):
    for row, column in ((-1, 5), (5, -1), (160, 5), (5, 200)):
        explain.choose(row, column)
    assert (explain.at, explain.targets, explain.busy) == ([], {}, False)


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


SQUARE = [(60, 70), (60, 110), (100, 110), (100, 70)]


def test_a_line_drawn_around_a_region_explains_what_is_inside_and_is_saved_and_written(
    session, explain, fake
):
    explained(explain, fake)
    explain.kind = "region"  # nothing is drawn yet
    rest(fake)
    assert not explain.found
    assert not explain.targets
    assert not explain.chosen
    explain.choose(*INSIDE)  # a click is no region
    assert not explain.chosen
    explain.draw([*SQUARE[:2], (80, 110), *SQUARE[2:]])  # a corner on a straight line is left out
    rest(fake)
    assert set(explain.found) == set(BOTH)
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
    again = Session(data=session.data, compute=fake)
    again.restore(saved)
    again.show(session.micrograph)
    rest(fake)
    assert set(again.explain.found) == set(BOTH)
    assert [tuple(corner) for corner in again.explain.line] == SQUARE
    assert again.explain.targets["unet"].target.selected.sum() == 41 * 41
    again.explain.kind = "particle"  # as was clicked before
    rest(fake)
    assert again.explain.targets["unet"].target.at == tuple(INSIDE)
    assert set(again.explain.found) == set(BOTH)


def test_a_particle_that_nobody_has_clicked_is_not_explained_in_place_of_a_region(explain, fake):
    explain.draw(SQUARE)
    rest(fake)
    assert set(explain.found) == set(BOTH)
    explain.kind = "particle"
    rest(fake)
    assert not explain.found
    assert not explain.targets
    assert not explain.chosen


def test_a_line_outside_the_micrograph_explains_nothing(explain):
    explain.draw([(-9, -9), (-9, -4), (-4, -4)])
    assert not explain.chosen
    assert explain.kind == "particle"


def test_the_figure_has_a_pane_for_each_map_with_target_and_trust(explain, fake):
    explained(explain, fake)
    told = heads_and_captions(explain.figure())
    assert [head for head, _caption in told] == ["a) U-Net\nGradient", "b) U-Net\nGrad-CAM"]
    for _head, caption in told:
        assert caption.startswith("particle at 80, 90")
        assert "deletion" in caption


def test_the_script_explains_the_same_and_a_saved_session_asks_for_it_again(session, explain, fake):
    explained(explain, fake)
    written = script(session)
    compile(written, "script", "exec")
    assert "wb.Target.particle(unet.mask(threshold=0.5), (80, 90)), method=" in written
    assert written.count("wb.explain(") == 2
    state = parse_session(session.state().model_dump_json())
    assert state.explaining
    assert (state.explained.at, state.explained.methods) == (INSIDE, ["gradient", "grad_cam"])
    again = Session(data=session.data, compute=fake)
    again.restore(state)
    again.show(session.micrograph)
    assert (again.explain.at, again.explain.active) == (INSIDE, True)
    rest(fake)
    assert list(again.explain.found) == BOTH


def test_a_layer_may_be_chosen_and_one_that_is_not_there_is_said(explain, fake):
    explain.methods = ["grad_cam"]
    rest(fake)
    deepest = explained(explain, fake)["unet", "grad_cam"].map.map
    explain.set_layer("unet", explain.known_layers["unet"][0])
    rest(fake)
    assert dict(fake.all("find_map")[-1].arguments[2].options) == {"layer": "downs.0.0"}
    assert not np.allclose(explain.found["unet", "grad_cam"].map.map, deepest)
    explain.set_layer("unet", "attic")
    rest(fake)
    assert "no layer 'attic'" in explain.failures["unet", "grad_cam"]


def test_another_micrograph_forgets_the_click(session, explain, fake):
    explain.methods = ["gradient"]
    assert explained(explain, fake)
    session.open_sample("easy")
    assert (explain.at, explain.targets, explain.found) == ([], {}, {})


def test_a_network_at_another_dilation_or_scale_is_explained_anew(session, explain, fake):
    explain.methods = ["gradient"]
    before = explained(explain, fake)["unet", "gradient"].map
    session.dilation_cache.set("unet", 4)
    assert explain.found == {}
    rest(fake)
    assert fake.all("find_map")[-1].arguments[2].dilation == 4
    assert not np.array_equal(explain.found["unet", "gradient"].map.map, before.map)
    session.dilation_cache.set_scale("unet", 1.5)
    rest(fake)
    assert fake.all("find_map")[-1].arguments[2].scale == 1.5
    session.undo()
    session.undo()
    rest(fake)
    assert explain.found["unet", "gradient"].map is before


def test_methods_that_were_lost_with_a_worker_too_often_are_asked_for_again_on_run_again(session, fake):
    session.explain.active = True
    while fake.waiting("list_methods"):
        fake.waiting("list_methods")[0].fail("its worker died")
    assert session.explain.known == []
    assert session.message == "its worker died"
    session.retry()
    rest(fake)
    assert session.explain.known == METHODS


def small_disc():
    rows, columns = np.mgrid[:80, :96]
    truth = np.hypot(rows - 40, columns - 48) < 18
    noise = np.random.default_rng(0).normal(size=truth.shape)
    return Micrograph((1000 - 300 * truth + 50 * noise).astype(np.float32), 0.05, "disc"), truth


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # other people's, in other processes' start
def test_a_real_worker_gives_maps_and_figures_and_the_stand_in_gives_the_like(compute, fake, tmp_path):
    micrograph, truth = small_disc()
    fake.probability = lambda *_asked: truth.astype(np.float32)
    kinds = []
    for worker in (fake, compute):
        session = Session(data=DataFolder(tmp_path), compute=worker)
        explain, settle = session.explain, (lambda: rest(fake)) if worker is fake else session.wait
        session.selected, session.thresholds = ["unet", "otsu"], {"unet": 0.5}
        explain.methods, explain.active = ["gradient", "grad_cam"], True
        session.show(micrograph, truth)
        settle()
        assert [one for one in explain.known if one in METHODS] == METHODS
        assert set(explain.known_layers["unet"]) >= {one.name for one in LAYERS["unet"]}
        heard = heard_of(explain, "current")
        explain.choose(40, 48)
        settle()
        found = dict(explain.found)
        assert list(found) == BOTH
        assert [stage for stage, _network, _method in heard] == ["map", "map", "figures", "figures"]
        for one in found.values():
            assert "deletion" in one.figures.trust.line
            assert one.figures.spectrum.line
            assert one.figures.trust.pointing is not None
        assert explain.targets["unet"].label == "particle at 40, 48, mask at 0.5"
        told = heads_and_captions(explain.figure())
        assert [head for head, _caption in told] == ["a) U-Net\nGradient", "b) U-Net\nGrad-CAM"]
        assert all("deletion" in caption for _head, caption in told)
        assert script(session).count("wb.explain(") == 2
        explain.methods = ["grad_cam"]
        explain.set_layer("unet", "downs.0.0")
        settle()
        other = explain.found["unet", "grad_cam"].map.map
        deepest = found["unet", "grad_cam"].map.map
        assert other.shape != deepest.shape or not np.allclose(other, deepest)
        explain.set_layer("unet", "attic")
        settle()
        assert "no layer 'attic'" in explain.failures["unet", "grad_cam"]
        kinds.append([kind_of((one.map, one.figures)) for one in found.values()])
    stand_in, real = kinds
    assert stand_in == real
