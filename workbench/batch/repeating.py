"""A result is made again from what it says of itself, and compared: the same, or in what it differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.batch.made_from import MadeFrom, made_from
from workbench.batch.weights import Weights
from workbench.errors import MicrographError, NetworkError, Stopped, WorkbenchError
from workbench.micrographs.marks import Mark
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import open_micrograph
from workbench.networks.dilation import dilate
from workbench.networks.loading import load_network
from workbench.networks.network import Network
from workbench.networks.scale import at_scale
from workbench.particles.distribution import distribution
from workbench.particles.files.imagej_rois import read_rois
from workbench.particles.files.label_tiff import read_label_tiff
from workbench.particles.files.tables import read_table
from workbench.particles.particle_set import ParticleSet, particles_of
from workbench.particles.provenance import as_json
from workbench.particles.selection import Selection
from workbench.segmentation.segmentation import Segmentation
from workbench.segmentation.segmenter import Segmenter
from workbench.segmentation.segmenting import answer
from workbench.version import __version__

_RULES = {field.name for field in fields(Selection)}


@dataclass(frozen=True)
class Repeated:
    """What became of a result that was made again.

    Attributes
    ----------
    micrograph : str
    same : bool or None
        Whether it is the same to the last bit; None: it could not be made again.
    said : tuple of str
        A sentence each: what differs, or what is missing.
    """

    micrograph: str
    same: bool | None
    said: tuple[str, ...]


def repeat(
    path: Path | str,
    *,
    micrograph: Path | str | None = None,
    network: Path | str | None = None,
    device: str = "auto",
    stop: Callable[[], bool] | None = None,
) -> list[Repeated]:
    """Make a result again from what it says of itself, and compare it with the file.

    Parameters
    ----------
    path : Path or str
        A mask, label image or probability (TIFF), a table of particles (CSV or Parquet), outlines (ZIP) or a report
        (HTML).
    micrograph : Path or str, optional
        Where the micrograph lies now, if it was moved; of a report, the folder.
    network : Path or str, optional
        Where the weights lie now, if they were moved.
    device : str
        ``auto``, ``cpu``, ``cuda`` ...
    stop : callable() -> bool, optional

    Returns
    -------
    list of Repeated
        One, or one a micrograph of a report.

    Raises
    ------
    WorkbenchError
        If the file does not say how it was made.
    Stopped

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> wb.write_tiff("easy.tif", m.pixels, m.nm_per_px)
    >>> _ = wb.batch("easy.tif", "otsu", "results", workers=1)
    >>> wb.repeat("results/easy.otsu.mask.tif")[0].same
    True
    """
    path, moved = Path(path), None if micrograph is None else Path(micrograph)
    found, tables = [], []
    made = made_from(path)
    for one in made:
        repeated, table = _repeated(path, one, moved, network, device, stop)
        found.append(repeated)
        tables += [] if table is None else [table]
    if made[0].kind == "report":
        found.append(_numbers(path, made, tables))
    return found


def _numbers(path: Path, made: Sequence[MadeFrom], tables: Sequence[pd.DataFrame]) -> Repeated:
    """Compare the numbers of a report with those of all particles that were found now."""
    title = f"numbers of {path.name}"
    if len(tables) < len(made):
        return Repeated(title, None, ("Not all of its micrographs could be looked at again.",))
    rules = dict(made[0].known.get("selection") or {})
    try:
        chosen = {key: rules[key] for key in ("diameter", "edge") if key in rules}
        now = as_json(distribution(tables, **chosen).to_dict(), path.name)
    except WorkbenchError as error:
        return Repeated(title, None, (str(error),))
    before = made[0].numbers
    if not before:
        return Repeated(title, None, ("The report gives no numbers of all particles.",))
    other = [key for key in now if key in before and before[key] != now[key]]
    said = tuple(f"{key} was {_short(before[key])}, and is {_short(now[key])} now." for key in other)
    return Repeated(title, not other, said)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)[:60]


def _repeated(
    path: Path,
    made: MadeFrom,
    moved: Path | None,
    network: Path | str | None,
    device: str,
    stop: Callable[[], bool] | None,
) -> tuple[Repeated, pd.DataFrame | None]:
    known = made.known
    name = str(known.get("micrograph") or path.name)
    notes = _notes(known)
    settings = known["settings"]
    try:
        opened = _micrograph(path, known, moved)
        loaded, changed = _network(path, known, network)
        seen = answer(Segmenter(loaded, device), opened, settings.get("particle_px"), stop=stop)
        rules = {key: value for key, value in dict(known.get("selection") or {}).items() if key in _RULES}
        found = particles_of(
            seen,
            settings["threshold"],
            settings["min_area"],
            settings["fill_holes"],
            settings["split_touching"],
            corrections=known.get("corrections") or (),
            stop=stop,
            **rules,
        )
    except Stopped:
        raise
    except WorkbenchError as error:
        return Repeated(name, None, (*notes, str(error))), None
    if opened.sha256 != known.get("pixels_sha256"):
        changed.append(f"{opened.name} has other pixels now than those it was made from.")
    if made.kind == "report":  # it has no pixels: what it says was found is compared
        differs = [*changed, *_other_numbers(known, seen, found)]
        return Repeated(name, not differs, (*notes, *differs)), found.table
    differs = _differs(path, made, seen, found)
    return Repeated(name, not differs, (*notes, *changed, *differs)), found.table


def _notes(known: Mapping[str, Any]) -> list[str]:
    made_by = known.get("version")
    return (
        []
        if made_by in (None, __version__)
        else [f"It was made by version {made_by}; this is {__version__}."]
    )


def _micrograph(path: Path, known: Mapping[str, Any], moved: Path | None) -> Micrograph:
    """Open the micrograph where it lay, seen from the result too, or where it lies now."""
    given = known.get("file")
    places = [Path(given[0]), path.parent / given[1]] if isinstance(given, list) else []
    places += [Path(str(known["source"]))] if known.get("source") else []
    if moved is not None:
        inside = [moved / place.name for place in places[:1]] if moved.is_dir() else [moved]
        places = inside
    file = next((place for place in places if place.exists()), None)
    if file is None:
        where = f"at {places[0]}" if places else "in a file"
        raise MicrographError(f"Its micrograph is not {where}; say with --micrograph where it lies now.")
    size = known.get("nm_per_px")
    opened = open_micrograph(file, frame=known.get("frame") or 0, signal=known.get("signal"), nm_per_px=size)
    if size is None:
        opened = opened.with_nm_per_px(None)
    if "left_out" in known:
        opened = opened.with_marks(tuple(Mark(*one) for one in known["left_out"]))
    return opened


def _network(path: Path, known: Mapping[str, Any], given: Path | str | None) -> tuple[Network, list[str]]:
    """Load the network, and say where its weights are not those that it was made with."""
    name, expected = str(known["network"]), known.get("weights_sha256")
    weights, file = known.get("weights"), known.get("weights_file")
    places = [] if file is None else [Path(str(file))]
    if isinstance(weights, list) and str(weights[0]).startswith("name:"):
        name = str(weights[0]).removeprefix("name:")
    elif isinstance(weights, list):
        places = [Path(weights[0]), path.parent / weights[1]]
    there = next((place for place in places if place.is_file()), None)
    if given is not None:
        used = Weights.of(str(given))
    elif there is not None:
        used = Weights.of(str(there))
    else:
        used = Weights.of(name)
        if places and (used.file is None or not used.file.is_file() or used.sha256() != expected):
            raise NetworkError(f"Its weights are not at {places[0]}; say with --network where they lie now.")
    loaded = load_network(used.given)
    changed = bool(expected) and used.sha256() != expected
    notes = [f"The weights of {loaded.card.label} have changed since."] if changed else []
    asked = known.get("dilation")
    if asked is not None and loaded.card.dilation is not None and asked != loaded.card.dilation:
        loaded = dilate(loaded, asked)
    scale = known.get("scale", 1)
    particle_px = known["settings"].get("particle_px")
    return (at_scale(loaded, scale) if scale not in (1, None) and particle_px is None else loaded), notes


def _other_numbers(known: Mapping[str, Any], seen: Segmentation, found: ParticleSet) -> list[str]:
    """Compare what a report says of one micrograph, as far as it says so, with what was found now."""
    now = {
        "particles": len(found.table),
        "area": float((found.labels > 0).sum()) / seen.micrograph.specimen_px,
    }
    return [
        f"{what} was {_short(known[what])}, and is {_short(value)} now."
        for what, value in now.items()
        if what in known and known[what] != value
    ]


def _differs(path: Path, made: MadeFrom, seen: Segmentation, found: ParticleSet) -> list[str]:
    """Compare what a file holds with what was found now; return a sentence for each difference."""
    if made.kind == "particles":
        return _other_rows(read_table(path)[0], found.table)
    if made.kind == "rois":
        return _other_pixels(read_rois(path, found.labels.shape).labels > 0, found.labels > 0)
    if made.kind == "labels":
        return _other_pixels(read_label_tiff(path)[0], found.labels)
    pixels = open_pixels(path)
    if made.kind == "probability":
        if pixels.shape != seen.probability.shape:
            return _other_pixels(pixels, seen.probability)
        far = float(np.abs(pixels - seen.probability).max())
        return [] if far == 0 else [f"The probability differs by up to {far:.2g}."]
    return _other_pixels(pixels > 0, found.labels > 0)


def open_pixels(path: Path) -> Any:
    """Return the pixels of a TIFF that the workbench wrote."""
    import tifffile

    return tifffile.imread(path)


def _other_pixels(before: Any, now: Any) -> list[str]:
    if before.shape != now.shape:
        return [
            f"It has {before.shape[1]} x {before.shape[0]} px, and {now.shape[1]} x {now.shape[0]} px now."
        ]
    count = int(np.count_nonzero(np.asarray(before) != np.asarray(now)))
    return (
        [] if count == 0 else [f"{count} of {before.size} pixels differ ({100 * count / before.size:.2g} %)."]
    )


def _other_rows(before: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    if len(before) != len(now):
        return [f"The table has {len(before)} rows, and {len(now)} now."]
    shared = [name for name in before if name in now]
    said = [
        f"{name} is missing now."
        for name in before
        if name not in now and name not in ("micrograph", "network")
    ]
    for name in shared:
        left, right = before[name].reset_index(drop=True), now[name].reset_index(drop=True)
        if pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right):
            same = (left == right) | (left.isna() & right.isna())
        else:
            same = left.fillna("").astype(str) == right.fillna("").astype(str)
        if not same.all():
            said.append(f"{name} differs in {int((~same).sum())} of {len(same)} rows.")
    return said
