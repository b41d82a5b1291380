"""Methods without weights that a network has to beat: blur and Otsu, and the energy of the lattice fringes.

They stand in the list of networks beside the trained ones. numpy, scipy and scikit-image only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage
from scipy.special import expit
from skimage.filters import threshold_otsu

from workbench.errors import NetworkError
from workbench.micrographs.cleaning import prepare
from workbench.networks.card import Card, Input

FloatImage = npt.NDArray[np.float32]

LATTICE_NM = (0.12, 0.30)
"""Lattice spacings of metals and oxides that HRTEM resolves (Au: 0.236, 0.204, 0.144 nm)."""

PERIODS_PX = (3.0, 14.0)
"""Periods looked for where the pixel size is not known or too coarse for a lattice."""


class ClassicalMethod(ABC):
    """A method that needs no training: pixels in, probability out."""

    @property
    @abstractmethod
    def card(self) -> Card:
        """The card, as a network has one."""

    @property
    def name(self) -> str:
        """Name in the list of networks."""
        return self.card.name

    @abstractmethod
    def score(self, pixels: FloatImage, nm_per_px: float | None) -> FloatImage:
        """Return what is thresholded, of prepared pixels: greater where there is more reason to see a particle."""

    def probability(self, pixels: FloatImage, nm_per_px: float | None = None) -> FloatImage:
        """Return the probability of particle.

        Parameters
        ----------
        pixels : (H, W) float32 array
            A micrograph of any size and in any unit. It is prepared as the card says, as for a network: x-ray hits out,
            mean 0, standard deviation 1.
        nm_per_px : float, optional
            Edge of a pixel in nm.

        Returns
        -------
        (H, W) float32 array
            In [0, 1]; 0.5 exactly at Otsu's threshold, 0.02 and 0.98 half the distance between the two
            classes away from it. All 0 where the micrograph is constant.
        """
        given = self.card.input
        pixels = np.asarray(pixels, dtype=np.float32)
        prepared = prepare(pixels, outliers=given.outliers, standardise="none")
        mean, spread = float(prepared.mean(dtype=np.float64)), float(prepared.std(dtype=np.float64))
        if not spread > 1e-6 * abs(mean):
            return np.zeros(pixels.shape, dtype=np.float32)
        score = self.score(prepare(prepared, outliers="none", standardise=given.standardise), nm_per_px)
        if not float(score.max()) - float(score.min()) > 1e-5:
            return np.zeros(pixels.shape, dtype=np.float32)
        return _squash(score)


@dataclass(frozen=True)
class Otsu(ClassicalMethod):
    """Gaussian blur, then Otsu's threshold.

    Parameters
    ----------
    sigma_px : float
        Of the blur.
    polarity : {"auto", "dark", "bright"}
        Which side is particle. ``auto``: the dark side, as in bright field, unless it holds more than 60 % of
        the frame's border.

    References
    ----------
    N. Otsu, IEEE Trans. Syst. Man Cybern. 9 (1979) 62.
    """

    sigma_px: float = 5.0
    polarity: str = "auto"

    def __post_init__(self) -> None:
        if self.polarity not in ("auto", "dark", "bright"):
            raise NetworkError(
                f"The polarity of otsu is auto, dark or bright, not {self.polarity!r}; choose one of these."
            )

    @property
    def card(self) -> Card:
        """Return the card of blur and Otsu."""
        return Card(
            name="otsu",
            title="Blur + Otsu",
            kind="classical",
            architecture="otsu",
            options={"sigma_px": self.sigma_px, "polarity": self.polarity},
            input=Input(standardise="zscore", outliers="xray"),
            parameters=0,
            attribution="Otsu, IEEE Trans. Syst. Man Cybern. 9 (1979) 62",
        )

    def score(self, pixels: FloatImage, nm_per_px: float | None) -> FloatImage:  # noqa: ARG002
        """Return the blurred micrograph, turned so that particles are bright."""
        blurred: FloatImage = ndimage.gaussian_filter(pixels, self.sigma_px)
        bright = self.polarity == "bright"
        if self.polarity == "auto":
            border = np.concatenate([blurred[0], blurred[-1], blurred[:, 0], blurred[:, -1]])
            bright = float(np.mean(border <= _otsu(blurred))) > 0.6
        return blurred if bright else -blurred


@dataclass(frozen=True)
class Bandpass(ClassicalMethod):
    """Local energy of lattice fringes: band-pass, square, blur, Otsu on the logarithm, small holes filled.

    Parameters
    ----------
    periods_nm : (float, float)
        Shortest and longest lattice spacing that is let through, where the pixel size is known.
    periods_px : (float, float)
        The same in pixels, where it is not, or where a pixel is too large to resolve the longest spacing.
    smoothing : float
        Standard deviation of the blur, in longest periods.
    """

    periods_nm: tuple[float, float] = LATTICE_NM
    periods_px: tuple[float, float] = PERIODS_PX
    smoothing: float = 1.0

    @property
    def card(self) -> Card:
        """Return the card of the band-pass method."""
        return Card(
            name="bandpass",
            title="Lattice band-pass + Otsu",
            kind="classical",
            architecture="bandpass",
            options={
                "periods_nm": list(self.periods_nm),
                "periods_px": list(self.periods_px),
                "smoothing": self.smoothing,
            },
            input=Input(standardise="zscore", outliers="xray"),
            parameters=0,
        )

    def periods(self, nm_per_px: float | None) -> tuple[float, float]:
        """Return the shortest and longest period in pixels; none is below 2.2, near the Nyquist limit."""
        shortest, longest = self.periods_px
        if nm_per_px is not None and self.periods_nm[1] / nm_per_px >= 3.0:
            shortest, longest = self.periods_nm[0] / nm_per_px, self.periods_nm[1] / nm_per_px
        return max(shortest, 2.2), longest

    def score(self, pixels: FloatImage, nm_per_px: float | None) -> FloatImage:
        """Return the logarithm of the energy in the band, averaged over a few fringes."""
        shortest, longest = self.periods(nm_per_px)
        sigma = self.smoothing * longest
        energy = _band(pixels, shortest, longest)
        np.square(energy, out=energy)
        energy = np.asarray(ndimage.gaussian_filter(energy, sigma, truncate=3.0), dtype=np.float32)
        # The floor keeps the logarithm finite where a synthetic image has no energy at all.
        np.maximum(energy, 1e-6 * float(energy.max()) + np.finfo(np.float32).tiny, out=energy)
        return np.log(energy, out=energy)

    def probability(self, pixels: FloatImage, nm_per_px: float | None = None) -> FloatImage:
        """Return the probability; holes no larger than the blur can resolve are filled."""
        probability = super().probability(pixels, nm_per_px)
        return _fill(probability, 2 * np.pi * (2 * self.smoothing * self.periods(nm_per_px)[1]) ** 2)


METHODS: tuple[ClassicalMethod, ...] = (Otsu(), Bandpass())


def classical_cards() -> list[Card]:
    """Return the cards of all classical methods."""
    return [method.card for method in METHODS]


def classical_method(name: str) -> ClassicalMethod | None:
    """Return the classical method of that name, or ``None``."""
    return next((method for method in METHODS if method.name == name), None)


def _otsu(values: FloatImage) -> float:
    return float(threshold_otsu(values, nbins=1024))


def _squash(score: FloatImage) -> FloatImage:
    threshold = _otsu(score)
    above = score > threshold
    count = int(above.sum())
    if count in (0, score.size):
        return np.zeros(score.shape, dtype=np.float32)
    upper = float(score.mean(where=above, dtype=np.float64))
    lower = float(score.mean(where=~above, dtype=np.float64))
    scaled = (score - np.float32(threshold)) * np.float32(8.0 / (upper - lower))
    return np.asarray(expit(scaled), dtype=np.float32)


def _band(pixels: FloatImage, shortest: float, longest: float) -> FloatImage:
    """Let through periods between two bounds, with edges a quarter octave wide; borders are mirrored."""
    margin = int(np.ceil(2 * longest))
    shape = [fft.next_fast_len(size + 2 * margin, real=True) for size in pixels.shape]
    padding = [(margin, full - size - margin) for full, size in zip(shape, pixels.shape, strict=True)]
    spectrum = fft.rfft2(np.pad(pixels, padding, mode="symmetric"))
    rows = fft.fftfreq(shape[0]).astype(np.float32)[:, None]
    columns = fft.rfftfreq(shape[1]).astype(np.float32)[None, :]
    octave = np.square(rows) + np.square(columns)
    octave[0, 0] = np.finfo(np.float32).tiny
    np.log2(octave, out=octave)
    octave *= 0.5  # log2 of the spatial frequency per pixel
    edge = 0.25
    spectrum *= np.clip((octave + np.float32(np.log2(longest))) / edge + 0.5, 0, 1)
    spectrum *= np.clip((-np.float32(np.log2(shortest)) - octave) / edge + 0.5, 0, 1)
    band = fft.irfft2(spectrum, s=shape, overwrite_x=True)
    return np.ascontiguousarray(
        band[margin : margin + pixels.shape[0], margin : margin + pixels.shape[1]], dtype=np.float32
    )


def _fill(probability: FloatImage, most_area: float) -> FloatImage:
    """Mirror the probability about 0.5 in small holes: background that is closed in."""
    holes, count = ndimage.label(probability <= 0.5)
    areas = np.bincount(holes.ravel(), minlength=count + 1)
    small = areas <= most_area
    for line in (holes[0], holes[-1], holes[:, 0], holes[:, -1]):
        small[line] = False
    small[0] = False
    inside = small[holes]
    probability[inside] = np.maximum(1 - probability[inside], np.nextafter(np.float32(0.5), np.float32(1)))
    return probability
