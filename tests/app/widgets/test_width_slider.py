"""The slider of a width: what the browser sends is its value, and one that is not known is none."""

from workbench.app.widgets.width_slider import WidthSlider


def test_a_hand_that_lets_go_is_heard_as_a_change_of_the_value():
    slider, heard = WidthSlider("about {} px"), []
    assert slider.value is None
    slider.observe(lambda change: heard.append(change["new"]), names="value")
    slider.set_state({"value": 47.5})
    assert heard == [47.5]
