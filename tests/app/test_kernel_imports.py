"""What is imported before a kernel is forked: all that a page needs, and nothing that a fork could not take along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOKS = """
import sys, threading
import workbench.app.kernel_imports
assert threading.active_count() == 1, threading.enumerate()
assert "torch" not in sys.modules
before = set(sys.modules)
import workbench as wb
from fake_compute import FakeCompute
wb.Workbench(compute=FakeCompute())
ours = {"workbench", "distributed", "dask", "skimage", "ipywidgets", "bqplot", "pandas", "matplotlib", "scipy"}
print(sorted(name for name in set(sys.modules) - before if name.split(".")[0] in ours))
"""


@pytest.mark.slow
def test_a_page_imports_nothing_that_was_not_there_and_no_thread_runs():
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    made = subprocess.run([sys.executable, "-c", LOOKS], capture_output=True, text=True, env=env)
    assert (made.returncode, made.stdout.strip()) == (0, "[]"), made.stderr
