"""The files that describe the project agree with each other."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_environment_yml_lists_what_pyproject_requires():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip_list,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    required = project["dependencies"] + project["optional-dependencies"]["simulate"]
    assert sorted(pip_list) == sorted([*required, "-e ."])
    assert f"python{project['requires-python']}" in environment["dependencies"]


def test_version_is_the_same_in_pyproject_changelog_and_citation():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version


def test_readme_names_make_app_and_make_test():
    readme = (ROOT / "README.md").read_text()
    assert "make app" in readme
    assert "make test" in readme


def test_files_that_readme_shows_exist():
    import re

    readme = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\(([^)#]+)\)", readme)
    local = [link for link in links if "://" not in link]
    assert local
    assert [link for link in local if not (ROOT / link).exists()] == []


def scripts_and_styles() -> list[Path]:
    """Every JavaScript and CSS file of the package."""
    return [path for kind in ("js", "css") for path in sorted((ROOT / "workbench").rglob(f"*.{kind}"))]


def test_javascript_and_css_are_no_wider_than_100_columns():
    # the formatter leaves long comments and strings as they are
    assert scripts_and_styles()
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in scripts_and_styles()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 100
    ]
    assert wide == []
