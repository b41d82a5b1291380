"""A labelled set in a folder, with any description."""

import numpy as np

from workbench.micrographs.datasets.labelled_dataset import LabelledDataset
from workbench.micrographs.writing import write_tiff


def save(folder, images, labels, names=None, **description):
    names = names or [f"m{index}" for index in range(len(images))]
    for part, stack in (("images", images), ("labels", labels)):
        (folder / part).mkdir(parents=True)
        for name, image in zip(names, stack, strict=True):
            write_tiff(folder / part / f"{name}.tif", image, None)
    LabelledDataset.write_description(folder, **description)
    return folder


def discs(count, edge=8):
    masks = np.zeros((count, edge, edge), bool)
    masks[:, 2:4, 2:5] = True
    return masks.astype(np.float32), masks
