"""The script of a page: one variable a network."""

import ast
from types import SimpleNamespace

import pytest

from workbench.app.export.script import _variables


@pytest.mark.parametrize(
    "names",
    [
        ["unet"],
        ["user/unet", "user_unet"],
        ["m", "wb", "figure", "lambda", "3d", "²"],
        ["Net", "net"],
        ["a.b", "a-b"],
    ],
)
def test_every_network_has_a_variable_of_its_own_that_the_script_does_not_use_otherwise(names):
    session = SimpleNamespace(selected=[*names, "x y"])
    variables = _variables(session)
    assert set(variables) == {*names, "x y"}
    assert len({variable.casefold() for variable in variables.values()}) == len(names) + 1
    for variable in variables.values():
        ast.parse(f"{variable} = 1")
        assert variable not in {"m", "wb", "figure", "lambda"}
    assert names != ["unet"] or variables["unet"] == "unet"
