"""The head of the dock; a browser test drags and presses it."""

from workbench.app.widgets.dock_bar import DockBar


def test_it_is_given_its_tabs_and_has_no_height_of_its_own():
    bar = DockBar([{"key": "scores", "title": "Scores"}])
    assert bar.tabs == [{"key": "scores", "title": "Scores"}]
    assert (bar.tab, bar.folded, bar.height, repr(bar)) == ("", False, 0, "DockBar('')")
