"""The command `workbench study`: what it prints, with which code it ends, and that it stops when asked."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from forked_process import LINUX, ForkedProcess

import workbench.study
from workbench import cli
from workbench.study.study import Report

pytestmark = pytest.mark.slow

LONGEST_S = 400


def main(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    return ended.value.code or 0


@pytest.fixture
def reported(monkeypatch):
    """Let the command get a report instead of a study; returns what it was called with."""
    called = {}

    def ending_with(report: Report) -> dict:
        def run_study(plan, out, **how):
            called.update(how, plan=plan, out=out)
            return report

        monkeypatch.setattr(workbench.study, "run_study", run_study)
        return called

    return ending_with


def test_it_ends_with_the_page_and_passes_its_options_on(reported, capsys):
    called = reported(Report(Path("d/study.md"), 3, {}, 1))
    assert main("study", "s.toml", "--out", "d", "--workers", "2", "--retry") == 0
    assert capsys.readouterr().out.splitlines() == [
        str(Path("d/study.md")),
        "1 cell is not done; the same command goes on.",
    ]
    assert (called["plan"], called["out"]) == (Path("s.toml"), Path("d"))
    assert (called["workers"], called["scheduler"], called["retry"], called["page_only"]) == (
        2,
        None,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        ({"a-s0": "It broke."}, "a-s0 failed: It broke. --retry tries again."),
        (
            {"a-s0": "It broke.", "b-s0": "Too."},
            "2 cells failed, such as a-s0: It broke. --retry tries again.",
        ),
    ],
)
def test_cells_that_failed_are_one_line_and_exit_code_1(reported, capsys, failed, said):
    reported(Report(Path("d/study.md"), 3, failed, 0))
    assert main("study", "s.toml", "--out", "d") == 1
    told = capsys.readouterr()
    assert told.err.strip() == said
    assert told.out.strip() == str(Path("d/study.md"))


@pytest.mark.timeout(900)
def test_sigterm_stops_both_workers_in_good_order_with_the_state_of_their_runs(plan, tmp_path):
    out = tmp_path / "out"
    path = plan(("seeds = [0, 1, 2]", "seeds = [0]"), ("epochs = 2", "epochs = 100000"))
    command = [sys.executable, "-m", "workbench", "study", str(path), "--out", str(out), "--workers", "2"]
    begin = ForkedProcess if LINUX else subprocess.Popen
    process = begin(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        states = [out / "runs" / f"{name}-d1-s0" / "state" / "last.pt" for name in ("unet", "residual_unet")]
        began = time.monotonic()
        while (
            not all(state.exists() for state in states)
            and process.poll() is None
            and time.monotonic() - began < LONGEST_S
        ):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        told, errors = process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, errors
    assert told.splitlines()[-1] == "The study was stopped with 0 of 2 cells done; the same command goes on."
    assert "each cell ends its step and keeps its state" in errors
    for state in states:  # both were trained at a time, though they share one CPU
        events = (state.parents[1] / "events.jsonl").read_text().splitlines()
        assert json.loads(events[-1])["event"] == "stopped"
    assert not list((out / "cells").glob("*"))
