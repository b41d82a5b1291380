"""A TIFF that says how large its pixels are, in one way or another, and what we read of it."""

import numpy as np
import tifffile

from workbench.micrographs.reading import open_micrograph

IMAGE = np.arange(48, dtype="u2").reshape(6, 8)


ASCII, SHORT, DOUBLE, BYTE = 2, 3, 12, 1


def size(path, *, description=None, tags=(), resolution=None, unit=None, before=(), image=IMAGE):
    """Write a TIFF of these tags and return the pixel size that is read from it."""
    with tifffile.TiffWriter(path) as writer:
        for page in before:
            writer.write(page, metadata=None, contiguous=False, photometric="minisblack")
        writer.write(
            *(image,),
            metadata=None,
            contiguous=False,
            photometric="minisblack",
            resolution=resolution,
            resolutionunit=unit,
            description=description,
            extratags=list(tags),
        )
    return open_micrograph(path).nm_per_px
