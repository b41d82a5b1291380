"""What the values of a label mean: which of them are particle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import DatasetError
from workbench.micrographs.datasets.naming import listed
from workbench.micrographs.datasets.periodic import is_simulated, number_pieces
from workbench.micrographs.micrograph import BoolImage

MASK, PARTICLES, BOXES, OVERLAPPING = "mask", "particles", "boxes", "overlapping"
KINDS = (MASK, PARTICLES, BOXES, OVERLAPPING)
_SAY_WHICH = (
    'say which is particle, as particle = [1, 2] in set.toml or to open_dataset, or labels = "particles" '
    "where each particle has a number of its own"
)


@dataclass(frozen=True)
class LabelMeaning:
    """How a label becomes a mask.

    Parameters
    ----------
    kind : str
        ``mask``: two values, of which the larger is particle; where all pixels have one value, they are particle
        unless it is 0. ``particles``: 0 is background, every other value one particle. ``overlapping``: the same, made
        of masks that may overlap, the smallest on top; see `OverlappingSource`. ``boxes``: no mask, a box round each
        particle; see `BoxSource`.
    particle : tuple of float, optional
        The values (or, with a channel for each class, the channels) that are particle, all others being
        background; takes the place of ``kind``.
    above : float, optional
        Values above this are particle; for masks with soft edges. Takes the place of ``kind``.
    not_sure : tuple of float
        Values of pixels of which nobody says what they are: training and validation leave them out, and in a mask they
        are background.
    simulated : bool
        Whether the specimen is simulated, and so goes on periodically: each piece of a particle that the edge of the
        frame parts is then numbered by itself. In other labels a number is one particle, whatever parts it.
    """

    kind: str = MASK
    particle: tuple[float, ...] | None = None
    above: float | None = None
    not_sure: tuple[float, ...] = ()
    simulated: bool = False

    @classmethod
    def of(cls, what: str, description: dict[str, Any]) -> LabelMeaning:
        """Take it from the entries ``labels``, ``particle``, ``particle_above`` and ``not_sure`` of a description.

        A description with the ``details`` that a simulation notes is of a simulated set.

        Raises
        ------
        DatasetError
            If one of them has a value of the wrong kind, or two contradict each other.
        """
        kind, values = description.get("labels", MASK), description.get("particle")
        above = description.get("particle_above")
        if kind not in KINDS:
            raise DatasetError(
                f"{what}: labels is {', '.join(map(repr, KINDS[:-1]))} or {KINDS[-1]!r}, not {kind!r}."
            )
        if values is not None:
            values = _numbers(what, "particle", values)
        unsure = description.get("not_sure")
        unsure = () if unsure is None else _numbers(what, "not_sure", unsure)
        if set(unsure) & set(values or ()):
            raise DatasetError(f"{what}: a value is both particle and not_sure; give it to one of them.")
        if above is not None and not _is_number(above):
            raise DatasetError(f"{what}: particle_above is a number, not {above!r}.")
        if above is not None and values is not None:
            raise DatasetError(f"{what}: give particle or particle_above, not both.")
        return cls(kind, values, above, unsure, is_simulated(description))

    @property
    def tells_apart(self) -> bool:
        """Whether each particle has a number of its own, so that those that touch are told apart."""
        return self.kind in (PARTICLES, OVERLAPPING) and self.particle is None and self.above is None

    def mask(self, label: npt.NDArray[Any], name: str) -> BoolImage:
        """Return where there is particle.

        Parameters
        ----------
        label : (H, W) or (H, W, C) array
            Values, or a channel for each class, of which the largest wins.
        name : str
            Of the micrograph, for the messages.

        Returns
        -------
        (H, W) bool array

        Raises
        ------
        DatasetError
            If it cannot be told which values are particle.
        """
        label = _plain(label, name)
        if not self.not_sure:
            return self._particles(label, name)
        sure = ~np.isin(label, self.not_sure)
        mask = np.zeros(label.shape, np.bool_)
        if sure.any():
            mask[sure] = self._particles(label[sure], name)
        return mask

    def ignored(self, label: npt.NDArray[Any], name: str) -> BoolImage | None:
        """Return where nobody is sure what there is, of the shape of `mask`; None where no pixel is so."""
        if not self.not_sure:
            return None
        unsure = np.isin(_plain(label, name), self.not_sure)
        return unsure if unsure.any() else None

    def numbers(self, label: npt.NDArray[Any], name: str) -> npt.NDArray[np.int32] | None:
        """Return the particles numbered from 1, where `mask` is; None where the label does not tell them apart.

        Of a simulated set each piece that the edge of the frame parts is numbered; see `number_pieces`.

        Parameters
        ----------
        label, name
            As for `mask`.

        Returns
        -------
        (H, W) int32 array or None
        """
        if not self.tells_apart:
            return None
        mask = self.mask(label, name)
        numbers = np.zeros(mask.shape, np.int32)
        numbers[mask] = np.unique(_plain(label, name)[mask], return_inverse=True)[1] + 1
        return number_pieces(numbers)[0] if self.simulated else numbers

    def _particles(self, label: npt.NDArray[Any], name: str) -> BoolImage:
        if self.particle is not None:
            return np.isin(label, self.particle)
        if self.above is not None:
            return np.asarray(label > self.above)
        if self.kind in (PARTICLES, OVERLAPPING):
            return np.asarray(label != 0)
        if self.kind == BOXES:
            raise DatasetError(no_masks(name))
        return _two_values(label, name)


def no_masks(name: str) -> str:
    """Return the sentence for a set with boxes only, or a micrograph of it, where a mask is needed."""
    return (
        f"{name} has a box round each particle and no mask, so it can be scored by boxes but not be trained on or "
        "compared pixel by pixel; take another set for that."
    )


def _plain(label: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    if label.dtype.kind not in "buif" or label.ndim not in (2, 3):
        raise DatasetError(f"{name}: a label is an image of numbers, not {label.dtype} of {label.shape}.")
    if label.ndim == 3:
        label = _classes(label, name)
    if not np.isfinite(label).all():
        raise DatasetError(f"{name}: the label holds NaN or infinite values.")
    return label


def _numbers(what: str, entry: str, given: Any) -> tuple[float, ...]:
    values = tuple(given) if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
    if not values or not all(_is_number(value) for value in values):
        raise DatasetError(
            f"{what}: {entry} is a list of the values that are {entry.replace('_', ' ')}, as [1, 2], not {given!r}."
        )
    return values


def _two_values(label: npt.NDArray[Any], name: str) -> BoolImage:
    if label.dtype == np.bool_:
        return label
    low, high = label.min(), label.max()
    larger = label == high
    if low < 0 or not (larger | (label == low)).all():
        values = np.unique(label)
        many = f"{len(values)} values" if low >= 0 else "negative values"
        raise DatasetError(
            f"{name}: the label holds {many} ({listed([f'{v:g}' for v in values])}); {_SAY_WHICH}."
        )
    return larger if high > 0 else np.zeros(label.shape, np.bool_)


def _classes(label: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    """Return the class of each pixel of a one-hot label; one channel alone is the label itself."""
    if label.shape[-1] == 1:
        return label[..., 0]
    highest = label.max(axis=-1, keepdims=True)
    if ((label == highest).sum(axis=-1) > 1).any():
        raise DatasetError(
            f"{name}: the label has {label.shape[-1]} channels, but they are not one for each class: "
            "at some pixels two of them are equal."
        )
    return np.asarray(label.argmax(axis=-1))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
