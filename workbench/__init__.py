"""Segment high-resolution TEM micrographs with any trained network, look, tune, compare, export.

The names below are all that a notebook needs; each is imported at its first use, so that ``import workbench``
is quick and loads neither torch nor a widget.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from types import ModuleType
from typing import TYPE_CHECKING, Any

from workbench.version import __version__

_WHERE = {
    "Card": "workbench.networks.card",
    "Distribution": "workbench.particles.distribution_result",
    "DomainWarning": "workbench.networks.domain_check",
    "Explanation": "workbench.explanation.explanation",
    "LabelledDataset": "workbench.micrographs.datasets.labelled_dataset",
    "Micrograph": "workbench.micrographs.micrograph",
    "Network": "workbench.networks.network",
    "Recipe": "workbench.training.recipe",
    "ReportedMicrograph": "workbench.report.reported",
    "Run": "workbench.training.loop",
    "Segmentation": "workbench.segmentation.segmentation",
    "Target": "workbench.explanation.targets",
    "Workbench": "workbench.app.workbench",
    "WorkbenchError": "workbench.errors",
    "batch": "workbench.batch.run",
    "at_scale": "workbench.networks.scale",
    "dilate": "workbench.networks.dilation",
    "distribution": "workbench.particles.distribution",
    "drop_pools": "workbench.networks.dilation",
    "effective_receptive_field": "workbench.networks.effective_field",
    "explain": "workbench.explanation.explain",
    "find_scale_bar": "workbench.micrographs.scale_bar",
    "figure": "workbench.figures.figure",
    "figure_distribution": "workbench.figures.distribution",
    "label_image": "workbench.particles.measuring",
    "list_contents": "workbench.micrographs.reading",
    "load_network": "workbench.networks.loading",
    "measure": "workbench.particles.measuring",
    "networks": "workbench.networks.loading",
    "uncertain_regions": "workbench.segmentation.active_learning",
    "open_micrograph": "workbench.micrographs.reading",
    "open_sample": "workbench.micrographs.samples",
    "open_dataset": "workbench.micrographs.datasets.labelled_dataset",
    "check_domain": "workbench.networks.domain_check",
    "public_dataset": "workbench.micrographs.datasets.public_sets",
    "public_dataset_names": "workbench.micrographs.datasets.public_sets",
    "read_particles": "workbench.particles.files.corrected",
    "receptive_field": "workbench.networks.receptive_field",
    "repeat": "workbench.batch.repeating",
    "run_study": "workbench.study",
    "sample_names": "workbench.micrographs.samples",
    "save_figure": "workbench.figures.figure",
    "segment": "workbench.segmentation.segmenting",
    "threshold_band": "workbench.particles.band",
    "train": "workbench.training.loop",
    "uncertainty": "workbench.particles.uncertainty",
    "write_particles": "workbench.particles.files.writing",
    "write_report": "workbench.report.writing",
    "write_tiff": "workbench.micrographs.writing",
}

__all__ = [*_WHERE, "__version__"]

if TYPE_CHECKING:
    from workbench.app.workbench import Workbench as Workbench
    from workbench.batch.repeating import repeat as repeat
    from workbench.batch.run import batch as batch
    from workbench.errors import WorkbenchError as WorkbenchError
    from workbench.explanation.explain import explain as explain
    from workbench.explanation.explanation import Explanation as Explanation
    from workbench.explanation.targets import Target as Target
    from workbench.figures.distribution import figure_distribution as figure_distribution
    from workbench.figures.figure import figure as figure
    from workbench.figures.figure import save_figure as save_figure
    from workbench.micrographs.datasets.labelled_dataset import LabelledDataset as LabelledDataset
    from workbench.micrographs.datasets.labelled_dataset import open_dataset as open_dataset
    from workbench.micrographs.datasets.public_sets import public_dataset as public_dataset
    from workbench.micrographs.datasets.public_sets import public_dataset_names as public_dataset_names
    from workbench.micrographs.micrograph import Micrograph as Micrograph
    from workbench.micrographs.reading import list_contents as list_contents
    from workbench.micrographs.reading import open_micrograph as open_micrograph
    from workbench.micrographs.samples import open_sample as open_sample
    from workbench.micrographs.samples import sample_names as sample_names
    from workbench.micrographs.scale_bar import find_scale_bar as find_scale_bar
    from workbench.micrographs.writing import write_tiff as write_tiff
    from workbench.networks.card import Card as Card
    from workbench.networks.dilation import dilate as dilate
    from workbench.networks.dilation import drop_pools as drop_pools
    from workbench.networks.domain_check import DomainWarning as DomainWarning
    from workbench.networks.domain_check import check_domain as check_domain
    from workbench.networks.effective_field import effective_receptive_field as effective_receptive_field
    from workbench.networks.loading import load_network as load_network
    from workbench.networks.loading import networks as networks
    from workbench.networks.network import Network as Network
    from workbench.networks.receptive_field import receptive_field as receptive_field
    from workbench.networks.scale import at_scale as at_scale
    from workbench.particles.band import threshold_band as threshold_band
    from workbench.particles.distribution import distribution as distribution
    from workbench.particles.distribution_result import Distribution as Distribution
    from workbench.particles.files.corrected import read_particles as read_particles
    from workbench.particles.files.writing import write_particles as write_particles
    from workbench.particles.measuring import label_image as label_image
    from workbench.particles.measuring import measure as measure
    from workbench.particles.uncertainty import uncertainty as uncertainty
    from workbench.report.reported import ReportedMicrograph as ReportedMicrograph
    from workbench.report.writing import write_report as write_report
    from workbench.segmentation.active_learning import uncertain_regions as uncertain_regions
    from workbench.segmentation.segmentation import Segmentation as Segmentation
    from workbench.segmentation.segmenting import segment as segment
    from workbench.study import run_study as run_study
    from workbench.training.loop import Run as Run
    from workbench.training.loop import train as train
    from workbench.training.recipe import Recipe as Recipe


_RENAMED = {
    "LabelledSet": "LabelledDataset",
    "next_to_label": "uncertain_regions",
    "open_set": "open_dataset",
    "outside": "check_domain",
    "public_set": "public_dataset",
    "public_set_names": "public_dataset_names",
}
"""Names of version 0.1.0: they stay for a release."""


def _function_of(name: str) -> property:
    """Return a property that is a function, though a subpackage has its name too.

    Python sets a subpackage as attribute of its package when it is imported, now or later; as a property it stays the
    function. The function has the modules of the subpackage as attributes, for ``workbench.networks.card.Card``.
    """

    def get(_package: ModuleType) -> Any:
        function = getattr(importlib.import_module(_WHERE[name]), name)
        folder = f"{__name__}.{name}."
        modules = {
            named.removeprefix(folder): value
            for named, value in sys.modules.items()
            if named.startswith(folder)
        }
        vars(function).update({named: value for named, value in modules.items() if "." not in named})
        return function

    def leave(_package: ModuleType, _subpackage: ModuleType) -> None:
        """Leave it as it is: the subpackage is in ``sys.modules``, where imports find it."""

    return property(get, leave)


class _Package(ModuleType):
    """The package, in which ``networks`` and ``batch`` are functions, and subpackages too."""

    batch = _function_of("batch")
    networks = _function_of("networks")

    def __dir__(self) -> list[str]:
        return sorted(__all__)


def __getattr__(name: str) -> Any:
    if name in _RENAMED:
        now = _RENAMED[name]
        warnings.warn(f"wb.{name} is called wb.{now} now", DeprecationWarning, stacklevel=2)
        return getattr(sys.modules[__name__], now)
    if name not in _WHERE:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    value = getattr(importlib.import_module(_WHERE[name]), name)
    globals()[name] = value
    return value


sys.modules[__name__].__class__ = _Package
