"""Files of JavaScript that import each other become the one module that anywidget hands to the browser."""

import subprocess
from pathlib import Path

import pytest

import workbench
from workbench.app.export.preview_view import PreviewView
from workbench.app.networks.layer_handle import LayerHandle
from workbench.app.particles.particle_view import ParticleView
from workbench.app.viewer.viewer import Viewer
from workbench.app.widgets.browser import Browser
from workbench.app.widgets.dock_bar import DockBar
from workbench.app.widgets.es_module import es_module
from workbench.app.widgets.file_list import FileList
from workbench.app.widgets.map_grid import MapGrid
from workbench.app.widgets.rail import Rail
from workbench.app.widgets.spectrum_view import SpectrumView
from workbench.app.widgets.table import Table
from workbench.app.widgets.thumbnails import Thumbnails
from workbench.app.widgets.upload_button import UploadButton
from workbench.app.widgets.width_slider import WidthSlider


def write(folder: Path, **scripts: str) -> Path:
    """Write scripts under their names and return the first."""
    paths = [folder / f"{name}.js" for name in scripts]
    for path, text in zip(paths, scripts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths[0]


def said(module: str, folder: Path) -> str:
    """What a module prints when Node runs it."""
    (folder / "joined.mjs").write_text(module, encoding="utf-8")
    ran = subprocess.run(["node", "joined.mjs"], cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_what_is_imported_stands_before_it_is_used_and_once(tmp_path: Path):
    first = write(
        tmp_path,
        page='import { half } from "./half.js";\nimport {\n  whole,\n} from "./whole.js";\n'
        "console.log(half + whole);\n",
        half='import { whole } from "./whole.js";\nexport const half = whole / 2;\n',
        whole="export const whole = 4;\n",
    )
    module = es_module(first)
    assert module.count("whole = 4") == 1
    assert said(module, tmp_path) == "6"


def test_scripts_of_other_folders_are_found_from_where_the_import_stands(tmp_path: Path):
    for folder in ("viewer", "widgets"):
        (tmp_path / folder).mkdir()
    write(tmp_path / "widgets", link='import { one } from "./one.js";\nexport const two = one + 1;\n')
    write(tmp_path / "widgets", one="export const one = 1;\n")
    first = write(tmp_path / "viewer", view='import { two } from "../widgets/link.js";\nconsole.log(two);\n')
    assert said(es_module(first), tmp_path) == "2"


def test_scripts_that_import_each_other_in_a_circle_are_refused(tmp_path: Path):
    first = write(
        tmp_path,
        a='import { b } from "./b.js";\nexport const a = 1;\n',
        b='import { a } from "./a.js";\nexport const b = 1;\n',
    )
    with pytest.raises(ValueError, match=r"circle.*a\.js.*b\.js.*a\.js"):
        es_module(first)


@pytest.mark.parametrize(
    "line",
    [
        'import { one as other } from "./one.js";',
        'import one from "./one.js";',
        'import * as one from "./one.js";',
        'import { one } from "https://example.org/one.js";',
        'import "./one.js";',
    ],
)
def test_an_import_that_joining_would_change_is_refused(tmp_path: Path, line: str):
    first = write(tmp_path, page=f"{line}\nconsole.log(1);\n", one="export const one = 1;\n")
    with pytest.raises(ValueError, match=r"page\.js"):
        es_module(first)


@pytest.mark.parametrize(
    "widget",
    [
        Browser,
        FileList,
        LayerHandle,
        MapGrid,
        ParticleView,
        PreviewView,
        SpectrumView,
        Table,
        Thumbnails,
        UploadButton,
        Viewer,
    ],
)
def test_each_widget_has_a_module_in_which_no_name_stands_twice(widget, tmp_path: Path):
    module = tmp_path / "widget.mjs"
    module.write_text(widget._esm, encoding="utf-8")
    checked = subprocess.run(["node", "--check", module], capture_output=True, text=True)
    assert checked.stderr == ""
    assert widget._esm.count("export default") == 1


@pytest.mark.parametrize("kind", ["js", "css"])
def test_every_script_and_style_sheet_is_part_of_a_widget(kind: str):
    widgets = (
        Browser,
        DockBar,
        FileList,
        LayerHandle,
        MapGrid,
        ParticleView,
        PreviewView,
        Rail,
        SpectrumView,
        Table,
        Thumbnails,
        UploadButton,
        Viewer,
        WidthSlider,
    )
    loaded = "\n".join(str(getattr(widget, {"js": "_esm", "css": "_css"}[kind], "")) for widget in widgets)
    files = sorted((Path(workbench.__file__).parent / "app").rglob(f"*.{kind}"))
    assert files
    # the last lines: what stands at the head of a script are imports, which joining takes out
    ends = {path: "\n".join(path.read_text(encoding="utf-8").splitlines()[-4:]) for path in files}
    assert [path.name for path, end in ends.items() if end not in loaded] == []
