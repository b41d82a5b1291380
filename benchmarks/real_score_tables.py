"""The tables of real_scores.py, from one row a micrograph, truth and network."""

from __future__ import annotations

import pandas
from particle_columns import AGREEMENT, ERRORS, EXPLAINED, NOT_REACHED, numbers, particle_columns
from score_tables import table

from workbench.micrographs.datasets.public_sets import public_dataset

REFERENCE = "otsu"
"""The method that every network is compared with on each micrograph."""
WINS = {"dice_hard": "better_dice", "particle_f1": "better_f1"}
"""Of a metric the column that says whether it is better than the reference's, against the same truth."""


def with_wins(rows: pandas.DataFrame) -> pandas.DataFrame:
    """Return the rows with the columns of `WINS`: 1 better, 0 not, NaN where there is nothing to compare."""
    keys = ["set", "micrograph", "truth"]
    reference = rows[rows.network == REFERENCE].set_index(keys)
    at = pandas.MultiIndex.from_frame(rows[keys])
    found = rows.copy()
    for metric, column in WINS.items():
        own = numbers(rows, metric)
        other = numbers(reference, metric).reindex(at).set_axis(rows.index)
        comparable = own.notna() & other.notna() & (rows.network != REFERENCE)
        found[column] = (own > other).astype(float).where(comparable)
    return found


def document(rows: pandas.DataFrame) -> str:
    lines = [
        "# Scores on real micrographs",
        "",
        "Truth that no threshold drew, from `python benchmarks/real_scores.py`; every micrograph: "
        f"[real-scores.csv](real-scores.csv). Thresholds as on the cards. {EXPLAINED} In the last columns the "
        f"share of the micrographs on which a network is better than blur + Otsu. {NOT_REACHED}",
    ]
    for name, part in rows.groupby("set", sort=False):
        known = public_dataset(str(name))
        lines += [
            "",
            f"## {name}",
            "",
            f"{part.micrograph.nunique()} micrographs: {known.title}. {known.citation}. {known.licence}.",
        ]
        for truth, same in part.groupby("truth", sort=False):
            if truth:
                lines += ["", f"Against the manual segmentation {truth}:"]
            lines += ["", *table(scores(same))]
    return "\n".join(lines) + "\n"


def scores(rows: pandas.DataFrame) -> list[list[str]]:
    """Return a row a network: Dice where there are masks, particles, and how often it is better than the reference."""
    masks = bool(numbers(rows, "dice_hard").notna().any())
    wins = {metric: column for metric, column in WINS.items() if masks or metric != "dice_hard"}
    told = [
        [
            "network",
            *(["Dice, mean", "Dice, median"] if masks else []),
            *AGREEMENT.values(),
            *ERRORS.values(),
            *(f"better in {'Dice' if metric == 'dice_hard' else 'F1'}" for metric in wins),
        ]
    ]
    alike = rows.drop_duplicates("network").label.value_counts()
    for network, part in rows.groupby("network", sort=False):
        label = str(part.label.iloc[0])
        dice = numbers(part, "dice_hard")
        shares = [numbers(part, column).mean() for column in wins.values()]
        told.append(
            [
                label if alike[label] == 1 else f"{label} ({network})",
                *([f"{dice.mean():.3f}", f"{dice.median():.3f}"] if masks else []),
                *particle_columns(part),
                *("" if pandas.isna(share) else f"{share:.0%}" for share in shares),
            ]
        )
    return told
