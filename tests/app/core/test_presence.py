"""A page knows whether somebody looks at it; one that nobody looks at leaves the worker to others."""

import pytest

from workbench.app.core import presence
from workbench.app.core.presence import AWAY_SECONDS, Presence


class Page:
    """A page with a clock that the test moves."""

    def __init__(self):
        self.time, self.beats, self.deaf, self.said = 0.0, 0, False, []
        self.presence = Presence(
            self._beat,
            lambda: self.said.append("left"),
            lambda: self.said.append("returned"),
            deaf=lambda: self.deaf,
            now=lambda: self.time,
        )

    def _beat(self):
        self.beats += 1

    def look_after(self, seconds):
        self.time += seconds
        self.presence.look()


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(presence, "keep_looking", lambda *_: None)  # the test looks by itself
    return Page()


def test_without_a_browser_nobody_ever_leaves(page):
    page.look_after(1e6)
    assert page.said == []
    assert page.beats == 0


def test_a_page_that_is_heard_of_stays_and_is_given_signs_of_life(page):
    page.presence.hear()
    for _ in range(100):
        page.presence.hear()
        page.look_after(AWAY_SECONDS / 2)
    assert page.said == []
    assert page.beats == 100


def test_a_page_leaves_within_a_minute_of_its_last_word_and_comes_back_with_the_next(page):
    page.presence.hear()
    page.look_after(AWAY_SECONDS - 1)
    assert page.said == []
    page.look_after(2)
    assert page.said == ["left"]
    assert AWAY_SECONDS < 60
    beats = page.beats
    page.look_after(1000)
    assert (page.said, page.beats) == (["left"], beats)  # nothing is sent to nobody
    page.presence.hear()
    assert page.said == ["left", "returned"]
    assert page.beats == beats + 1
    page.look_after(1)
    assert page.said == ["left", "returned"]


def test_a_kernel_at_work_hears_nothing_and_takes_nobody_for_away(page):
    page.presence.hear()
    page.deaf = True
    for _ in range(100):
        page.look_after(30)
    page.deaf = False
    page.look_after(AWAY_SECONDS - 1)
    assert page.said == []
    page.look_after(2)
    assert page.said == ["left"]
