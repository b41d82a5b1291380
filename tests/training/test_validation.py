"""Validation: hard Dice at the best threshold, over whole micrographs."""

import numpy as np
import pytest
import torch

from workbench.networks.registry import build
from workbench.segmentation.metrics import dice_hard
from workbench.training import validation
from workbench.training.validation import validate


@pytest.fixture
def module():
    torch.manual_seed(0)
    return build("unet", base=2, depth=2).eval()


def pairs(*shapes):
    rng = np.random.default_rng(0)
    return [(rng.normal(size=s).astype(np.float32), rng.random(s) < 0.4) for s in shapes]


def test_scores_are_those_of_the_best_threshold(module):
    given = pairs((32, 32), (48, 40))
    found = validate(module, given)
    with torch.no_grad():
        answers = [torch.sigmoid(module(torch.from_numpy(p)[None, None]))[0, 0].numpy() for p, _ in given]
    table = [
        [dice_hard(answer > threshold, mask) for answer, (_, mask) in zip(answers, given, strict=True)]
        for threshold in np.arange(0.05, 0.96, 0.05).round(2)
    ]
    best = int(np.mean(table, 1).argmax())
    assert found.dice == pytest.approx(np.mean(table[best]))
    assert found.std == pytest.approx(np.std(table[best]))
    assert found.threshold == pytest.approx(0.05 + 0.05 * best)
    entropy = [
        -np.mean(np.log(np.where(mask, a, 1 - a))) for a, (_, mask) in zip(answers, given, strict=True)
    ]
    assert found.loss == pytest.approx(np.mean(entropy), rel=1e-5)


def test_edges_that_are_no_multiple_of_the_stride_count_too(module):
    (pixels, mask), *_ = pairs((37, 41))
    only_last_column = np.zeros_like(mask)
    only_last_column[:, -1] = True
    with torch.no_grad():
        torch.nn.init.constant_(module.head.bias, 9.0)  # all is particle
    assert validate(module, [(pixels, only_last_column)]).dice == pytest.approx(2 / 42)


def test_tiles_give_what_the_whole_gives(module, monkeypatch):
    given = pairs((128, 160))
    whole = validate(module, given)
    monkeypatch.setattr(validation, "MOST_PIXELS", 96 * 96)
    assert validate(module, given).loss == pytest.approx(whole.loss, rel=1e-5)
