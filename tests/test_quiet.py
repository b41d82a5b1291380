"""Libraries are hushed while they work, for as many threads as do so at once, and never afterwards."""

import logging
import warnings
from contextlib import ExitStack

import numpy as np
import pytest
import rsciio  # noqa: F401 - which sets the level of its logger when it is first imported

from workbench.micrographs.formats.opening import opened
from workbench.quiet import quiet


def test_two_files_open_at_once_leave_warnings_and_messages_as_they_were(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((4, 4)))
    before = list(warnings.filters), logging.getLogger("rsciio").level
    first, second = ExitStack(), ExitStack()
    first.enter_context(opened(tmp_path / "a.npy"))
    second.enter_context(opened(tmp_path / "a.npy"))
    first.close()  # the first to come is the first to go, as with two threads
    second.close()
    assert (list(warnings.filters), logging.getLogger("rsciio").level) == before


def test_filters_of_others_outlive_it():
    with warnings.catch_warnings():
        before = list(warnings.filters)
        hush = quiet("numpy")
        hush.__enter__()
        with warnings.catch_warnings():  # its end puts back a list that the filter was in
            hush.__exit__(None, None, None)
        assert list(warnings.filters) == before
        with quiet("numpy"):
            warnings.filterwarnings("ignore", message="something of the user's")
        assert len(warnings.filters) == len(before) + 1


def test_only_the_named_modules_are_hushed():
    with quiet("numpy"), pytest.raises(UserWarning, match="mine"):
        warnings.warn("mine", UserWarning, stacklevel=1)
    with quiet(__name__):
        warnings.warn("mine", UserWarning, stacklevel=1)
