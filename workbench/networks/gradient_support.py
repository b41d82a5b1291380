"""Which input pixels change an output pixel, asked of the network itself: a check on what is computed from its path."""

from __future__ import annotations

import copy

import torch
from torch import nn

from workbench.errors import NetworkError


def gradient_support(module: nn.Module, pixel: int, edge: int, stride: int = 1) -> tuple[int, int]:
    """Return the first and last row of the input that the output pixel in row ``pixel`` depends on.

    The support of the gradient, in a copy whose pools take the mean and whose weights are all positive, so that no
    way through the network is hidden by a maximum, by a ReLU at 0 or by what cancels.

    Parameters
    ----------
    module : torch module
        Takes (1, 1, H, W); convolutions, pools, batch normalisation, ReLU, dropout, upsampling.
    pixel : int
        Row of the output; it should lie farther from the first and last row than the network reaches.
    edge : int
        Rows of the image, a multiple of the stride.
    stride : int
        Columns of the image: along them nothing is asked.

    Returns
    -------
    (int, int)

    Raises
    ------
    NetworkError
        If the support ends at the edge of the image, which therefore is too small to say.
    """
    probe = _positive(copy.deepcopy(module)).double().eval()
    image = torch.ones((1, 1, edge, stride), dtype=torch.float64, requires_grad=True)
    # the first and the last class differ in sign in no layer, so either will do
    probe(image)[0, -1, pixel].sum().backward()
    assert image.grad is not None
    rows = torch.nonzero(image.grad[0, 0].abs().sum(1))[:, 0]
    low, high = int(rows.min()), int(rows.max())
    if low == 0 or high == edge - 1:
        raise NetworkError(f"{edge} rows are too few to see how far row {pixel} reaches; take more.")
    return low, high


@torch.no_grad()
def _positive(module: nn.Module) -> nn.Module:
    for block in list(module.modules()):
        for name, layer in block.named_children():
            if isinstance(layer, nn.MaxPool2d):
                setattr(block, name, nn.AvgPool2d(layer.kernel_size, layer.stride))
            elif isinstance(layer, nn.BatchNorm2d | nn.Dropout | nn.Dropout2d):
                setattr(block, name, nn.Identity())
            elif isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                # each sums to about 1, so that neither end of the gradient leaves what a float can hold
                layer.weight.fill_(layer.out_channels / layer.weight.numel())
                if layer.bias is not None:
                    layer.bias.zero_()
    return module
