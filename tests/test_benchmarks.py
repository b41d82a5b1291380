"""Benchmarks find what they import of the package: they run for hours, and nobody runs them with every change."""

import ast
import importlib
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


def imported(file: Path) -> list[tuple[str, str]]:
    """Return module and name of all that a file imports from the package and from its neighbours."""
    neighbours = {other.stem for other in FOLDER.glob("*.py")}
    return [
        (node.module, alias.name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if node.module.partition(".")[0] == "workbench" or node.module in neighbours
    ]


def defined(file: Path) -> set[str]:
    """Return the names at the top of a file."""
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom):
            names |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            names |= {alias.asname or alias.name for alias in getattr(node, "names", [])}
    return names


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_what_a_benchmark_imports_is_there(file):
    for module, name in imported(file):
        if module.partition(".")[0] == "workbench":
            found = hasattr(importlib.import_module(module), name) or f"{module}.{name}" in sys.modules
        else:
            found = name in defined(FOLDER / f"{module}.py")
        assert found, f"{module} has no {name}"
