"""The table below the panes."""

from types import SimpleNamespace

import numpy as np
import pytest
from fake_compute import FakeCompute

from workbench.app.core.data_folder import DataFolder
from workbench.app.mask.scores import Scores
from workbench.app.session import Session
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph


@pytest.mark.parametrize(
    ("masked", "said"),
    [
        (5, "The 5 networks disagree on 50.0 % of the pixels."),
        (4, "The 4 networks that have a mask disagree on 40.0 % of the pixels."),
        (1, ""),
    ],
)
def test_the_sentence_says_whose_masks_are_compared(masked, said):
    names = [f"net{number}" for number in range(5)]
    # each finds another tenth of the pixels
    postprocessed = {
        name: SimpleNamespace(mask=np.arange(100).reshape(10, 10) // 10 == number)
        for number, name in enumerate(names[:masked])
    }
    session = SimpleNamespace(selected=names, postprocessed=postprocessed, micrograph=None)
    assert Scores._disagreement(SimpleNamespace(_session=session)) == said


@pytest.mark.parametrize("kind", [bool, np.uint8, np.uint16, np.float32])
def test_a_truth_may_be_a_mask_or_a_label_image(tmp_path, kind):
    numbers = np.zeros((24, 32), int)
    numbers[2:8, 2:8], numbers[2:8, 8:20], numbers[12:20, 4:9] = 1, 2, 3
    session = Session(data=DataFolder(tmp_path), compute=FakeCompute())
    session.selected = []
    session.show(Micrograph(np.zeros((24, 32), np.float32), 0.05, "m"), numbers.astype(kind))
    assert session.truth.dtype == np.bool_
    assert np.array_equal(session.truth, numbers != 0)


def test_shares_are_of_the_specimen_and_not_of_a_data_bar(tmp_path):
    compute = FakeCompute()
    session = Session(data=DataFolder(tmp_path), compute=compute)
    session.selected = ["unet", "otsu"]
    bar = (Mark("data bar", 20, 30, 0, 40),)
    session.show(Micrograph(np.zeros((30, 40), np.float32), 0.05, "m", marks=bar))
    probability = np.zeros((30, 40), np.float32)
    probability[:10] = 1  # half of the specimen, a third of the picture
    for name, found in (("unet", probability), ("otsu", 0 * probability)):
        (job,) = compute.waiting("segment", name)
        job.answer(job.segmentation(found))
    compute.work("post_process")
    table = Scores(session)
    assert "<td>50.0 %</td>" in table._table.value
    session.set_colour("unet", "#123456")
    assert "background:#123456" in table._table.value
    session.move_to("otsu", session.listed.index("unet"))
    rows = table._table.value.split("<tr")[2:]
    assert [session.card(name).label in row for name, row in zip(("otsu", "unet"), rows, strict=True)] == [
        True
    ] * 2
    assert table._disagreement().endswith("50.0 % of the pixels.")
