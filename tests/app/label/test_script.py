"""The regions to label next, as lines of Python."""

import ast

from workbench.app.label.script import region_lines


def test_regions_are_found_again_with_the_networks_and_their_thresholds():
    lines = region_lines({"unet": 0.5, "otsu": 0.123456789}, "edge_nm=20", 4)
    assert lines[-1] == "regions = wb.uncertain_regions([unet, otsu], [0.5, 0.123457], edge_nm=20, count=4)"
    assert ast.parse("\n".join(lines))


def test_without_a_network_there_is_no_line():
    assert region_lines({}, "edge_nm=20", 4) == []
