"""The U-Net of Groschner et al. against its publication."""

import torch
from torch import nn

from workbench.networks.registry import build


def test_groschner_unet_has_the_published_number_of_parameters():
    assert sum(tensor.numel() for tensor in build("groschner_unet").parameters()) == 65_002


def test_the_pool_takes_what_the_relu_of_the_skip_has_not_cut():
    module = build("groschner_unet", filters=1, depth=1, dropout=0.0).eval()
    down, seen = module.downs[0], {}
    nn.init.zeros_(down.conv.weight)
    nn.init.constant_(down.conv.bias, -3.0)
    module.pools[0].register_forward_hook(lambda _layer, given, _answer: seen.update(pooled=given[0]))
    module.skip_relus[0].register_forward_hook(lambda _layer, _given, answer: seen.update(skip=answer))
    module(torch.zeros(1, 1, 4, 4))
    assert bool((seen["pooled"] < -2.9).all())
    assert not seen["skip"].any()


def test_a_way_down_has_one_convolution_a_level_and_a_way_up_two():
    module = build("groschner_unet", depth=2, dilation=[1, 2, 3])
    assert [step.dilation for step in module.path() if hasattr(step, "dilation")] == [1, 2, 3, 3, 2, 2, 1, 1]
    assert module.classes == 2
    assert module.downs[0].bn.eps == 1e-4
