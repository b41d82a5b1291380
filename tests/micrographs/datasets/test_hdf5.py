"""Sets as HDF5: each published layout opens, lazily, and a broken file is said to be broken."""

import errno
import os

import h5py
import numpy as np
import pytest

from workbench.errors import DatasetError
from workbench.micrographs.datasets.hdf5 import Hdf5Source
from workbench.micrographs.datasets.labelled_dataset import open_dataset


def save(path, **stacks):
    with h5py.File(path, "w") as file:
        for key, stack in stacks.items():
            file[key] = stack
    return path


def layouts(images, masks):
    one_hot = np.stack([~masks, masks], axis=-1).astype(np.float32)
    return {
        "images (N, H, W), labels 0..1": ({"images": images}, {"labels": masks.astype(np.uint8)}),
        "images (N, H, W, 1), maps 0..1": ({"images": images[..., None]}, {"maps": masks.astype(float)}),
        "labels 0..255": ({"images": images}, {"labels": 255 * masks.astype(np.uint8)}),
        "one-hot maps": ({"images": images[..., None]}, {"maps": one_hot}),
        "images of 16 bits": ({"images": images.astype(np.uint16)}, {"labels": masks}),
    }


@pytest.mark.parametrize("layout", layouts(np.zeros((1, 1, 1)), np.zeros((1, 1, 1), bool)))
@pytest.mark.parametrize("where", ["one file", "two files", "a folder"])
def test_every_published_layout_gives_the_same_pairs(tmp_path, stacks, layout, where):
    images, labels = layouts(*stacks)[layout]
    if where == "one file":
        opened = open_dataset(save(tmp_path / "both.h5", **images, **labels))
    else:
        first, second = save(tmp_path / "a.h5", **images), save(tmp_path / "b.hdf5", **labels)
        opened = open_dataset(first, second) if where == "two files" else open_dataset(tmp_path)
    assert len(opened) == 6
    expected = stacks[0].astype(np.uint16) if "16" in layout else stacks[0]
    for index, pair in enumerate(opened.micrographs):
        micrograph, mask = pair.read()
        assert (micrograph.pixels == expected[index]).all()
        assert micrograph.pixels.dtype == np.float32
        assert mask.dtype == bool
        assert mask.sum() == 4 * (2 + index)
        assert (mask == stacks[1][index]).all()
        assert micrograph.name == pair.name


def test_only_what_is_asked_for_is_read(tmp_path, stacks):
    path = tmp_path / "set.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=stacks[0], chunks=(1, 20, 24), compression="gzip")
        file["labels"] = stacks[1]
        chunk = file["images"].id.get_chunk_info(5)
    with path.open("r+b") as raw:  # the last image is damaged, which only reading it can tell
        raw.seek(chunk.byte_offset)
        raw.write(b"\xff" * 40)
    opened = open_dataset(path)
    assert (opened.micrographs[4].read()[0].pixels == stacks[0][4]).all()
    with pytest.raises(DatasetError, match="damaged or cut short"):
        opened.micrographs[5].read()


def test_the_description_lies_beside_the_file(tmp_path, stacks):
    path = save(tmp_path / "gold.h5", images=stacks[0], labels=stacks[1])
    assert open_dataset(path).name == "gold"
    (tmp_path / "set.toml").write_text('name = "Au"\nnm_per_px = 0.02\ndose_e_per_A2 = 423')
    opened = open_dataset(path)
    assert opened.name == "Au"
    assert opened.micrographs[0].read()[0].nm_per_px == 0.02
    assert opened.micrographs[0].dose_e_per_A2 == 423
    assert open_dataset(path, nm_per_px=0.03).micrographs[0].read()[0].nm_per_px == 0.03
    (tmp_path / "gold.toml").write_text('name = "own"')
    assert open_dataset(path).name == "own"


def test_names_sort_in_the_order_of_the_stack(tmp_path):
    source = Hdf5Source(save(tmp_path / "s.h5", images=np.zeros((11, 2, 2)), labels=np.zeros((11, 2, 2))))
    assert source.names[:2] == ["s-00", "s-01"]
    assert sorted(source.names) == source.names


def test_keys_that_are_there_are_listed_when_the_right_ones_are_not(tmp_path, stacks):
    path = save(tmp_path / "x.h5", data=stacks[0], truth=stacks[1])
    with pytest.raises(DatasetError, match=r"x\.h5 holds no 'images', but 'data' and 'truth'"):
        open_dataset(path)
    path = save(tmp_path / "y.h5", images=stacks[0])
    with pytest.raises(DatasetError, match="holds no 'labels' or 'maps', but 'images'; give the file"):
        open_dataset(path)
    with pytest.raises(DatasetError, match=r"none of x\.h5 and y\.h5 holds 'labels' or 'maps'"):
        open_dataset(tmp_path)
    with pytest.raises(DatasetError, match="but nothing"):
        open_dataset(save(tmp_path / "z.h5"))


def test_of_several_files_in_a_folder_one_is_named(tmp_path, stacks):
    save(tmp_path / "a.h5", images=stacks[0])
    save(tmp_path / "b.h5", images=stacks[0] + 1, labels=stacks[1])
    with pytest.raises(DatasetError, match=r"a\.h5 and b\.h5 hold images; name one as image_file"):
        open_dataset(tmp_path)
    (tmp_path / "set.toml").write_text('image_file = "b.h5"')
    assert (open_dataset(tmp_path).micrographs[0].read()[0].pixels == stacks[0][0] + 1).all()


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        ((3, 4, 4), (2, 4, 4), "holds 3 images but b.h5 2 labels"),
        ((3, 4, 4), (3, 4, 5), r"the images are \(4, 4\) but the labels in b.h5 are \(4, 5\)"),
        ((3, 4, 4, 2), (3, 4, 4), r"not \(N, H, W\) or \(N, H, W, 1\)"),
        ((4, 4), (4, 4), "not a stack of images"),
        ((0, 4, 4), (0, 4, 4), "not a stack of images"),
    ],
)
def test_stacks_that_do_not_fit_are_refused(tmp_path, images, labels, said):
    first = save(tmp_path / "a.h5", images=np.zeros(images))
    with pytest.raises(DatasetError, match=said):
        open_dataset(first, save(tmp_path / "b.h5", labels=np.zeros(labels)))


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
def test_a_file_that_is_cut_short_is_said_to_be(tmp_path, stacks, kept):
    path = save(tmp_path / "cut.h5", images=stacks[0], labels=stacks[1])
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(DatasetError, match=r"cut\.h5 is damaged or cut short; copy it again"):
        open_dataset(path)


def test_a_file_that_is_cut_short_while_it_is_read_has_changed(tmp_path, stacks, monkeypatch):
    path = save(tmp_path / "a.h5", images=stacks[0], labels=stacks[1])
    source = Hdf5Source(path)
    read = h5py.Dataset.__getitem__
    monkeypatch.setattr(
        h5py.Dataset, "__getitem__", lambda self, which: (os.truncate(path, 500), read(self, which))[1]
    )
    with pytest.raises(DatasetError, match=r"a\.h5 changed while it was read"):
        source.micrograph(0, None)


def test_a_file_that_is_no_hdf5_is_said_to_be(tmp_path):
    (tmp_path / "notes.h5").write_text("no stack")
    with pytest.raises(DatasetError, match="is not an HDF5 file"):
        open_dataset(tmp_path / "notes.h5")


def test_a_file_that_is_closed_to_the_user_is_said(tmp_path, stacks, monkeypatch):
    path = save(tmp_path / "mine.h5", images=stacks[0], labels=stacks[1])

    def closed(*_args, **_options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(h5py, "File", closed)
    with pytest.raises(DatasetError, match=r"mine\.h5 may not be read by you"):
        open_dataset(path)


def test_a_size_that_no_memory_holds_is_refused_before_it_is_asked_for(tmp_path):
    with h5py.File(tmp_path / "huge.h5", "w") as file:
        for key in ("images", "labels"):
            file.create_dataset(key, (1, 2**24, 2**24), "u1", chunks=(1, 64, 64))  # takes no room on the disk
    with pytest.raises(DatasetError, match=r"huge\.h5 claims images of shape .* GB of memory"):
        open_dataset(tmp_path / "huge.h5")


def test_missing_labels_file_is_named(tmp_path, stacks):
    path = save(tmp_path / "a.h5", images=stacks[0])
    with pytest.raises(DatasetError, match=r"gone\.h5 does not exist"):
        open_dataset(path, tmp_path / "gone.h5")
