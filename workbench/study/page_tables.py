"""The tables of a study's page, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.study.comparisons import FACTORS

Lines = list[str]


def dice_table(table: pd.DataFrame) -> Lines:
    """Return a row a network, dilation and training size, a column a bin of dose: mean and spread over seeds.

    Parameters
    ----------
    table : DataFrame
        From `summary`.
    """
    doses = list(dict.fromkeys(table["dose"]))
    best = {dose: part["mean"].max() for dose, part in table.groupby("dose", sort=False)}
    counts = {dose: int(part["micrographs"].iloc[0]) for dose, part in table.groupby("dose", sort=False)}
    head = [
        "network",
        "dilation",
        "micrographs trained on",
        "seeds",
        *(f"{dose} (n = {counts[dose]})" for dose in doses),
    ]
    rows = []
    for key, part in table.groupby(["kind", "dilation", "training_size"], sort=False):
        at = part.set_index("dose")
        cells = [_with_spread(at.loc[dose], best[dose]) if dose in at.index else "" for dose in doses]
        seeds = "/".join(map(str, sorted(set(part["seeds"]))))
        rows.append([*map(str, key), seeds, *cells])
    return [
        "## Hard Dice on the test micrographs",
        "",
        "Mean ± standard deviation over seeds; each specimen counts once. Bold is the highest mean of a column, picked "
        "on the test micrographs themselves, so it flatters.",
        "",
        *markdown(head, rows),
        "",
    ]


def networks_table(networks: pd.DataFrame) -> Lines:
    """Return a row a network and dilation: size, receptive field, time.

    Parameters
    ----------
    networks : DataFrame
        From `network_table`.
    """
    head = [
        "network",
        "dilation",
        "parameters",
        "receptive field (px)",
        "(nm)",
        "(particle diameters)",
        "time a micrograph",
    ]
    rows = [
        [
            str(row["kind"]),
            str(row["dilation"]),
            f"{int(row['parameters']):,}".replace(",", " "),
            str(int(row["field_px"])),
            _number(row["field_nm"]),
            _number(row["field_diameters"]),
            _seconds(float(row["seconds"])),
        ]
        for row in networks.to_dict("records")
    ]
    where = ", ".join(
        f"{device}" + (f" with {threads} thread{'s' if threads > 1 else ''}" if device == "cpu" else "")
        for device, threads in networks[["device", "threads"]].drop_duplicates().itertuples(index=False)
    )
    return [
        *markdown(head, rows),
        "",
        "The receptive field is that of the published convention, in pixels as the network sees them; in nm and in "
        "median particle diameters it is the median over the test micrographs. Time: median of a test micrograph on "
        f"{where}, while other cells were at work." + _wider(networks),
        "",
    ]


def _wider(networks: pd.DataFrame) -> str:
    """Say which networks see more than a whole micrograph."""
    wide = [
        f"{row['kind']} at dilation {row['dilation']}"
        for row in networks.to_dict("records")
        if row["field_edges"] > 1
    ]
    if not wide:
        return ""
    return f" Wider than a whole test micrograph, where all outside is zeros to a network: {', '.join(wide)}."


def comparison_tables(table: pd.DataFrame) -> Lines:
    """Return a table a factor: differences with their intervals, a column a bin of dose.

    Parameters
    ----------
    table : DataFrame
        From `comparisons`.
    """
    if not len(table):
        return ["## Paired comparisons", "", "No two networks of this study differ in one thing only.", ""]
    lines = [
        "## Paired comparisons",
        "",
        "Difference of hard Dice on the same test micrographs with the same seeds, and its confidence interval (95 %) "
        "for other seeds and other specimens: by a two-way analysis of variance with seeds and specimens as random "
        "factors and Satterthwaite's degrees of freedom, as where several readers judge several cases (Dorfman, "
        "Berbaum and Metz 1992; Hillis 2007). Bold where it excludes 0. "
        f"There are {len(table)} intervals here; where nothing differs, one in twenty excludes 0 all the same.",
        "",
    ]
    doses = list(dict.fromkeys(table["dose"]))
    for factor, title in FACTORS.items():
        part = table[table["factor"] == factor]
        if not len(part):
            continue
        rows = []
        for key, pair in part.groupby(["of", "against"], sort=False):
            at = pair.set_index("dose")
            rows.append(
                [*map(str, key), *(_interval(at.loc[dose]) if dose in at.index else "" for dose in doses)]
            )
        lines += [f"### {title}", "", *markdown(["", "against", *doses], rows), ""]
    if (table["seeds"] == 1).any():
        lines += [
            "Where there is one seed, the interval is over specimens alone and holds for these very runs.",
            "",
        ]
    return lines


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
    return [lines[0], "|" + "---|" * len(head), *lines[1:]]


def _with_spread(row: pd.Series, best: float) -> str:
    said = f"{row['mean']:.3f}" + ("" if pd.isna(row["std"]) else f" ± {row['std']:.3f}")
    return f"**{said}**" if row["mean"] == best else said


def _interval(row: pd.Series) -> str:
    if pd.isna(row["low"]):
        return _signed(row["difference"])
    said = f"{_signed(row['difference'])} [{_signed(row['low'])}, {_signed(row['high'])}]"
    return f"**{said}**" if row["low"] > 0 or row["high"] < 0 else said


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _number(value: float) -> str:
    return "not known" if pd.isna(value) else f"{value:.1f}"


def _seconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
