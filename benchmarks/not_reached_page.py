"""The page of not_reached.py, from one row a micrograph."""

from __future__ import annotations

import pandas
from score_tables import ENOUGH, table

from workbench.networks.card import Card

NEAR_FOCUS = 20
"""In nm, over or under."""
EACH = 2
"""Of each set so many micrographs are shown."""
WANTED = {"full": 0.85, "sim-low-contrast": 0.92, "pt-carbon": 0.60, "soot": 0.40}
TITLES = {
    "full": "`full`",
    "sim-low-contrast": "`sim-low-contrast`",
    "pt-carbon": "Pt on carbon",
    "soot": "soot",
}
BECAME = {
    "true": "true particles",
    "found": "found",
    "merged": "in one with another",
    "cut": "cut",
    "near": "outline off",
    "missed": "missed",
    "other": "other",
    "not_there": "counted, not there",
}
IF = {
    "f1": "as it is",
    "f1_parted": "same mask, parted as the truth is",
    "f1_cleared": "without what is not there",
    "f1_near": "at IoU 0.3",
    "f1_mask": "true mask, parted by the network",
    "f1_width": "true width given",
    "f1_flat": "truth, one number a pixel",
}


def worst(rows: pandas.DataFrame) -> pandas.DataFrame:
    """Return the rows with the lowest F1 of each set, each of another specimen; the sets in their order."""
    specimen = rows.micrograph.str.replace(r"^(sim\d+_\d+)_\d+$", r"\1", regex=True)
    ordered = rows.assign(specimen=specimen).sort_values("f1", kind="stable")
    lowest = ordered.drop_duplicates(["set", "specimen"])
    return pandas.concat([lowest[lowest.set == name].head(EACH) for name in rows.set.unique()])


def parts(rows: pandas.DataFrame) -> dict[str, pandas.DataFrame]:
    """Return the rows by what the tables call them: by set, and `full` by dose, defocus and film, too."""
    found = {}
    for name, part in rows.groupby("set", sort=False):
        title = TITLES.get(str(name), str(name))
        found[title] = part
        if name == "full":
            found[f"{title}, {ENOUGH} e/Å² and above"] = part[part.dose_e_per_A2 >= ENOUGH]
            found[f"{title}, below {ENOUGH} e/Å²"] = part[part.dose_e_per_A2 < ENOUGH]
            near = part.defocus_nm.abs() <= NEAR_FOCUS
            found[f"{title}, within {NEAR_FOCUS} nm of focus"] = part[near]
            found[f"{title}, farther from focus"] = part[~near]
            found[f"{title}, graphitic film"] = part[part.graphitic == 1]
    return found


def page(rows: pandas.DataFrame, card: Card) -> str:
    named = parts(rows)
    goals = [["set", "F1 at IoU 0.5", "wanted"]]
    for name, part in rows.groupby("set", sort=False):
        goals.append([TITLES[str(name)], f"{part.f1.mean():.3f}", f"{WANTED[str(name)]:.2f}"])
    became = [["set", "micrographs", *BECAME.values()]]
    became += [
        [title, str(len(part)), *(str(int(part[column].sum())) for column in BECAME)]
        for title, part in named.items()
    ]
    might_be = [["set", *IF.values()]]
    might_be += [
        [title, *(f"{part[column].mean():.3f}" if part[column].notna().any() else "" for column in IF)]
        for title, part in named.items()
    ]
    return "\n".join(
        [
            "# What is not reached",
            "",
            f"Where {card.label} finds fewer particles one by one than was wanted, and what stands in the way. F1 at "
            "IoU 0.5, mean over the micrographs, on the test sets of [scores](scores.md) and [scores on real "
            "micrographs](real-scores.md) (soot against M1); nothing was chosen here. From `python "
            "benchmarks/not_reached.py`; every micrograph: [not-reached.csv](not-reached.csv).",
            "",
            *table(goals),
            "",
            "Near focus, 100 e/Å² and above, hard Dice 0.90 was wanted: FCN8s 0.869, U-Net 0.842, U-Net generalist "
            "0.838; why: [what makes a micrograph hard](what-helps.md).",
            "",
            f"The {EACH} micrographs with the lowest F1 of each set, each of another specimen. Left: the micrograph, "
            "and the truth in yellow. Right: what is counted as one particle has one colour, its neighbours others.",
            "",
            "![The worst micrographs: the truth in yellow, what is counted in colours](figures/not-reached.jpg)",
            "",
            "Pt on carbon: ArdaGen, MIT; soot: Day et al. 2025, GPL-3.0.",
            "",
            "## What became of each particle",
            "",
            *table(became),
            "",
            "Found: matched at IoU 0.5. In one with another: most of it and most of another true one lie in one that "
            "is counted. Cut: most of it lies in several. Outline off: IoU 0.3 to 0.5. Missed: less than 0.3 of its "
            f"area is in the mask; {int(rows.small.sum())} of those missed are below the smallest diameter of the "
            "card. Not there: less than 0.3 of what is counted lies in true ones.",
            "",
            "## What F1 would be if one thing went right",
            "",
            *table(might_be),
            "",
            "Of boxes, the mask is parted by the ellipses in them.",
            "",
            TOLD,
            "",
        ]
    )


TOLD = """## What stands in the way

- **`sim-low-contrast`: slivers.** A simulated specimen goes on periodically, so a particle that leaves the frame comes
  back on the far side. The truth gave both pieces one number, though everybody counts two, and F1 was 0.832: the
  measure was at fault, and is mended. Each piece has its own number now, and F1 is 0.917. Of 186 particles and pieces
  162 are found and 20 missed; 14 of these are below the smallest diameter of the card. They stay in the truth: the
  frame shows them.
- **`full`: focus.** Farther than 20 nm from focus F1 is 0.872; within, 0.593, and there 83 of the 152 missed particles
  are: they have no outline, and their fringes lie in noise or in graphite. 43 of the 152 are below the smallest
  diameter. One graphitic film near focus (`sim801_0010_0`) has 17 particles that are not there. Parting as the truth
  does would give 0.828 in all, leaving out what is not there 0.860. Counted once in all, as before, F1 was 0.793.
- **Pt on carbon: the mask, then parting; not the scale.** Small particles crowd on carbon that is as dark as they are,
  and the mask takes the carbon between them: 304 of 668 lie in one with another. Parted as the truth does, the same
  mask gives 0.598; a true mask, parted by the network, 0.809. Of two of the four micrographs no width is found, but
  with the true widths given F1 is 0.513.
- **Soot: parting alone.** The area is right (Dice 0.95), but 485 of 696 particles lie in one with another. They overlap
  in projection: one number a pixel could reach 0.819 at best, and two persons reach 0.655 against each other. Parted as
  the truth does, the same mask gives 0.777; the true mask parted by the network 0.383. So the distance that the network
  gives shows no rim where one sphere lies over another.

## What was tried

- U-Net generalist and the later half of FCN8s were trained for 7 minutes on one H200 (about 4,000 steps): 640 simulated
  micrographs (320 `full`, 160 near focus, 160 of gold on thin carbon), 150 pictures of EMPS, and 30 % drawn crops, with
  the distance to the rim as second output.
- Parting by that distance, or by the Euclidean distance of the mask and its h-maxima: chosen on validation, as were the
  threshold, the smallest diameter and the width of particles that a network parts best.
- The mean of the weights before and after keeps what FCN8s had at atomic resolution. That of the two U-Nets lost the
  second output, so `unet` and `unet-generalist` both ship.

Not tried: a longer training; masks that overlap as a target, which soot needs; more pictures like Pt on carbon."""
