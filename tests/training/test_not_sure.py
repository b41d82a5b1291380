"""What nobody is sure of: carried from set.toml to the loss and the score, and counted in neither."""

import numpy as np
import pytest
import torch

from workbench.errors import DatasetError
from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.datasets.labels import LabelMeaning
from workbench.micrographs.writing import write_tiff
from workbench.networks.card import Input
from workbench.networks.registry import build
from workbench.training.data import Crops
from workbench.training.datasets import IGNORED, read_sets
from workbench.training.losses import batch_sums, loss_of
from workbench.training.recipe import Loss
from workbench.training.validation import validate


@pytest.fixture
def doubtful(short, tmp_path):
    """The recipe of the short run; in its sets the left third of every micrograph is not sure."""
    for path in (tmp_path / "train", tmp_path / "validation"):
        for index, member in enumerate(open_dataset(path).micrographs):
            label = member.read()[1].astype(np.uint8)
            label[:, :32] = 2
            write_tiff(path / "labels" / f"m{index}.tif", label, 0.05)
        (path / "set.toml").write_text('name = "d"\nparticle = [1]\nnot_sure = 2\n')
    return short


def test_a_set_says_which_value_is_not_sure():
    meaning = LabelMeaning.of("set", {"not_sure": 2})
    label = np.array([[0, 1, 2], [2, 0, 1]])
    assert (meaning.mask(label, "m") == (label == 1)).all()
    assert (meaning.ignored(label, "m") == (label == 2)).all()
    assert meaning.ignored(np.array([[0, 1]]), "m") is None
    assert LabelMeaning().ignored(label, "m") is None
    assert not meaning.mask(np.full((2, 2), 2), "m").any()


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ({"not_sure": "2"}, "not_sure is a list"),
        ({"not_sure": 1, "particle": [1]}, "both particle and not_sure"),
    ],
)
def test_a_description_that_contradicts_itself_is_refused(description, said):
    with pytest.raises(DatasetError, match=said):
        LabelMeaning.of("set", description)


def test_a_micrograph_of_which_nothing_is_sure_is_refused(doubtful, tmp_path):
    write_tiff(tmp_path / "train" / "labels" / "m0.tif", np.full((96, 96), 2, np.uint8), 0.05)
    with pytest.raises(DatasetError, match="m0: every pixel of its label is not sure"):
        read_sets(doubtful, Input())


def test_crops_carry_the_doubt_and_workers_map_the_same(doubtful, tmp_path):
    pairs = read_sets(doubtful, Input()).training
    assert all(truth.dtype == np.int8 and (truth[:, :32] == IGNORED).all() for _pixels, truth in pairs)
    crops = Crops(pairs, doubtful)
    before = [crops[number][1] for number in range(12)]
    assert any((mask == IGNORED).any() for mask in before)
    assert all(set(mask.unique().tolist()) <= {-1.0, 0.0, 1.0} for mask in before)
    crops.move_to(tmp_path / "shared.tmp")
    assert all(torch.equal(crops[number][1], mask) for number, mask in enumerate(before))


@pytest.mark.parametrize("kind", ["bce+dice", "dice", "focal", "border"])
def test_no_pixel_that_is_not_sure_moves_the_loss(kind):
    torch.manual_seed(0)
    how = Loss(kind=kind)
    logits = torch.randn(2, 1, 16, 16, requires_grad=True)
    masks = (torch.rand(2, 16, 16) > 0.5).float()
    masks[:, :, :5] = IGNORED
    border = torch.rand(2, 16, 16)
    loss = loss_of(batch_sums(logits, masks, how, border=border), how, 0.5)
    alone = loss_of(batch_sums(logits[..., 5:], masks[:, :, 5:], how, border=border[:, :, 5:]), how, 0.5)
    assert loss.item() == pytest.approx(alone.item(), rel=1e-5)
    loss.backward()
    assert not logits.grad[..., :5].any()
    assert logits.grad[..., 5:].all()


def test_a_batch_of_which_nothing_is_sure_has_a_loss_that_is_a_number():
    masks = torch.full((1, 8, 8), float(IGNORED))
    assert torch.isfinite(loss_of(batch_sums(torch.randn(1, 1, 8, 8), masks, Loss()), Loss(), 0.5))


def test_the_score_counts_only_what_is_sure():
    torch.manual_seed(0)
    module = build("unet", base=2, depth=2).eval()
    rng = np.random.default_rng(0)
    pixels, mask = rng.normal(size=(32, 32)).astype(np.float32), rng.random((32, 32)) < 0.4
    truth = mask.astype(np.int8)
    assert validate(module, [(pixels, truth)]) == validate(module, [(pixels, mask)])
    truth[:16] = IGNORED
    turned = truth.copy()  # what is behind the doubt does not matter
    found = validate(module, [(pixels, turned)])
    assert found != validate(module, [(pixels, mask)])
    with torch.no_grad():
        answer = torch.sigmoid(module(torch.from_numpy(pixels)[None, None]))[0, 0].numpy()[16:]
    entropy = -np.mean(np.log(np.where(mask[16:], answer, 1 - answer)))
    assert found.loss == pytest.approx(entropy, rel=1e-5)
