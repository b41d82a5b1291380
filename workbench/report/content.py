"""What a report says, section by section: words and numbers, before anything is drawn or set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.file_names import printable
from workbench.micrographs.length_text import length_text
from workbench.particles.correction import corrections_text
from workbench.particles.files.belonging import INCLUDED, WHY
from workbench.particles.wording import REASONS
from workbench.report.domain import said_of_domain
from workbench.report.numbers import budget_rows, number_rows
from workbench.report.reported import Report, ReportedMicrograph
from workbench.version import __version__

Pairs = list[tuple[str, str]]
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Section:
    """One part of a report.

    Attributes
    ----------
    title : str
    pairs : list of (str, str)
        What, and what is to be said of it.
    sentences : list of str
    code : str
        Lines to be set as they are.
    drawn : {"", "distribution", "micrographs"}
        What is drawn at its head.
    """

    title: str
    pairs: Pairs = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    code: str = ""
    drawn: Literal["", "distribution", "micrographs"] = ""


def sections_of(report: Report) -> list[Section]:
    """Return the sections of a report, in their order."""
    return [
        Section("Sample and micrographs", _sample(report), _note(report)),
        Section("How the particles were found", _found(report)),
        _sizes(report),
        _uncertainty(report),
        _left_out(report),
        _failed(report),
        Section(
            "Micrographs",
            sentences=["Outlines of the particles; dotted and white: left out."],
            drawn="micrographs",
        ),
        _again(report),
    ]


def _sample(report: Report) -> Pairs:
    of = report.micrographs
    known = [one.micrograph.metadata for one in of]
    sizes = [NOT_STATED if one.nm_per_px is None else f"{one.nm_per_px:.5g} nm/px" for one in of]
    origins = [str(one.provenance.get("nm_per_px_from") or NOT_STATED) for one in report.micrographs]
    return [
        ("sample", printable(report.sample) or NOT_STATED),
        ("micrographs", str(len(of))),
        ("how they were chosen", printable(report.chosen) or NOT_STATED),
        ("operator", printable(report.operator) or NOT_STATED),
        ("microscope", _microscope(report)),
        ("voltage", _distinct(_with_unit(one.get("voltage_kV"), "kV") for one in known)),
        ("magnification", _distinct(_with_unit(one.get("magnification"), "x") for one in known)),
        ("pixel size", _distinct(sizes)),
        ("pixel size from", _distinct(origins)),
        ("field of view", _distinct(_view(one) for one in of)),
    ]


def _microscope(report: Report) -> str:
    """Return what was stated, and what the files say where that is something else; else what the files say."""
    files = [str(one.micrograph.metadata.get("microscope") or "") for one in report.micrographs]
    stated = printable(report.microscope)
    if not stated:
        return _distinct(said or NOT_STATED for said in files)
    others = [said for said in files if said and said != report.microscope]
    return f"{stated} (by the file: {_distinct(others)})" if others else stated


def _note(report: Report) -> list[str]:
    return [printable(line.strip()) for line in report.note.splitlines() if line.strip()]


def _view(one: ReportedMicrograph) -> str:
    size = one.nm_per_px
    height, width = one.shape
    if size is None:
        return f"{width} x {height} px"
    return f"{length_text(width * size)} x {length_text(height * size)}"


def _found(report: Report) -> Pairs:
    of = [one.provenance for one in report.micrographs]
    hashes = [str(one.get("weights_sha256") or "") for one in of]
    origins = [_labels_from(one) for one in of]
    pairs = [
        (
            "network",
            _distinct(str(one.get("network_title") or one.get("network") or NOT_STATED) for one in of),
        ),
        ("SHA-256 of its weights", _distinct(one or "none: no weights are known" for one in hashes)),
        ("dilation, scale", _distinct(_dilation(one) for one in of)),
        ("like its training", said_of_domain(report.micrographs)),
        ("threshold, cleaning", _distinct(_cleaning(one) for one in of)),
        ("which count", _distinct(str(one.get("selected") or "all that are not left out") for one in of)),
        ("corrected by hand", _corrections(of)),
    ]
    if any(origins):
        pairs.insert(0, ("label image", _distinct(one or NOT_STATED for one in origins)))
    versions = [f"HRTEM Workbench {one.get('version', __version__)}{_versions(one)}" for one in of]
    return [*pairs, ("versions", _distinct(versions))]


def _labels_from(provenance: Mapping[str, Any]) -> str:
    given = provenance.get("labels_from")
    return printable(str(given.get("file", ""))) if isinstance(given, Mapping) else ""


def _dilation(provenance: Mapping[str, Any]) -> str:
    if "dilation" not in provenance:
        return NOT_STATED
    trained = provenance.get("trained_dilation")
    changed = trained is not None and trained != provenance["dilation"]
    more = f" (trained at {trained})" if changed else ""
    return f"{provenance['dilation']}{more}, {provenance.get('scale', 1):g}"


def _cleaning(provenance: Mapping[str, Any]) -> str:
    if provenance.get("cleaning"):
        return str(provenance["cleaning"])
    settings = provenance.get("settings")
    if not isinstance(settings, Mapping) or "threshold" not in settings:
        return NOT_STATED
    said = [f"threshold {settings['threshold']:g}"]
    if settings.get("min_area") is not None:
        said.append(
            f"smallest area {settings['min_area']:g} {'px2' if provenance.get('nm_per_px') is None else 'nm2'}"
        )
    said += ["holes filled"] if settings.get("fill_holes") else []
    said += ["touching split"] if settings.get("split_touching") else []
    return ", ".join(said)


def _corrections(of: Sequence[Mapping[str, Any]]) -> str:
    return corrections_text(made for one in of for made in one.get("corrections") or ()) or "nothing"


def _versions(provenance: Mapping[str, Any]) -> str:
    versions = provenance.get("versions")
    return (
        "".join(f", {name} {said}" for name, said in versions.items())
        if isinstance(versions, Mapping)
        else ""
    )


def _sizes(report: Report) -> Section:
    numbers = report.numbers
    if not numbers:
        counted = sum(one.counted for one in report.micrographs)
        return Section(
            "Sizes", [("particles", str(counted))], [report.without or "No distribution of sizes was given."]
        )
    rows, sentences = number_rows(numbers)
    return Section("Sizes", rows, sentences, drawn="distribution" if numbers.get("counted") else "")


def _uncertainty(report: Report) -> Section:
    if report.budget is None:
        return Section("Uncertainty", sentences=["No budget of the uncertainty was given."])
    given = report.budget if isinstance(report.budget, Mapping) else report.budget.to_dict()
    rows, sentences = budget_rows(given)
    return Section("Uncertainty", rows, sentences)


def _left_out(report: Report) -> Section:
    counted: Counter[str] = Counter()
    for one in report.micrographs:
        if INCLUDED in one.table:
            out = one.table[~one.table[INCLUDED].to_numpy(bool)]
            counted.update(out[WHY].fillna("").astype(str) if WHY in out else [""] * len(out))
    rows = [
        (REASONS.get(why, why or "without a reason"), f"{count} particle{'' if count == 1 else 's'}")
        for why, count in counted.most_common()
    ]
    notes = [printable(note) for note in report.notes]
    return Section("Left out", rows, notes if rows or notes else ["Nothing was left out."])


def _failed(report: Report) -> Section:
    rows = [(printable(what), printable(why)) for what, why in report.failed]
    return Section("Failed", rows, [] if rows else ["Nothing failed."])


def _again(report: Report) -> Section:
    commands = list(
        dict.fromkeys(
            str(one.provenance["command"]) for one in report.micrographs if one.provenance.get("command")
        )
    )
    scripts = list(
        dict.fromkeys(
            str(one.provenance["python"]) for one in report.micrographs if one.provenance.get("python")
        )
    )
    shown = [*commands, *scripts[:1]]
    sentences = [
        "What it depends on lies in this file, too, as JSON: hashes of pixels and weights, settings, corrections, "
        "versions, and the Python of each micrograph, as far as they are known."
    ]
    if len(scripts) > 1:
        sentences.append(f"Below stands the Python of the first of {len(scripts)} micrographs.")
    return Section("Make it again", sentences=sentences, code="\n\n".join(shown))


def _with_unit(value: Any, unit: str) -> str:
    return f"{value:g} {unit}" if isinstance(value, int | float) else NOT_STATED


def _distinct(said: Iterable[str]) -> str:
    """Return what is said of all micrographs once, and of how many where they differ."""
    counted = Counter(printable(one) for one in said)
    if len(counted) == 1:
        return next(iter(counted))
    most = 6
    told = [f"{one} ({count})" for one, count in counted.most_common(most)]
    return "; ".join(told) + (f"; and {len(counted) - most} more" if len(counted) > most else "")
