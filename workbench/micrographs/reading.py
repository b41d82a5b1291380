"""Open a micrograph, whatever format it is in."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import MicrographError
from workbench.micrographs.formats.content import Content
from workbench.micrographs.formats.lengths import pixel_size, why_unknown
from workbench.micrographs.formats.opening import opened
from workbench.micrographs.formats.plain import plain
from workbench.micrographs.micrograph import Micrograph, own
from workbench.micrographs.missing import fill_missing

READABLE_SUFFIXES: tuple[str, ...] = (
    ".dm3", ".dm4", ".emi", ".ser", ".emd", ".mrc", ".mrcs", ".hspy", ".zspy",
    ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp", ".npy",
)  # fmt: skip

_REAL = "buif"  # kinds of numbers that an image has
_LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Signal:
    """One image, stack or other signal in a file.

    Parameters
    ----------
    index : int
        What to give `open_micrograph` as ``signal``.
    title : str
    shape : tuple of int
        Of the array: frames first, height and width last.
    frames : int
        Number of images.
    height, width : int
        In pixels; 0 where it is not an image.
    dtype : str
        Of the numbers in the file.
    nm_per_px : float or None
    refused : str or None
        The sentence with which `open_micrograph` refuses it; ``None`` where it opens.
    preview : bool
        Whether it is a thumbnail, preview or label beside the image.
    """

    index: int
    title: str
    shape: tuple[int, ...]
    frames: int
    height: int
    width: int
    dtype: str
    nm_per_px: float | None
    refused: str | None
    preview: bool = False


def open_micrograph(
    path: Path | str, *, frame: int = 0, signal: int | str | None = None, nm_per_px: float | None = None
) -> Micrograph:
    """Open one image of a file. Only the frame that is asked for is read, where the format allows it.

    Formats are told apart by content, not suffix. Colour becomes grey: the common value where the channels
    agree, else 0.299 R + 0.587 G + 0.114 B (Rec. ITU-R BT.601), without regard to transparency.

    Parameters
    ----------
    path : Path or str
    frame : int
        Which image of a stack, from 0.
    signal : int or str, optional
        Which signal of a file that holds several: its index or title in `list_contents`; the image by
        default, not a thumbnail or preview that comes before it.
    nm_per_px : float, optional
        Edge of a pixel in nm; takes the place of what the file says.

    Returns
    -------
    Micrograph

    Raises
    ------
    MicrographError
        If the file cannot be read, holds no image, or frame, signal or pixel size make no sense.

    Examples
    --------
    >>> import workbench as wb
    >>> m, _truth = wb.open_sample("easy")
    >>> wb.write_tiff("particle.tif", m.pixels, m.nm_per_px)
    >>> wb.open_micrograph("particle.tif", nm_per_px=0.021)
    Micrograph('particle', 512 x 512, 0.021 nm/px)
    """
    path = Path(path)
    if nm_per_px is not None and not (np.isfinite(nm_per_px) and nm_per_px > 0):
        raise MicrographError(
            f"{path.name}: the pixel size must be a positive number of nanometres, not {nm_per_px}."
        )
    with opened(path) as contents:
        index = _chosen(path, contents, signal)
        content = contents[index]
        what = _called(path, contents, index)
        _check_is_image(what, content)
        frame = _frame_number(what, content, frame)
        axes = content.axes if content.axes_of is None else content.axes_of(frame)
        size = nm_per_px if nm_per_px is not None else pixel_size(axes)
        _check_room(what, content)
        filled = fill_missing(_grey(content.read(frame)))
        pixels = own(filled.pixels)
        metadata = {
            **content.known,
            "frame": frame,
            "frames": content.frames,
            "signal": index,
            "signal_title": content.title,
            "original": plain(content.original()),
        }
        if filled.missing:
            metadata |= {"missing_px": filled.missing, "missing": filled.holes}
        doubt = why_unknown(axes) if size is None else None
        if doubt is not None:
            metadata["pixel_size_unknown"] = doubt
    name = path.stem
    if contents[index].preview or not all(earlier.preview for earlier in contents[:index]):
        name += f"-{content.title}".replace("/", "_")
    if content.frames > 1:
        name += f"-{frame}"
    return Micrograph(pixels, size, name, path, metadata)


def read_pixels(path: Path | str, most_bytes: int) -> npt.NDArray[Any]:
    """Read the image that `open_micrograph` opens by default, of a stack the first frame, for a look at it.

    Parameters
    ----------
    path : Path or str
    most_bytes : int
        That its pixels may have as they are stored.

    Returns
    -------
    (H, W) array
        As they are in the file, in grey; some may have no value.

    Raises
    ------
    MicrographError
        As `open_micrograph`, or if it is larger.
    """
    path = Path(path)
    with opened(path) as contents:
        index = _chosen(path, contents, None)
        content, what = contents[index], _called(path, contents, index)
        _check_is_image(what, content)
        size = math.prod(content.shape[-2:]) * content.dtype.itemsize
        if size > most_bytes:
            raise MicrographError(
                f"{what} has {size / 2**30:.1f} GB of pixels in one image; open it to see it."
            )
        return _grey(content.read(0))


def may_be_micrograph(path: Path) -> bool:
    """Whether a path looks like one that `open_micrograph` opens, by its suffix; a .zspy is a folder."""
    suffix = path.suffix.lower()
    return suffix in READABLE_SUFFIXES and (path.is_file() or (suffix == ".zspy" and path.is_dir()))


def list_contents(path: Path | str) -> list[Signal]:
    """List what a file holds, without reading pixels.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    list of Signal
        In the order of the file; spectra and diffraction patterns too, with the reason why they are refused.

    Raises
    ------
    MicrographError
        If the file cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> import workbench as wb
    >>> wb.write_tiff("particle.tif", np.zeros((40, 60), np.float32), 0.05)
    >>> [(signal.index, signal.shape) for signal in wb.list_contents("particle.tif")]
    [(0, (40, 60))]
    """
    path = Path(path)
    with opened(path) as contents:
        return [_signal(path, contents, index) for index in range(len(contents))]


def _chosen(path: Path, contents: list[Content], signal: int | str | None) -> int:
    if signal is None:
        opens = [content.refused is None and content.dtype.kind in _REAL for content in contents]
        images = [index for index, image in enumerate(opens) if image]
        return min(images, key=lambda index: (contents[index].preview, index), default=0)
    held = ", ".join(f"{index} ({content.title})" for index, content in enumerate(contents))
    if isinstance(signal, str):
        matches = [index for index, content in enumerate(contents) if content.title == signal]
        if len(matches) > 1:
            raise MicrographError(
                f"{path.name} holds {len(matches)} signals called {signal}; give one of {held}."
            )
        if matches:
            return matches[0]
    else:
        index = operator.index(signal)
        if 0 <= index < len(contents):
            return index
    raise MicrographError(f"{path.name} holds no signal {signal!r}; it holds {held}.")


def _called(path: Path, contents: list[Content], index: int) -> str:
    return path.name if len(contents) == 1 else f"{path.name}, signal {index} ({contents[index].title}),"


def _check_is_image(what: str, content: Content) -> None:
    if content.refused:
        raise MicrographError(f"{what} {content.refused}.")
    if content.dtype.kind not in _REAL:
        raise MicrographError(f"{what} {_not_real(content)}.")


def _not_real(content: Content) -> str:
    if content.dtype.kind == "c":
        return "holds complex numbers (a Fourier transform or a wave), not an image; open an image instead"
    return f"holds {content.dtype}, not the numbers of an image; open an image instead"


def _frame_number(what: str, content: Content, frame: int) -> int:
    number = operator.index(frame)
    if not 0 <= number < content.frames:
        count = "1 frame" if content.frames == 1 else f"{content.frames} frames"
        raise MicrographError(f"{what} has {count}, counted from 0, so there is no frame {number}.")
    return number


def _check_room(what: str, content: Content) -> None:
    """Ask for the memory before the system has to: a damaged or malicious file can claim any size."""
    import psutil

    height, width = content.shape[-2:]
    needed = height * width * (content.dtype.itemsize + 2 * np.dtype(np.float32).itemsize)
    free = psutil.virtual_memory().available
    if needed > free:
        raise MicrographError(
            f"{what} claims {height} x {width} pixels, which need {needed / 1e9:.1f} GB of memory while "
            f"{free / 1e9:.1f} GB are free; "
            "open it on a larger machine, or copy it again if this size is wrong."
        )


def _grey(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if image.ndim == 2:
        return image
    if image.shape[-1] < 3:
        return image[..., 0]
    red, green, blue = (image[..., channel] for channel in range(3))
    if np.array_equal(red, green) and np.array_equal(red, blue):
        return red
    return np.asarray(image[..., :3] @ _LUMA)


def _signal(path: Path, contents: list[Content], index: int) -> Signal:
    content = contents[index]
    what = _called(path, contents, index)
    refused = content.refused or (None if content.dtype.kind in _REAL else _not_real(content))
    size = None if refused is not None else pixel_size(content.axes)
    image = len(content.shape) >= 2
    return Signal(
        index=index,
        title=content.title,
        shape=content.shape,
        frames=content.frames if image else 0,
        height=content.shape[-2] if image else 0,
        width=content.shape[-1] if image else 0,
        dtype=str(content.dtype),
        nm_per_px=size,
        refused=None if refused is None else f"{what} {refused}.",
        preview=content.preview,
    )
