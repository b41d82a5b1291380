"""Lists whose options change: what a person chooses is what the person saw, and the last click wins."""

import threading

import pytest
from widget_doings import Sent, elsewhere

from workbench.app.widgets.choice import Choice, ListChoice

FRUIT = [("Apple", "a"), ("Bean", "b")]


@pytest.fixture(params=[Choice, ListChoice])
def choice(request):
    made = request.param(options=FRUIT)
    made.picked = []
    made.on_pick(made.picked.append)
    return made


def test_a_place_is_one_in_the_list_that_the_person_saw(choice):
    choice.offer(lambda: ([("Nut", "n"), *FRUIT], "n"))
    choice.set_state({"index": 1, "seen": 0})  # the first list: Bean
    assert (choice.value, choice.index) == ("b", 2)
    assert choice.picked == ["b"]
    choice.set_state({"index": 1, "seen": 1})
    assert choice.value == "a"
    choice.set_state({"index": 2})  # a browser sends what has changed only
    assert choice.value == "b"


def test_a_choice_that_is_there_no_more_changes_nothing_and_the_page_is_told(choice):
    choice.offer(lambda: ([("Apple", "a")], "a"))
    sent = Sent(choice)
    choice.set_state({"index": 1, "seen": 0})
    assert (choice.value, choice.picked) == ("a", [])
    assert sent == [{"index": 0}]


def test_options_and_what_is_chosen_go_in_one_message(choice):
    sent = Sent(choice)
    choice.offer(lambda: ([("Nut", "n"), *FRUIT], "b"))
    assert [(one["_options_labels"], one["index"], one["edition"]) for one in sent] == [
        (("Nut", "Apple", "Bean"), 2, 1)
    ]
    choice.offer(lambda: ([("Nut", "n"), *FRUIT], "b"))
    assert choice.edition == 1
    assert choice.picked == []


def test_a_choice_that_comes_while_a_thread_writes_stays(choice):
    state = {"chosen": "a"}
    choice.on_pick(lambda value: state.update(chosen=value))
    clicks = iter([lambda: choice.set_state({"index": 1, "seen": 0})])

    def read():
        before = state["chosen"]
        elsewhere(next(clicks, lambda: None))  # after it was read, before it is written
        return [("Nut", "n"), *FRUIT], before

    choice.offer(read)
    assert (state["chosen"], choice.value) == ("b", "b")


def test_what_is_written_into_a_list_while_a_click_is_taken_does_not_swallow_it(choice):
    choice.offer(lambda: (FRUIT, "a"))
    written = threading.Event()

    def write_once(_change):
        if not written.is_set():
            written.set()
            elsewhere(lambda: choice.offer(lambda: (FRUIT, "a")))

    choice.observe(write_once, names="value")
    choice.set_state({"index": 1, "seen": 0})
    assert (choice.value, choice.picked[-1]) == ("b", "b")
