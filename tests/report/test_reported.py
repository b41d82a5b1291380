"""What a report is made of says what it is called and what stands below a picture."""

import pytest

from workbench.report.reported import Report, ReportedMicrograph


@pytest.mark.parametrize(
    ("count", "sample", "title"), [(1, "", "scene"), (3, "", "3 micrographs"), (2, "Au", "Au")]
)
def test_the_title(reported, count, sample, title):
    assert Report([reported] * count, sample).title == title


def test_the_caption_of_a_micrograph(reported, empty):
    assert reported.caption == "4 particles, 1 left out, 90 x 60 px, 0.25 nm/px"
    assert empty.caption == "0 particles, 90 x 60 px, 0.25 nm/px"
    known = ReportedMicrograph(reported.micrograph, reported.labels, reported.table.drop(columns="included"))
    assert known.counted == 5
