"""Micrographs: read, cleaned, written. Reading a format imports its library only when a file needs it."""

from workbench.micrographs.cleaning import (
    flatten_field,
    median_outliers,
    prepare,
    remove_outliers,
    resample,
    standardise,
)
from workbench.micrographs.micrograph import Micrograph
from workbench.micrographs.reading import READABLE_SUFFIXES, Signal, list_contents, open_micrograph
from workbench.micrographs.samples import open_sample, sample_names
from workbench.micrographs.writing import write_tiff

__all__ = [
    "READABLE_SUFFIXES",
    "Micrograph",
    "Signal",
    "flatten_field",
    "list_contents",
    "median_outliers",
    "open_micrograph",
    "open_sample",
    "prepare",
    "remove_outliers",
    "resample",
    "sample_names",
    "standardise",
    "write_tiff",
]
