"""The mean of two networks: of each weight, of nothing that cannot have begun as the other."""

import pytest
import torch

from workbench.errors import NetworkError
from workbench.networks.averaging import average
from workbench.networks.card import Card
from workbench.networks.classical import ClassicalMethod
from workbench.networks.loading import load_network
from workbench.networks.network import Network
from workbench.networks.registry import build

pytestmark = pytest.mark.usefixtures("narrow_fcn8s")


def network(seed: int, architecture: str = "fcn8s", **options) -> Network:
    torch.manual_seed(seed)
    module = build(architecture, **options)
    return Network(module.eval(), Card(name=f"n{seed}", title=f"Network {seed}", architecture=architecture))


def fcn8s(seed: int, **options) -> Network:
    return network(seed, head=8, weights="none", **options)


def test_each_weight_is_the_mean_and_a_second_output_is_the_seconds_own():
    first, second = fcn8s(1), fcn8s(2, distance=True)
    untouched = {name: tensor.clone() for name, tensor in second.module.state_dict().items()}
    mean = average(first, second, 0.25)
    before, after = first.module.state_dict(), second.module.state_dict()
    for name, tensor in mean.module.state_dict().items():
        expected = 0.75 * before[name] + 0.25 * after[name] if name in before else after[name]
        torch.testing.assert_close(tensor, expected)
        assert torch.equal(after[name], untouched[name])
    assert mean.card is second.card
    assert any(name not in before for name in after)


@pytest.mark.parametrize(("share", "which"), [(0.0, 0), (1.0, 1)])
def test_the_ends_are_the_networks_themselves(share, which):
    both = fcn8s(1), fcn8s(2)
    pixels = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(average(*both, share).module(pixels), both[which].module(pixels))


def test_what_has_no_mean_is_refused():
    with pytest.raises(NetworkError, match=r"from 0 to 1, not 1\.5"):
        average(fcn8s(1), fcn8s(2), 1.5)
    with pytest.raises(NetworkError, match="Network 2 cannot have begun as Network 1"):
        average(fcn8s(1), network(2, head=16, weights="none"))
    with pytest.raises(NetworkError, match="Network 2 cannot have begun as Network 1"):
        average(fcn8s(1, distance=True), fcn8s(2))
    with pytest.raises(NetworkError, match="Network 2 cannot have begun as Network 1"):
        average(network(1, "mixed_scale", depth=2), fcn8s(2))
    with pytest.raises(NetworkError, match="normalises batches"):
        average(network(1, "unet", base=4, depth=2), network(2, "unet", base=4, depth=2))
    otsu = load_network("otsu")
    assert isinstance(otsu.module, ClassicalMethod)
    with pytest.raises(NetworkError, match="no weights"):
        average(otsu, otsu)
