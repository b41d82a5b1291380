"""Does the answer need the lattice, or the contrast? Take it out of the particle, run the network again, and see.

A spectrum of what was used describes a map; this asks the network itself. The band is removed inside the target only,
with a soft outline and a filter with Gaussian edges, so that nothing new appears to answer to. A control adds as much
noise of the same band as the removal took away: what the answer loses there too, it loses to any change of that size.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, one_logit
from workbench.explanation.attribution_map import AttributionMap
from workbench.explanation.bands import BandName, band_filter, band_per_nm, frequencies
from workbench.explanation.outline import in_pixels, soft_outline, whole_targets
from workbench.micrographs.micrograph import BoolImage, FloatImage

CONTROLS = 3
"""Draws of noise that the control is the mean of."""

_FLAT_NM, _FADE_NM = 0.5, 0.5
_RING_NM = 1.0
_MIRRORED_NM = 1.6
_TINY = 1e-6


@dataclass(frozen=True)
class Removal:
    """What became of an answer when a band of frequencies was removed inside its target.

    Parameters
    ----------
    band : {"lattice", "contrast", "between"}
    band_per_nm : (float, float)
        Lower and upper end.
    value_before, value_after, value_control : float
        The sum of the logits over the target: of the micrograph as it is, without the band, and with noise of that
        band added, as strong as what was removed.
    mask_before, mask_after, mask_control : float
        Pixels of the target that the network calls particle (background, where that is the target) at the threshold
        of its card; in pixels of the network.
    dice, dice_control : float
        Of the mask with that before, at the target and 1 nm around it; 1 where both are empty.
    removed : float
        Root mean square of what was removed from the target, in standard deviations of the micrograph.
    pixels : int
        Of the target, in the network's pixels.
    target, network : str
        Their labels.
    """

    band: BandName
    band_per_nm: tuple[float, float]
    value_before: float
    value_after: float
    value_control: float
    mask_before: float
    mask_after: float
    mask_control: float
    dice: float
    dice_control: float
    removed: float
    pixels: int
    target: str
    network: str

    @property
    def kept(self) -> float | None:
        """Share of the target's pixels found before that are found still; None where none were."""
        return self.mask_after / self.mask_before if self.mask_before else None

    @property
    def kept_control(self) -> float | None:
        """The same of the control."""
        return self.mask_control / self.mask_before if self.mask_before else None

    @property
    def change(self) -> float | None:
        """Change of the sum of logits as a fraction of what it was; None where it was 0."""
        if not self.value_before:
            return None
        return (self.value_after - self.value_before) / abs(self.value_before)

    @property
    def line(self) -> str:
        """One short line for under the map."""
        if self.removed < _TINY:
            return f"no {self.band} to remove here"
        if self.kept is None or self.kept_control is None:
            return f"without {self.band}: nothing found before, so nothing to lose"
        return f"without {self.band}: {_percent(self.kept)} stays (control {_percent(self.kept_control)})"

    @property
    def sentences(self) -> list[str]:
        """What the figures mean, for a person who sees them for the first time."""
        if self.removed < _TINY:
            return [f"The {self.target} holds nothing of the {self.band} band, so nothing was removed."]
        said = [
            f"{self.network} was run again with the {self.band} band taken out of the {self.target}: "
            f"its sum of logits went from {self.value_before:.4g} to {self.value_after:.4g} "
            f"(control {self.value_control:.4g})."
        ]
        if self.kept is not None and self.kept_control is not None:
            said.append(
                f"{_percent(self.kept)} of the pixels that it found there it finds still; "
                f"with as strong a noise of the same band added, {_percent(self.kept_control)}."
            )
        return said

    def to_dict(self) -> dict[str, Any]:
        """Return all figures, JSON-able, with the shares and the line."""
        derived = {name: getattr(self, name) for name in ("kept", "kept_control", "change", "line")}
        return {**asdict(self), **derived}


def without_band(
    explanation: AttributionMap,
    band: BandName = "lattice",
    *,
    nm_per_px: float | None = None,
    seed: int = 0,
) -> Removal:
    """Remove a band of frequencies from the micrograph inside a target, and run the network again.

    ``lattice`` and ``between`` are subtracted: they have no mean, so contrast and outline stay. ``contrast``, all that
    varies over 1 nm or more, is replaced by the level of the surroundings, so the particle stands out by nothing but
    its lattice and grain; the mean of the micrograph stays.

    Parameters
    ----------
    explanation : AttributionMap
        By any method: the map is not used, but its target and the part of the micrograph that the target depends on.
    band : {"lattice", "contrast", "between"}
    nm_per_px : float, optional
        Pixel size of the micrograph, where it does not know its own.
    seed : int
        Of the control's noise.

    Raises
    ------
    ExplanationError
        If there is no such band, the pixel size is not known, or the network's pixels cannot hold the band.
    """
    problems = [problem for problem, _ in explanation.parts]
    size = problems[0].nm_per_px
    if size is None and nm_per_px is not None:
        size = nm_per_px * explanation.network.input.step(None)
    if size is None:
        raise ExplanationError(
            f"{explanation.micrograph.name} has no known pixel size, so no frequency can be called {band}; set it."
        )
    low, high = band_per_nm(band, size)
    if high <= low:
        raise ExplanationError(
            f"{explanation.network.label} sees pixels of {size:.3g} nm, which cannot hold the {band} band."
        )
    threshold = explanation.network.threshold
    rng = np.random.default_rng(seed)
    counts, squares, area = np.zeros((4, 2 + CONTROLS)), 0.0, 0
    for problem, whole in zip(problems, whole_targets(problems), strict=True):
        taken = _what_is_taken(problem, whole, band, (low, high), size, threshold)
        change = [np.zeros_like(taken), -taken]
        for _ in range(CONTROLS):
            change.append(_noise(rng, taken, problem.selected, whole, (low, high), size))
        counts += _count(problem, problem.pixels + np.stack(change), size, threshold)
        squares += float((taken[problem.selected] ** 2).sum(dtype=np.float64))
        area += int(np.count_nonzero(problem.selected))
    values, stay, common, near = counts
    # of two empty masks: they agree
    dice = np.where(near[0] + near > 0, 2 * common / np.maximum(near[0] + near, 1), 1.0)
    return Removal(
        band=band,
        band_per_nm=(low, high),
        value_before=float(values[0]),
        value_after=float(values[1]),
        value_control=float(values[2:].mean()),
        mask_before=float(stay[0]),
        mask_after=float(stay[1]),
        mask_control=float(stay[2:].mean()),
        dice=float(dice[1]),
        dice_control=float(dice[2:].mean()),
        removed=(squares / area) ** 0.5,
        pixels=area,
        target=explanation.target.label,
        network=explanation.network.label,
    )


def _what_is_taken(
    problem: AttributionInput,
    whole: BoolImage,
    band: BandName,
    ends: tuple[float, float],
    nm_per_px: float,
    threshold: float,
) -> FloatImage:
    """Return what is subtracted from the window: the band inside the target, 0 elsewhere."""
    passed = _pass(problem.pixels, ends, nm_per_px)
    outline = _outline(whole, nm_per_px)
    if band == "contrast":
        ring = soft_outline(whole, in_pixels(_FLAT_NM + _FADE_NM + _RING_NM, nm_per_px), 1.0) > 0
        ring &= (outline == 0) & ~_masks(_logits(problem, problem.image), threshold)[0]
        passed -= passed[ring].mean() if ring.any() else np.float32(problem.mean)
    return outline * passed


def _noise(
    rng: np.random.Generator,
    taken: FloatImage,
    selected: BoolImage,
    whole: BoolImage,
    ends: tuple[float, float],
    nm_per_px: float,
) -> FloatImage:
    """Return noise of a band, inside the target, as strong there as what was taken."""
    drawn = _pass(rng.standard_normal(taken.shape, np.float32), ends, nm_per_px) * _outline(whole, nm_per_px)
    strength = np.sqrt(float((drawn[selected] ** 2).mean()))
    scale = np.sqrt(float((taken[selected] ** 2).mean())) / strength if strength else 0.0
    return drawn * np.float32(scale)


def _count(
    problem: AttributionInput, images: FloatImage, nm_per_px: float, threshold: float
) -> npt.NDArray[np.float64]:
    """Return of each of (N, h, w) images: value; target's pixels kept; pixels near it in common, and in all; (4, N)."""
    given = torch.from_numpy(images)[:, None].to(problem.image.device)
    logits = np.concatenate([_logits(problem, part) for part in torch.split(given, problem.most_at_once)])
    values = problem.sign * (logits * problem.selected).sum(axis=(1, 2), dtype=np.float64)
    masks = _masks(logits, threshold) if problem.sign == 1 else ~_masks(logits, threshold)
    near = _outline(problem.selected, nm_per_px) > 0
    counted = [masks & masks[0] & problem.selected, masks & masks[0] & near, masks & near]
    return np.stack([values, *(part.sum(axis=(1, 2)) for part in counted)])


def _logits(problem: AttributionInput, images: torch.Tensor) -> FloatImage:
    with torch.no_grad():
        found: FloatImage = one_logit(problem.module(images)).cpu().float().numpy()
    return found


def _masks(logits: FloatImage, threshold: float) -> BoolImage:
    found: BoolImage = logits > np.log(threshold / (1 - threshold))
    return found


def _outline(selected: BoolImage, nm_per_px: float) -> FloatImage:
    return soft_outline(selected, in_pixels(_FLAT_NM, nm_per_px), in_pixels(_FADE_NM, nm_per_px))


def _pass(pixels: FloatImage, ends: tuple[float, float], nm_per_px: float) -> FloatImage:
    """Return what a band of frequencies holds; the window is mirrored at its edges."""
    margin = int(in_pixels(_MIRRORED_NM, nm_per_px))
    wide = np.pad(pixels, margin, mode="symmetric")
    passed = band_filter(frequencies((wide.shape[0], wide.shape[1])) / nm_per_px, *ends)
    found: FloatImage = np.fft.ifft2(np.fft.fft2(wide) * passed).real.astype(np.float32)
    return found[margin : margin + pixels.shape[0], margin : margin + pixels.shape[1]]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
