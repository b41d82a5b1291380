"""The lessons run from top to bottom, as they are."""

import io
import json
import re
import signal
from pathlib import Path
from subprocess import DEVNULL

import pytest
from forked_process import LINUX, ForkedProcess, load

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
DRAWS = re.compile(r"\b(plt\.(plot|subplots|figure)|wb\.figure|display)\(|^micrograph$", re.MULTILINE)
"""A cell that shows a picture: drawn by hand, a figure, or a micrograph as its last line."""
LESSONS = sorted(path for path in NOTEBOOKS.glob("*.ipynb") if path.name != "workbench.ipynb")


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def pictures(notebook):
    """Say of each cell whether it shows a picture."""
    return [
        any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))
        for cell in notebook.cells
    ]


class ForkedKernel(ForkedProcess):
    """A kernel's process, as `jupyter_client` begins and ends it."""

    stdout = stderr = None

    def __init__(self, arguments, *, cwd, env, start_new_session, **_streams):
        super().__init__(arguments, stdin=DEVNULL, cwd=cwd, env=env, start_new_session=start_new_session)
        self.stdin = io.BytesIO()  # nothing is said to it; who begins it closes this

    def terminate(self):
        self.send_signal(signal.SIGTERM)


@pytest.fixture
def _forked_kernels(monkeypatch):
    """Let kernels, and what is begun in them, be forked: four of them would import torch twice each."""
    if LINUX:
        load("ipykernel.kernelapp")
        monkeypatch.setattr("jupyter_client.launcher.Popen", ForkedKernel)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.filterwarnings("ignore")  # of the kernel's own parts
@pytest.mark.usefixtures("_forked_kernels")
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs_from_top_to_bottom(path, tmp_path):
    import nbformat  # takes 1.5 s of the processor, and all processes of the tests read this file
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=600, iopub_timeout=600, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert pictures(notebook) == [
        cell.cell_type == "code" and DRAWS.search(cell.source) is not None for cell in notebook.cells
    ]
    assert sum(pictures(notebook)) >= 2
    assert not [output for output in outputs if output.output_type == "error"]
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    for cell in cells(path):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_semicolon_hides_a_figure_of_the_workbench(path):
    """One of pyplot's is shown all the same; any other is what the cell returns."""
    for cell in cells(path):
        last = "".join(cell["source"]).rstrip().splitlines()[-1]
        assert not (last.endswith(";") and "wb." in last), last
