"""Public sets: fetched from a server on this machine, checked, found where somebody put them, or explained."""

import hashlib
import http.server
import threading
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets import public_sets
from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.datasets.public_sets import (
    PublicDataset,
    fetch_set,
    public_dataset,
    public_dataset_names,
)
from workbench.micrographs.writing import write_tiff


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve tmp_path/served on 127.0.0.1; give the address and a list of what was asked for."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "served").mkdir()
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path / "served"))

        def log_message(self, *args):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}/", asked
        httpd.shutdown()
        thread.join()


@pytest.fixture
def entry(tmp_path, server, monkeypatch):
    """A set of two micrographs on the server, entered as gold."""
    mask = np.zeros((12, 12), bool)
    mask[2:5, 3:9] = True
    hashes = {}
    for part in ("images", "labels"):
        (tmp_path / "served" / part).mkdir()
        for number in range(2):
            path = tmp_path / "served" / part / f"{number}.tif"
            write_tiff(path, mask if part == "labels" else mask.astype(np.float32) + number, None)
            hashes[f"{part}/{number}.tif"] = hashlib.sha256(path.read_bytes()).hexdigest()
    gold = PublicDataset(
        key="gold",
        title="Gold",
        doi="10.1/gold",
        licence="CC0",
        citation="Nobody",
        by_hand="gold.zip from https://example.org/gold",
        description={"nm_per_px": 0.02, "name": "Gold"},
        base_url=server[0],
        sha256=hashes,
    )
    enter(monkeypatch, gold)
    return gold


def enter(monkeypatch, gold):
    monkeypatch.setattr(public_sets, "_entries", lambda: {"gold": gold})


def test_a_set_is_fetched_once_and_opens_by_name(entry, server):
    said = []
    opened = open_dataset("gold", progress=lambda done, text: said.append((done, text)))
    assert opened.name == "Gold"
    assert [pair.read()[1].sum() for pair in opened.micrographs] == [18, 18]
    assert opened.micrographs[0].read()[0].nm_per_px == 0.02
    assert said[-1] == (1.0, "gold: 4 of 4 files fetched")
    assert len(server[1]) == 4
    open_dataset("gold")
    assert len(server[1]) == 4


def test_what_the_caller_says_goes_before_what_the_set_says(entry):
    assert open_dataset("gold", nm_per_px=0.05).micrographs[0].read()[0].nm_per_px == 0.05


def test_files_that_somebody_put_there_are_used_without_the_network(entry, tmp_path, monkeypatch):
    enter(monkeypatch, replace(entry, base_url="http://127.0.0.1:9/"))
    (tmp_path / "sets").mkdir()
    (tmp_path / "served").rename(tmp_path / "sets" / "gold")
    assert len(open_dataset("gold")) == 2


def test_only_what_is_missing_is_fetched(entry, server):
    open_dataset("gold")
    (entry.folder / "labels" / "1.tif").unlink()
    open_dataset("gold")
    assert server[1] == [f"/{file}" for file in [*entry.sha256, "labels/1.tif"]]


def test_a_file_with_another_checksum_is_refused_and_not_kept(entry, tmp_path):
    (tmp_path / "served" / "labels" / "1.tif").write_bytes(b"something else")
    with pytest.raises(DatasetError, match=r"gold: labels/1\.tif as it came is not the published one"):
        open_dataset("gold")
    assert not (entry.folder / "labels" / "1.tif").exists()


def test_a_file_in_the_cache_with_another_checksum_is_named(entry):
    folder = fetch_set("gold")
    (folder / "images" / "0.tif").write_bytes(b"something else")
    with pytest.raises(
        DatasetError, match=r"gold: images/0\.tif in .*gold is not as published .*; delete it"
    ):
        open_dataset("gold")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://no-such-host.invalid/"])
def test_without_network_one_sentence_says_what_to_fetch_and_where_to_put_it(entry, monkeypatch, address):
    enter(monkeypatch, replace(entry, base_url=address))
    with pytest.raises(DatasetError) as raised:
        open_dataset("gold")
    said = str(raised.value)
    assert "no connection" in said
    assert "gold.zip from https://example.org/gold" in said
    assert "10.1/gold" in said
    assert "CC0" in said
    assert str(entry.folder) in said
    assert "\n" not in said


def test_a_file_that_the_server_no_longer_has_is_explained_too(entry, tmp_path):
    (tmp_path / "served" / "images" / "0.tif").unlink()
    with pytest.raises(DatasetError, match=r"the server answered 404.*gold\.zip"):
        open_dataset("gold")


def test_a_cache_that_cannot_be_written_is_said(entry, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_SETS", str(tmp_path / "file"))
    with pytest.raises(DatasetError, match=r"could not be written to .*set WORKBENCH_SETS"):
        open_dataset("gold")


@pytest.mark.parametrize(
    "name", [name for name in public_dataset_names() if ".h5" in public_dataset(name).by_hand]
)
def test_a_set_that_needs_a_person_says_so_and_opens_once_the_files_are_there(name, tmp_path, monkeypatch):
    with pytest.raises(
        DatasetError, match=r"cannot be fetched without you: download .*h5 .*doi 10"
    ) as raised:
        open_dataset(name)
    folder = tmp_path / "sets" / name
    assert str(folder) in str(raised.value)
    folder.mkdir(parents=True)
    files = list(public_dataset(name).sha256) or ["x_Images.h5", "x_Labels.h5"]
    with h5py.File(folder / files[0], "w") as images, h5py.File(folder / files[1], "w") as labels:
        images["images"] = np.ones((2, 8, 8))
        labels["labels"] = np.stack([np.eye(8), np.zeros((8, 8))])
    if public_dataset(name).sha256:
        with pytest.raises(DatasetError, match="not as published"):
            open_dataset(name)
        return
    opened = open_dataset(name)
    assert opened.micrographs[0].read()[1].sum() == 8
    with pytest.raises(DatasetError, match="holds patches"):
        opened.split(0, (0.5, 0.5))


@pytest.mark.parametrize("name", ["emps-training", "emps-validation", "pt-carbon", "soot"])
def test_a_set_without_an_address_says_where_its_files_go(name, tmp_path):
    known = public_dataset(name)
    with pytest.raises(DatasetError) as raised:
        open_dataset(name)
    assert f"{name} cannot be fetched without you: download {known.by_hand}" in str(raised.value)
    assert str(raised.value).endswith(f"and put it into {tmp_path / 'sets' / known.folder.name}.")


def test_two_sets_in_one_folder_have_the_files_that_their_checksums_name(entry, monkeypatch):
    part = {file: sha256 for file, sha256 in entry.sha256.items() if file.endswith("1.tif")}
    both = {"gold": entry, "gold-1": replace(entry, key="gold-1", place="gold", sha256=part)}
    monkeypatch.setattr(public_sets, "_entries", lambda: both)
    whole, half = open_dataset("gold"), open_dataset("gold-1")
    assert half.folder == whole.folder
    assert [pair.name for pair in half.micrographs] == ["1"]
    assert half.source.name != whole.source.name


def test_the_split_of_emps_is_the_one_that_was_drawn_once():
    stems = {
        name: {Path(file).stem for file in public_dataset(name).sha256}
        for name in ("emps-training", "emps-validation")
    }
    names = sorted(stems["emps-training"] | stems["emps-validation"])
    order = np.random.default_rng(20211).permutation(186)
    assert {names[place] for place in order[:36]} == stems["emps-validation"]
    assert {names[place] for place in order[36:]} == stems["emps-training"]


def test_every_entry_says_what_a_person_must_know():
    assert {"msa-em", "zenodo-au-5nm", "dryad-au-2.2nm", "dryad-au-5nm", "dryad-au-10nm"} <= set(
        public_dataset_names()
    )
    for name in public_dataset_names():
        known = public_dataset(name)
        assert known.title
        assert known.licence
        assert known.citation
        assert known.by_hand
        assert known.doi.startswith("10.") or name == "pt-carbon"  # which is in no paper
        assert known.sha256 or known.base_url is None
        assert all(len(value) == 64 and int(value, 16) >= 0 for value in known.sha256.values())


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DatasetError, match="msa-em"):
        public_dataset("imagenet")
    with pytest.raises(DatasetError, match=r"imagenet is neither a folder or file that exists nor .*msa-em"):
        open_dataset("imagenet")


def test_msa_em_is_described_as_what_it_is():
    assert "not independent truth" in public_dataset("msa-em").about


def test_particles_of_emps_are_told_apart(real_files, monkeypatch):
    monkeypatch.setenv("WORKBENCH_SETS", str(real_files / "real"))
    opened = open_dataset("emps-validation")
    assert (len(opened), len(open_dataset("emps-training"))) == (36, 150)
    numbers = [pair.meaning.numbers(pair.load()[1], pair.name) for pair in opened.micrographs[:3]]
    assert [found.max() for found in numbers] == [len(np.unique(found)) - 1 for found in numbers]


def test_boxes_of_pt_on_carbon_and_the_two_segmentations_of_soot_are_read(real_files, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_SETS", str(tmp_path))
    (tmp_path / "soot").symlink_to(real_files / "real" / "soot")
    (tmp_path / "pt-carbon").mkdir()
    for path in [*(real_files / "real" / "pt-carbon").iterdir(), *(real_files / "large").iterdir()]:
        if path.name != "LICENSE":
            (tmp_path / "pt-carbon" / path.name).symlink_to(path)
    assert sum(len(pair.read_boxes()[1]) for pair in open_dataset("pt-carbon").micrographs) == 668
    soot = open_dataset("soot")
    assert len(soot) == 17
    micrograph, found = soot.micrographs[0].read_segmentations()
    assert {name: masks.shape for name, masks in found.items()} == {
        "M1": (64, *micrograph.shape),
        "M2": (77, *micrograph.shape),
    }


def test_the_real_files_are_the_published_ones(real_files, tmp_path):
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "msa-em").symlink_to(real_files / "msa-em")
    opened = open_dataset("msa-em")
    assert len(opened) == 20
    assert len(opened.groups()) == 19
    for train, held_out in opened.folds(5, 0):
        for side in ({pair.name for pair in train}, {pair.name for pair in held_out}):
            assert len(side & {"image_2", "image_13"}) in (0, 2)
