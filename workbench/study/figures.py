"""The figures of a study: Dice against dose, receptive field and training set, and the learning curves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.study.drawing import colours_of, new_figure, panels, save, tidy
from workbench.study.tables import ALL, by_dose

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axes._secondary_axes import SecondaryAxis

    from workbench.study.plan import StudyPlan


def dice_against_dose(
    folder: Path, plan: StudyPlan, scores: pd.DataFrame, table: pd.DataFrame
) -> Path | None:
    """Draw a panel a network, a line a dilation, a point a bin of dose; None without bins.

    Parameters
    ----------
    folder : Path
    plan : StudyPlan
    scores : DataFrame
        From `score_table`.
    table : DataFrame
        From `summary`, of the largest training set.
    """
    doses = {
        name: float(np.exp(np.log(part["dose_e_per_A2"]).mean()))
        for name, part in by_dose(scores, plan).items()
        if name != ALL
    }
    if not doses:
        return None
    kinds = list(dict.fromkeys(table["kind"]))
    dilations = list(dict.fromkeys(table["dilation"]))
    figure, axes = panels(len(kinds))
    for axis, kind in zip(axes, kinds, strict=True):
        for dilation, colour in zip(dilations, colours_of(len(dilations), ordered=True), strict=True):
            own = table[(table["kind"] == kind) & (table["dilation"] == dilation) & (table["dose"] != ALL)]
            if len(own):
                x = [doses[dose] for dose in own["dose"]]
                _points(axis, x, own, colour, f"dilation {dilation}")
        axis.set_xscale("log")
        _plain_ticks(axis, list(doses.values()))
        tidy(axis, kind, "dose (e/Å²)")
    axes[0].set_ylabel("hard Dice, test", fontsize=8)
    _legend(axes)
    return save(figure, folder / "dice-against-dose")


def dice_against_field(folder: Path, table: pd.DataFrame, networks: pd.DataFrame) -> Path:
    """Draw a panel a bin of dose, a line a network, a point a dilation; the field in nm below, in diameters above.

    Parameters
    ----------
    folder : Path
    table : DataFrame
        From `summary`, of the largest training set.
    networks : DataFrame
        From `network_table`.
    """
    both = table.merge(
        networks[["kind", "dilation", "field_px", "field_nm", "field_diameters"]], on=["kind", "dilation"]
    )
    known = "field_nm" if both["field_nm"].notna().all() else "field_px"
    kinds = list(dict.fromkeys(both["kind"]))
    doses = [dose for dose in dict.fromkeys(both["dose"]) if dose != ALL] or [ALL]
    figure, axes = panels(len(doses))
    for axis, dose in zip(axes, doses, strict=True):
        for kind, colour in zip(kinds, colours_of(len(kinds)), strict=True):
            own = both[(both["kind"] == kind) & (both["dose"] == dose)].sort_values(known)
            if len(own):
                _points(axis, list(own[known]), own, colour, kind)
        axis.set_xscale("log")
        _plain_ticks(axis, sorted(both[known]))
        tidy(axis, dose, f"receptive field ({known.removeprefix('field_')})")
        _diameters_above(axis, float((both[known] / both["field_diameters"]).median()), sorted(both[known]))
    axes[0].set_ylabel("hard Dice, test", fontsize=8)
    _legend(axes)
    return save(figure, folder / "dice-against-receptive-field")


def learning_curves(folder: Path, curves: pd.DataFrame) -> Path:
    """Draw a panel a network and training size, a line an initialisation: validation Dice over steps.

    At the first dilation of each network; the band is from the lowest to the highest seed.
    """
    from matplotlib.ticker import MaxNLocator

    first = {str(name): str(own["dilation"].iloc[0]) for name, own in curves.groupby("network", sort=False)}
    own = curves[curves["dilation"] == curves["network"].map(first)]
    groups = list(own.groupby(["network", "training_size"], sort=False))
    starts = list(dict.fromkeys(own["initialisation"]))
    colours = dict(zip(starts, colours_of(len(starts)), strict=True))
    figure, axes = panels(len(groups), len(first))
    for axis, ((network, size), part) in zip(axes, groups, strict=True):
        for start in dict.fromkeys(part["initialisation"]):
            lines = part[part["initialisation"] == start]
            at = lines.groupby("step")["dice_hard"].agg(["mean", "min", "max"])
            axis.fill_between(at.index, at["min"], at["max"], color=colours[start], alpha=0.2, linewidth=0)
            axis.plot(
                at.index, at["mean"], color=colours[start], marker="o", markersize=3, label=f"start: {start}"
            )
        tidy(axis, f"{network}, dilation {first[str(network)]}\n{size} micrographs", "steps")
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axis.legend(fontsize=7, frameon=False)
    axes[0].set_ylabel("hard Dice, validation", fontsize=8)
    return save(figure, folder / "learning-curves")


def dice_against_training_set(folder: Path, table: pd.DataFrame) -> Path | None:
    """Draw a line a network at the dilations that were trained on several sizes; None where none was."""
    all_doses = table[table["dose"] == ALL]
    groups = [
        (f"{kind}, dilation {dilation}", own.sort_values("training_size"))
        for (kind, dilation), own in all_doses.groupby(["kind", "dilation"], sort=False)
        if len(own) > 1
    ]
    if not groups:
        return None
    figure = new_figure(4.6, 3.2)
    axis = figure.subplots()
    for (name, own), colour in zip(groups, colours_of(len(groups)), strict=True):
        _points(axis, list(own["training_size"]), own, colour, name)
    axis.set_xscale("log")
    _plain_ticks(axis, sorted(set(all_doses["training_size"])))
    tidy(axis, "", "micrographs trained on")
    axis.set_ylabel("hard Dice, test, all doses", fontsize=8)
    axis.legend(fontsize=7, frameon=False)
    return save(figure, folder / "dice-against-training-set")


def _legend(axes: Sequence[Axes]) -> None:
    """Explain the lines of all panels in the last one, which may lack some of them."""
    lines = {
        label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    if lines:
        axes[-1].legend(list(lines.values()), list(lines), fontsize=7, frameon=False)


def _diameters_above(axis: Axes, length: float, values: Sequence[float]) -> None:
    """Put a second scale above, in units of the median particle diameter, where that is known."""
    if not np.isfinite(length):
        return

    def in_diameters(x: Any) -> Any:
        return x / length

    def as_below(x: Any) -> Any:
        return x * length

    above = axis.secondary_xaxis("top", functions=(in_diameters, as_below))
    _plain_ticks(above, [value / length for value in values])
    above.set_xlabel("in median particle diameters", fontsize=8)
    above.tick_params(labelsize=7)


def _points(axis: Axes, x: Sequence[float], own: pd.DataFrame, colour: str, label: str) -> None:
    """Draw means over seeds, with their standard deviation where there is one."""
    spread = own["std"].fillna(0.0)
    axis.errorbar(
        x,
        own["mean"],
        yerr=spread,
        color=colour,
        marker="o",
        markersize=4,
        capsize=2,
        linewidth=1.2,
        label=label,
    )


def _plain_ticks(axis: Axes | SecondaryAxis, values: Sequence[float]) -> None:
    """Put plain numbers at the values themselves, where they do not stand too close together."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    kept: list[float] = []
    for value in sorted(values):
        if not kept or value > 1.5 * kept[-1]:
            kept.append(value)
    axis.xaxis.set_major_locator(FixedLocator(kept))
    axis.xaxis.set_major_formatter(FixedFormatter([_two_digits(value) for value in kept]))
    axis.xaxis.set_minor_locator(NullLocator())


def _two_digits(value: float) -> str:
    """Return a number without more digits than a reading needs, and without an exponent."""
    return f"{float(f'{value:.2g}'):g}"
