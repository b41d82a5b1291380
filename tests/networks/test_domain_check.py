"""Is a micrograph like those that a network was trained on, and does its card say so?"""

import numpy as np
import pytest

from workbench import cli
from workbench.micrographs.appearance import Appearance
from workbench.micrographs.datasets.labelled_dataset import open_dataset
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff
from workbench.networks.card import Card, Input
from workbench.networks.checkpoint import load_checkpoint, read_card, save_checkpoint
from workbench.networks.domain_check import check_domain, compare, measure_range, range_of
from workbench.networks.registry import build
from workbench.networks.training_range import Quantiles, TrainingRange

RANGE = TrainingRange(
    sets="made up",
    micrographs=40,
    noise=Quantiles(low=0.2, middle=0.5, high=0.85),
    contrast=Quantiles(low=0.1, middle=0.5, high=0.9),
    skewness=Quantiles(low=-3.0, middle=-1.5, high=0.3),
)


def card(**known):
    return Card(name="n", title="Net", architecture="unet", nm_per_px=(0.018, 0.065), **known)


def scene(seed, noise=1.0, inverted=False):
    """A micrograph with dark discs at 0.04 nm/px, and their mask."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:160, :160]
    mask = np.hypot(rows - rng.uniform(50, 110), columns - rng.uniform(50, 110)) < rng.uniform(20, 30)
    pixels = 100 - 4 * mask + noise * rng.standard_normal(mask.shape)
    return Micrograph((-pixels if inverted else pixels).astype(np.float32), 0.04, f"scene {seed}"), mask


@pytest.fixture
def labelled(tmp_path):
    folder = tmp_path / "set"
    for kind in ("images", "labels"):
        (folder / kind).mkdir(parents=True)
    for seed in range(12):
        micrograph, mask = scene(seed)
        write_tiff(folder / "images" / f"{seed}.tif", micrograph.pixels, 0.04)
        write_tiff(folder / "labels" / f"{seed}.tif", mask, 0.04)
    return folder


def test_a_sentence_gives_the_value_beside_those_of_the_training():
    known = card(training_range=RANGE)
    said = [one.sentence for one in compare(known, 0.04, Appearance(0.93, 0.05, -1.0))]
    assert said == ["noise 0.93, trained on 0.20 to 0.85", "contrast 0.05, trained on 0.10 to 0.90"]
    assert compare(known, 0.04, Appearance(0.5, 0.5, -1.0)) == []


def test_inverted_contrast_is_not_doubted_where_the_training_inverted_it_too():
    both = card(training_range=RANGE, recipe={"augmentation": {"invert": 0.4}})
    assert compare(both, 0.04, Appearance(0.5, 0.5, 1.5)) == []
    (said,) = compare(both, 0.04, Appearance(0.5, 0.5, 3.5))
    assert said.sentence == "skewness 3.50, trained on -3.00 to 3.00"
    once = card(training_range=RANGE, recipe={"augmentation": {"invert": 0.0}})
    assert len(compare(once, 0.04, Appearance(0.5, 0.5, 1.5))) == 1


def test_inverted_contrast_is_named():
    (said,) = compare(card(training_range=RANGE), 0.04, Appearance(0.5, 0.5, 1.5))
    assert said.what == "skewness"
    assert said.sentence.endswith("particles lighter than the support?")


def test_a_card_without_a_range_knows_the_pixel_size_only():
    micrograph, _mask = scene(0, noise=50.0)
    assert check_domain(card(), micrograph) == []
    assert check_domain(card(), micrograph.with_nm_per_px(None)) == []
    assert check_domain(card(), micrograph.with_nm_per_px(0.2)) == [
        "pixel size 0.2 nm/px, trained on 0.018 to 0.065"
    ]


def test_like_the_training_nothing_is_said_and_unlike_it_what_is(labelled):
    known = card(training_range=measure_range([open_dataset(labelled)], Input()))
    assert known.training_range.micrographs == 12
    quiet = sum(check_domain(known, scene(seed)[0]) == [] for seed in range(100, 110))
    assert quiet >= 8  # a range from twelve micrographs is not all that there can be
    assert any(
        said.startswith("noise 1.00, trained on 0.") for said in check_domain(known, scene(100, 20.0)[0])
    )
    assert any("lighter" in said for said in check_domain(known, scene(100, inverted=True)[0]))


def test_few_micrographs_make_no_range_and_many_reach_beyond_the_last():
    appearances = [Appearance(0.3 + 0.01 * place, 0.5, -1.0) for place in range(11)]
    assert range_of(appearances[:7], "few") is None
    assert range_of([None, *appearances[:7]], "few") is None
    noise = range_of(appearances, "enough").noise
    assert noise.low == pytest.approx(0.3 + 0.001 - 0.098 / 11, abs=1e-4)
    assert noise.high == pytest.approx(0.4 - 0.001 + 0.098 / 11, abs=1e-4)


def test_the_command_puts_the_range_on_the_card_and_leaves_the_weights(labelled, tmp_path, capsys):
    path = tmp_path / "n.safetensors"
    save_checkpoint(path, build("unet", base=4, depth=2), card())
    before = load_checkpoint(path)
    cli.app(["card-range", str(path), str(labelled)], standalone_mode=False)
    assert "from 12 micrographs" in capsys.readouterr().out
    after = load_checkpoint(path)
    assert read_card(path).training_range == measure_range([open_dataset(labelled)], card().input)
    assert after.card.model_copy(update={"training_range": None}) == before.card
    for name, tensor in before.module.state_dict().items():
        assert np.array_equal(after.module.state_dict()[name].numpy(), tensor.numpy())


def test_a_set_that_is_too_small_is_refused_in_one_sentence(labelled, tmp_path, capsys):
    path = tmp_path / "n.safetensors"
    save_checkpoint(path, build("unet", base=4, depth=2), card())
    for kind in ("images", "labels"):
        for seed in range(5):
            (labelled / kind / f"{seed}.tif").unlink()
    with pytest.raises(SystemExit) as ended:
        cli.main(["card-range", str(path), str(labelled)])
    assert ended.value.code == 1
    assert "needs 8 micrographs" in capsys.readouterr().err
    assert read_card(path).training_range is None
