"""The rail; a browser test presses its buttons."""

from workbench.app.widgets.rail import Rail


def test_it_is_given_its_buttons_and_says_a_few_words_once():
    rail = Rail([{"key": "a", "name": "A", "title": "An A", "icon": ""}])
    told = []
    rail.observe(told.append, names="said")
    rail.say("a", "2 of 3")
    rail.say("a", "2 of 3")
    rail.say("b", "")  # nothing to say
    assert rail.said == {"a": "2 of 3"}
    assert len(told) == 1
    assert (rail.chosen, rail.offers_window, repr(rail)) == ("", False, "Rail('')")
