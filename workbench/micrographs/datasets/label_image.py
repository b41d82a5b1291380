"""A mask or a label image, one number a particle: which of the two an image is, by its values alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import DatasetError
from workbench.micrographs.datasets.naming import listed
from workbench.micrographs.micrograph import BoolImage

Numbers = npt.NDArray[np.int64]

LARGEST_NUMBER = 1 << 24
"""Above this the float32 of a file that was read no longer tells whole numbers apart."""

_DRAWN_HERE = (0, 1, 2)
_MARGIN = 0.1
_FLAT, _FLAT_LABELS = 0.6, 0.3
_SAY_WHICH = (
    "write a set.toml beside it with particle = [1] (the values that are particle), "
    'labels = "particles" (one number a particle) or particle_above = 0.5'
)


@dataclass(frozen=True, eq=False)
class MaskOrLabels:
    """What an image says is particle.

    Attributes
    ----------
    mask : (H, W) bool array
    numbers : (H, W) int64 array or None
        One number a particle, 0 where there is none; None where the image is a mask, whose particles touch nowhere.
    said : str
        How the values were taken, where that is not plain; else empty.
    """

    mask: BoolImage
    numbers: Numbers | None = None
    said: str = ""

    @classmethod
    def numbered(cls, numbers: npt.NDArray[Any], said: str = "") -> MaskOrLabels:
        """Take an image of whole numbers, 0 for background."""
        whole = numbers.astype(np.int64)
        return cls(whole != 0, whole, said)


def interpret_array(values: npt.NDArray[Any], name: str) -> MaskOrLabels:
    """Tell a mask from a label image in an array that a person made and hands over.

    Parameters
    ----------
    values : (H, W) array of numbers or bool
        Two values (bool, 0 and 1, 0 and 255, whichever): a mask, of which the larger value is particle. More, all
        whole and none negative: a label image, 0 for background and every other number one particle. In [0, 1]:
        a probability, where particle is what lies above 0.5. A single number other than 1, 255 and 65535 in one piece
        is a label image of one particle.
    name : str
        For the messages.

    Raises
    ------
    DatasetError
        If it is none of these.
    """
    return _interpret(values, name, trusted=True)


def interpret_file(values: npt.NDArray[Any], name: str) -> MaskOrLabels:
    """Tell a mask from a label image in the pixels of a file, which may have been through other programs.

    As `interpret_array`, and besides: a mask with soft edges (compressed as JPEG, scaled, smoothed) has its particles
    above half of the largest value, and its ``said`` says so. Between a soft mask and a label image decides
    whether neighbouring pixels of in-between values are equal: in a label image almost all are.

    Raises
    ------
    DatasetError
        If it is neither: values that change from pixel to pixel without being near two values, as in a micrograph,
        or numbers of which most lie in several pieces, as in a map of classes.
    """
    return _interpret(values, name, trusted=False)


def _interpret(values: npt.NDArray[Any], name: str, *, trusted: bool) -> MaskOrLabels:
    values = np.asarray(values)
    if values.dtype.kind not in "buif" or values.ndim != 2 or values.size == 0:
        raise DatasetError(
            f"{name}: a mask or a label image is a two-dimensional image of numbers, not {values.dtype} of shape "
            f"{values.shape}."
        )
    if values.dtype == np.bool_:
        return MaskOrLabels(values)
    if not np.isfinite(values).all():
        raise DatasetError(f"{name}: the label holds NaN or infinite values.")
    low, high = values.min(), values.max()
    larger = values == high
    if (larger | (values == low)).all():
        return _two_values(values, larger if high > 0 or low < high else np.zeros_like(larger))
    whole = values.dtype.kind in "bui" or bool((values == np.floor(values)).all())
    if not whole and low >= 0 and high <= 1:
        return MaskOrLabels(
            values > 0.5, said=f"{name} is taken as a probability: particle is what lies above 0.5"
        )
    if low < 0:
        raise DatasetError(f"{name}: the label holds negative values ({low:g} to {high:g}); {_SAY_WHICH}.")
    if whole and trusted:
        return MaskOrLabels.numbered(values)
    flatness = _flatness(values, float(high))
    if not trusted and _is_soft_mask(values, float(high), flatness):
        return MaskOrLabels(
            values > high / 2,
            said=f"{name} holds values between 0 and {high:g}, as a mask with soft edges does: particle is what lies "
            f"above {high / 2:g}",
        )
    if whole and flatness >= _FLAT_LABELS:
        return _label_image_of_file(values, name)
    neither = (
        f"{name} is neither a mask (two values), a label image (one whole number a particle) nor a probability "
        f"(0 to 1): it holds values from {low:g} to {high:g} that"
    )
    if not whole and flatness >= _FLAT:
        raise DatasetError(
            f"{neither} are no whole numbers, as a label image saved in colours does; save its numbers, as a grey "
            "image of 8 or 16 bit."
        )
    raise DatasetError(f"{neither} change from pixel to pixel; {_SAY_WHICH}.")


def _two_values(values: npt.NDArray[Any], particle: BoolImage) -> MaskOrLabels:
    """Take a mask; or a label image of a single particle, which has the same pixels but a number of its own."""
    number = float(values.max())
    plain = number in (1.0, 255.0, 65535.0) or number != int(number) or values.min() != 0
    if plain or number > LARGEST_NUMBER or not particle.any() or _pieces(particle)[0].size > 1:
        return MaskOrLabels(particle)
    return MaskOrLabels(particle, particle * np.int64(number))


def _label_image_of_file(values: npt.NDArray[Any], name: str) -> MaskOrLabels:
    if values.max() > LARGEST_NUMBER:
        raise DatasetError(
            f"{name} holds numbers above {LARGEST_NUMBER}, which are not told apart; number the particles from 1."
        )
    number, area = _pieces(values)
    numbers, where = np.unique(number, return_inverse=True)
    total, largest = np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.int64)
    np.add.at(total, where, area)
    np.maximum.at(largest, where, area)
    whole = largest >= 0.75 * total  # a few stray pixels make no second piece
    as_drawn_here = set(numbers.tolist()) < set(_DRAWN_HERE)
    if whole.mean() < 0.5 or (as_drawn_here and not whole.all()):
        held = listed([f"{number:g}" for number in [0, *numbers]])
        what = "classes, or a label drawn here, where 2 is not sure" if as_drawn_here else "classes"
        raise DatasetError(
            f"{name}: of its values ({held}) most lie in several pieces, so they seem to be {what}, not one number "
            f"a particle; {_SAY_WHICH}."
        )
    return MaskOrLabels.numbered(
        values, f"{name} is taken as a label image: {len(numbers)} particles, one number each"
    )


def _pieces(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Return the value and the area of each connected piece of one value, 0 left out."""
    from skimage.measure import label

    pieces = label(values.astype(np.int32), background=0, connectivity=2).ravel()
    area = np.bincount(pieces)
    value = np.zeros(len(area), values.dtype)
    value[pieces] = values.ravel()
    return value[1:], area[1:]


def _flatness(values: npt.NDArray[Any], high: float) -> float:
    """Return the share of neighbours (beside, above and below each other) of in-between values that are equal.

    Background and what lies within a tenth of the range from it or from the largest value are not asked, unless nothing
    else is there: that is where compression leaves its traces in a mask.
    """
    inner = (values > _MARGIN * high) & (values < (1 - _MARGIN) * high)
    if not inner.any():
        inner = values > 0
    equal = pairs = 0
    for first, second in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
    ):
        asked = (inner[first] | inner[second]) & (values[first] > 0) & (values[second] > 0)
        pairs += int(np.count_nonzero(asked))
        equal += int(np.count_nonzero(asked & (values[first] == values[second])))
    return equal / pairs if pairs else 1.0


def _is_soft_mask(values: npt.NDArray[Any], high: float, flatness: float) -> bool:
    """Say whether an image is a mask whose edges are soft: most pixels near 0 or the largest value, few between."""
    low, top = values <= _MARGIN * high, values >= (1 - _MARGIN) * high
    if flatness < _FLAT_LABELS or (flatness < _FLAT and high >= 250):
        return bool((low | top).mean() >= 0.5)
    # A straight edge along the rows is as flat as a particle of a label image. But who numbers particles does not
    # begin near the largest value of a byte, and does not find most of what he marked there.
    full_scale = 250 <= high <= 255 or 65000 <= high <= 65535
    most_on_top = np.count_nonzero(top) >= 0.6 * (values.size - np.count_nonzero(low))
    between = ~low & ~top
    return bool(full_scale and most_on_top and (not between.any() or len(np.unique(values)) > 4))
