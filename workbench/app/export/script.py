"""A session as the Python that reproduces it: what the page did, a notebook can do in the same lines."""

from __future__ import annotations

import json
import keyword
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.app.core.session_file import Origin
from workbench.file_names import distinct_names

if TYPE_CHECKING:
    from workbench.app.session import Session

TAKEN = (
    *keyword.kwlist,
    *[
        "wb",
        "m",
        "truth",
        "figure",
        "masks",
        "strip",
        "network",
        "regions",
        "label",
        "why",
        "features",
        "maps",
        "excited",
        "pixels",
    ],
    *["alike", "first", "second", "tuned", "tuned_other", "contextlib", "print"],
)
"""What a script calls other things than a network."""


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
    studied = _studied(session)
    imports = ["import contextlib", "", "import workbench as wb"] if studied else ["import workbench as wb"]
    lines = [*imports, "", *_trained(session), *studied, *_open(session), ""]
    names, variables = [], _variables(session)
    for name in session.selected:
        variable = variables[name]
        names.append(variable)
        loaded = session.version(name).loaded
        lines.append(f"{variable} = wb.segment(m, {loaded})")
    lines += _every_dilation(session)
    lines += _next_to_label(session, names)
    lines += _label(session)
    lines.append("")
    options = []
    if session.selected and (smallest := session.settings(session.selected[0]).min_area_nm2):
        options.append(f"min_area_nm2={smallest!r}")
    options += [f"{name}=True" for name in ("fill_holes", "split_touching") if getattr(session, name)]
    masks, thresholds = [], []
    for name, variable in zip(session.selected, names, strict=True):
        arguments = ", ".join([f"threshold={session.threshold(name):g}", *options])
        masks.append(f"mask_{variable}")
        thresholds.append(f"{session.threshold(name):g}")
        lines.append(f"mask_{variable} = {variable}.mask({arguments})")
        lines.append(f"particles_{variable} = wb.measure(mask_{variable}, m)")
        lines.append(f'particles_{variable}.to_csv("particles_{variable}.csv", index=False)')
    lines += _explained(session)
    lines += _features(session)
    lines += [
        "",
        "figure = wb.figure(",
        f"    m, [{', '.join(names)}], masks=[{', '.join(masks)}], thresholds=[{', '.join(thresholds)}],",
        "    " + ", ".join(f"{name}={value!r}" for name, value in session.drawn_as().items()) + ",",
        ")",
        'figure.savefig("figure.png", dpi=300)',
    ]
    return "\n".join(lines) + "\n"


def _trained(session: Session) -> list[str]:
    """Return a line for each run that was started on the page; a finished one is returned as it is."""
    runs = [session.trainings.run_of(name).folder / "recipe.toml" for name in session.trainings.written]
    lines = [f"wb.train({str(path)!r}, runs={str(path.parents[1])!r})" for path in map(Path.resolve, runs)]
    return [*lines, ""] if lines else []


def _studied(session: Session) -> list[str]:
    """Return a line for each study that was started on the page; what is done of it is not done again."""
    lines = []
    for plan, out, workers, retry in session.study.written:
        options = f"workers={workers}" + (", retry=True" if retry else "")
        lines.append(f"    wb.run_study({json.dumps(plan)}, {json.dumps(out)}, {options})")
    if not lines:
        return []
    folder = f"with contextlib.chdir({str(session.data.root)!r}):  # paths in a plan are relative to it"
    return [folder, *lines, ""]


def _open(session: Session) -> list[str]:
    origin, micrograph = session.origin, session.micrograph
    if origin is None or micrograph is None or origin.kind == "array":
        return ["m = ...  # the Micrograph that the page was given"]
    if origin.kind == "sample":
        lines = [f'm, truth = wb.open_sample("{origin.path}")']
        if origin.nm_per_px is not None:
            lines.append(f"m = m.with_nm_per_px({origin.nm_per_px!r})")
        return lines + _of_picture(origin, "truth")
    arguments = [repr(origin.path)]
    if origin.frame:
        arguments.append(f"frame={origin.frame}")
    if origin.signal or len(session.contents) > 1:
        arguments.append(f"signal={origin.signal}")
    if origin.nm_per_px is not None:
        arguments.append(f"nm_per_px={origin.nm_per_px!r}")
    return [f"m = wb.open_micrograph({', '.join(arguments)})", *_of_picture(origin)]


def _of_picture(origin: Origin, *masks: str) -> list[str]:
    """Return the lines that take a part of the picture, or what is burnt in as specimen."""
    lines = ["m = m.with_nm_per_px(None)"] if origin.size_unknown else []
    if origin.rows is not None:
        first, last = origin.rows
        lines += [f"m = m.cropped({first}, {last})", *(f"{mask} = {mask}[{first}:{last}]" for mask in masks)]
    return [*lines, "m = m.with_marks(())"] if origin.marks_kept else lines


def _every_dilation(session: Session) -> list[str]:
    strip = session.dilation_sweep
    if not strip.frames:
        return []
    settings = strip.frames[0].settings
    options = [f"threshold={settings.threshold:g}"]
    if settings.min_area_nm2:
        options.append(f"min_area_nm2={settings.min_area_nm2!r}")
    options += [f"{name}=True" for name in ("fill_holes", "split_touching") if getattr(settings, name)]
    return [
        "",
        f"# {strip.network} at every dilation, side by side",
        "network = " + session.version(strip.network).at(None).loaded,
        f"strip = [wb.segment(m, wb.dilate(network, d)) for d in {[frame.dilation for frame in strip.frames]}]",
        f"masks = [one.mask({', '.join(options)}) for one in strip]",
        'wb.figure(m, strip, masks=masks, columns=3).savefig("dilations.png", dpi=300)',
    ]


def _next_to_label(session: Session, names: list[str]) -> list[str]:
    chosen, shown = session.active_learning, session.micrograph
    if (
        shown is None
        or not names
        or all(suggestion.sha256 != shown.sha256 for suggestion in chosen.proposals)
    ):
        return []
    thresholds = ", ".join(f"{session.threshold(name):g}" for name in session.selected)
    edge = f"edge_px={chosen.edge_px}" if shown.nm_per_px is None else f"edge_nm={chosen.edge_nm:g}"
    return [
        "",
        "# regions to label next, the most doubtful first",
        f"regions = wb.uncertain_regions([{', '.join(names)}], [{thresholds}], {edge}, count={chosen.per_micrograph})",
    ]


def _label(session: Session) -> list[str]:
    path = session.label.path
    if path is None or not path.exists():
        return []
    return [
        "",
        "# drawn by hand: 0 background, 1 particle, 2 not sure",
        f"label = wb.open_micrograph({str(path)!r}).pixels",
    ]


def _explained(session: Session) -> list[str]:
    """Return lines that explain each target that is shown, of the mask that it was taken from, with its figures."""
    explain = session.explain
    lines: list[str] = []
    variables = _variables(session)
    for name, method in explain.found:
        frozen = explain.targets.get(name)
        if frozen is None:
            continue
        variable, target = variables[name], frozen.target
        at = "" if target.at is None else f"({target.at[0]}, {target.at[1]})"
        if target.kind == "region":
            said = f"wb.Target.inside(m.shape, {explain.line})"
        elif frozen.settings is None:
            said = at
        else:
            options = [f"threshold={frozen.settings.threshold:g}"]
            if frozen.settings.min_area_nm2:
                options.append(f"min_area_nm2={frozen.settings.min_area_nm2!r}")
            options += [
                f"{option}=True"
                for option in ("fill_holes", "split_touching")
                if getattr(frozen.settings, option)
            ]
            mask = f"{variable}.mask({', '.join(options)})"
            said = f"wb.Target.{target.kind}({', '.join(part for part in (mask, at) if part)})"
        given = "".join(f", {key}={value!r}" for key, value in explain.options(name, method).items())
        loaded = session.version(name).loaded
        lines += [
            f'why = wb.explain(m, {loaded}, {said}, method="{method}"{given})',
            'print(why, why.trust(quick=True).line, why.spectrum().line, sep="\\n")',
        ]
    return ["", "# what made them say so, and how far to trust that", *lines] if lines else []


def _features(session: Session) -> list[str]:
    """Return lines that compute the features that are shown."""
    features = session.features
    compared = features.comparison
    if features.maps is None and features.embedding is None and compared is None:
        return []
    layer, loaded = json.dumps(features.layer), session.version(features.network).loaded
    lines = ["", "# what its layers hold", "from workbench.explanation import features", ""]
    if features.maps is not None:
        lines.append(f"maps = features.mean_maps({loaded}, m, {layer})")
    if features.excited is not None:
        lines.append(f"excited = features.maximise({loaded}, {layer}, {features.excited.channel})")
    if features.embedding is not None:
        truth = ", truth=truth" if session.origin is not None and session.origin.kind == "sample" else ""
        lines.append(f"pixels = features.embed({loaded}, m, layer={layer}{truth})")
    if compared is not None:
        other = session.version(features.other).loaded
        lines += [
            f"first, second = {list(compared.layers)!r}, {list(compared.other_layers)!r}",
            f"alike = features.similarity({loaded}, {other}, m, first, second)",
            f"tuned = features.tune_filters({loaded}, {json.dumps(compared.tunings[0].layer)})",
            f"tuned_other = features.tune_filters({other}, {json.dumps(compared.tunings[1].layer)})",
        ]
    return lines


def _variables(session: Session) -> dict[str, str]:
    """Return the variable of each network, no two alike and none that the script uses for something else."""
    networks = dict.fromkeys([*session.selected, *(name for name, _method in session.explain.found)])
    wanted = {name: [_variable(name), f"network_{_variable(name)}"] for name in networks}
    # a file is named after each too, which some systems take for one where case alone differs
    return {name: found.replace(".", "_") for name, found in distinct_names(wanted, TAKEN).items()}


def _variable(name: str) -> str:
    plain = "".join(letter if f"_{letter}".isidentifier() else "_" for letter in name)
    return plain if plain[:1].isalpha() and plain.isidentifier() else f"network_{plain}"
