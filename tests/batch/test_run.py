"""A batch: what is done, what is not done again, and that its tables do not depend on what befell it."""

import signal
import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from batches import draw, folder_of, tables, untrained

import workbench as wb
from workbench.batch import loop, newcomers, run
from workbench.batch.launch import ask_to_pause, ask_to_stop, resume
from workbench.batch.plan import BatchPlan
from workbench.batch.status import PAUSE_FILE, STOP_FILE, read_status
from workbench.errors import ComputeError, WorkbenchError

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def test_every_micrograph_has_its_rows_and_what_cannot_be_read_has_one(tmp_path, by_threads):
    inside = folder_of(tmp_path / "in", 3)
    (inside / "broken.tif").write_bytes(b"II*\0broken")
    status = wb.batch(inside, "otsu", tmp_path / "out")
    assert status.phase == "finished"
    assert [one.title for one in status.micrographs] == ["broken.tif", "m0.tif", "m1.tif", "m2.tif"]
    assert [one.state for one in status.micrographs] == ["failed", "done", "done", "done"]
    assert "broken.tif" in status.micrographs[0].why
    rows = pd.read_csv(tmp_path / "out" / "micrographs.csv")
    assert list(rows.micrograph) == ["broken.tif", "m0.tif", "m1.tif", "m2.tif"]
    assert list(rows.particles[1:]) == [3, 3, 3]
    particles = pd.read_csv(tmp_path / "out" / "particles.csv")
    assert list(particles.micrograph.unique()) == ["m0.tif", "m1.tif", "m2.tif"]
    same = pd.read_parquet(tmp_path / "out" / "particles.parquet")
    assert same.diameter_nm.tolist() == particles.diameter_nm.tolist()
    seen = wb.segment(wb.open_micrograph(inside / "m1.tif"), "otsu")
    mine = particles[particles.micrograph == "m1.tif"]
    assert mine.diameter_nm.tolist() == seen.particles().table.diameter_nm.tolist()


def test_what_is_there_is_not_done_again_but_what_changed_is(tmp_path, by_threads, monkeypatch):
    inside, out = folder_of(tmp_path / "in", 3), tmp_path / "out"
    wb.batch(inside, "otsu", out, figures=True)
    first = tables(out)
    stamps = {path.name: path.stat().st_mtime_ns for path in out.glob("*.mask.tif")}
    draw(inside / "m1.tif", 7)
    (out / "m2.figure.png").unlink()
    wb.batch(inside, "otsu", out, figures=True)
    changed = {path.name for path in out.glob("*.mask.tif") if path.stat().st_mtime_ns != stamps[path.name]}
    assert changed == {"m1.otsu.mask.tif", "m2.otsu.mask.tif"}
    assert tables(out) != first
    draw(inside / "m1.tif", 1)
    wb.batch(inside, "otsu", out, figures=True)
    assert tables(out) == first  # though m1 was done last


def test_rows_that_went_astray_are_made_again(tmp_path, by_threads):
    inside, out = folder_of(tmp_path / "in", 2), tmp_path / "out"
    wb.batch(inside, "otsu", out)
    first = tables(out)
    text = (out / "particles.csv").read_text().splitlines(keepends=True)
    (out / "particles.csv").write_text("".join(text[:2]))
    wb.batch(inside, "otsu", out)
    assert tables(out) == first


def test_stop_leaves_what_is_complete_and_the_same_call_goes_on(tmp_path, by_threads):
    inside, out = folder_of(tmp_path / "in", 6), tmp_path / "out"
    plan = BatchPlan.of([inside], ["otsu"])
    said = []

    def say(text):
        said.append(text)
        if sum("otsu" in one for one in said) == 2:
            ask_to_stop(out)

    stopped = run.run_batch(plan, out, say=say)
    assert stopped.phase == "open"
    assert 2 <= stopped.count("done") < 6
    assert (out / STOP_FILE).exists()
    finished = run.run_batch(plan, out)
    assert finished.phase == "finished"
    wb.batch(inside, "otsu", tmp_path / "whole")
    assert tables(out) == tables(tmp_path / "whole")


def test_pause_lets_nothing_begin_until_it_is_resumed(tmp_path, by_threads, monkeypatch):
    inside, out = folder_of(tmp_path / "in", 7), tmp_path / "out"
    paused = threading.Event()

    def say(text):
        if "otsu" in text and not paused.is_set():
            ask_to_pause(out)
            paused.set()

    handed = loop.Batch._handed
    while_paused = []

    def noted(self, *given):
        while_paused.append((out / PAUSE_FILE).exists())
        return handed(self, *given)

    monkeypatch.setattr(loop.Batch, "_handed", noted)

    done = []
    at_work = threading.Thread(
        target=lambda: done.append(run.run_batch(BatchPlan.of([inside], ["otsu"]), out, say=say))
    )
    at_work.start()
    assert paused.wait(200)
    while read_status(out).phase != "paused":
        assert at_work.is_alive()
    resume(out)
    assert not (out / PAUSE_FILE).exists()
    at_work.join(200)
    assert done[0].phase == "finished"
    assert done[0].count("done") == 7
    assert len(while_paused) == 7
    assert not any(while_paused)


def test_a_worker_that_dies_at_one_micrograph_twice_makes_it_a_row(tmp_path, by_threads, monkeypatch):
    inside = folder_of(tmp_path / "in", 3)
    result = loop._result

    def killed(future):
        worked = result(future)
        return None if worked.status.title == "m1.tif" else worked

    monkeypatch.setattr(loop, "_result", killed)
    status = wb.batch(inside, "otsu", tmp_path / "out")
    assert [one.state for one in status.micrographs] == ["done", "failed", "done"]
    assert "m1.tif: the process that worked on it ended twice" in status.micrographs[1].why


def test_what_fails_keeps_no_rows_of_earlier_settings(tmp_path, by_threads):
    inside, out = folder_of(tmp_path / "in", 2), tmp_path / "out"
    wb.batch(inside, "otsu", out, threshold=0.4)
    (inside / "m0.tif").write_bytes(b"II*\0broken")
    wb.batch(inside, "otsu", out, threshold=0.6)
    assert pd.read_csv(out / "particles.csv").micrograph.unique().tolist() == ["m1.tif"]
    wb.batch(inside, "otsu", tmp_path / "fresh", threshold=0.6)
    assert tables(out) == tables(tmp_path / "fresh")


def test_where_nothing_is_found_there_is_no_table(tmp_path, by_threads):
    inside, out = folder_of(tmp_path / "in", 1), tmp_path / "out"
    status = wb.batch(inside, "otsu", out, min_area=1e6)
    assert status.micrographs[0].found[0].particles == 0
    assert set(tables(out)) == {"micrographs.csv"}


def test_a_network_may_be_called_as_a_number_and_none_is_named_twice(tmp_path, by_threads):
    inside, out = folder_of(tmp_path / "in", 1), tmp_path / "out"
    seven = untrained(tmp_path / "7.safetensors")
    status = wb.batch(inside, str(seven), out)
    assert status.phase == "finished"
    assert status.micrographs[0].state == "done"
    link = tmp_path / "eight.safetensors"
    link.symlink_to(seven)
    with pytest.raises(WorkbenchError, match="the same one"):
        wb.batch(inside, [str(seven), str(link)], out)


def test_a_network_that_is_not_there_is_refused_before_anything_begins(tmp_path, by_threads):
    inside = folder_of(tmp_path / "in", 1)
    with pytest.raises(WorkbenchError, match="no-such-network"):
        wb.batch(inside, "no-such-network", tmp_path / "out")
    with pytest.raises(WorkbenchError, match="There is a threshold of Otsu"):
        wb.batch(inside, "otsu", tmp_path / "out", threshold={"Otsu": 0.9})


def test_a_fault_within_is_told_to_who_watches(tmp_path, by_threads, monkeypatch):
    def broken(*_given):
        raise KeyError("a fault")

    monkeypatch.setattr(loop, "write_summary", broken)
    with pytest.raises(KeyError):
        wb.batch(folder_of(tmp_path / "in", 1), "otsu", tmp_path / "out")
    assert "A fault within the workbench: KeyError" in read_status(tmp_path / "out").said


def test_every_frame_of_a_stack_is_one(tmp_path, by_threads):
    import tifffile

    stack = np.stack([wb.open_micrograph(draw(tmp_path / "m.tif", seed)).pixels for seed in range(3)])
    (tmp_path / "in").mkdir()
    tifffile.imwrite(tmp_path / "in" / "movie.tif", stack, photometric="minisblack")
    status = wb.batch(tmp_path / "in", "otsu", tmp_path / "out", frames="all", nm_per_px=0.05)
    assert [one.frame for one in status.micrographs] == [0, 1, 2]
    assert status.micrographs[2].title == "movie.tif, frame 2"
    assert [one.found[0].particles for one in status.micrographs] == [3, 3, 3]
    assert len(wb.batch(tmp_path / "in", "otsu", tmp_path / "one", nm_per_px=0.05).micrographs) == 1


def test_a_full_disk_is_said_and_what_was_done_stays(tmp_path, by_threads, monkeypatch):
    inside, out = folder_of(tmp_path / "in", 3), tmp_path / "out"

    def full(self, source, rows):
        raise ComputeError("No room on the disk.")

    monkeypatch.setattr(loop.ResultsFolder, "add_rows", full)
    with pytest.raises(ComputeError, match="No room"):
        wb.batch(inside, "otsu", out)
    assert read_status(out).said == "No room on the disk."
    assert read_status(out).phase == "open"
    monkeypatch.undo()


def test_a_folder_that_is_worked_on_or_empty_is_refused(tmp_path, by_threads):
    inside, out = folder_of(tmp_path / "in", 1), tmp_path / "out"
    with run.held_folder(out), pytest.raises(ComputeError, match="being worked on by another process"):
        wb.batch(inside, "otsu", out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkbenchError, match="no micrograph in this folder"):
        wb.batch(tmp_path / "empty", "otsu", tmp_path / "other")
    assert "no micrograph" in read_status(tmp_path / "other").said


def test_a_command_that_is_killed_three_times_and_finished_gives_the_same_tables(
    tmp_path, threads, by_threads
):
    inside, out = folder_of(tmp_path / "in", 12), tmp_path / "out"
    command = [sys.executable, "-m", "workbench", "batch", str(inside), "--network", "otsu"]
    command += ["--scheduler", threads.scheduler.address]
    for killed_after in (1, 4, 8):
        process = subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.PIPE, text=True)
        seen = 0
        for line in process.stdout:
            seen += "  otsu  " in line
            if seen == killed_after:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        assert read_status(out).phase == "open"
    last = subprocess.run([*command, "--out", str(out)], capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    assert last.stdout.splitlines()[-1] == f"12 of 12 micrographs are in {out}."
    wb.batch(inside, "otsu", tmp_path / "whole")
    assert tables(out) == tables(tmp_path / "whole")
    assert set(tables(out)) == {"particles.csv", "micrographs.csv", "particles.parquet"}


def test_a_folder_is_followed_and_a_file_taken_when_it_has_stopped_growing(tmp_path, by_threads, monkeypatch):
    monkeypatch.setattr(newcomers, "STILL_S", 0)
    inside, out = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    plan = BatchPlan.of([inside], ["otsu"])
    done = []
    at_work = threading.Thread(target=lambda: done.append(run.run_batch(plan, out, follow=True)))
    at_work.start()

    def wait_for(count):
        while (found := read_status(out)) is None or found.count("done") < count or found.step != "follows":
            assert at_work.is_alive()

    wait_for(0)
    draw(inside / "m0.tif", 0)
    wait_for(1)
    draw(inside / "m1.tif", 1)
    draw(inside / "m2.tif", 2)
    wait_for(3)
    assert len(pd.read_csv(out / "micrographs.csv")) == 3
    assert (out / "report.html").read_text().count("<figure>") == 3
    ask_to_stop(out)
    at_work.join(200)
    assert done[0].phase == "finished"
    by_one_call = wb.batch(inside, "otsu", tmp_path / "whole")
    assert by_one_call.count("done") == 3
    assert tables(out) == tables(tmp_path / "whole")
