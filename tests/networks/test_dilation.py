"""The same weights at another dilation."""

import numpy as np
import pytest
import torch

from workbench.errors import NetworkError
from workbench.networks.card import Card
from workbench.networks.dilation import dilate
from workbench.networks.network import Network, load_network
from workbench.networks.registry import build


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
    with pytest.raises(NetworkError, match="no convolutions"):
        dilate(load_network("otsu"), 2)
