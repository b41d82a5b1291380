"""Ctrl-C and SIGTERM: the first asks, the next one means what it meant before."""

import os
import signal
import threading

import pytest

from workbench.stopping import STOPPING, asked_to_stop, deaf_to_interrupts


@pytest.fixture
def heard():
    """Signals that reach the handler of before."""
    found = []
    before = {
        number: signal.signal(number, lambda number, _frame: found.append(number)) for number in STOPPING
    }
    yield found
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOPPING)
def test_the_first_signal_asks_and_the_second_is_heard_as_before(heard, capsys, number):
    with asked_to_stop("stops after this step") as asked:
        assert not asked()
        os.kill(os.getpid(), number)
        assert asked()
        assert heard == []
        os.kill(os.getpid(), number)
        assert heard == [number]
        assert asked()
    assert capsys.readouterr().err == "stops after this step\n"


def test_without_a_signal_all_is_as_it_was(heard, capsys):
    handlers = [signal.getsignal(number) for number in STOPPING]
    with asked_to_stop("stops") as asked:
        assert [signal.getsignal(number) for number in STOPPING] != handlers
    assert [signal.getsignal(number) for number in STOPPING] == handlers
    assert not asked()
    assert capsys.readouterr().err == ""


def test_an_error_puts_the_handlers_back_too(heard):
    handlers = [signal.getsignal(number) for number in STOPPING]
    with pytest.raises(ValueError, match="broken"), asked_to_stop("stops"):
        raise ValueError("broken")
    assert [signal.getsignal(number) for number in STOPPING] == handlers


def test_ctrl_c_does_nothing_inside_and_means_afterwards_what_it_meant(heard):
    with deaf_to_interrupts():
        os.kill(os.getpid(), signal.SIGINT)
    assert heard == []
    os.kill(os.getpid(), signal.SIGINT)
    assert heard == [signal.SIGINT]


def test_outside_the_main_thread_signals_are_left_alone():
    meant = []

    def work() -> None:
        with deaf_to_interrupts():
            meant.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    other = threading.Thread(target=work)
    other.start()
    other.join()
    assert meant == [before]
