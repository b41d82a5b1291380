"""The tables of docs/scores.md, from one row a micrograph and network (see scores.py)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas
from particle_columns import EXPLAINED, NOT_REACHED, PIECES, has_particles, particle_table

METRICS = ["dice_hard", "dice_soft", "dice_both", "iou", "precision", "recall", "boundary_f1"]
DOSES = (20, 50, 100, 300, 2000)
"""Limits of the bands of dose, e/A2."""
PIXELS = (0.015, 0.03, 0.05, 0.08)
"""Limits of the bands of pixel size, nm."""
ALIKE = ("fcn8s", "residual_unet", "unet")
"""Networks of three architectures that were trained on the same micrographs."""
ENOUGH = 100
"""The dose, e/A2, from which on a network is held to more."""

Columns = list[tuple[str, pandas.Series]]
"""A title, and one value a network, by its label."""


def document(rows: pandas.DataFrame) -> str:
    test = rows[rows.kind == "test"].copy()
    test["dose"], test["nm_per_px"] = test.dose.astype(float), test.nm_per_px.astype(float)
    bare, test = test[~with_particles(test)], test[with_particles(test)]
    plain = test[test.way == ""]
    first = plain[plain.set == plain.set.iloc[0]]
    sets = " and ".join(
        f"`{name}` (seed {int(float(part.seed.iloc[0]))}, {test_of(rows, name)} micrographs of "
        f"{int(float(part.specimens.iloc[0]))} specimens, {part.micrograph.nunique()} of them with particles)"
        for name, part in plain.groupby("set", sort=False)
    )
    lines = [
        "# Scores",
        "",
        f"Simulated test sets on which nothing was chosen: {sets}; what is "
        "in them: [simulated micrographs](simulated-micrographs.md). Hard Dice of the particle class, mean over the "
        "micrographs. Thresholds as on the cards: those of the networks that ship were chosen on other simulated "
        "micrographs, 0.5 was chosen on none. From `make scores`; published networks and real micrographs are added "
        "by options of `python benchmarks/scores.py`. Every micrograph: [scores.csv](scores.csv).",
        "",
        "## By set and dose",
        "",
        *table(by_set(plain)),
        "",
        f"On `{first.set.iloc[0]}`, by dose and by pixel size:",
        "",
        *table(by_band(first)),
        "",
        "Networks that were published were trained on real micrographs of gold at 0.0215 nm/px, and see every "
        "micrograph as it is; the networks that ship resample to the pixel size of their card.",
        "",
        "## The same micrographs, changed",
        "",
        f"{test[test.way != ''].micrograph.nunique()} micrographs of `{first.set.iloc[0]}`, each of another specimen: "
        "as they are, resampled to pixels twice and half as wide (with the pixel size known), and with inverted "
        "contrast. In brackets the part of its own score that is kept.",
        "",
        *table(changed(test)),
        "",
        "## Every metric",
        "",
        f"On `{first.set.iloc[0]}`, mean ± standard deviation over the micrographs.",
        "",
        *table(every_metric(first)),
        "",
        *compared(first),
        *alike(first),
        *particles(plain),
        *without_particles(bare[bare.way == ""]),
        *not_truth(rows),
    ]
    return "\n".join(lines).rstrip() + "\n"


def test_of(rows: pandas.DataFrame, name: object) -> int:
    """How many micrographs a set has."""
    return int(rows[(rows.kind == "test") & (rows.set == name)].micrograph.nunique())


def with_particles(rows: pandas.DataFrame) -> pandas.Series:
    """Which rows are of micrographs with a particle: where there is none one wrong pixel makes the hard Dice 0."""
    return pandas.to_numeric(rows.covered, errors="coerce") > 0


def without_particles(bare: pandas.DataFrame) -> list[str]:
    """How much of bare support each network takes for particle."""
    if bare.empty:
        return []
    area = bare.assign(taken=bare.taken.astype(float)).groupby("label", sort=False).taken
    told = [["network", "part of the area taken for particle, mean", "largest"]]
    told += [
        [str(label), f"{mean:.1%}", f"{most:.1%}"]
        for label, mean, most in zip(area.mean().index, area.mean(), area.max(), strict=True)
    ]
    return [
        "## Bare support",
        "",
        f"{bare.micrograph.nunique()} micrographs show no particle. Dice is not defined there, one wrong pixel makes "
        "it 0, so they are in no table above.",
        "",
        *table(told),
        "",
    ]


def table(rows: list[list[str]]) -> list[str]:
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return [head, "|" + "---|" * len(rows[0]), *body]


def bands(plain: pandas.DataFrame) -> dict[str, pandas.DataFrame]:
    """Parts of a set by dose and by pixel size that hold at least one micrograph."""
    dose, pixel = plain.dose.astype(float), plain.nm_per_px.astype(float)
    parts = {f"{low} to {high} e/Å²": plain[(dose >= low) & (dose < high)] for low, high in pairwise(DOSES)}
    parts |= {
        f"{low} to {high} nm/px": plain[(pixel >= low) & (pixel < high)] for low, high in pairwise(PIXELS)
    }
    return {name: part for name, part in parts.items() if len(part)}


def by_set(plain: pandas.DataFrame) -> list[list[str]]:
    columns: Columns = []
    for name, part in plain.groupby("set", sort=False):
        enough = part.dose >= ENOUGH
        hard = part[enough].groupby("label", sort=False).dice_hard
        n = part[enough].micrograph.nunique()
        columns += [
            (f"`{name}`, {ENOUGH} e/Å² and above (n = {n})", hard.mean()),
            ("the worst of them", hard.min()),
        ]
        if not enough.all():
            n = part[~enough].micrograph.nunique()
            below = part[~enough].groupby("label", sort=False).dice_hard.mean()
            every = part.groupby("label", sort=False).dice_hard.mean()
            columns += [(f"`{name}`, below {ENOUGH} e/Å² (n = {n})", below), (f"`{name}`, all", every)]
    return in_rows(columns, plain)


def by_band(first: pandas.DataFrame) -> list[list[str]]:
    columns = [
        (f"{name} (n = {part.micrograph.nunique()})", part.groupby("label", sort=False).dice_hard.mean())
        for name, part in bands(first).items()
    ]
    return in_rows(columns, first)


def in_rows(columns: Columns, rows: pandas.DataFrame) -> list[list[str]]:
    told = [["network", *(title for title, _values in columns)]]
    for label in rows.label.unique():
        told.append([label, *(f"{values[label]:.3f}" for _title, values in columns)])
    return told


def changed(test: pandas.DataFrame) -> list[list[str]]:
    names = set(test[test.way != ""].micrograph)
    part = test[test.micrograph.isin(names) & (test.set == test.set.iloc[0])]
    found = part.pivot_table(index="label", columns="way", values="dice_hard", aggfunc="mean", sort=False)
    ways = [way for way in found.columns if way]
    told = [["network", "as they are", *ways]]
    for label, row in found.iterrows():
        told.append(
            [str(label), f"{row['']:.3f}", *(f"{row[way]:.3f} ({row[way] / row['']:.0%})" for way in ways)]
        )
    return told


def every_metric(first: pandas.DataFrame) -> list[list[str]]:
    told = [["network", "threshold", *METRICS]]
    for label, part in first.groupby("label", sort=False):
        values = [
            f"{part[metric].astype(float).mean():.3f} ± {part[metric].astype(float).std():.3f}"
            for metric in METRICS
        ]
        told.append([str(label), f"{float(part.threshold.iloc[0]):g}", *values])
    return told


def particles(plain: pandas.DataFrame) -> list[str]:
    """Say how well particles are found one by one, on each set whose labels number them."""
    if not has_particles(plain):
        return []
    lines = ["## Particles, one by one", "", f"{EXPLAINED} {PIECES} {NOT_REACHED}", ""]
    for name, part in plain.groupby("set", sort=False):
        lines += [f"On `{name}`:", "", *table(particle_table(part)), ""]
    return lines


def compared(first: pandas.DataFrame) -> list[str]:
    """Say how often and by how much each network beats the better classical method, micrograph by micrograph."""
    found = first.pivot_table(index="micrograph", columns="network", values="dice_hard")
    better = np.maximum(found.otsu, found.bandpass)
    lines = ["Against the better of the two classical methods on each micrograph:", ""]
    for name, label in first[["network", "label"]].drop_duplicates().itertuples(index=False):
        if name not in ("otsu", "bandpass"):
            gain = found[name] - better
            lines.append(
                f"- {label} wins on {np.mean(gain > 0):.0%} of them, by {gain.mean():.3f} in the mean."
            )
    return [*lines, ""]


def alike(first: pandas.DataFrame) -> list[str]:
    """Say whether networks of other architectures fail on the same micrographs, where there is dose enough."""
    names = [name for name in ALIKE if name in set(first.network)]
    part = first[first.network.isin(names) & (first.dose >= ENOUGH)]
    if len(names) < 2:
        return []
    found = part.pivot_table(index="micrograph", columns="label", values="dice_hard", sort=False)
    between = found.corr().to_numpy()[np.triu_indices(len(names), 1)]
    told = ", ".join(
        f"{label} {column.median():.3f} and {np.mean(column >= 0.9):.0%}" for label, column in found.items()
    )
    return [
        f"At {ENOUGH} e/Å² and above, median Dice and the share of the micrographs with 0.9 or more: {told}. "
        f"Correlation of the Dice of two of them over these micrographs: {between.min():.2f} to {between.max():.2f}. "
        "What is missed there: [Figure 1](figure-1.md#what-is-missed).",
        "",
    ]


def not_truth(rows: pandas.DataFrame) -> list[str]:
    """What an agreement with the masks of real micrographs is worth, where both were measured."""
    real, like = rows[rows.kind == "real"], rows[rows.kind == "like"]
    lines: list[str] = []
    if len(real):
        told = ", ".join(f"{label} {value:.3f}" for label, value in means(real))
        lines += [
            "## Real micrographs",
            "",
            f"Hard Dice against the masks of {real.micrograph.nunique()} real micrographs (msa-em, CC BY 4.0, Duan et "
            f"al. 2024): {told}. These masks are blur + Otsu almost to the pixel, so this is agreement with a "
            "classical method, not quality.",
        ]
    if len(like):
        otsu = like[like.network == "otsu"].dice_hard
        told = ", ".join(f"{label} {value:.3f}" for label, value in means(like[like.network != "otsu"]))
        lines += [
            "",
            "What such an agreement is worth is seen where the truth is known. On "
            f"{like.micrograph.nunique()} simulated micrographs of the same look (`{like.set.iloc[0]}`, seed "
            f"{int(float(like.seed.iloc[0]))}) blur + Otsu agrees with the exact mask to {otsu.mean():.3f} only, to "
            f"{otsu.max():.3f} on the best of them: it cuts thin rims off and leaves faint particles out. The others: "
            f"{told}. So a network that agreed with these masks to 0.95 would have learned their mistakes.",
        ]
    return lines


def means(rows: pandas.DataFrame) -> list[tuple[str, float]]:
    return [(str(label), part.dice_hard.mean()) for label, part in rows.groupby("label", sort=False)]
