"""Tests mirror the package: what a module does is tested in the file of its name."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "workbench"
WITHOUT_LOGIC = {
    "__main__.py": "one call of the command line",
    "app/features/saved.py": "fields of a session",
    "app/folder/saved.py": "fields of a session",
    "app/study/saved.py": "fields of a session",
    "app/train/saved.py": "fields of a session",
    "errors.py": "classes without a body",
    "explanation/attribution_map.py": "fields of a map",
    "micrographs/synthetic/particle.py": "fields of a particle",
    "networks/training_range.py": "fields of a card",
    "study/folder.py": "names of files",
    "version.py": "one number",
}
"""Modules that need no test, and what they hold; `__init__.py` only passes names on."""


def modules() -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"
    }


def mirrored() -> set[str]:
    """Return the modules that have a test file at the mirrored place."""
    here = Path(__file__).parent
    return {name for name in modules() if (here / name).with_name(f"test_{Path(name).name}").is_file()}


def test_every_module_has_a_test_file_of_its_name():
    assert sorted(modules() - mirrored() - WITHOUT_LOGIC.keys()) == []


def test_no_module_is_excused_that_is_gone_or_has_a_test_file_by_now():
    assert sorted(WITHOUT_LOGIC.keys() - modules()) == []
    assert sorted(WITHOUT_LOGIC.keys() & mirrored()) == []
