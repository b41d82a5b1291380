"""Who may import whom in app/: widgets and core below, subjects in their order, the page on top."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "workbench"
APP = "workbench.app"
WIDGET_LIBRARIES = {"ipywidgets", "anywidget", "bqplot"}
FLOORS = [
    {"core"},
    {"widgets", "serving"},
    {"viewer", "layout"},
    {"micrograph", "networks", "dilation"},
    {"mask", "explain", "label", "fourier", "particles"},
    {"train"},
    {"study", "features", "folder"},
    {"session"},
    {"export"},
    {"workbench"},
    {"kernel_imports"},
]
"""From the bottom; a folder imports those below it and itself, none beside it."""
FLOOR_OF = {name: floor for floor, names in enumerate(FLOORS) for name in names}


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


@functools.cache
def imports_of(name: str) -> frozenset[str]:
    """Everything that a module imports, wherever in it: in functions and for type checkers, too."""
    path, found = MODULES[name], set()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                found.add(whole if whole in MODULES else base)
    return frozenset(found - {name})


def room(name: str) -> str:
    """The folder below app/ that a module is in, or the module itself."""
    return name.removeprefix(f"{APP}.").split(".")[0]


def states() -> list[str]:
    """The modules that hold the state of a subject, and all of core/."""
    found = [name for name in MODULES if name.startswith(f"{APP}.core")]
    for name in MODULES:
        if name.startswith(f"{APP}.") and name.endswith(".state"):
            found.append(name)
        path = MODULES[name]
        if name.startswith(f"{APP}.") and path.name == "__init__.py":
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.Assign) and node.targets[0].id == "STATES":
                    found += [f"{name}.{one}" for one in ast.literal_eval(node.value)]
    return sorted(set(found))


def test_every_folder_has_a_floor():
    folders = {room(name) for name in MODULES if name.startswith(f"{APP}.")}
    assert folders == set(FLOOR_OF)


def test_subjects_import_what_is_below_them_and_nothing_beside_them():
    wrong = [
        f"{name} imports {other}"
        for name in MODULES
        if name.startswith(f"{APP}.")
        for other in imports_of(name)
        if other.startswith(f"{APP}.")
        and room(other) != room(name)
        and FLOOR_OF[room(other)] >= FLOOR_OF[room(name)]
    ]
    assert wrong == []


def test_only_the_page_and_export_know_the_session():
    allowed = {f"{APP}.workbench", f"{APP}.export.panel", f"{APP}.export.script"}
    knowing = {
        name for name in MODULES if f"{APP}.session" in imports_of(name) and name.startswith(f"{APP}.")
    }
    assert knowing == allowed


@pytest.mark.parametrize("name", states())
def test_states_and_core_import_no_widget_library(name):
    assert not {other.split(".")[0] for other in imports_of(name)} & WIDGET_LIBRARIES


def test_a_session_of_all_subjects_loads_no_widget_library():
    code = (
        "import sys, workbench.app.session as s; from workbench.app.core.subjects import kinds; "
        f"assert len(kinds()) > 10; print({WIDGET_LIBRARIES!r} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_a_floor_has_its_own_folders():
    assert sum(map(len, FLOORS)) == len(FLOOR_OF)
