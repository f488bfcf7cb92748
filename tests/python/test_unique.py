"""Unique on random integers, floats and rows, against numpy."""

import numpy as np
import pytest
from one_node import OneNode


def unique(x, axis, is_sorted):
    values, first, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True, axis=axis
    )
    inverse = inverse.ravel()
    if is_sorted:
        return values, first, inverse, counts
    order = np.argsort(first)
    values = np.take(values, order, 0 if axis is None else axis)
    return values, first[order], np.argsort(order)[inverse], counts[order]


@pytest.mark.parametrize("level", [0, 3])
def test_which_value_each_slice_is(level):
    random = np.random.default_rng(15)
    for shape, axis in (((9,), None), ((3, 4), None), ((12, 2), 0), ((2, 11), -1), ((2, 7, 2), 1)):
        for dtype in (np.float32, np.float64, np.int8, np.int64, np.uint8, np.bool_):
            for is_sorted in (0, 1):
                x = random.integers(0, 3, shape).astype(dtype)
                attributes = {"sorted": is_sorted} | ({} if axis is None else {"axis": axis})
                dynamic = [0] if random.random() < 0.5 else []
                node = OneNode("Unique", [x], attributes, outputs=4, dynamic=dynamic)
                del node.model.graph.output[3], node.model.graph.output[:2]
                node.names = ["y2"]
                np.testing.assert_array_equal(node.run(level)[0], unique(x, axis, is_sorted)[2])


@pytest.mark.parametrize("level", [0, 3])
def test_what_is_there_once(level):
    random = np.random.default_rng(16)
    for shape, axis in (((9,), None), ((3, 4), None), ((12, 2), 0), ((2, 11), -1), ((2, 7, 2), 1)):
        for dtype in (np.float32, np.int64, np.bool_):
            for is_sorted in (0, 1):
                x = random.integers(0, 3, shape).astype(dtype)
                attributes = {"sorted": is_sorted} | ({} if axis is None else {"axis": axis})
                dynamic = [0] if random.random() < 0.5 else []
                node = OneNode("Unique", [x], attributes, outputs=4, dynamic=dynamic)
                got = node.run(level)
                assert got[0].dtype == dtype
                for array, expected in zip(got, unique(x, axis, is_sorted), strict=True):
                    np.testing.assert_array_equal(array, expected)
