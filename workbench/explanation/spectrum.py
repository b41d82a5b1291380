"""Which spatial frequencies of a micrograph a network used: those of its lattice fringes, or of plain contrast.

An explanation says how much each pixel counts: attribution x input, ``a(p) = g(p) x(p)``, where ``g`` is the slope by
which the answer follows the pixel and ``x`` the standardised intensity. The same sum can be taken over spatial
frequencies instead (Parseval)::

    sum over pixels of g(p) x(p)  =  sum over frequencies of  Re[ conj(G(k)) X(k) ] / N

so each term on the right is what one frequency contributes, in logits, exactly: the terms add up to the attribution,
and with integrated gradients to the answer. Their sums over rings are the spectrum of what was used; its share in a
band of frequencies is the band's sum over the absolute sums of all bands.

The power of the Fourier transform of the product ``g x`` is given beside it (``product``), but no share is taken from
it: a product moves frequencies. A network that answers to the amplitude of a fringe of frequency f has g proportional
to the fringe, so ``g x`` goes as ``cos^2``, whose power lies at 0 and at 2 f: it would be taken for contrast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.explanation.attribution_map import AttributionMap
from workbench.explanation.bands import GOLD_NM
from workbench.explanation.frequency_sums import RINGS, FrequencySums, transform
from workbench.explanation.methods.registry import Kind, find_method
from workbench.explanation.outline import bounding_box, in_pixels, soft_outline, whole_targets
from workbench.micrographs.information_limit import information_limit_per_nm
from workbench.micrographs.micrograph import FloatImage

Floats = npt.NDArray[np.float64]

_FLAT_NM, _FADE_NM = 0.25, 1.0
_TINY_INPUT = 1e-3


@dataclass(frozen=True, eq=False)
class UsedSpectrum:
    """What a network used of a target, by spatial frequency, beside what the micrograph holds there.

    The three curves are densities: their areas are shares, so 1 over all frequencies (``used`` may be negative where a
    frequency spoke against the answer). They run from 0 to the Nyquist frequency of what the network saw.

    Parameters
    ----------
    frequency_per_px : (64,) array
        Middles of the rings, in 1/px of the network's pixels.
    nm_per_px : float or None
        Edge of the network's pixel.
    used : (64,) array
        What each ring contributed to the answer.
    micrograph : (64,) array
        Power of the micrograph, which is what an attribution equal to plain intensity would use.
    product : (64,) array
        Power of the Fourier transform of attribution x input; see the module for why no share is taken from it.
    value : float
        Attribution in the window around the target; in logits where the method gives logits.
    inside : float
        The same as a fraction of all attribution; NaN where that is 0.
    lattice_share, contrast_share, other_share : float or None
        Of ``used``; their absolute values add up to 1, negative: speaks against. None where the pixel size is not
        known, the pixels cannot hold the band, or there is no attribution.
    lattice_share_of_micrograph, contrast_share_of_micrograph : float or None
        The reference: the same shares of plain intensity. A network that uses more lattice than that seeks it.
    lattice_band_per_nm, contrast_band_per_nm : (float, float) or None
        Lower and upper end.
    lines : mapping of str to float
        Lattice planes of gold and their frequency in 1/nm, those below Nyquist; empty without a
        pixel size.
    information_limit_per_nm : float or None
        See `workbench.micrographs.information_limit`.
    used_map, micrograph_map : (128, 128) float32 array
        The transforms in two dimensions, frequency 0 in row and column 64, Nyquist at the edges; as shares.
    kind : {"gradient", "product", "place"}
        Of the method. "place": the map has no slope, ``used`` is then the power of the micrograph weighted by the map.
    target, network : str
        Their labels.
    note : str
        Why a share is missing; else empty.
    """

    frequency_per_px: Floats
    nm_per_px: float | None
    used: Floats
    micrograph: Floats
    product: Floats
    value: float
    inside: float
    lattice_share: float | None
    contrast_share: float | None
    other_share: float | None
    lattice_share_of_micrograph: float | None
    contrast_share_of_micrograph: float | None
    lattice_band_per_nm: tuple[float, float] | None
    contrast_band_per_nm: tuple[float, float] | None
    lines: Mapping[str, float]
    information_limit_per_nm: float | None
    used_map: FloatImage
    micrograph_map: FloatImage
    kind: Kind
    target: str
    network: str
    note: str = ""

    @property
    def frequency_per_nm(self) -> Floats | None:
        """Middles of the rings in 1/nm; None where the pixel size is not known."""
        return None if self.nm_per_px is None else self.frequency_per_px / self.nm_per_px

    @property
    def frequency(self) -> Floats:
        """Middles of the rings, in `unit`."""
        return self.frequency_per_px if self.frequency_per_nm is None else self.frequency_per_nm

    @property
    def unit(self) -> str:
        """Of `frequency`: ``1/nm``, or ``1/px`` where the pixel size is not known."""
        return "1/px" if self.nm_per_px is None else "1/nm"

    @property
    def line(self) -> str:
        """One short line for under the map."""
        if self.contrast_share is None:
            return self.note
        lattice = "not resolved" if self.lattice_share is None else _percent(self.lattice_share)
        own = self.lattice_share_of_micrograph
        reference = "" if own is None else f"; the micrograph there: {_percent(own)}"
        return f"lattice {lattice}, contrast {_percent(self.contrast_share)}{reference} lattice"

    @property
    def sentences(self) -> list[str]:
        """What the figures mean, for a person who sees them for the first time."""
        if self.contrast_share is None:
            return [self.note]
        what = "Of what this map highlights" if self.kind == "place" else f"Of what {self.network} used"
        said = [
            f"{what} at the {self.target}, {_percent(self.contrast_share)} is contrast (1 nm and larger)."
        ]
        if self.lattice_share is None:
            said.append(self.note)
        else:
            own = _percent(self.lattice_share_of_micrograph or 0.0)
            said.append(
                f"{_percent(self.lattice_share)} is lattice (0.28 to 0.13 nm), which has {own} of the power there."
            )
            if self.lattice_share < 0:
                said.append("The lattice spoke against the answer.")
        if 0 <= self.inside <= 1:  # beyond, parts of the attribution cancel, and a share means nothing
            said.append(f"{_percent(self.inside)} of all attribution lies at the target.")
        return said

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the transforms in two dimensions, JSON-able, with unit and line."""
        found = {key: value for key, value in asdict(self).items() if not key.endswith("_map")}
        found = {
            key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in found.items()
        }
        found["inside"] = self.inside if np.isfinite(self.inside) else None
        return {**found, "frequency": self.frequency.tolist(), "unit": self.unit, "line": self.line}

    def __repr__(self) -> str:
        return f"UsedSpectrum({self.target}, {self.network}: {self.line})"


def used_spectrum(explanation: AttributionMap, nm_per_px: float | None = None) -> UsedSpectrum:
    """Say which spatial frequencies of its target an explanation draws on.

    The slope g is the map itself for a gradient, and the map over the input where the method multiplied with it. A map
    that only says where (Grad-CAM, occlusion, RISE) has no slope: the input takes its place, weighted by the map, and
    the answer is which frequencies the micrograph holds where the map is bright.

    Both are multiplied by a window that is 1 on the target and 0.25 nm around it and fades out over 1 nm as a raised
    cosine, so no edge of a box shows in the spectrum, and the rim of the particle counts.

    Parameters
    ----------
    explanation : AttributionMap
    nm_per_px : float, optional
        Pixel size of the micrograph, where it does not know its own.

    Returns
    -------
    UsedSpectrum

    References
    ----------
    J. Vielhaben, S. Lapuschkin, G. Montavon, W. Samek, Pattern Recognition 150 (2024) 110309, arXiv 2303.06365:
    relevance in the frequency domain, equation 9.
    """
    kind = find_method(explanation.method).kind
    own = [problem for problem, _ in explanation.parts]
    size = own[0].nm_per_px
    if size is None and nm_per_px is not None:
        size = nm_per_px * explanation.network.input.step(None)
    used, power, product = FrequencySums(size), FrequencySums(size), FrequencySums(size)
    everything = 0.0
    for (problem, found), selected in zip(explanation.parts, whole_targets(own), strict=True):
        image = problem.pixels.astype(np.float64) - problem.mean
        slope = _slope(found.astype(np.float64), image, kind)
        everything += float((slope * image).sum())
        outline = soft_outline(selected, in_pixels(_FLAT_NM, size), in_pixels(_FADE_NM, size))
        box = bounding_box(outline > 0)
        window = outline[box].astype(np.float64)
        x, g, both = (
            transform(part)
            for part in (window * image[box], window * slope[box], window**2 * (slope * image)[box])
        )
        used.add((g.conj() * x).real / x.size)
        power.add(np.abs(x) ** 2 / x.size)
        product.add(np.abs(both) ** 2 / x.size)
    lattice, contrast, other = used.shares()
    own_lattice, own_contrast, _ = power.shares()
    return UsedSpectrum(
        frequency_per_px=(np.arange(RINGS, dtype=np.float64) + 0.5) * (0.5 / RINGS),
        nm_per_px=size,
        used=used.density(),
        micrograph=power.density(),
        product=product.density(),
        value=used.total,
        inside=used.total / everything if everything else float("nan"),
        lattice_share=lattice,
        contrast_share=contrast,
        other_share=other,
        lattice_share_of_micrograph=own_lattice,
        contrast_share_of_micrograph=own_contrast,
        lattice_band_per_nm=used.lattice,
        contrast_band_per_nm=used.contrast,
        lines={} if size is None else {name: 1 / d for name, d in GOLD_NM.items() if 1 / d <= 0.5 / size},
        information_limit_per_nm=information_limit_per_nm(explanation.micrograph),
        used_map=used.map(),
        micrograph_map=power.map(),
        kind=kind,
        target=explanation.target.label,
        network=explanation.network.label,
        note=_note(size, used),
    )


def _slope(found: Floats, image: Floats, kind: Kind) -> Floats:
    if kind == "gradient":
        return found
    if kind == "place":
        return found * image
    # map / input; where the input is next to nothing, so is its part, and no small number is divided by
    return found * image / (image**2 + _TINY_INPUT**2)


def _note(nm_per_px: float | None, used: FrequencySums) -> str:
    if nm_per_px is None:
        return "The pixel size is not known, so no frequency can be called lattice or contrast; set it."
    if used.empty:
        return "There is no attribution at the target, so nothing to take a share of."
    if used.lattice is None:
        return f"Pixels of {nm_per_px:.3g} nm, as the network sees them, cannot hold lattice fringes."
    return ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %".replace("-", "−")
