"""What is set on the page is what a batch runs; what it cannot run is refused in a sentence."""

import numpy as np
import pytest
import tifffile

from workbench.app.core.versions import Followed
from workbench.app.folder.settings import differences, plan_of, said_of
from workbench.app.particles.state import ParticlesState
from workbench.app.session import Session
from workbench.batch.plan import BatchPlan, PlannedNetwork
from workbench.batch.run import run_batch
from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.writing import write_tiff

NOISE = np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32)


@pytest.fixture
def asked(session, sample):
    """What a plan is made of now, with a pixel size for all or none."""

    def ask(nm_per_px=None, **extras):
        return plan_of(session, [sample], nm_per_px, **extras)

    return ask


@pytest.fixture
def said(session, asked):
    return lambda nm_per_px=None: said_of(asked(nm_per_px), session.cards)


def test_networks_thresholds_and_cleaning_are_those_of_the_page(session, sample, asked):
    session.set_threshold("unet", 0.6125)
    session.set_min_area(0)
    session.fill_holes = session.split_touching = True
    plan = asked(frames="all", rois=True)
    assert plan == BatchPlan(
        inputs=(str(sample),),
        networks=(
            PlannedNetwork(network="fcn8s", threshold=session.threshold("fcn8s")),
            PlannedNetwork(network="unet", threshold=0.6125),
        ),
        min_area=0,
        fill_holes=True,
        split_touching=True,
        frames="all",
        rois=True,
    )


def test_a_plan_makes_the_mask_settings_of_the_page(session, asked):
    session.show(Micrograph(NOISE, 0.05))
    session.set_min_area(2.5)
    for name, planned in zip(session.selected, asked().networks, strict=True):
        settings = session.settings(name)
        assert (settings.threshold, settings.min_area_nm2) == (planned.threshold, asked().min_area)


def test_burnt_in_marks_are_taken_for_specimen_where_the_page_does(session, asked):
    session.open_sample("easy")
    assert not asked().keep_marks
    session.leave_out_marks(on=False)
    assert asked().keep_marks


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"selected": []}, "No network is shown; show one under Networks first."),
        ({"dilations": {"unet": 4}}, "U-Net is shown at dilation 4, and a folder is run as its card says"),
        ({"scales": {"unet": 1.5}}, "U-Net is shown at scale 1.5, and a folder"),
        ({"dilations": {"unet": [1, 2]}, "scales": {"unet": 2}}, r"dilation \(1, 2\) and scale 2, and"),
        ({"followed": {"unet": Followed(3, "x.safetensors")}}, "U-Net is at work in a training"),
    ],
)
def test_what_a_batch_cannot_do_as_the_page_is_refused(session, asked, change, why):
    for name, value in change.items():
        setattr(session, name, value)
    with pytest.raises(WorkbenchError, match=why):
        asked()


def test_a_width_of_particles_in_the_open_micrograph_is_no_scale_of_the_network(session, asked):
    change = {"particle_px": 40.0}
    session.cards = [card.model_copy(update=change) for card in session.cards]
    session.show(Micrograph(NOISE, None))
    session.particle_widths = {session.micrograph.sha256: 9.0}
    assert session.version("unet").scale != 1
    assert asked().networks[-1].network == "unet"


def test_a_smallest_area_that_does_not_fit_the_open_micrograph_is_refused(session, asked):
    session.show(Micrograph(NOISE, None))
    session.set_min_area(300.0, "px2")
    assert asked().min_area == 300
    session.show(Micrograph(NOISE, 0.05))
    with pytest.raises(WorkbenchError, match="set in px² and the open micrograph has nm²; set it in these"):
        asked()
    assert asked(nm_per_px=0.1).min_area == pytest.approx(3)  # one size for all says what a pixel is
    session.set_min_area(2.0, "nm2")
    assert asked().min_area == asked(nm_per_px=0.1).min_area == 2


def test_a_sentence_says_what_is_run(session, said):
    assert said() == "FCN8s at p > 0.45 and U-Net at p > 0.45, smallest diameter as on their cards"
    session.selected = ["unet"]
    assert said() == "U-Net at p > 0.45, smallest diameter as on its card"
    session.selected = ["otsu"]
    session.fill_holes = session.split_touching = True
    assert said(
        0.05
    ) == f"{session.card('otsu').label} at p > 0.5, holes filled, touching particles parted, " + (
        "0.05 nm/px whatever the files say"
    )
    session.set_min_area(2.0, "nm2")
    assert "smallest area 2 nm² (px² where a file has no pixel size), holes" in said()
    assert "smallest area 2 nm², holes" in said(0.05)


def test_a_plan_of_networks_that_are_not_here_is_said_by_their_names(session):
    plan = BatchPlan.of(["a"], ["mine", "other", "third"], keep_marks=True)
    assert said_of(plan, session.cards) == "mine, other and third, burnt-in marks taken for specimen"


def test_pixel_sizes_that_were_typed_are_those_of_the_batch(session, sample):
    session.pixel_sizes = {"/elsewhere/a.tif": 0.05}
    assert plan_of(session, [sample], None).sizes == {}
    for path in (sample, sample / "a.tif"):
        session.pixel_sizes = {str(path): 0.05, "/elsewhere": 0.2}
        plan = plan_of(session, [sample], None)
        assert plan.sizes == {str(path): 0.05}
        assert "pixel sizes as typed on this page" in said_of(plan, session.cards)
        assert plan_of(session, [sample], 0.1).sizes == {}  # one for all


def test_what_a_batch_does_not_take_over_is_said(session):
    assert differences(session, None) == []
    session.particle_widths = {"0" * 64: 9.0}
    assert "is found, also where one was typed" in differences(session, None)[0]
    session.subject(ParticlesState).min_circularity = 0.5
    assert differences(session, 0.05) == [
        "All particles are counted: what is set and done by hand under Particles is not used."
    ]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_batch_makes_the_masks_that_the_page_shows(compute, data, sample):
    rows, columns = np.mgrid[:96, :96]
    far = np.hypot(rows - 48, columns - 40)
    pixels = 1000 + 60 * np.random.default_rng(3).normal(size=(96, 96)) - 500 * ((far < 24) & (far > 5))
    write_tiff(sample / "ring.tif", pixels.astype(np.float32), 0.1)
    page = Session(data=data, compute=compute)
    page.selected = ["unet", "otsu"]
    page.set_threshold("otsu", 0.45)
    page.set_min_area(0.5, "nm2")
    page.fill_holes = True
    page.open_file("sample-3/ring.tif").result(60)
    page.wait(300)
    run_batch(plan_of(page, [sample / "ring.tif"], None), data.root / "out", workers=1)
    for name in page.selected:
        made = tifffile.imread(data.root / "out" / f"ring.{name}.mask.tif") > 0
        assert made.any()
        np.testing.assert_array_equal(made, page.postprocessed[name].mask)


def test_rules_that_are_set_or_taken_back_are_heard(session, sample):
    folder, particles = session.folder, session.subject(ParticlesState)
    assert folder.differences == []
    particles.min_circularity = 0.5
    assert "All particles are counted" in folder.differences[0]
    particles.min_circularity = 0.0
    assert folder.differences == []
