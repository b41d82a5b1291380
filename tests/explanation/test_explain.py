"""One call from a click to a map."""

import pytest
import torch
from small_networks import Linear, Tiny, network, noise

import workbench as wb
from workbench.errors import ExplanationError
from workbench.micrographs.micrograph import Micrograph


def test_the_network_that_was_given_is_not_changed():
    given = network(Tiny())
    before = {name: tensor.clone() for name, tensor in given.module.state_dict().items()}
    wb.explain(noise(32), given, (9, 9), "gradient")
    assert all(torch.equal(tensor, before[name]) for name, tensor in given.module.state_dict().items())
    assert all(parameter.requires_grad for parameter in given.module.parameters())


def test_a_map_comes_back_on_the_grid_of_the_micrograph_where_the_network_sees_another():
    given = network(Linear(9), input={"nm_per_px": 0.1})
    micrograph = Micrograph(noise(64).pixels, 0.05, "fine")
    found = wb.explain(micrograph, given, (32, 30), "gradient")
    ((problem, part),) = found.parts
    assert problem.nm_per_px == pytest.approx(0.1)
    assert found.map.sum() == pytest.approx(part.sum(), rel=0.02)


def test_a_classical_method_is_refused_since_it_has_no_gradient():
    with pytest.raises(ExplanationError, match="is a classical method: it has no gradient"):
        wb.explain(noise(33), "otsu", (3, 3))
