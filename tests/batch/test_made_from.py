"""What a result says of where it came from."""

import json
import zipfile

import numpy as np
import pytest

from workbench.batch.made_from import made_from
from workbench.errors import WorkbenchError
from workbench.micrographs.provenance import record
from workbench.micrographs.writing import write_tiff

KNOWN = {"network": "otsu", "settings": {"threshold": 0.4}}


def test_a_picture_says_its_kind(tmp_path):
    path = tmp_path / "m.mask.tif"
    write_tiff(path, np.zeros((5, 6), bool), 0.1, record("mask", **KNOWN), "mask")
    [found] = made_from(path)
    assert found.kind == "mask"
    assert found.known["settings"] == {"threshold": 0.4}


def test_a_page_says_it_of_each_micrograph(tmp_path):
    known = {"micrographs": [KNOWN, {**KNOWN, "micrograph": "b"}], "numbers": {"N": 3}}
    page = f'<script type="application/json" id="provenance">{json.dumps(known)}</script>'
    (tmp_path / "r.html").write_text(page)
    first, second = made_from(tmp_path / "r.html")
    assert (first.kind, second.known["micrograph"], first.numbers) == ("report", "b", {"N": 3})


def test_outlines_say_it_in_their_comment(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.comment = json.dumps(KNOWN).encode()
    assert made_from(tmp_path / "m.zip")[0].known == KNOWN


def test_what_says_nothing_is_refused(tmp_path):
    (tmp_path / "m.zip").write_bytes(b"no zip")
    (tmp_path / "r.html").write_text('<script type="application/json" id="provenance">{"broken</script>')
    (tmp_path / "m.docx").write_text("a text")
    for name in ("m.zip", "r.html", "m.docx"):
        with pytest.raises(WorkbenchError, match="does not say how it was made"):
            made_from(tmp_path / name)
    with pytest.raises(WorkbenchError, match="does not exist"):
        made_from(tmp_path / "gone.tif")
