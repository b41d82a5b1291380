"""What `import workbench as wb` gives: its names, each explained by `help` and on the page of the reference."""

import importlib
import inspect
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb

REFERENCE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
CONTRACT = [  # names of the design that notebooks are written against, as far as they are built
    "Workbench",
    "Distribution",
    "dilate",
    "distribution",
    "explain",
    "figure",
    "figure_distribution",
    "label_image",
    "load_network",
    "measure",
    "networks",
    "open_micrograph",
    "receptive_field",
    "segment",
    "threshold_band",
    "train",
    "uncertainty",
]


def in_new_python(code):
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout.strip()


def test_dir_lists_the_public_names_and_nothing_else():
    assert dir(wb) == sorted(wb.__all__)
    assert in_new_python("import workbench as wb; print(dir(wb) == sorted(wb.__all__))") == "True"


def test_names_of_the_contract_are_there():
    assert set(CONTRACT) <= set(wb.__all__)


def test_networks_is_a_function_that_help_explains():
    assert inspect.isfunction(wb.networks)
    said = pydoc.plain(pydoc.render_doc(wb.networks))
    assert (
        said.splitlines()[0]
        == "Python Library Documentation: function networks in module workbench.networks.loading"
    )
    assert "Return the cards of all networks" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "imports",
    [
        "import workbench as wb; wb.networks; import workbench.networks.card",
        "import workbench.networks.card; import workbench as wb",
        "from workbench import networks; from workbench.networks.card import Card; import workbench as wb",
        "from workbench.networks import card; import workbench.networks.network as net; import workbench as wb",
        "import importlib; importlib.import_module('workbench.networks.card'); import workbench as wb",
        "from workbench.networks.registry import build; import workbench as wb",
    ],
)
def test_networks_is_that_function_in_whichever_order_things_are_imported(imports):
    code = (
        f"{imports}\n"
        "import inspect, workbench.networks.card, workbench.networks.card as card\n"
        "from workbench.networks import card as same\n"
        "assert inspect.isfunction(wb.networks) and wb.networks() and 'networks' in dir(wb)\n"
        "assert card is same is workbench.networks.card and card.Card is wb.Card\n"
        "print('torch' in __import__('sys').modules)"
    )
    assert in_new_python(code) == str("registry" in imports)


def test_a_module_of_the_package_is_reached_by_its_dotted_path():
    import workbench.networks.scale as scale

    assert scale is importlib.import_module("workbench.networks.scale")
    assert workbench_path("networks.scale.at_scale") is wb.at_scale


def workbench_path(path):
    found = wb
    for name in path.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("name", [name for name in wb.__all__ if name != "__version__"])
def test_every_public_name_is_in_the_reference(name):
    value = getattr(wb, name)
    heading = f"::: {value.__module__}.{value.__qualname__}"
    assert heading in REFERENCE.splitlines()


def test_every_line_of_the_reference_is_there():
    for line in REFERENCE.splitlines():
        if line.startswith("::: "):
            assert pydoc.locate(line.removeprefix("::: ")) is not None, line
