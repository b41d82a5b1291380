"""A label image from elsewhere is kept as text, comes back pixel for pixel, and what is damaged is refused."""

import base64
import json
import zlib

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.micrographs.datasets.label_image import LARGEST_NUMBER
from workbench.particles import external_labels as module
from workbench.particles.external_labels import ExternalLabels


def blocks(seed: int, shape: tuple[int, int]) -> np.ndarray:
    """Rectangles with numbers of all sizes, which touch each other and the corners."""
    rng = np.random.default_rng(seed)
    labels = np.zeros(shape, np.int32)
    for number in [1, 2, 255, 256, 70_000, LARGEST_NUMBER]:
        top, left = rng.integers(0, shape[0]), rng.integers(0, shape[1])
        labels[top : top + 9, left : left + 9] = number
    labels[0, 0], labels[-1, -1] = 3, 4
    return labels


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (37, 53)])
@pytest.mark.parametrize("seed", range(5))
def test_every_pixel_comes_back_through_json(shape, seed):
    labels = blocks(seed, shape)
    kept = ExternalLabels.of("some.tif", labels, [4, 3])
    again = ExternalLabels.read(json.loads(json.dumps(kept.plain())))
    assert again == kept
    assert again.out == (3, 4)
    assert again.labels.dtype == np.int32
    assert np.array_equal(again.labels, labels)


def test_no_particle_at_all_comes_back_too():
    labels = np.zeros((5, 7), np.int32)
    assert np.array_equal(ExternalLabels.of("none.tif", labels).labels, labels)


def test_what_is_read_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        ExternalLabels.of("a.tif", blocks(0, (30, 30))).labels[0, 0] = 1


def test_a_hundred_discs_take_some_kilobytes():
    rows, columns = np.mgrid[:2000, :2000]
    discs = np.hypot(rows % 200 - 100, columns % 200 - 100) < 60
    numbers = np.where(discs, 1 + rows // 200 * 10 + columns // 200, 0)
    assert len(ExternalLabels.of("discs.tif", numbers).packed) < 20_000


def test_two_files_of_one_name_have_two_hashes():
    one, two = (ExternalLabels.of("a.tif", blocks(seed, (40, 40))) for seed in (0, 1))
    assert one.sha256 != two.sha256


def test_more_than_a_session_keeps_is_refused(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_TEXT", 100)
    noise = np.random.default_rng(0).integers(0, 500, (64, 64))
    with pytest.raises(WorkbenchError, match=r"noise\.tif are more than a session can keep"):
        ExternalLabels.of("noise.tif", noise)


def packed(gaps, numbers):
    planes = [np.array(half, "<u4").view(np.uint8).reshape(-1, 4).T.tobytes() for half in (gaps, numbers)]
    return base64.b64encode(zlib.compress(b"".join(planes))).decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"packed": "no base64!"}, "damaged"),
        ({"packed": base64.b64encode(b"not zlib").decode()}, "damaged"),
        ({"packed": base64.b64encode(zlib.compress(b"12345")).decode()}, "damaged"),
        ({"packed": packed([99], [1])}, "damaged"),
        ({"packed": packed([1, 0], [1, 2])}, "damaged"),
        ({"packed": packed([1], [LARGEST_NUMBER + 1])}, "damaged"),
        ({"packed": base64.b64encode(zlib.compress(bytes(10_000_000))).decode()}, "damaged"),
        ({"packed": 5}, "read the file again"),
        ({"shape": [3]}, "read the file again"),
        ({"shape": [0, 12]}, "read the file again"),
        ({"shape": [1 << 20, 1 << 20]}, "read the file again"),
        ({"shape": "wide"}, "read the file again"),
        ({"file": None}, "read the file again"),
        ({"out": ["left"]}, "read the file again"),
    ],
)
def test_what_is_damaged_is_refused_by_one_sentence(changed, said):
    whole = ExternalLabels.of("a.tif", np.eye(4, dtype=np.int32)).plain()
    with pytest.raises(WorkbenchError, match=said) as refused:
        ExternalLabels.read(whole | changed)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("given", [None, 7, "text", [], ["file"], {}])
def test_what_is_no_such_mapping_is_refused(given):
    with pytest.raises(WorkbenchError, match="read the file again"):
        ExternalLabels.read(given)
