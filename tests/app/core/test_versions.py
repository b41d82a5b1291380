"""Which network is shown: all that its answer depends on, and how jobs and scripts say it."""

import numpy as np
import pytest

from workbench.app.core.parameters import Parameters
from workbench.app.core.versions import Followed, NetworkVersion, Request, Versions, stamp_of
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.loading import networks, user_folder

TRAINED = NetworkVersion("unet", "/zoo/unet.safetensors", None, 1.0, None, "12 34")


class Page(Parameters):
    """What `Versions` asks of a page."""

    def __init__(self):
        super().__init__()
        self.cards = networks()


@pytest.mark.parametrize(
    ("version", "loaded"),
    [
        (TRAINED, 'wb.load_network("unet")'),
        (TRAINED.at(2), 'wb.dilate(wb.load_network("unet"), 2)'),
        (TRAINED.at([1, 2, 4]), 'wb.dilate(wb.load_network("unet"), [1, 2, 4])'),
        (TRAINED._replace(scale=1.5), 'wb.at_scale(wb.load_network("unet"), 1.5)'),
        (
            TRAINED.at(2)._replace(scale=0.5),
            'wb.at_scale(wb.dilate(wb.load_network("unet"), 2), 0.5)',
        ),
        (
            TRAINED._replace(epoch=3, weights="/runs/unet/last.safetensors"),
            'wb.load_network("/runs/unet/last.safetensors")',
        ),
    ],
)
def test_a_script_loads_the_version_that_is_shown(version, loaded):
    assert version.loaded == loaded


def test_the_same_weights_at_other_dilations():
    assert TRAINED.at([1, 2]) == TRAINED._replace(dilation=(1, 2))
    assert TRAINED.at([1, 2]).rates == [1, 2]
    assert TRAINED.at(3).rates == 3
    assert TRAINED.at(3)._replace(scale=2.0).as_trained == TRAINED
    assert TRAINED.at(3).which.dilation == 3


def test_the_version_that_is_asked_for_has_dilation_and_scale_of_the_page():
    page = Page()
    versions = Versions(page)
    first = versions.of("unet")
    assert (first.dilation, first.scale, first.epoch) == (None, 1.0, None)
    assert first.weights.endswith("unet.safetensors")
    page.dilations, page.scales = {"unet": [1, 2, 2, 4, 4]}, {"unet": 2.0}
    assert versions.of("unet") == first.at([1, 2, 2, 4, 4])._replace(scale=2.0)
    assert versions.card("unet").input.scale == 2.0
    assert page.card("unet").input.scale == 1.0


def test_a_classical_method_has_no_file():
    version = Versions(Page()).of("otsu")
    assert (version.weights, version.stamp, version.network) == ("otsu", "", "otsu")


def test_of_a_run_that_is_followed_the_epoch_says_which_weights_they_are(tmp_path):
    page, file = Page(), tmp_path / "last.safetensors"
    file.write_bytes(b"weights")
    page.followed = {"unet": Followed(3, str(file))}
    versions = Versions(page)
    version = versions.of("unet")
    assert (version.epoch, version.weights, version.network) == (3, str(file), str(file))
    file.write_bytes(b"other weights")
    assert not versions.changed(version)
    assert versions.of("unet") == version


def test_a_file_that_is_written_anew_is_another_network_once_it_is_looked_at_again():
    path = user_folder() / "mine.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"weights")
    versions = Versions(Page())
    before = versions.of("mine")
    assert not versions.changed(before)
    path.write_bytes(b"other weights")
    assert versions.changed(before)
    assert versions.of("mine") == before  # the file is not looked at for every question
    versions.look_again()
    assert versions.of("mine") != before
    assert versions.of("mine").stamp == stamp_of(str(path))


def test_a_question_is_about_these_pixels_at_this_size():
    pixels = np.eye(8, dtype=np.float32)
    asked = Request.of(TRAINED, Micrograph(pixels, 0.05, "a"))
    assert asked == Request.of(TRAINED, Micrograph(pixels, 0.05, "another name"))
    others = [
        Micrograph(pixels, 0.1, "a"),
        Micrograph(pixels, None, "a"),
        Micrograph(1 - pixels, 0.05, "a"),
        None,
    ]
    assert asked not in [Request.of(TRAINED, other) for other in others]
    assert Request.of(TRAINED.at(2), Micrograph(pixels, 0.05, "a")) != asked
