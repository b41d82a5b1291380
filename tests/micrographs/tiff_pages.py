"""A TIFF of any pages, and one with other tags."""

import numpy as np
import tifffile

ROWS, COLUMNS = np.mgrid[:64, :96]


RAMP = ROWS * 7 + COLUMNS * 3


def write(path, *pages, **options):
    """Write pages, each an array or (array, its own options), without text of tifffile's own."""
    with tifffile.TiffWriter(path, byteorder=options.pop("byteorder", None)) as writer:
        for page in pages:
            array, own = page if isinstance(page, tuple) else (page, {})
            settings = {"photometric": "rgb" if array.shape[-1] == 3 else "minisblack", **options, **own}
            writer.write(array, contiguous=False, metadata=None, **settings)
    return path


def retagged(path, **tags):
    with tifffile.TiffFile(path, mode="r+") as tiff:
        for name, value in tags.items():
            tiff.pages.first.tags[name].overwrite(value)
    return path
