"""The figures of a study draw the numbers of its tables; what was drawn is looked at before it is saved."""

import numpy as np
import pandas as pd
import pytest

from workbench.study import figures
from workbench.study.figures import (
    dice_against_dose,
    dice_against_field,
    dice_against_training_set,
    learning_curves,
)
from workbench.study.tables import ALL


def table(*rows):
    columns = ["kind", "dilation", "dose", "training_size", "mean", "std"]
    return pd.DataFrame(rows, columns=columns)


def series(axis):
    """Return the points and spreads of each line, by its label."""
    found = {}
    for bars in axis.containers:
        x, y = bars.lines[0].get_data()
        spreads = [float(np.ptp(segment[:, 1]) / 2) for segment in bars.lines[2][0].get_segments()]
        found[bars.get_label()] = (list(x), list(y), pytest.approx(spreads))
    return found


def ticks(axis):
    axis.figure.canvas.draw()
    return [
        (float(at), label.get_text())
        for at, label in zip(axis.get_xticks(), axis.get_xticklabels(), strict=True)
    ]


BY_DOSE = table(
    ("unet", "1", "10–100 e/Å²", 6, 0.5, 0.1),
    ("unet", "1", "100–1000 e/Å²", 6, 0.7, np.nan),
    ("unet", "1", ALL, 6, 0.6, 0.1),
    ("unet", "2", "10–100 e/Å²", 6, 0.4, 0.0),
    ("fcn8s", "1", ALL, 6, 0.3, 0.2),
)


def test_dice_stands_at_the_geometric_mean_of_the_doses_of_a_bin(drawn, monkeypatch, tmp_path):
    bins = {ALL: [4, 400], "10–100 e/Å²": [10, 40], "100–1000 e/Å²": [400]}
    parts = {name: pd.DataFrame({"dose_e_per_A2": doses}) for name, doses in bins.items()}
    monkeypatch.setattr(figures, "by_dose", lambda _scores, _plan: parts)
    path = dice_against_dose(tmp_path, None, None, BY_DOSE)
    assert path == tmp_path / "dice-against-dose.png"
    unet, fcn8s = [axis for axis in drawn["dice-against-dose"].axes if axis.get_visible()]
    assert series(unet) == {
        "dilation 1": (pytest.approx([20, 400]), [0.5, 0.7], [0.1, 0.0]),
        "dilation 2": (pytest.approx([20]), [0.4], [0.0]),
    }
    assert series(fcn8s) == {}  # it has no score of a bin
    assert unet.get_xscale() == "log"
    assert ticks(unet) == [(pytest.approx(20), "20"), (pytest.approx(400), "400")]
    legend = fcn8s.get_legend()  # in the last panel, whichever lines that has
    assert [text.get_text() for text in legend.get_texts()] == ["dilation 1", "dilation 2"]


def test_without_bins_there_is_nothing_against_dose(drawn, monkeypatch, tmp_path):
    monkeypatch.setattr(figures, "by_dose", lambda _scores, _plan: {ALL: None})
    assert dice_against_dose(tmp_path, None, None, BY_DOSE) is None
    assert drawn == {}


NETWORKS = pd.DataFrame(
    {
        "kind": ["unet", "unet", "fcn8s"],
        "dilation": ["2", "1", "1"],
        "field_px": [100, 40, 400],
        "field_nm": [5.0, 2.0, 20.0],
        "field_diameters": [2.5, 1.0, 10.0],
    }
)
OVERALL = table(
    ("unet", "2", ALL, 6, 0.8, 0.1), ("unet", "1", ALL, 6, 0.6, 0.1), ("fcn8s", "1", ALL, 6, 0.5, np.nan)
)


def test_dice_stands_at_the_receptive_field_in_nm_and_in_diameters(drawn, tmp_path):
    dice_against_field(tmp_path, OVERALL, NETWORKS)
    (axis,) = [axis for axis in drawn["dice-against-receptive-field"].axes if axis.get_visible()]
    assert series(axis) == {
        "unet": ([2.0, 5.0], [0.6, 0.8], [0.1, 0.1]),
        "fcn8s": ([20.0], [0.5], [0.0]),
    }
    assert axis.get_xlabel() == "receptive field (nm)"
    assert [text for _at, text in ticks(axis)] == ["2", "5", "20"]
    (above,) = axis.child_axes
    assert [text for _at, text in ticks(above)] == ["1", "2.5", "10"]
    assert above.get_xlim() == pytest.approx(np.array(axis.get_xlim()) / 2)  # nm in a diameter


def test_the_field_is_in_pixels_where_one_is_not_known_in_nm_and_without_diameters_where_none_are(
    drawn, tmp_path
):
    unknown = NETWORKS.assign(field_nm=[5.0, np.nan, 20.0], field_diameters=np.nan)
    dice_against_field(tmp_path, OVERALL, unknown)
    (axis,) = [axis for axis in drawn["dice-against-receptive-field"].axes if axis.get_visible()]
    assert series(axis)["unet"][0] == [40, 100]
    assert axis.get_xlabel() == "receptive field (px)"
    assert axis.child_axes == []


def test_each_bin_of_dose_is_a_panel_where_there_are_bins(drawn, tmp_path):
    dice_against_field(tmp_path, BY_DOSE, NETWORKS)
    shown = [axis for axis in drawn["dice-against-receptive-field"].axes if axis.get_visible()]
    assert [axis.get_title(loc="left") or axis.get_title() for axis in shown] == [
        "10–100 e/Å²",
        "100–1000 e/Å²",
    ]
    assert series(shown[1])["unet"][1] == [0.7]


def test_learning_curves_are_means_with_a_band_over_seeds_at_the_first_dilation(drawn, tmp_path):
    rows = [
        ("unet", "1", 6, "none", 0, 10, 0.2),
        ("unet", "1", 6, "none", 0, 20, 0.6),
        ("unet", "1", 6, "none", 1, 10, 0.4),
        ("unet", "1", 6, "none", 1, 20, 0.6),
        ("unet", "1", 6, "none", 2, 10, 0.9),
        ("unet", "1", 6, "none", 2, 20, 0.6),
        ("unet", "2", 6, "none", 0, 10, 1.0),
        ("fcn8s", "3", 6, "edges", 0, 10, 0.1),
    ]
    names = ["network", "dilation", "training_size", "initialisation", "seed", "step", "dice_hard"]
    learning_curves(tmp_path, pd.DataFrame(rows, columns=names))
    unet, fcn8s = [axis for axis in drawn["learning-curves"].axes if axis.get_visible()]
    (line,) = unet.lines
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([10, 20], pytest.approx([0.5, 0.6]))
    assert line.get_label() == "start: none"
    band = unet.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0.2, 0.9)
    assert fcn8s.lines[0].get_label() == "start: edges"
    assert fcn8s.lines[0].get_color() != line.get_color()


def test_dice_against_the_training_set_is_of_networks_that_were_trained_on_several(drawn, tmp_path):
    sizes = table(
        ("unet", "1", ALL, 20, 0.8, 0.1),
        ("unet", "1", ALL, 5, 0.6, 0.0),
        ("unet", "1", "10–100 e/Å²", 5, 0.1, 0.0),
        ("unet", "2", ALL, 20, 0.9, 0.1),
    )
    assert dice_against_training_set(tmp_path, OVERALL) is None
    assert dice_against_training_set(tmp_path, sizes) == tmp_path / "dice-against-training-set.png"
    (axis,) = drawn["dice-against-training-set"].axes
    assert series(axis) == {"unet, dilation 1": ([5, 20], [0.6, 0.8], [0.0, 0.1])}
    assert ticks(axis) == [(5, "5"), (20, "20")]


def test_values_that_stand_too_close_together_share_a_number(drawn, tmp_path):
    close = table(*(("unet", "1", ALL, size, 0.5, 0.0) for size in (10, 12, 14, 16, 40)))
    dice_against_training_set(tmp_path, close)
    assert [at for at, _text in ticks(drawn["dice-against-training-set"].axes[0])] == [10, 16, 40]
