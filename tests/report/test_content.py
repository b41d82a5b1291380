"""What a report says: everything that a reader has to know, and "not stated" where nobody knows it."""

from dataclasses import replace

from workbench.micrographs.micrograph import Micrograph
from workbench.report.content import sections_of
from workbench.report.reported import Report, ReportedMicrograph


def sections(report):
    return {section.title: section for section in sections_of(report)}


def test_the_sections_in_their_order(reported, distribution):
    titles = [section.title for section in sections_of(Report([reported], distribution=distribution))]
    assert titles == [
        "Sample and micrographs",
        "How the particles were found",
        "Sizes",
        "Uncertainty",
        "Left out",
        "Failed",
        "Micrographs",
        "Make it again",
    ]


def test_sample_microscope_and_pixel_size(reported):
    said = dict(sections(Report([reported], "Au on carbon", "every third"))["Sample and micrographs"].pairs)
    assert said == {
        "sample": "Au on carbon",
        "micrographs": "1",
        "how they were chosen": "every third",
        "operator": "not stated",
        "microscope": "Titan",
        "voltage": "200 kV",
        "magnification": "300000 x",
        "pixel size": "0.25 nm/px",
        "pixel size from": "scale bar, 50 nm over 200 px",
        "field of view": "22.5 nm x 15 nm",
    }


def test_what_nobody_knows_is_not_stated_and_never_made_up(reported):
    bare = ReportedMicrograph(
        Micrograph(reported.micrograph.pixels, None, "m", marks=()), reported.labels, reported.table
    )
    found = sections(Report([bare]))
    said = dict(found["Sample and micrographs"].pairs)
    assert {said[what] for what in said if what not in ("micrographs", "field of view")} == {"not stated"}
    assert said["field of view"] == "90 x 60 px"
    said = dict(found["How the particles were found"].pairs)
    assert said["network"] == said["threshold, cleaning"] == said["dilation, scale"] == "not stated"
    assert found["Uncertainty"].sentences == ["No budget of the uncertainty was given."]
    assert found["Failed"].sentences == ["Nothing failed."]


def test_how_the_particles_were_found(reported):
    said = dict(sections(Report([reported]))["How the particles were found"].pairs)
    assert said["network"] == "U-Net"
    assert said["SHA-256 of its weights"] == "ab" * 32
    assert said["dilation, scale"] == "2 (trained at 1), 1"
    assert said["threshold, cleaning"] == "threshold 0.45, holes filled"
    assert said["which count"] == "at the edge: left out"
    assert said["corrected by hand"] == "2 taken out, 1 drawn"
    assert said["versions"] == "HRTEM Workbench 0.1.0, python 3.11.7"


def test_settings_of_a_mask_are_said_where_no_sentence_is_there(reported):
    settings = {"threshold": 0.4, "min_area": 2, "fill_holes": True, "split_touching": True}
    known = {"settings": settings, "nm_per_px": 0.1, "labels_from": {"file": "mask.tif"}}
    said = dict(sections(Report([replace(reported, provenance=known)]))["How the particles were found"].pairs)
    assert said["threshold, cleaning"] == "threshold 0.4, smallest area 2 nm2, holes filled, touching split"
    assert said["label image"] == "mask.tif"


def test_where_micrographs_differ_it_is_said_of_how_many(reported):
    other = replace(reported, micrograph=reported.micrograph.with_nm_per_px(0.5))
    said = dict(sections(Report([reported, other, reported]))["Sample and micrographs"].pairs)
    assert said["pixel size"] == "0.25 nm/px (2); 0.5 nm/px (1)"


def test_sizes_and_uncertainty_come_from_what_was_given(reported, distribution):
    budget = {"unit": "nm", "parts": [{"name": "pixel", "value": 0.01, "said": "rims"}], "combined": 0.01}
    found = sections(Report([reported], distribution=distribution, budget=budget))
    assert dict(found["Sizes"].pairs)["counted, N"] == "40 of 47"
    assert found["Sizes"].drawn == "distribution"
    assert dict(found["Uncertainty"].pairs)["pixel"].endswith("nm: rims")


def test_a_distribution_of_nothing_is_not_drawn_and_a_missing_one_says_why(reported, stand_in):
    assert sections(Report([reported], distribution=stand_in(counted=0)))["Sizes"].drawn == ""
    sizes = sections(Report([reported], without="Some are in px."))["Sizes"]
    assert (sizes.pairs, sizes.sentences) == ([("particles", "4")], ["Some are in px."])


def test_what_was_left_out_and_what_failed(reported, empty):
    notes, failed = ["two micrographs drifted"], [("a\nb.dm3", "cut off")]
    found = sections(Report([reported, reported], notes=notes, failed=failed))
    assert found["Left out"].pairs == [("cut by the edge", "2 particles")]
    assert found["Left out"].sentences == ["two micrographs drifted"]
    assert found["Failed"].pairs == [(r"a\x0ab.dm3", "cut off")]
    assert sections(Report([empty]))["Left out"].sentences == ["Nothing was left out."]


def test_how_to_make_it_again(reported):
    other = replace(reported, provenance={**reported.provenance, "python": "other()"})
    again = sections(Report([reported, other]))["Make it again"]
    assert again.code == f"{reported.provenance['command']}\n\n{reported.provenance['python']}"
    assert again.sentences[-1] == "Below stands the Python of the first of 2 micrographs."


def test_the_file_in_which_particles_were_corrected_is_named(reported):
    made = [["cut", [[1, 2], [3, 4]]], ["replace", {"file": "fiji.zip", "particles": 5}]]
    one = replace(reported, provenance={**reported.provenance, "corrections": made})
    (section, *_) = [part for part in sections_of(Report([one])) if "found" in part.title]
    assert dict(section.pairs)["corrected by hand"] == "1 cut, corrected elsewhere in fiji.zip"


def test_what_a_person_states_of_the_sample_stands_first(reported):
    report = Report(
        [reported], "Pt", microscope="Talos", operator="A. Miller", note="grid 3\n\n a week in air\x07"
    )
    (first, *_) = sections_of(report)
    said = dict(first.pairs)
    assert list(said)[:2] == ["sample", "micrographs"]
    assert said["operator"] == "A. Miller"
    assert said["microscope"] == "Talos (by the file: Titan)"
    assert first.sentences == ["grid 3", r"a week in air\x07"]


def test_what_nobody_states_is_as_the_file_says_or_not_stated(reported):
    (first, *_) = sections_of(Report([reported]))
    said = dict(first.pairs)
    assert (said["operator"], said["microscope"], first.sentences) == ("not stated", "Titan", [])
    same = dict(sections_of(Report([reported], microscope="Titan"))[0].pairs)
    assert same["microscope"] == "Titan"
    other = replace(reported, micrograph=Micrograph(reported.micrograph.pixels))
    assert dict(sections_of(Report([other]))[0].pairs)["microscope"] == "not stated"
