"""The EMD of NCEM: units, steps, the order of its axes."""

import numpy as np
import pytest
from hdf5_files import IMAGE, NM, H, W, dims, ncem

from workbench.errors import MicrographError
from workbench.micrographs.reading import list_contents, open_micrograph


@pytest.mark.parametrize(
    ("unit", "step", "nm"),
    [
        ("nm", 0.05, NM),
        (np.bytes_("nm"), 0.05, NM),
        ("n_m", 0.05, NM),
        (np.bytes_("[n_m]"), 0.05, NM),
        ("Å", 0.5, NM),
        ("[Å]", 0.5, NM),
        (np.bytes_("Å".encode("latin-1")), 0.5, NM),
        ("Å".encode("latin-1"), 0.5, NM),
        ("A", 0.5, NM),
        ("pm", 50, NM),
        ("[µ_m]", 5e-5, NM),
        ("um", 5e-5, NM),
        ("px", 1, None),
        ("", 0.05, None),
        ("nm", 0, None),
        ("nm", -0.05, None),
    ],
)
def test_the_unit_of_ncem(tmp_path, unit, step, nm):
    opened = open_micrograph(ncem(tmp_path / "a.emd", {"a": (IMAGE, dims(unit, step))}))
    assert opened.nm_per_px == (None if nm is None else pytest.approx(nm))
    assert np.array_equal(opened.pixels, IMAGE)


@pytest.mark.parametrize(
    ("values", "nm"),
    [
        (np.array([3.0, 3.05]), NM),  # of a longer axis the first two
        (np.arange(W) * NM + 1000, NM),
        (np.float32(np.arange(W) * NM + 100), NM),
        (np.geomspace(1, 9, W), None),
        (np.array([3.0]), None),
        (np.array([b"a"] * W), None),
        (np.full(W, np.nan), None),
    ],
)
def test_the_step_of_an_axis_of_ncem(tmp_path, values, nm):
    axes = [("y", "nm", np.arange(H) * NM), ("x", "nm", values)]
    opened = open_micrograph(ncem(tmp_path / "a.emd", {"a": (IMAGE, axes)}))
    assert opened.nm_per_px == (None if nm is None else pytest.approx(nm, rel=1e-3))


@pytest.mark.parametrize(
    "names", [("", "", ""), ("z", "y", "x"), ("n", "height", "width"), ("dim1", "dim2", "dim3")]
)
def test_a_stack_of_ncem_lies_as_it_is_stored_where_no_name_says_otherwise(tmp_path, names):
    stack = np.stack([IMAGE, IMAGE + 1, IMAGE + 2])
    axes = [(names[0], "", np.arange(3)), *dims("[n_m]", names=names[1:])]
    path = ncem(tmp_path / "a.emd", {"stack": (stack, axes)})
    (signal,) = list_contents(path)
    assert (signal.shape, signal.title) == ((3, H, W), "stack")
    opened = open_micrograph(path, frame=2)
    assert np.array_equal(opened.pixels, stack[2])
    assert opened.nm_per_px == pytest.approx(NM)


def test_names_turn_an_image_of_ncem_and_hyperspy_writes_columns_first(tmp_path):
    turned = dims(names=("x", "y"), shape=(W, H))
    assert np.array_equal(open_micrograph(ncem(tmp_path / "a.emd", {"a": (IMAGE.T, turned)})).pixels, IMAGE)
    nameless = dims(names=("", ""), shape=(W, H))
    path = ncem(tmp_path / "b.emd", {"b": (IMAGE.T, nameless)}, top="signals")
    assert np.array_equal(open_micrograph(path).pixels, IMAGE)


def test_groups_of_which_one_name_begins_another_are_signals_of_their_own(tmp_path):
    groups = {
        "img1": (IMAGE, dims()),
        "img10": (IMAGE[:4], dims(step=0.1, shape=(4, W))),
        "img": (IMAGE + 1, dims()),
    }
    path = ncem(tmp_path / "a.emd", groups)
    assert {signal.title: signal.shape for signal in list_contents(path)} == {
        "img": (H, W), "img1": (H, W), "img10": (4, W),
    }  # fmt: skip
    assert open_micrograph(path, signal="img10").nm_per_px == pytest.approx(0.1)


def test_a_group_of_ncem_without_dimensions_opens_and_takes_no_other_with_it(tmp_path):
    path = ncem(tmp_path / "a.emd", {"bare": (IMAGE, []), "whole": (IMAGE, dims()), "line": (IMAGE[0], [])})
    assert [signal.nm_per_px for signal in list_contents(path)] == [None, None, pytest.approx(NM)]
    with pytest.raises(MicrographError, match="spectrum"):
        open_micrograph(path, signal="line")


def test_py4dstem_counts_from_0_and_its_patterns_are_refused(tmp_path):
    path = ncem(
        tmp_path / "a.emd", {"adf": (IMAGE, dims("A", 0.5, ("Rx", "Ry")))}, first=0, python_class="RealSlice"
    )
    assert open_micrograph(path).nm_per_px == pytest.approx(NM)
    cube = dims("pixels", 1, ("Rx", "Ry", "Qx", "Qy"), (2, 3, H, W))
    path = ncem(tmp_path / "b.emd", {"datacube": (np.zeros((2, 3, H, W)), cube)}, first=0)
    with pytest.raises(MicrographError, match="diffraction"):
        open_micrograph(path)
