"""What a report is made of: micrographs with their particles, a distribution, a budget, what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

from workbench.file_names import printable
from workbench.micrographs.micrograph import Micrograph
from workbench.particles.files.belonging import INCLUDED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from workbench.segmentation.segmentation import Segmentation


class ReportedDistribution(Protocol):
    """What a report asks of the distribution of sizes; `workbench.distribution` gives it."""

    def to_dict(self) -> dict[str, Any]:
        """Return its numbers, as JSON holds them."""

    def plot(self, **options: Any) -> Figure:
        """Draw the histogram and what belongs to it; ``width_mm`` wide, with a Q-Q plot where ``qq``."""


class ReportedBudget(Protocol):
    """What a report asks of a budget of uncertainty."""

    def to_dict(self) -> dict[str, Any]:
        """Return its parts, as JSON holds them."""


@dataclass(frozen=True)
class Whole:
    """What is said of a micrograph of which a small picture is kept.

    Attributes
    ----------
    shape : (int, int)
        Height and width, px.
    nm_per_px : float or None
    unlike : tuple of str or None
        In what it is unlike the training of its network; None: nobody knows.
    picture : bytes
        JPEG of it with its outlines; empty where it is drawn of the small picture.
    """

    shape: tuple[int, int]
    nm_per_px: float | None
    unlike: tuple[str, ...] | None
    picture: bytes = b""


@dataclass(frozen=True, eq=False)
class ReportedMicrograph:
    """A micrograph with its particles.

    Attributes
    ----------
    micrograph : Micrograph
    labels : (H, W) array of whole numbers
        0 is background.
    table : DataFrame
        One row a particle, with the numbers of the label image.
    provenance : mapping
        Of `workbench.particles.provenance.provenance_of`.
    segmentation : Segmentation or None
        What they were made of, where it is at hand.
    whole : Whole or None
        Of what the pixels are a small picture, see `workbench.report.small.small`.

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> labels = wb.label_image(truth)
    >>> wb.ReportedMicrograph(m, labels, wb.measure(labels, m)).caption
    '5 particles, 512 x 512 px, 0.0235 nm/px'
    """

    micrograph: Micrograph
    labels: npt.NDArray[Any]
    table: pd.DataFrame
    provenance: Mapping[str, Any] = field(default_factory=dict)
    segmentation: Segmentation | None = None
    whole: Whole | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the micrograph, px."""
        return self.micrograph.shape if self.whole is None else self.whole.shape

    @property
    def nm_per_px(self) -> float | None:
        """Pixel size of the micrograph, nm."""
        return self.micrograph.nm_per_px if self.whole is None else self.whole.nm_per_px

    @property
    def counted(self) -> int:
        """How many particles count."""
        return int(self.table[INCLUDED].sum()) if INCLUDED in self.table else len(self.table)

    @property
    def caption(self) -> str:
        """What stands below its picture."""
        height, width = self.shape
        out = len(self.table) - self.counted
        size = self.nm_per_px
        return ", ".join(
            [
                f"{self.counted} particle{'' if self.counted == 1 else 's'}",
                *([f"{out} left out"] if out else []),
                f"{width} x {height} px",
                "pixel size not known" if size is None else f"{size:.4g} nm/px",
            ]
        )


@dataclass(frozen=True, eq=False)
class Report:
    """All that a report is made of.

    Attributes
    ----------
    micrographs : sequence of ReportedMicrograph
    sample : str
        What the sample is.
    microscope : str
        Which it was; empty: as the files of the micrographs say.
    operator : str
        Who took the micrographs.
    note : str
        What else a reader should know, in lines of its own.
    chosen : str
        How the micrographs were chosen.
    distribution : ReportedDistribution or None
        Of the sizes of all particles that count.
    budget : ReportedBudget, mapping or None
        Of the uncertainty of its median or mean.
    notes : sequence of str
        What was left out, and why, beside the particles.
    failed : sequence of (str, str)
        What failed, such as a file that did not open, and why.
    without : str
        Why there is no distribution, where there is none.
    """

    micrographs: Sequence[ReportedMicrograph]
    sample: str = ""
    chosen: str = ""
    distribution: ReportedDistribution | None = None
    budget: ReportedBudget | Mapping[str, Any] | None = None
    notes: Sequence[str] = ()
    failed: Sequence[tuple[str, str]] = ()
    without: str = ""
    microscope: str = ""
    operator: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """What stands at its head."""
        if self.sample:
            return printable(self.sample)
        if len(self.micrographs) == 1:
            return printable(self.micrographs[0].micrograph.name)
        return f"{len(self.micrographs)} micrographs"

    @property
    def numbers(self) -> dict[str, Any]:
        """The numbers of the distribution; empty without one."""
        return {} if self.distribution is None else self.distribution.to_dict()
