"""The curves of a run, as TensorBoard reads them and as the page does."""

import errno
import os
import time

import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.record_writer import masked_crc32c

from workbench.errors import ComputeError
from workbench.training.curve_file import CURVE, read_curve
from workbench.training.curves import FLUSH_EVERY_S, Curves
from workbench.training.loop import train


def events(folder):
    """Return what TensorBoard reads, of all files in the order of their names."""
    found = []
    for file in sorted(folder.glob("events.out.tfevents*")):
        data, place = file.read_bytes(), 0
        # length, its checksum, the event, its checksum: the format of TensorFlow's records
        while place < len(data):
            length = int.from_bytes(data[place : place + 8], "little")
            record = data[place + 12 : place + 12 + length]
            sums = (data[place + 8 : place + 12], data[place + 12 + length : place + 16 + length])
            assert [int.from_bytes(one, "little") for one in sums] == [
                masked_crc32c(data[place : place + 8]),
                masked_crc32c(record),
            ]
            found.append(Event.FromString(record))
            place += 16 + length
    return found


def points(folder):
    return [
        (value.tag, event.step, value.simple_value)
        for event in events(folder)
        for value in event.summary.value
    ]


def step(curves, number, loss=0.5):
    curves.add(number, loss__training=loss, learning_rate=0.25, gradient_norm=2.0)


def test_each_scalar_is_a_curve_and_the_page_gets_loss_and_learning_rate(tmp_path):
    curves = Curves(tmp_path, 0)
    step(curves, 1)
    curves.add(1, dice_hard__validation=0.75)
    curves.close()
    assert points(tmp_path) == [
        ("loss/training", 1, 0.5),
        ("learning_rate", 1, 0.25),
        ("gradient_norm", 1, 2.0),
        ("dice_hard/validation", 1, 0.75),
    ]
    assert read_curve(tmp_path) == [(1, 0.5, 0.25)]
    assert not any(event.HasField("session_log") for event in events(tmp_path))


def test_a_run_that_is_resumed_takes_back_what_it_does_again_and_loses_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)  # within one second of the run before
    for begins, ends in ((0, 3), (2, 4)):
        curves = Curves(tmp_path, begins)
        for number in range(begins + 1, ends + 1):
            step(curves, number, loss=begins + number / 8)
        curves.close()
    assert [(number, loss) for number, loss, _rate in read_curve(tmp_path)] == [
        (1, 0.125),
        (2, 0.25),
        (3, 2.375),
        (4, 2.5),
    ]
    assert [number for tag, number, _value in points(tmp_path) if tag == "loss/training"] == [1, 2, 3, 3, 4]
    starts = [
        event.step for event in events(tmp_path) if event.session_log.status == SessionLog.START
    ]  # TensorBoard forgets what came before of that step and later ones
    assert starts == [3]


def test_what_was_added_is_on_the_disk_a_second_later(tmp_path, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    curves = Curves(tmp_path, 0)
    step(curves, 1)
    assert read_curve(tmp_path) == []
    now += FLUSH_EVERY_S + 0.1
    step(curves, 2)
    assert [number for number, _loss, _rate in read_curve(tmp_path)] == [1, 2]
    assert len(points(tmp_path)) == 6
    curves.close()


class Full:
    """A file on a disk without room."""

    def __getattr__(self, _name):
        def refuse(*_given):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return refuse


@pytest.mark.parametrize("file", ["_events", "_csv"])
def test_a_full_disk_is_said_and_does_not_keep_a_run_from_its_end(tmp_path, file):
    curves = Curves(tmp_path, 0)
    whole = getattr(curves, file)
    setattr(curves, file, Full())
    with pytest.raises(
        ComputeError, match=r"curves cannot be written \(No space left on device\); make room"
    ):
        step(curves, 1)
    with pytest.raises(ComputeError, match="curves cannot be written"):
        curves.flush()
    curves.close()
    whole.close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(ComputeError, match="curves cannot be written"):
        Curves(tmp_path / "gone", 0)


def test_a_file_of_events_that_cannot_be_made_leaves_no_file_open(tmp_path, monkeypatch):
    def refuse(*_given):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("workbench.training.curves.EventsWriter", refuse)
    with pytest.raises(ComputeError, match="curves cannot be written"):
        Curves(tmp_path, 0)
    assert (tmp_path / CURVE).exists()


def test_tensorboard_reads_the_curves_of_a_run(short, tmp_path):
    run = train(short, runs=tmp_path / "runs")
    found = points(run.folder)
    scored = run.events("epoch")
    training = [value for tag, _step, value in found if tag == "loss/training"]
    assert np.mean(training[:3]) == pytest.approx(scored[0]["loss"], rel=1e-5)
    validated = {number: value for tag, number, value in found if tag == "dice_hard/validation"}
    assert validated == {3 * (event["epoch"] + 1): pytest.approx(event["dice_hard"]) for event in scored}
