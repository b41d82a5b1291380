"""The house stands on its arrows: lower floors never import higher ones, and only the app knows widgets."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "workbench"
MAY_IMPORT = {
    "micrographs": {"micrographs"},
    "networks": {"networks", "micrographs"},
    "segmentation": {"segmentation", "networks", "micrographs"},
    "training": {"training", "segmentation", "networks", "micrographs"},
    "explanation": {"explanation", "segmentation", "networks", "micrographs"},
    "compute": {"compute", "explanation", "segmentation", "networks", "micrographs"},
    "study": {"study", "training", "compute", "segmentation", "networks", "micrographs"},
    "app": {"app", "study", "training", "compute", "explanation", "segmentation", "networks", "micrographs"},
}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_arrows_run_down():
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
