"""What a file says, as plain data, cut where it is huge; and what of it we have names for."""

import json

import numpy as np
import pytest

from workbench.micrographs.formats.plain import known, known_from_metadata, known_from_text, plain


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (b"abc", "3 bytes"),
        ((1, 2), [1, 2]),
        (np.arange(3), [0, 1, 2]),
        (np.zeros((9, 9)), "array of float64, shape (9, 9)"),
        (np.zeros(2, [("a", "f4")]), "array of [('a', '<f4')], shape (2,)"),
        ({1: None, "b": {"c": np.float64("inf")}}, {"1": None, "b": {"c": "inf"}}),
        (complex(1, 2), "(1+2j)"),
    ],
)
def test_everything_becomes_what_json_holds(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)
    json.dumps(found, allow_nan=False)


def test_what_is_huge_is_cut():
    assert plain("x" * 2001) == "x" * 2000 + "..."
    assert plain("x" * 2000) == "x" * 2000
    assert plain(list(range(65))) == [*range(64), "... 65 in all"]
    deep = nested = {}
    for _ in range(40):
        nested["in"] = {}
        nested = nested["in"]
    assert json.dumps(plain(deep)).count("in") == 25
    assert json.dumps(plain(deep)).count("...") == 1
    wide = plain({str(number): list(range(60)) for number in range(1000)})
    assert sum(len(one) for one in wide.values()) < 20_000


def test_numbers_are_positive_but_for_a_defocus_and_texts_say_something():
    given = {
        "voltage_kV": "300",
        "exposure_s": -1,
        "magnification": float("nan"),
        "dose_e_per_A2": None,
        "defocus_nm": "-80",
        "microscope": "  Titan ",
        "title": " ",
        "frames": 3,
    }
    assert known(given) == {"voltage_kV": 300.0, "defocus_nm": -80.0, "microscope": "Titan"}


def test_lines_of_text_are_read_by_our_names_only():
    lines = ["voltage_kV = 200", "colour=red", "no pair", "microscope=A=B", "defocus_nm=x"]
    assert known_from_text(lines) == {"voltage_kV": 200.0, "microscope": "A=B"}


def test_metadata_comes_before_the_original_which_is_converted():
    def tem(**values):
        return {"Acquisition_instrument": {"TEM": values}}

    mapping = {
        "Deep.Volts": ("Acquisition_instrument.TEM.beam_energy", lambda volts: volts / 1000),
        "Name": ("Acquisition_instrument.TEM.microscope", None),
        "Bad": ("Acquisition_instrument.TEM.magnification", lambda _value: 1 / 0),
        "Unused": (),
    }
    original = {"Deep": {"Volts": 80_000}, "Name": "Old", "Bad": 5}
    assert known_from_metadata(tem(beam_energy=300), original, mapping) == {
        "voltage_kV": 300.0,
        "microscope": "Old",
    }
    assert known_from_metadata({}, original, mapping) == {"voltage_kV": 80.0, "microscope": "Old"}
    camera = tem(Detector={"Camera": {"exposure": 0.5}}, Camera={"exposure": 2.0})
    assert known_from_metadata(camera, {}, {}) == {"exposure_s": 0.5}
    sem = {"Acquisition_instrument": {"SEM": {"magnification": 2000}}}
    assert known_from_metadata(sem, {}, {}) == {"magnification": 2000.0}
