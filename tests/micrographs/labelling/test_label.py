"""What a hand draws: strokes that can be taken back."""

import numpy as np

from workbench.micrographs.labelling.label import Label
from workbench.micrographs.labelling.shapes import brush


def test_every_stroke_can_be_taken_back_and_made_again():
    label, rng = Label(np.zeros((60, 80), np.uint8)), np.random.default_rng(0)
    states = [label.values.copy()]
    for _ in range(300):
        if label.set(brush(label.shape, rng.integers(0, 80, (2, 2)), 9), int(rng.integers(0, 3))):
            states.append(label.values.copy())
    for state in states[-2::-1]:
        label.undo()
        assert (label.values == state).all()
    assert not label.can_undo
    for state in states[1:]:
        label.redo()
        assert (label.values == state).all()
    assert label.undo() is not None
    assert label.redo() is not None
    assert label.redo() is None


def test_a_stroke_that_changes_nothing_is_no_step_and_a_new_one_ends_what_was_taken_back():
    label = Label(np.zeros((20, 20), np.uint8))
    assert not label.set(brush((20, 20), [(5, 5)], 3), 0)
    assert not label.can_undo
    label.set(brush((20, 20), [(5, 5)], 3), 1)
    label.undo()
    label.set(brush((20, 20), [(9, 9)], 3), 1)
    assert not label.can_redo


def test_a_thousand_strokes_on_a_large_label_take_little_memory():
    label = Label(np.zeros((2048, 2048), np.uint8))
    for number in range(1000):
        label.set(brush(label.shape, [(number * 2, 10), (number * 2, 90)], 20), 1 + number % 2)
    assert sum(len(change.packed) for change in label._past) < 2e6
