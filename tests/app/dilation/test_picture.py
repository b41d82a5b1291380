"""A small picture of a mask over its micrograph."""

import io

import numpy as np
from PIL import Image

from workbench.app.dilation.picture import picture


def test_a_picture_shows_the_mask_in_colour_over_grey(disc):
    micrograph, mask = disc
    image = np.asarray(Image.open(io.BytesIO(picture(micrograph, mask, "#0072B2")))).astype(int)
    assert max(image.shape[:2]) == 160
    inside, outside = image[64, 72], image[5, 5]  # 160 x 200 px are drawn 128 x 160
    assert inside[2] > inside[0] + 40
    assert outside.max() - outside.min() <= 1
