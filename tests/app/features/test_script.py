"""The features that are shown, as lines of Python."""

import pytest
from waiting import rest

from workbench.app.features.script import features_lines

UNET = 'wb.load_network("unet")'


def test_nothing_shown_is_no_line(session):
    assert features_lines(session, ("unet", ""), "decoders.0.5", None, None, None, None) == []


def test_maps_and_what_excites_one_of_them_have_a_line_each(session, features, fake):
    features.excite()
    rest(fake)
    lines = features_lines(session, ("unet", ""), "decoders.0.5", features.maps, features.excited, None, None)
    assert lines[-2:] == [
        f'maps = features.mean_maps({UNET}, m, "decoders.0.5")',
        f'excited = features.maximise({UNET}, "decoders.0.5", {features.channel})',
    ]


@pytest.mark.parametrize("sample", [False, True])
def test_pixels_are_told_apart_by_the_truth_where_the_script_has_one(session, pixels, fake, sample):
    embedding = pixels.embedding
    if sample:
        session.open_sample("easy")
    lines = features_lines(session, ("unet", ""), "decoders.0.5", None, None, embedding, None)
    assert lines[-1] == f'pixels = features.embed({UNET}, m, layer="decoders.0.5"' + (
        ", truth=truth)" if sample else ")"
    )


def test_a_comparison_names_the_layers_of_both_networks(session, features, fake):
    session.selected = ["unet", "fcn8s"]
    features.view = "networks"
    rest(fake)
    lines = features_lines(session, ("unet", "fcn8s"), "", None, None, None, features.comparison)
    found = features.comparison
    assert lines[-4] == f"first, second = {list(found.layers)!r}, {list(found.other_layers)!r}"
    assert lines[-3] == f'alike = features.similarity({UNET}, wb.load_network("fcn8s"), m, first, second)'
    assert lines[-1].startswith('tuned_other = features.tune_filters(wb.load_network("fcn8s"), "features.0"')
