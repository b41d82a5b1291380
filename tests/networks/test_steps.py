"""Arithmetic on steps, each number worked out by hand."""

import pytest

from workbench.networks.steps import (
    Bilinear,
    Convolution,
    Pool,
    UpConvolution,
    Upsample,
    count,
    reach_of,
    stride_of,
    support,
)


def test_the_published_field_adds_each_step_at_its_stride():
    path = [Convolution(3), Pool(2, "pool"), Convolution(3, 2), Upsample(2), Convolution(3, name="last")]
    # 1, + 2, + 1; then (3 - 1) * 2 at stride 2; then 2 at stride 1 again
    assert count(path) == (14, {"pool": 4, "last": 14})


def test_the_stride_is_that_at_the_bottom():
    assert stride_of([Pool(2), Pool(4), Upsample(4), Upsample(2)]) == 8
    assert stride_of([Convolution(3)]) == 1


@pytest.mark.parametrize(
    ("path", "pixel", "ends"),
    [
        ([Convolution(3, 2)], 0, (-2, 2)),
        ([Pool(2), Upsample(2)], 4, (4, 5)),
        ([Pool(2), Upsample(2)], 5, (4, 5)),
        ([Pool(2), Bilinear(2)], 4, (2, 5)),  # centre at (4 + 1/2) / 2 - 1/2 = 1.75: pooled pixels 1 and 2
        ([Bilinear(1)], 4, (4, 4)),
        ([UpConvolution(3)], 4, (1, 4)),
    ],
    ids=str,
)
def test_an_output_pixel_depends_on_these_input_pixels(path, pixel, ends):
    assert support(path, pixel) == ends


def test_the_reach_is_the_widest_over_the_pooling_grid():
    assert reach_of([Pool(4), Upsample(4)]) == 3  # the first of a block of four depends on the fourth
    assert reach_of([Convolution(3), Pool(4), Upsample(4)]) == 4
