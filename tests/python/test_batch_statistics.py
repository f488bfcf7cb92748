"""BatchNormalization by the statistics of the batch itself, against the operator's text."""

import numpy as np
import pytest
from one_node import OneNode


@pytest.mark.parametrize("level", [0, 3])
def test_training_mode(level):
    random = np.random.default_rng(17)
    for shape in ((5, 3), (2, 4, 7), (3, 2, 5, 6), (1, 1, 1, 1)):
        for dtype, tolerance in ((np.float32, 2e-5), (np.float64, 1e-12), (np.float16, 4e-3)):
            x = (random.normal(size=shape) * 3 + 1).astype(dtype)
            channels = [random.random(shape[1]).astype(dtype) for _ in range(4)]
            attributes = {"training_mode": 1, "momentum": 0.75, "epsilon": 2.0**-10}
            node = OneNode(
                "BatchNormalization", [x, *channels], attributes, 15, outputs=3,
                constants=[1, 2] if random.random() < 0.5 else [], dynamic=[0],
            )  # fmt: skip
            axes = (0, *range(2, x.ndim))
            wide = x.astype(np.float64)
            mean, variance = wide.mean(axes), wide.var(axes)
            scale, bias, old_mean, old_variance = (
                c.reshape(-1, *[1] * (x.ndim - 2)).astype(np.float64) for c in channels
            )
            deviation = np.sqrt(wide.var(axes, keepdims=True) + 2.0**-10)
            expected = [
                (wide - wide.mean(axes, keepdims=True)) / deviation * scale + bias,
                old_mean.ravel() * 0.75 + mean * 0.25,
                old_variance.ravel() * 0.75 + variance * 0.25,
            ]
            for got, array in zip(node.run(level), expected, strict=True):
                assert got.dtype == dtype
                np.testing.assert_allclose(got, array, rtol=tolerance, atol=tolerance)
