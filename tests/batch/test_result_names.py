"""What results are called, and whose a name is."""

from dataclasses import replace
from pathlib import Path

from workbench.batch.result_names import Names, Place, Source


def test_the_stem_of_a_result_says_which_frame_and_signal():
    assert Source(Path("/x/a.tif")).stems()[:3] == ["a", "x.a", "a.tif"]
    assert Source(Path("/x/a.tif"), 3).stems()[0] == "a-3"
    assert Source(Path("/x/a.tif"), 0, "HAADF/1").stems()[0] == "a-signal-HAADF_1"
    assert Source(Path("/x/a.tif"), 3, "0").stems()[0] == "a-signal-0-3"
    assert Source(Path("/x/a\nb.tif")).stems()[0] == "a_b"


def test_the_title_in_a_table_grows_by_folders():
    assert Source(Path("/x/y/a.tif")).titles() == ["a.tif", "y/a.tif", "x/y/a.tif"]
    assert Source(Path("/x/a.tif"), 2, "1").titles()[0] == "a.tif, frame 2, signal 1"


def test_two_places_are_the_same_by_either_of_their_paths(tmp_path):
    place = Source(tmp_path / "m" / "a.tif", 2).place(tmp_path / "out")
    assert place == Place(str(tmp_path.resolve() / "m" / "a.tif"), "../m/a.tif", 2)
    assert place.ways() == [(place.path, 2, None), ("./../m/a.tif", 2, None)]
    assert replace(place, from_results="").ways() == [(place.path, 2, None)]


def test_a_place_keeps_its_name_when_it_moved_with_the_results():
    here, there = Place("/here/a.tif", "../a.tif"), Place("/there/a.tif", "../a.tif")
    names = Names()
    names.add("a", here)
    assert names.choose({there: ["other"]}, 100) == {there: "a"}
    assert names.choose({replace(there, frame=1): ["other"]}, 100) == {replace(there, frame=1): "other"}


def test_a_name_is_given_to_nobody_else_not_even_in_other_case():
    names = Names()
    names.add("A", Place("/x/A.tif", ""))
    new = Place("/y/a.tif", "")
    assert names.choose({new: ["a", "y.a"]}, 100) == {new: "y.a"}
    exact = Names(alike=str)
    exact.add("A", Place("/x/A.tif", ""))
    assert exact.choose({new: ["a", "y.a"]}, 100) == {new: "a"}


def test_a_name_that_is_too_long_for_this_folder_is_not_kept():
    names, place = Names(), Place("/x/long.tif", "")
    names.add("a-name-from-another-disk", place)
    assert names.choose({place: ["long"]}, 24) == {place: "a-name-from-another-disk"}
    assert names.choose({place: ["long"]}, 23) == {place: "long"}
