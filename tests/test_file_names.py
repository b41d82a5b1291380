"""Names made of other names: legal, short, and no two alike."""

import os
from pathlib import Path

import pytest

from workbench.file_names import distinct_names, names_of_path, natural_key, printable, safe_name, shortened


def test_the_shortest_names_are_kept_where_nothing_clashes():
    assert distinct_names({1: ["a", "x.a"], 2: ["b", "x.b"]}) == {1: "a", 2: "b"}


def test_all_that_clash_get_longer_names_whichever_came_first():
    wanted = {1: ["a", "x.a"], 2: ["a", "y.a"], 3: ["b", "x.b"]}
    backwards = dict(reversed(wanted.items()))
    assert distinct_names(wanted) == distinct_names(backwards) == {1: "x.a", 2: "y.a", 3: "b"}


@pytest.mark.parametrize(("one", "other"), [("A", "a"), ("é", "e\u0301"), ("Straße", "STRASSE")])
def test_names_that_some_file_system_takes_for_one_clash(one, other):
    first, second = distinct_names({1: [one], 2: [other]}).values()
    assert first.casefold() != second.casefold()
    assert first.startswith(one)


def test_a_name_that_is_taken_is_not_given_away():
    assert distinct_names({1: ["a", "x.a"]}, taken=["A"]) == {1: "x.a"}


def test_a_name_too_long_is_cut_between_letters_and_stays_its_own():
    one, other = "金" * 100, "金" * 99 + "属"
    for name in (shortened(one, 50), shortened(other, 50)):
        assert len(os.fsencode(name)) <= 50
        assert name.startswith("金" * 13)
    assert shortened(one, 50) != shortened(other, 50)
    assert shortened("short", 50) == "short"
    assert (
        max(len(name) for name in distinct_names({1: ["x" * 300], 2: ["x" * 300]}, most_bytes=60).values())
        <= 60
    )


def test_the_names_of_a_file_begin_with_its_stem_and_end_with_all_folders():
    names = names_of_path(Path("/x/day1/a.dm3"))
    assert names[:4] == ["a", "day1.a", "a.dm3", "day1.a.dm3"]
    assert names[-1] == "x.day1.a.dm3"


def test_a_name_is_made_safe_and_printable():
    assert safe_name("user/unet:2?") == "user_unet_2_"
    assert printable("a\nb\x1b" + os.fsdecode(b"\xff") + "\u202ec") == r"a\x0ab\x1b\xff\u202ec"
    assert printable("金 a_$1") == "金 a_$1"


def test_names_are_sorted_as_people_count_whatever_the_case():
    names = [
        "image_10",
        "Image_2",
        "image_1",
        "image_1b",
        "image",
        "IMAGE_3",
        "b2",
        "B10",
        "a",
        "image_02",
        "2",
        "10",
    ]
    wanted = [
        "2",
        "10",
        "a",
        "b2",
        "B10",
        "image",
        "image_1",
        "image_1b",
        "Image_2",
        "image_02",
        "IMAGE_3",
        "image_10",
    ]
    backwards = names[::-1]
    assert sorted(names, key=natural_key) == sorted(backwards, key=natural_key) == wanted
    assert sorted(["a2.tif", "a10.tif", "a.tif"], key=natural_key) == ["a.tif", "a2.tif", "a10.tif"]
