"""The controls of the figure on paper set what the session keeps, and show what it says."""

import pytest

from workbench.app.export.paper_controls import PaperControls


@pytest.fixture
def made():
    return {}


@pytest.fixture
def paper(session, made):
    return PaperControls(session, made)


def shown(widget):
    return widget.layout.display != "none"


def rows(paper):
    return [(field.description, field.value) for field in paper._titles.children]


def test_each_pane_has_a_title_that_can_be_typed_emptied_and_be_the_usual_one_again(
    session, compute, made, paper
):
    session.select("otsu")
    compute.work()
    usual = [
        ("Title a)", "touching"),
        ("Title b)", "U-Net, threshold 0.45"),
        ("Title c)", "Blur + Otsu, threshold 0.5"),
    ]
    assert rows(paper) == usual
    assert not shown(made["usual titles"])
    made["title "].value = ""
    made["title unet"].value = " Ours "
    assert session.export.titles == {"": "", "unet": "Ours"}
    session.set_threshold("otsu", 0.6)  # the others follow what is set
    session.export.letters = "A"
    assert rows(paper) == [("Title A", ""), ("Title B", "Ours"), ("Title C", "Blur + Otsu, threshold 0.6")]
    session.move_to("otsu", 0)
    assert rows(paper)[1:] == [("Title B", "Blur + Otsu, threshold 0.6"), ("Title C", "Ours")]
    made["usual titles"].click()
    assert session.export.titles == {}
    made["title unet"].value = "U-Net, threshold 0.45"
    assert session.export.titles == {}  # what it would be anyway is not chosen


def test_the_figure_is_cropped_to_the_view_by_a_click_and_whole_by_another_one(session, made, paper):
    assert paper._part.value == "Shows the whole micrograph"
    assert not shown(made["whole"])
    made["crop"].click()
    assert "have not said yet" in session.message
    session.export.view = (10, 20, 60, 90)
    made["crop"].click()
    assert session.export.region == (10, 20, 60, 90)
    assert paper._part.value == "Shows rows 10 to 60, columns 20 to 90: 3.5 × 2.5 nm"
    session.set_nm_per_px(None)
    assert paper._part.value == "Shows rows 10 to 60, columns 20 to 90"
    made["whole"].click()
    assert session.export.region is None


def test_the_corner_of_the_bar_goes_both_ways(session, made, paper):
    made["corner"].label = "lower right"
    assert session.export.bar_corner == "lower right"
    session.export.bar_corner = "lower left"
    assert made["corner"].value == "lower left"
