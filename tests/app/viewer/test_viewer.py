"""What travels from Python to the browser; what the browser draws of it is in tests/browser."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess

import numpy as np
import pytest
from traitlets import TraitError
from widget_doings import Sent, Told

from workbench.app.viewer.viewer import Viewer
from workbench.micrographs.length_text import length_text


@pytest.fixture
def viewer():
    shown = Viewer()
    shown.set_micrograph(np.zeros((8, 8), np.float32), 0.02)
    shown.set_probability("unet", np.zeros((8, 8), np.float32))
    return shown


def asked(viewer, view):
    """Return the kinds of the messages that answer a view's question for the pixels."""
    sent = []
    viewer.send = lambda message, buffers=None: sent.append((message["kind"], message.get("pixels")))
    viewer._heard(viewer, {"kind": "ready", "view": view}, [])
    return sent


def test_a_view_that_asked_again_before_the_answer_gets_the_pixels_once(viewer):
    first = asked(viewer, "a")
    assert first == [("here", True), ("micrograph", None), ("probability", None)]
    assert asked(viewer, "a") == [("here", False)]
    # a page that was loaded again, or one whose answer got lost, has another name
    assert asked(viewer, "b") == first


def test_a_view_that_asks_for_a_pixel_is_told_its_true_intensity(viewer):
    pixels = np.random.default_rng(0).normal(1000, 10, (8, 8)).astype(np.float32)
    pixels[3, 5] = 1e6
    viewer.set_micrograph(pixels, None)
    sent = []
    viewer.send = lambda message, buffers=None: sent.append(message)
    for row, column in ((3, 5), (0, 0), (8, 0), (-1, 2)):
        viewer._heard(viewer, {"kind": "pixel", "view": "a", "at": [row, column]}, [])
    assert [(said["at"], said["value"]) for said in sent] == [([3, 5], 1e6), ([0, 0], float(pixels[0, 0]))]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_lengths_places_and_intensities_in_words(tmp_path):
    (tmp_path / "viewer.mjs").write_text(Viewer._esm, encoding="utf-8")
    asked = """
        import { inThrees, intensityText, lengthText, placeText } from "./viewer.mjs";
        console.log(JSON.stringify([
          [0.5, 20, 999.9, 50000, 2e6, 1234567].map(lengthText),
          [placeText([3.7, 9], null, 512), placeText([32, 9], 0.02, 512), placeText([100, 7], 30, 2048)],
          [intensityText(0, 100, 355), intensityText(255, 100, 355), intensityText(7, 100, 355),
            intensityText(128, 0.001, 0.002), intensityText(7, 100, 355, Math.fround(0.1)),
            intensityText(7, 1, 2, 16777216)],
          [0, 1, 3, 4, 7].map((count) => inThrees([...Array(count).keys()]).map((three) => three.length)),
        ]));"""
    (tmp_path / "ask.mjs").write_text(asked, encoding="utf-8")
    said = subprocess.run(
        ["node", "ask.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    lengths, places, intensities, threes = json.loads(said)
    assert lengths == ["0.5 nm", "20 nm", "1 µm", "50 µm", "2 mm", "1.23 mm"]
    assert lengths == [length_text(nm) for nm in (0.5, 20, 999.9, 50000, 2e6, 1234567)]
    assert places == ["x 3, y 9 px", "x 0.64, y 0.18 nm", "x 3.00, y 0.21 µm"]
    assert intensities == ["≤ 101", "≥ 355", "≈ 107", "≈ 0.001502", "0.1", "16777216"]
    assert threes == [[0], [1], [3], [3, 1], [3, 3, 1]]


def asked_of_node(tmp_path, names: str, said: str):
    """What an expression of the viewer's module gives, by Node."""
    (tmp_path / "viewer.mjs").write_text(Viewer._esm, encoding="utf-8")
    asked = f'import {{ {names} }} from "./viewer.mjs"; console.log(JSON.stringify({said}));'
    (tmp_path / "ask.mjs").write_text(asked, encoding="utf-8")
    run = subprocess.run(["node", "ask.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    ("count", "width", "height", "columns"),
    [(1, 1000, 500, 1), (2, 1000, 500, 2), (2, 500, 1000, 1), (4, 1000, 1000, 2), (3, 3000, 500, 3)],
)
def test_panes_lie_in_the_columns_that_make_them_largest(tmp_path, count, width, height, columns):
    panes = [[{}, index] for index in range(count)]
    asked = f"layOut({json.dumps(panes)}, {{ width: 512, height: 512 }}, {width}, {height})"
    found = asked_of_node(tmp_path, "layOut", asked)
    placed = found["placed"]
    assert len({pane["x"] for pane in placed}) == columns
    assert {pane["w"] for pane in placed} == {placed[0]["w"]}
    assert max(pane["x"] + pane["w"] for pane in placed) <= width
    assert max(pane["y"] + pane["h"] for pane in placed) <= height
    for one, other in itertools.combinations(placed, 2):
        apart = abs(one["x"] - other["x"]) >= one["w"] or abs(one["y"] - other["y"]) >= one["h"]
        assert apart
    covered = sum(pane["w"] * pane["h"] for pane in placed)
    assert covered > 0.98 * width * height  # edge to edge
    edges = [placed[0][edge] / 512 for edge in ("w", "h")]
    assert (found["fitted"], found["filled"]) == (min(edges), max(edges))


@pytest.mark.parametrize("ratio", [0.5, 1, 1.25, 1.5, 2])
def test_panes_begin_at_whole_pixels_of_the_device(tmp_path, ratio):
    panes = [[{}, index] for index in range(5)]
    asked = f"layOut({json.dumps(panes)}, {{ width: 512, height: 512 }}, 1137, 641, {ratio})"
    for pane in asked_of_node(tmp_path, "layOut", asked)["placed"]:
        for edge in ("x", "y", "w", "h"):
            assert pane[edge] * ratio == pytest.approx(round(pane[edge] * ratio), abs=1e-6)


def test_a_strip_is_shown_whole_as_little_of_it_would_fill_the_panes(tmp_path):
    asked = "layOut([[{}, 0]], { width: 20, height: 40000 }, 1000, 500)"
    found = asked_of_node(tmp_path, "layOut", asked)
    assert found["filled"] == found["fitted"] == 500 / 40000


def test_what_lies_under_the_pointer_stays_there_while_zooming(tmp_path):
    zoom, before, after = asked_of_node(
        tmp_path,
        "Camera",
        """(() => {
          const camera = Object.assign(new Camera(), { fitted: 0.7, centre: [256, 200] });
          const offset = [120, -45], point = camera.pointAt(offset);
          camera.zoomBy(3, { point, offset });
          return [camera.zoom, point, camera.pointAt(offset)];
        })()""",
    )
    assert zoom == 3
    assert after == pytest.approx(before)


def test_a_region_that_is_looked_at_takes_most_of_a_pane_which_stays_full(tmp_path):
    texture, pane = "{ width: 1000, height: 1000 }", "{ w: 500, h: 500 }"
    box = "{ top: 0, left: 400, bottom: 100, right: 600 }"
    left, right, upper = asked_of_node(
        tmp_path,
        "Camera",
        f"""(() => {{
          const camera = Object.assign(new Camera(), {{ fitted: 0.5 }}), pane = {pane};
          camera.lookAt({box}, {texture}, pane);
          return [camera.across(pane, 400, 0), camera.across(pane, 600, 0), camera.across(pane, 0, 1)];
        }})()""",
    )
    assert right - left == pytest.approx(0.8 * 500)
    assert upper == pytest.approx(0)  # nothing but the micrograph above its own edge


LINE = [1.0, 1.0, 4.0, 1.0, 4.0, 4.0]


def test_lines_around_particles_are_sent_when_they_are_others_than_before(viewer):
    sent = Sent(viewer)
    viewer.show_outlined({"unet": {"out": [LINE]}})
    viewer.show_picked({"chosen": [LINE]})
    viewer.show_outlined({"unet": {"out": [list(LINE)]}})
    viewer.show_picked({"chosen": [list(LINE)]})
    viewer.show_picked({})
    assert sent == [{"outlined": {"unet": {"out": [LINE]}}}, {"picked": {"chosen": [LINE]}}, {"picked": {}}]


def test_the_panes_are_told_to_centre_a_place_and_keep_it_for_nobody_who_comes_later(viewer):
    told = Told(viewer)
    viewer.centre(3.5, 7.0)
    assert told == [({"kind": "centre", "row": 3.5, "column": 7.0}, [])]
    told.say(kind="ready", view="late")
    assert [message["kind"] for message, _buffers in told[1:]] == ["here", "micrograph", "probability"]


def test_whoever_asked_first_to_hear_of_a_click_is_told_first(viewer):
    heard = []
    for name in ("first", "second"):
        viewer.on("click", lambda message, name=name: heard.append((name, message["at"])))
    viewer._heard(viewer, {"kind": "click", "at": [1, 2]}, [])
    viewer._heard(viewer, {"kind": "escape"}, [])
    assert heard == [("first", [1, 2]), ("second", [1, 2])]


def test_a_tool_for_strokes_is_one_that_the_browser_knows(viewer):
    for tool in ("cut", "join", "draw", ""):
        viewer.stroke_tool = tool
    with pytest.raises(TraitError):
        viewer.stroke_tool = "slice"


def test_a_place_that_is_centred_lies_in_the_middle_of_a_pane_as_far_as_the_pane_stays_full(tmp_path):
    pane, texture = {"w": 500, "h": 400}, {"width": 1000, "height": 1000, "factor": 2}
    inner, corner, small = asked_of_node(
        tmp_path,
        "Camera",
        f"""((pane) => [[2, 900, 1200], [2, 10, 2000], [0.1, 900, 1200]].map(([fitted, row, column]) => {{
          const camera = Object.assign(new Camera(), {{ fitted }});
          camera.centreOn({{ row, column }}, {json.dumps(texture)}, pane);
          return [camera.atHome, ...camera.centre];
        }}))({json.dumps(pane)})""",
    )
    assert inner == [False, 600, 450]
    assert corner == [False, 1000 - 125, 100]  # nothing but the micrograph beyond its own edge
    assert small == [False, 500, 500]


def test_a_box_has_whole_pixels_one_at_least_and_its_size_in_words(tmp_path):
    asked = """[
      boxBetween([10.2, 30.9, 4.6, 41], [64, 48]), boxBetween([64, 48, 64, 48], [64, 48]),
      boxText([4, 30, 11, 41], null), boxText([0, 0, 100, 50], 0.02)]"""
    found = asked_of_node(tmp_path, "boxBetween, boxText", asked)
    assert found == [[4, 30, 11, 41], [63, 47, 64, 48], "11 × 7 px", "1 nm × 2 nm"]
