"""Which pixels of a label count as done."""

import numpy as np

from workbench.app.label.labelled_pixels import labelled


def test_where_most_is_not_sure_the_rest_was_left_out():
    values = np.full((10, 10), 2, np.uint8)
    values[:3, :5] = 0
    values[0, 0] = 1
    done = labelled(values)
    assert done.sum() == 15
    assert done[:3, :5].all()
    values[:] = 0
    values[0, 0], values[5, 5] = 1, 2
    assert labelled(values).sum() == 2
    assert labelled(values, whole=True).all()
