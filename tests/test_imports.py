"""The house stands on its arrows: lower floors never import higher ones, and only the app knows widgets."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "workbench"
MAY_IMPORT = {
    "micrographs": {"micrographs"},
    "networks": {"networks", "micrographs"},
    "segmentation": {"segmentation", "networks", "micrographs"},
    "particles": {"particles", "segmentation", "networks", "micrographs"},
    "training": {"training", "segmentation", "networks", "micrographs"},
    "explanation": {"explanation", "particles", "segmentation", "networks", "micrographs"},
    "compute": {"compute", "explanation", "particles", "segmentation", "networks", "micrographs"},
    "figures": {"figures", "explanation", "particles", "segmentation", "micrographs"},
    "report": {"report", "figures", "particles", "segmentation", "networks", "micrographs"},
    "batch": {
        *("batch", "report", "figures", "compute"),
        *("particles", "segmentation", "networks", "micrographs"),
    },
    "study": {"study", "figures", "training", "compute", "segmentation", "networks", "micrographs"},
    "app": {
        *("app", "study", "report", "figures", "training", "compute", "batch"),
        *("explanation", "particles", "segmentation", "networks", "micrographs"),
    },
}
"""Every folder of the package, from the bottom to the top."""


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def imports_of_modules(package: Path) -> dict[str, set[str]]:
    """Return each module of a package with those of the package that it imports, wherever in its text that is."""
    files = {}
    for path in package.rglob("*.py"):
        name = ".".join(path.relative_to(package.parent).with_suffix("").parts)
        files[name.removesuffix(".__init__")] = path
    found: dict[str, set[str]] = {name: set() for name in files}
    for module, path in files.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{module} imports by a relative name"
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:  # of a module, or of something in one
                known = name if name in files else name.rpartition(".")[0]
                found[module] |= {known} & files.keys() - {module}
    return found


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Return the modules along one circle of imports; none where there is no circle."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_circle_of_imports():
    imports = imports_of_modules(PACKAGE)
    assert {"workbench", "workbench.errors", "workbench.training.loop"} <= imports.keys()
    assert circle(imports) == []


def test_imports_for_type_checking_and_inside_functions_count(tmp_path):
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("from house.above import roof\n")
    (package / "above.py").write_text("from house import below\n\nroof = below\n")
    (package / "below.py").write_text("import house.errors\n")
    (package / "errors.py").write_text("")
    assert circle(imports_of_modules(package)) == []
    ups = [
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from house.above import roof\n",
        "def late():\n    import house.above\n",
        "from house import roof\n",
    ]
    for up in ups:
        (package / "errors.py").write_text(up)
        assert {"house.errors", "house.above", "house.below"} <= set(circle(imports_of_modules(package)))


def test_arrows_run_down():
    assert set(MAY_IMPORT) == {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    wrong = []
    for floor, allowed in MAY_IMPORT.items():
        files = list((PACKAGE / floor).rglob("*.py"))
        assert files
        for path in files:
            for name in imports_of(path):
                part = name.split(".")[1] if name.startswith("workbench.") else None
                if part in MAY_IMPORT and part not in allowed:
                    wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert wrong == []


def test_only_the_app_imports_widgets():
    widgets = {"ipywidgets", "anywidget", "bqplot", "voila", "jupyterlab"}
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "app" not in path.relative_to(PACKAGE).parts
        and {name.split(".")[0] for name in imports_of(path)} & widgets
    ]
    assert wrong == []


def test_importing_workbench_loads_neither_torch_nor_widgets():
    code = "import sys, workbench; print({'torch', 'ipywidgets', 'numpy', 'skimage'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_every_public_name_can_be_imported():
    import workbench

    for name in workbench.__all__:
        assert getattr(workbench, name) is not None
