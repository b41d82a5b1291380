"""Architectures by name."""

import pytest

from workbench.errors import NetworkError
from workbench.networks import registry
from workbench.networks.module import SegmentationModule
from workbench.networks.registry import architecture, architectures, build, describe


def test_the_five_architectures_are_registered():
    assert set(architectures()) >= {"unet", "groschner_unet", "residual_unet", "fcn8s", "mixed_scale"}


def test_unknown_architecture_and_option_are_named():
    with pytest.raises(NetworkError, match=r"choose one of .*unet"):
        build("unetx")
    with pytest.raises(NetworkError, match="no option bass"):
        build("unet", bass=3)


@pytest.fixture
def entered(monkeypatch):
    monkeypatch.setattr(registry, "_registered", {**registry._registered})

    @architecture("pixelwise", title="Pixel by pixel")
    class Pixelwise(SegmentationModule):
        """Looks at one pixel.

        And says more of it.
        """

        def __init__(self, width: int = 3, norm: str = "none") -> None:
            self.given = (width, norm)

    return Pixelwise


def test_a_class_is_entered_with_its_title_first_line_and_options(entered):
    known = describe("pixelwise")
    assert (known.title, known.summary) == ("Pixel by pixel", "Looks at one pixel.")
    assert known.options == {"width": 3, "norm": "none"}
    assert known.module is entered
    assert entered.architecture == "pixelwise"
    assert "pixelwise" in architectures()
    assert list(architectures()) == sorted(architectures())


def test_two_classes_of_one_name_are_refused_and_one_that_is_defined_anew_is_not(entered):
    with pytest.raises(
        NetworkError, match=r"Two architectures are called pixelwise: .*Pixelwise and .*Other; rename"
    ):

        @architecture("pixelwise")
        class Other(SegmentationModule):
            pass

    assert architecture("pixelwise")(entered) is entered
    assert describe("pixelwise").title == "pixelwise"
