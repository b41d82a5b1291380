"""Where particles came from, so that anyone can make them again: a dict that JSON holds, the same in every file.

The names are those of the records of `workbench segment`, see `workbench.batch.results`.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench.errors import ComputeError, NetworkError, WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.provenance import record
from workbench.micrographs.writing import refused
from workbench.networks.card import Card
from workbench.networks.classical import classical_method
from workbench.networks.loading import SUFFIX, locate
from workbench.particles.correction import Correction, corrections_code
from workbench.particles.post_processing import MaskSettings
from workbench.particles.selection import Selection
from workbench.segmentation.segmentation import Segmentation
from workbench.version import __version__
from workbench.whole_files import written_whole

BESIDE = ".provenance.json"
_PACKAGES = ("numpy", "scipy", "scikit-image", "pandas", "torch")

Provenance = dict[str, Any]


def provenance_of_micrograph(micrograph: Micrograph, nm_per_px_from: str = "") -> Provenance:
    """Return what is known of a micrograph alone: which file and frame, hash of the pixels, pixel size, versions.

    Parameters
    ----------
    micrograph : Micrograph
    nm_per_px_from : str
        Where the pixel size came from, in a few words, such as ``the file`` or ``scale bar, 50 nm over 212 px``; empty
        where that is not known.
    """
    metadata = micrograph.metadata
    return {
        "micrograph": micrograph.name,
        "source": None if micrograph.source is None else str(micrograph.source),
        "frame": metadata.get("frame", 0),
        "signal": metadata.get("signal"),
        "shape_px": list(micrograph.shape),
        "pixels_sha256": micrograph.sha256,
        "nm_per_px": micrograph.nm_per_px,
        "nm_per_px_from": nm_per_px_from,
        "version": __version__,
        "versions": _versions(),
    }


def provenance_of(
    segmentation: Segmentation,
    settings: MaskSettings,
    *,
    selection: Selection | None = None,
    corrections: Iterable[Any] = (),
    weights: str | Path | None = None,
    nm_per_px_from: str = "",
    opened_by: str = "",
) -> Provenance:
    """Return how the particles of a segmentation came about, down to the Python that repeats it.

    Parameters
    ----------
    segmentation : Segmentation
    settings : MaskSettings
        How its probability became particles.
    selection : Selection, optional
        Which particles count; by default as of `Segmentation.particles`.
    corrections : iterable of Correction, or of pairs of a kind and places
        What was done by hand, in its order.
    weights : str or Path, optional
        The network as `load_network` was given it: its name, or its file. By default the name on its card.
    nm_per_px_from : str
        See `provenance_of_micrograph`.
    opened_by : str
        The Python that gives ``m``, the micrograph; by default it opens its file.

    Returns
    -------
    dict
        ``pixels_sha256``, ``network``, ``weights_sha256``, ``dilation``, ``scale``, ``settings``, ``selection``,
        ``corrections``, ``version``, ``versions``, ``python`` and more, all of which JSON holds.

    Raises
    ------
    WorkbenchError
        If a correction is none.
    NetworkError
        If the file of the weights cannot be read.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> made = provenance_of(wb.segment(m, "otsu"), MaskSettings(0.5), opened_by='m, _ = wb.open_sample("easy")')
    >>> print(made["python"])
    import workbench as wb
    <BLANKLINE>
    m, _ = wb.open_sample("easy")
    seg = wb.segment(m, wb.load_network('otsu'))
    labels, particles, _ = seg.particles(threshold=0.5)
    """
    micrograph, card = segmentation.micrograph, segmentation.network
    given, file = _weights(card, weights)
    chosen = Selection() if selection is None else selection
    made = [Correction.of(correction) for correction in corrections]
    opened = [opened_by] if opened_by else _opened(micrograph)
    by_hand = [f"corrections={corrections_code(made)}"] if made else []
    options = ", ".join([settings.arguments, *_changed(chosen), *by_hand])
    width = "" if segmentation.particle_px is None else f", particle_px={segmentation.particle_px:.10g}"
    python = [
        "import workbench as wb",
        "",
        *opened,
        f"seg = wb.segment(m, {_loaded(card, given)}{width})",
        f"labels, particles, _ = seg.particles({options})",
    ]
    return {
        **provenance_of_micrograph(micrograph, nm_per_px_from),
        "left_out": [list(mark) for mark in micrograph.left_out],
        "network": card.name,
        "network_title": card.shown,
        "architecture": card.architecture,
        "weights_file": None if file is None else str(file),
        "weights_sha256": "" if file is None else _sha256(file),
        "dilation": card.dilation,
        "trained_dilation": card.trained_dilation,
        "scale": card.input.scale,
        "settings": {
            "threshold": settings.threshold,
            "min_area": settings.min_area_nm2,
            "fill_holes": settings.fill_holes,
            "split_touching": settings.split_touching,
            "particle_px": segmentation.particle_px,
        },
        "smallest_area": settings.smallest_area(card, micrograph.nm_per_px),
        "cleaning": settings.said(card, micrograph.nm_per_px),
        "selection": asdict(chosen),
        "selected": chosen.said("px" if micrograph.nm_per_px is None else "nm"),
        "corrections": as_json([one.plain() for one in made], "the corrections by hand"),
        "python": "\n".join(python),
    }


def as_json(value: Any, name: str) -> Any:
    """Return a value as JSON holds it: tuples as lists, names of mappings as text.

    Raises
    ------
    WorkbenchError
        If it is nothing that JSON holds.
    """
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise WorkbenchError(f"In {name} is what JSON does not hold ({error}); leave it out.") from None


def described(kind: str, provenance: Mapping[str, Any]) -> str:
    """Return a provenance as a file carries it: JSON that says which kind of result the file is, such as ``labels``."""
    return record(kind, **as_json(dict(provenance), "the provenance"))


def beside(path: Path) -> Path:
    """Return the name of the JSON beside a file: ``particles.provenance.json`` beside ``particles.csv``."""
    return path.with_name(path.stem + BESIDE)


def write_beside(path: Path, provenance: Mapping[str, Any]) -> Path:
    """Write the provenance beside a file, and return where.

    Raises
    ------
    ComputeError
        If it cannot be written.
    """
    target = beside(path)
    text = json.dumps(json.loads(described("provenance", provenance)), indent=1, ensure_ascii=False)
    try:
        with written_whole(target) as half:
            half.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ComputeError(refused(target, error)) from error
    return target


def check_same_micrograph(provenance: Mapping[str, Any], micrograph: Micrograph, name: str) -> None:
    """Refuse particles that say themselves that they belong to another micrograph.

    Raises
    ------
    WorkbenchError
        If the hash of the pixels is there and is another one.
    """
    known = provenance.get("pixels_sha256")
    if isinstance(known, str) and known and known != micrograph.sha256:
        raise WorkbenchError(
            f"{name} belongs to another micrograph ({provenance.get('micrograph', 'of other pixels')}), not to "
            f"{micrograph.name}: the pixels differ; open that one, or choose the file that belongs to this one."
        )


def _weights(card: Card, given: str | Path | None) -> tuple[str, Path | None]:
    """Return how `load_network` is given a network, and its file; None of a classical method, or if not known."""
    name = card.name if given is None else str(given)
    if classical_method(name) is not None:
        return name, None
    path = locate(name)
    if path is None and given is not None:
        path = Path(given).expanduser()
        path = path / f"best{SUFFIX}" if path.is_dir() else path
    return name, path


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise NetworkError(f"{file} cannot be read ({error.strerror or error}); check the name.") from error


def _changed(selection: Selection) -> list[str]:
    """Return the rules that are not those of every selection, as `Segmentation.particles` takes them."""
    values = [(field.name, getattr(selection, field.name), field.default) for field in fields(selection)]
    return [f"{name}={value!r}" for name, value, default in values if value != default]


def _loaded(card: Card, given: str) -> str:
    loaded = f"wb.load_network({given!r})"
    if card.trained_dilation is not None and card.trained_dilation != card.dilation:
        loaded = f"wb.dilate({loaded}, {card.dilation})"
    return f"wb.at_scale({loaded}, {card.input.scale:g})" if card.input.scale != 1 else loaded


def _opened(micrograph: Micrograph) -> list[str]:
    if micrograph.source is None:
        return ["m = ...  # the micrograph, which came as an array"]
    arguments = [repr(str(micrograph.source))]
    for name in ("frame", "signal"):
        if micrograph.metadata.get(name):
            arguments.append(f"{name}={micrograph.metadata[name]}")
    if micrograph.nm_per_px is not None:
        arguments.append(f"nm_per_px={micrograph.nm_per_px!r}")
    lines = [f"m = wb.open_micrograph({', '.join(arguments)})"]
    if micrograph.nm_per_px is None:
        lines.append("m = m.with_nm_per_px(None)")
    if micrograph.marks == ():
        lines.append("m = m.with_marks(())")
    return lines


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
