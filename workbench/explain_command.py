"""``workbench explain``: a map of what made a network say so, as a TIFF and as a figure."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from workbench.command_options import Frame, KeepMarks, ParticleWidth, PixelSize, SignalName, open_as_asked
from workbench.errors import ExplanationError
from workbench.file_names import printable

if TYPE_CHECKING:
    import numpy.typing as npt

    from workbench.batch.result_names import Source
    from workbench.batch.weights import Weights
    from workbench.explanation.explanation import Explanation
    from workbench.explanation.targets import Target
    from workbench.micrographs.micrograph import BoolImage

TargetKind = Literal["pixel", "particle", "rim", "background", "particles"]


def explain(
    file: Annotated[Path, typer.Argument(help="A micrograph.")],
    network: Annotated[
        list[str], typer.Option("--network", "-n", help="Name or .safetensors file; may be repeated.")
    ],
    at: Annotated[str | None, typer.Option(metavar="Y,X", help="Row and column of the pixel, in px.")] = None,
    target: Annotated[
        TargetKind, typer.Option(help="What is explained, in the mask of each network.")
    ] = "pixel",
    method: Annotated[
        str, typer.Option(help="gradient, integrated_gradients, grad_cam, ...; a wrong one lists all.")
    ] = "integrated_gradients",
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Of the method, such as steps=100; may be repeated."),
    ] = None,
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="None: as on each card.")] = None,
    frame: Frame = None,
    signal: SignalName = None,
    nm_per_px: PixelSize = None,
    particle_px: ParticleWidth = None,
    keep_marks: KeepMarks = False,
    out: Annotated[Path, typer.Option(help="Folder of the results.")] = Path("out"),
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
) -> None:
    """Write what in a micrograph made a network say so: a map as TIFF, and a figure."""
    from workbench.batch.folder_lock import FolderLock, check_folder, make_folder
    from workbench.batch.result_names import Source
    from workbench.batch.weights import Weights
    from workbench.explanation.explainer import Explainer
    from workbench.explanation.methods import find_method
    from workbench.figures.explanation import explanation_figure
    from workbench.figures.figure import save_figure
    from workbench.micrographs.writing import write_tiff
    from workbench.networks.loading import load_network
    from workbench.networks.network import Network
    from workbench.particles.post_processing import MaskSettings, numbered
    from workbench.segmentation.segmenter import Segmenter
    from workbench.segmentation.segmenting import FoundWidths, answer

    chosen = find_method(method)
    options = read_options(option or [], chosen.options)
    where = None if at is None else read_place(at)
    check_folder(out)
    micrograph = open_as_asked(file, frame, signal, nm_per_px, done="explained", keep_marks=keep_marks)
    lock, source, widths = FolderLock(out), Source(file, frame or 0, signal), FoundWidths(micrograph)
    for name in dict.fromkeys(network):
        loaded = load_network(name)
        seen = answer(Segmenter(loaded, device), micrograph, particle_px, widths=widths)
        if seen.scale_note:
            print(f"{printable(micrograph.name)}, {loaded.card.label}: {seen.scale_note}", file=sys.stderr)
        explainer = Explainer(Network(loaded.module, seen.network), device)  # at the scale that was found
        settings = MaskSettings(loaded.card.threshold if threshold is None else threshold)
        mask = seen.mask(settings.threshold)
        aim = make_target(target, mask, numbered(seen, settings, mask), where)
        found = explainer.explain(micrograph, aim, method, **options)
        made = explanation_figure(found, mask, line=trust_line(found))
        key = {
            "file": file.name,
            "pixels": micrograph.sha256,
            "nm_per_px": micrograph.nm_per_px,
            "left_out": [list(mark) for mark in micrograph.left_out],
            "weights": Weights.of(name).identity,
            "target": hashlib.sha256(aim.selected.tobytes()).hexdigest(),
            "options": {name: str(value) for name, value in found.options.items()},
            "method": method,
            **({} if seen.particle_px is None else {"particle_px": seen.particle_px}),
        }
        make_folder(out)
        with lock.held():
            base = name_of_map(out, source, Weights.of(name), found, key)
            write_tiff(out / f"{base}.tif", found.map, micrograph.nm_per_px, described(found, key), "map")
            save_figure(made, out / f"{base}.figure.png")
        lock.release()
        for note in found.notes:
            print(f"{loaded.card.label}: {note}", file=sys.stderr)
        explained = f"{loaded.card.label}  {chosen.title} of {aim.label}"
        print(
            f"{printable(file.name)}  {explained}  sum of logits {found.value:.4g}, "
            f"of the map {found.map.sum():.4g}, {found.seconds:.1f} s, {out / base}.tif"
        )


def make_target(
    kind: TargetKind, mask: BoolImage, labels: npt.NDArray[Any], at: tuple[int, int] | None
) -> Target:
    """Return the target of a kind.

    Parameters
    ----------
    kind : str
    mask : (H, W) bool array
    labels : (H, W) array of whole numbers
        The particles one by one: of several that touch, each is a target by itself; 0 is background.
    at : (int, int) or None
        Row and column of a pixel.

    Raises
    ------
    ExplanationError
        If the place is missing, outside or in no particle; or the target has no pixels.
    """
    from workbench.explanation.targets import Target

    if kind == "background":
        return Target.background(mask)
    if kind == "particles":
        return Target.particles(mask)
    if at is None:
        raise ExplanationError(f"Which {kind}? Give row and column of a pixel, such as --at 120,340.")
    if kind == "pixel":
        return Target.pixel((mask.shape[0], mask.shape[1]), at)
    return Target.particle(labels, at) if kind == "particle" else Target.rim(labels, at)


def read_place(at: str) -> tuple[int, int]:
    """Return row and column of ``Y,X``.

    Raises
    ------
    ExplanationError
        If it is not two whole numbers.
    """
    try:
        row, column = (int(part) for part in at.split(","))
    except ValueError as error:
        raise ExplanationError(
            f"--at takes row and column as two whole numbers, such as 120,340, not {at!r}."
        ) from error
    return row, column


def read_options(given: list[str], known: Any) -> dict[str, Any]:
    """Return options of a method from ``name=value``, each of the type that its default has.

    An option that the method does not have is left as it is: the method itself says what it has.

    Raises
    ------
    ExplanationError
        If one is not of that form or type.
    """
    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise ExplanationError(f"--option takes name=value, such as steps=100, not {one!r}.")
        kind = type(known.get(name, ""))
        try:
            found[name] = value.lower() in ("true", "yes", "1") if kind is bool else kind(value)
        except ValueError as error:
            word = "a whole number" if kind is int else "a number"
            raise ExplanationError(f"The option {name} is {word}, not {value!r}.") from error
    return found


def name_of_map(
    folder: Path, source: Source, weights: Weights, found: Explanation, key: Mapping[str, Any]
) -> str:
    """Return the name of a map without its suffix: that of an older map of the same, or one that no other file has."""
    from workbench.file_names import distinct_names, longest_name, safe_name
    from workbench.micrographs.provenance import read_record

    taken = []
    for path in folder.glob("*.tif"):
        if read_record(path).get("key") == key:
            return path.stem
        taken.append(path.stem)
    target = safe_name(found.target.label).replace(", ", "-").replace(" ", "-")
    short, *longer = source.stems()
    called, *more = weights.names
    names = [f"{short}.{safe_name(called)}.{found.method}"]
    names.append(f"{names[0]}.{target}")
    names.append(f"{(longer or [short])[0]}.{safe_name((more or [called])[0])}.{found.method}.{target}")
    most = longest_name(folder) - len(".figure.png")
    return distinct_names({json.dumps(key): names}, taken, most)[json.dumps(key)]


def described(found: Explanation, key: Mapping[str, Any]) -> str:
    """Return what a map is of, as JSON for the file's description."""
    from workbench.micrographs.provenance import record

    return record(
        "map",
        method=found.method,
        options=dict(found.options),
        target=found.target.label,
        network=found.network.label,
        sum_of_logits=found.value,
        notes=list(found.notes),
        key=dict(key),
    )


def trust_line(found: Explanation) -> str:
    """Return how far the map can be trusted, in one line; empty where nothing measures it."""
    measure = getattr(found, "trust", None)
    return "" if measure is None else str(measure(quick=True).line)
