"""A session as the Python that reproduces it: what the page did, a notebook can do in the same lines."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.app.core.session_file import Origin
from workbench.app.core.subjects import kinds
from workbench.app.export.state import ExportState
from workbench.app.particles.state import ParticlesState
from workbench.figures.palette import network_colours
from workbench.file_names import distinct_names
from workbench.particles.correction import corrections_code, files_of

if TYPE_CHECKING:
    from workbench.app.session import Session

TAKEN = (*keyword.kwlist, "wb", "m", "truth", "figure", "masks", "print")
"""What a script calls other things than a network; each subject has names of its own beside these."""


def script(session: Session) -> str:
    """Return Python source that opens the same micrograph, runs the same networks and makes the same masks.

    Parameters
    ----------
    session : Session

    Returns
    -------
    str
        Runs on its own with `workbench` installed; for a micrograph that came as an array it says where to put it.
    """
    variables = _variables(session)
    first = _of_subjects(session, "first", variables)
    imports = ["import contextlib", ""] if any("contextlib." in line for line in first) else []
    lines = [*imports, "import workbench as wb", "", *first, *_open(session), ""]
    names = []
    for name in session.selected:
        variable = variables[name]
        names.append(variable)
        version = session.version(name)
        width = "" if version.fitted is None else f", particle_px={version.fitted.particle_px:.10g}"
        lines.append(f"{variable} = wb.segment(m, {version.without_width.loaded}{width})")
    lines += _of_subjects(session, "answers", variables)
    lines.append("")
    masks, thresholds, labels = [], [], []
    for name, variable in zip(session.selected, names, strict=True):
        masks.append(f"mask_{variable}")
        thresholds.append(f"{session.threshold(name):g}")
        labels.append(f"labels_{variable}" if session.in_colours(name) else "None")
        lines += _measured(session, name, variable)
    lines += _of_subjects(session, "masks", variables)
    coloured = [f"    labels=[{', '.join(labels)}],"] if {*labels} - {"None"} else []
    colours = [session.colour_of(name) for name in session.selected]
    if colours != list(network_colours(session.selected).values()):
        coloured.append(f"    colours={colours!r},")
    drawn = session.drawn_as() | session.subject(ExportState).keywords(session.selected)
    lines += [
        "",
        "figure = wb.figure(",
        f"    m, [{', '.join(names)}], masks=[{', '.join(masks)}], thresholds=[{', '.join(thresholds)}],",
        *coloured,
        *_in_lines([f"{name}={value!r}," for name, value in drawn.items()]),
        ")",
        'figure.savefig("figure.png", dpi=300)',
    ]
    return "\n".join(lines) + "\n"


def _in_lines(arguments: list[str], most: int = 96) -> list[str]:
    """Return arguments, as many in a line as fit into so many letters, one at least."""
    lines = [""]
    for argument in arguments:
        line = f"{lines[-1]} {argument}".strip()
        if lines[-1] and len(line) > most:
            lines.append(argument)
        else:
            lines[-1] = line
    return [f"    {line}" for line in lines]


def _measured(session: Session, name: str, variable: str) -> list[str]:
    """Return the lines that make the mask of a network and measure its particles, as they are counted on the page."""
    settings, card = session.settings(name), session.card_of_answer(name)
    lines = []
    left_out = card.specks_left_out(session.nm_per_px) if settings.min_area_nm2 is None else ""
    if left_out:
        lines.append(f"# {left_out}, as the card of {name} says; min_area_nm2=0 keeps them")
    lines.append(f"mask_{variable} = {variable}.mask({settings.arguments})")
    rules = session.subject(ParticlesState).keywords(name)
    made = rules.pop("corrections", [])
    asked = [settings.arguments, *(f"{key}={value!r}" for key, value in rules.items())]
    asked += [f"corrections={corrections_code(made)}"] if made else []
    lines += [f"# {file} was corrected elsewhere: put it where this runs" for file in files_of(made)]
    lines += [
        f"found_{variable} = {variable}.particles({', '.join(asked)})",
        f"particles_{variable} = found_{variable}.table",
    ]
    if session.in_colours(name):
        lines.append(f"labels_{variable} = found_{variable}.labels  # one number a particle")
    return [*lines, f'particles_{variable}.to_csv("particles_{variable}.csv", index=False)']


def _of_subjects(session: Session, place: str, variables: Mapping[str, str]) -> list[str]:
    """Return the lines of all subjects that stand at a place of the script."""
    there = [subject for subject in session.subjects if subject.script_at == place]
    return [line for subject in there for line in subject.script(variables)]


def _open(session: Session) -> list[str]:
    origin, micrograph = session.origin, session.micrograph
    said = [f"# pixel size from the scale bar: {origin.scale_bar}"] if origin and origin.scale_bar else []
    if origin is None or micrograph is None or origin.kind == "array":
        return ["m = ...  # the Micrograph that the page was given"]
    if origin.kind == "sample":
        lines = [f'm, truth = wb.open_sample("{origin.path}")']
        if origin.nm_per_px is not None:
            lines.append(f"m = m.with_nm_per_px({origin.nm_per_px!r})")
        return said + lines + _of_picture(origin, "truth")
    arguments = [repr(origin.path)]
    if origin.frame:
        arguments.append(f"frame={origin.frame}")
    if origin.signal or len(session.contents) > 1:
        arguments.append(f"signal={origin.signal}")
    if origin.nm_per_px is not None:
        arguments.append(f"nm_per_px={origin.nm_per_px!r}")
    return [*said, f"m = wb.open_micrograph({', '.join(arguments)})", *_of_picture(origin)]


def _of_picture(origin: Origin, *masks: str) -> list[str]:
    """Return the lines that take a part of the picture, or what is burnt in as specimen."""
    lines = ["m = m.with_nm_per_px(None)"] if origin.size_unknown else []
    if origin.rows is not None:
        first, last = origin.rows
        lines += [f"m = m.cropped({first}, {last})", *(f"{mask} = {mask}[{first}:{last}]" for mask in masks)]
    return [*lines, "m = m.with_marks(())"] if origin.marks_kept else lines


def _variables(session: Session) -> dict[str, str]:
    """Return the variable of each network, no two alike and none that the script uses for something else."""
    wanted = {name: [_variable(name), f"network_{_variable(name)}"] for name in session.selected}
    taken = [*TAKEN, *(name for kind in kinds() for name in kind.script_names)]
    # a file is named after each too, which some systems take for one where case alone differs
    return {name: found.replace(".", "_") for name, found in distinct_names(wanted, taken).items()}


def _variable(name: str) -> str:
    plain = "".join(letter if f"_{letter}".isidentifier() else "_" for letter in name)
    return plain if plain[:1].isalpha() and plain.isidentifier() else f"network_{plain}"
