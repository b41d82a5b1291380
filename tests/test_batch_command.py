"""``workbench batch``: what it needs, what it says, and how it ends."""

import pytest
from batches import by_threads, draw, folder_of, threads  # noqa: F401
from typer.testing import CliRunner

from workbench.batch import loop
from workbench.batch.status import STOP_FILE
from workbench.cli import app, main


def test_it_asks_for_what_is_missing(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["batch", str(tmp_path)])
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("Name a folder of micrographs and a --network.")
    with pytest.raises(SystemExit):
        main(["batch", "--plan", str(tmp_path)])
    assert "holds no batch.json" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("by_threads")
def test_it_says_what_it_found_and_goes_on_by_the_plan_of_a_folder(tmp_path):
    inside, out = folder_of(tmp_path / "in", 2), tmp_path / "out"
    first = CliRunner().invoke(
        app, ["batch", str(inside), "-n", "otsu", "--out", str(out), "--threshold", "0.4"]
    )
    assert first.exit_code == 0
    assert "m1.tif  otsu  3 particles" in first.stdout
    draw(inside / "m2.tif", 2)
    again = CliRunner().invoke(app, ["batch", "--plan", str(out)])
    assert again.stdout.splitlines()[-1] == f"3 of 3 micrographs are in {out}."
    assert "0.4" in (out / "particles.csv").read_text().splitlines()[1]


@pytest.mark.slow
@pytest.mark.usefixtures("by_threads")
def test_what_failed_and_what_was_stopped_is_told_by_the_code(tmp_path, monkeypatch):
    inside, out = folder_of(tmp_path / "in", 1), tmp_path / "out"
    (inside / "broken.tif").write_bytes(b"II*\0broken")
    asked = ["batch", str(inside), "-n", "otsu", "--out", str(out)]
    failed = CliRunner().invoke(app, asked)
    assert failed.exit_code == 1
    assert "1 of 2 failed" in failed.stderr
    write = loop.WrittenStatus.write

    def stopped(self, folder):
        write(self, folder)
        (folder / STOP_FILE).touch()

    monkeypatch.setattr(loop.WrittenStatus, "write", stopped)
    ended = CliRunner().invoke(app, [*asked[:-1], str(tmp_path / "other")])
    assert ended.exit_code == 130
    assert "the same command goes on" in ended.stderr
