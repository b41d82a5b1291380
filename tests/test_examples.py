"""The examples of the docstrings run, and every public name has one."""

import doctest
import importlib
from pathlib import Path

import fake_compute
import pytest

import workbench as wb

PACKAGE = Path(wb.__file__).parent
PUBLIC = [name for name in wb.__all__ if name != "__version__"]
PLAN = """
name = "two-networks"
seeds = [0]
test_sets = ["test"]

[[architectures]]
name = "unet"

[[architectures]]
name = "mixed_scale"

[recipe]
training_sets = ["discs"]
split = { validation = 0.5 }
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch, discs):
    """Work where the examples work: a folder with a small labelled set, one to test on, and the plan of a study."""
    discs("discs", 0, 4)
    discs("test", 1, 2)
    (tmp_path / "plan.toml").write_text(PLAN)
    monkeypatch.chdir(tmp_path)


def run(thing, name, names):
    """Run the examples of one docstring; return how many there were."""
    finder = doctest.DocTestFinder(recurse=False)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    said = []
    for test in finder.find(thing, name, globs=dict(names)):
        runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)
    return runner.tries


@pytest.mark.filterwarnings("ignore:Passing unrecognized arguments")  # of bqplot
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_an_example_that_runs(name, monkeypatch):
    if name == "Workbench":
        page = importlib.import_module("workbench.app.workbench")
        monkeypatch.setattr(page, "default_compute", fake_compute.FakeCompute)
    assert run(getattr(wb, name), name, {}) > 0


def inner_modules():
    """Return the modules with an example of something that is not public."""
    public = {getattr(wb, name).__module__ for name in PUBLIC}
    texts = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    names = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): text for path, text in texts.items()
    }
    return sorted(name for name, text in names.items() if ">>> " in text and name not in public)


@pytest.mark.parametrize("name", inner_modules())
def test_examples_of_inner_functions_run(name, monkeypatch):
    registry = importlib.import_module("workbench.networks.registry")
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))  # an example enters one
    module = importlib.import_module(name)
    tries = sum(
        run(value, key, vars(module))
        for key, value in vars(module).items()
        if getattr(value, "__module__", "") == name and getattr(value, "__doc__", None)
    )
    assert tries > 0
