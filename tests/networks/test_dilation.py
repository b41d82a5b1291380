"""The same weights at another dilation."""

import numpy as np
import pytest
import torch

from workbench.errors import NetworkError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.dilation import dilate, drop_pools
from workbench.networks.loading import load_network
from workbench.networks.network import Network
from workbench.networks.registry import build
from workbench.networks.unet import AveragedUpConvolution
from workbench.segmentation.segmenting import segment

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")


def network(name: str, **options) -> Network:
    torch.manual_seed(0)
    module = build(name, **options).eval()
    return Network(module, Card(name="n", architecture=name, options={}, dilation=module.dilation))


@pytest.mark.parametrize(
    ("name", "options"),
    [("unet", {"base": 4, "depth": 2}), ("fcn8s", {"head": 8}), ("mixed_scale", {"depth": 5})],
)
def test_dilation_reaches_further_with_the_same_weights(name, options):
    before = network(name, **options)
    after = dilate(before, 2)
    assert after.module.reach() > before.module.reach()
    assert after.card.dilation == 2
    assert after.card.trained_dilation == 1
    for key, tensor in after.module.state_dict().items():
        assert torch.equal(tensor, before.module.state_dict()[key]), key
    assert before.module.dilation == 1


def test_a_dilated_convolution_of_a_stretched_image_is_the_stretched_answer():
    # one mixed-scale layer has no pools: on an image stretched by 2, dilation 2 sees what dilation 1 saw
    before = network("mixed_scale", depth=4, dilations=2)
    image = torch.randn(1, 1, 12, 12)
    stretched = image.repeat_interleave(2, 2).repeat_interleave(2, 3)
    answer = dilate(before, 2).module(stretched)[..., ::2, ::2]
    assert np.allclose(answer.detach(), before.module(image).detach(), atol=1e-5)


def test_back_to_the_trained_dilation_gives_the_same_answers():
    before = network("unet", base=4, depth=2)
    again = dilate(dilate(before, [1, 2, 4]), 1)
    image = torch.randn(1, 1, 16, 16)
    assert torch.equal(again.module(image), before.module(image))


def test_wrong_dilations_and_classical_methods_are_refused():
    with pytest.raises(NetworkError, match="one number or 3"):
        dilate(network("unet", base=4, depth=2), [1, 2])
    with pytest.raises(NetworkError, match="classical method"):
        dilate(load_network("otsu"), 2)


@pytest.mark.parametrize("dilation", [0, -1, 1.5, "2", True, None, [1, 0, 1], [1, 1.5, 1], 257])
def test_a_dilation_that_is_not_a_whole_number_from_1_is_refused(dilation):
    with pytest.raises(NetworkError, match="whole number from 1"):
        dilate(network("unet", base=4, depth=2), dilation)


def test_whole_numbers_of_numpy_will_do_and_equal_levels_are_one_number():
    before = network("unet", base=4, depth=2)
    assert dilate(before, np.int64(2)).card.dilation == 2
    assert dilate(before, [2, 2, 2]).card.dilation == 2
    assert dilate(before, np.array([1, 2, 4])).card.dilation == [1, 2, 4]


def test_a_network_says_what_it_was_trained_at_and_what_it_is_shown_at():
    before = network("unet", base=4, depth=2)
    assert before.card.shown == "n"
    assert dilate(before, 2).card.shown == "n (trained at 1, shown at 2)"
    assert dilate(before, [1, 2, 2]).card.shown == "n (trained at 1, shown at 1-2-2)"
    assert dilate(dilate(before, 2), 1).card.shown == "n"
    assert drop_pools(before, 1).card.shown == "n (trained with 0 pools dropped, shown with 1)"
    assert drop_pools(drop_pools(before, 1), 0).card.shown == "n"


@pytest.mark.parametrize(("name", "options"), [("unet", {"base": 4, "depth": 3}), ("fcn8s", {"head": 8})])
@pytest.mark.parametrize("pools", [1, 2])
def test_dropping_pools_keeps_weights_and_halves_the_stride(name, options, pools):
    before = network(name, **options)
    after = drop_pools(before, pools)
    assert after.module.stride == before.module.stride >> pools
    assert sum(map(torch.numel, after.module.parameters())) == sum(
        map(torch.numel, before.module.parameters())
    )
    for key, tensor in after.module.state_dict().items():
        assert tensor.data_ptr() == before.module.state_dict()[key].data_ptr(), key
    # a micrograph whose features are constant looks the same on every grid
    image = torch.ones(1, 1, 512, 512)
    middle = slice(250, 262), slice(250, 262)
    answers = [one.module(image)[0, 0][middle].detach() for one in (before, after)]
    if name == "fcn8s":  # its upsampling is bilinear, so no place in the grid stands out
        assert torch.allclose(*answers, atol=1e-4 * float(answers[0].abs().max()))


def test_features_without_a_pool_are_those_of_the_pool_on_every_grid():
    # an up-convolution of equal weights after a mean of nothing: the averaged one is the mean over both grids
    with_pool = torch.nn.ConvTranspose2d(1, 1, 2, stride=2)
    without = AveragedUpConvolution(1, 1, 1)
    without.load_state_dict(with_pool.state_dict())
    fine = torch.randn(1, 1, 16, 16)
    every_grid = torch.stack(
        [
            torch.nn.functional.pad(with_pool(fine[..., row::2, column::2]), (column, 0, row, 0))[
                ..., :16, :16
            ]
            for row in (0, 1)
            for column in (0, 1)
        ]
    )
    inside = (..., slice(1, None), slice(1, None))
    assert torch.allclose(every_grid.mean(0)[inside], without(fine)[inside], atol=1e-6)


def test_pools_that_cannot_be_dropped_are_refused():
    for wrong, name in ((3, "fcn8s"), (-1, "fcn8s"), (1.5, "fcn8s")):
        with pytest.raises(NetworkError, match="whole number"):
            drop_pools(network(name, head=8), wrong)
    with pytest.raises(NetworkError, match="no pools that can be dropped"):
        drop_pools(network("mixed_scale", depth=4), 1)
    with pytest.raises(NetworkError, match="classical method"):
        drop_pools(load_network("otsu"), 1)


def test_a_field_larger_than_the_micrograph_works_and_is_said(caplog):
    micrograph = Micrograph(np.random.default_rng(0).normal(size=(40, 50)).astype(np.float32), None, "small")
    answer = segment(micrograph, dilate(network("unet", base=4, depth=2), 16), "cpu")
    assert np.isfinite(answer.probability).all()
    assert "larger than small" in caplog.text
