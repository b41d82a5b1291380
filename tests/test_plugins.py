"""Other packages add architectures, methods and panels; a broken one costs a sentence, not the page."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[1] / "examples" / "workbench-example"
KINDS = ("workbench.architectures", "workbench.methods", "workbench.panels")
BROKEN_PANEL = """\
from workbench.app.widgets.panel import Panel, panel

@panel("broken", "Broken", order=1)
class Broken(Panel):
    def build(self):
        raise ValueError("no such\\nwidget")
"""
NAME_OF_ANOTHER = """\
from workbench.networks.registry import architecture
from workbench.networks.module import SegmentationModule

@architecture("unet")
class Mine(SegmentationModule): ...
"""


def install(folder, name, entries):
    """Do what pip does to make entry points known: a folder of metadata on the path."""
    info = folder / f"{name.replace('-', '_')}-0.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n")
    lines = [line for kind, points in entries.items() for line in (f"[{kind}]", *points)]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def said_with(folder, code):
    package = Path(__file__).parents[1]
    paths = os.pathsep.join([str(folder), str(EXAMPLE), str(package), str(package / "tests" / "app")])
    said = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:workbench_example", "-c", code],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout.splitlines(), said.stderr


@pytest.fixture
def example(tmp_path):
    points = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]["entry-points"]
    assert sorted(points) == sorted(KINDS)
    install(
        tmp_path,
        "workbench-example",
        {kind: [f"{name} = {value}" for name, value in entry.items()] for kind, entry in points.items()},
    )
    return tmp_path


def test_the_example_adds_an_architecture_a_method_and_a_panel_when_they_are_first_asked_for(example):
    code = """
import sys
import numpy as np, torch
import workbench as wb
from workbench.networks.registry import build
assert not any(name.startswith("workbench_example") for name in sys.modules)
torch.manual_seed(0)
module = build("three_layers", dilation=[1, 2]).eval()
# a logit of layers 3 and 3 at dilations 1 and 2 sees 1 + 2 * 1 + 2 * 2 = 7 pixels
assert wb.receptive_field(module).pixels == 7
assert "workbench_example.gradient_size" not in sys.modules
network = wb.Network(module, wb.Card(name="mine", architecture="three_layers", dilation=[1, 2]))
m = wb.Micrograph(np.random.default_rng(0).normal(size=(32, 32)))
found = wb.explain(m, network, (16, 16), method="gradient_size")
signed = wb.explain(m, network, (16, 16), method="gradient")
assert np.array_equal(found.map, np.abs(signed.map)) and found.map.any()
assert "workbench_example.intensity" not in sys.modules
from fake_compute import FakeCompute
from workbench.app.session import Session
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.panel import open_panels
session = Session(wb.Micrograph(np.array([[1.0, 3.0]])), compute=FakeCompute())
made = {panel.key: panel for panel in open_panels(session, Browser())}
print(made["intensity"].controls["said"].value)
"""
    lines, warned = said_with(example, code)
    assert lines == ["mean 2, standard deviation 1"]  # of 1 and 3
    assert "left out" not in warned


def test_a_broken_plug_in_is_one_sentence_each_and_never_the_end(example):
    (example / "broken_panel.py").write_text(BROKEN_PANEL)
    (example / "broken_name.py").write_text(NAME_OF_ANOTHER)
    install(
        example,
        "others",
        {
            "workbench.architectures": ["gone = not_installed_anywhere", "same = broken_name"],
            "workbench.methods": ["half = workbench_example.gradient_size:missing"],
            "workbench.panels": ["broken = broken_panel"],
        },
    )
    code = """
import warnings
from workbench.networks.registry import architectures
from workbench.explanation.methods import method_names
from workbench.app.session import Session
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.panel import open_panels
from fake_compute import FakeCompute
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always", RuntimeWarning)
    assert {"three_layers", "unet"} <= set(architectures()) and architectures()["unet"].title == "U-Net"
    assert {"gradient", "gradient_size"} <= set(method_names())
    keys = [panel.key for panel in open_panels(Session(compute=FakeCompute()), Browser())]
assert "intensity" in keys and "broken" not in keys
for warning in told:
    print(warning.message)
"""
    lines, _warned = said_with(example, code)
    assert sorted(lines) == [
        "The plug-in Broken of broken_panel is left out: ValueError: no such widget.",
        "The plug-in gone of others is left out: ModuleNotFoundError: No module named 'not_installed_anywhere'.",
        "The plug-in half of others is left out: AttributeError: "
        "module 'workbench_example.gradient_size' has no attribute 'missing'.",
        "The plug-in same of others is left out: NetworkError: "
        "Two architectures are called unet: UNet and Mine; rename one.",
    ]
