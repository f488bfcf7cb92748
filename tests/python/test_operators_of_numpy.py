"""Operators that numpy has too, on random operands of every type: running products, determinants,
diagonals, shrunken integers."""

import numpy as np
import pytest
from one_node import OneNode
from onnx import helper

LEVELS = pytest.mark.parametrize("level", [0, 3])


def cumulative(function, start, x, axis, exclusive, reverse):
    x = np.flip(x, axis) if reverse else x
    if exclusive:
        first = np.full_like(np.take(x, [0], axis), start)
        x = np.concatenate([first, np.delete(x, -1, axis)], axis)
    result = function(x, axis=axis, dtype=x.dtype)
    return np.flip(result, axis) if reverse else result


@LEVELS
@pytest.mark.parametrize("op", ["CumSum", "CumProd"])
def test_running_sums_and_products(op, level):
    random = np.random.default_rng(4)
    function, start = (np.cumsum, 0) if op == "CumSum" else (np.cumprod, 1)
    for shape in ((5,), (3, 4), (2, 1, 6), (2, 3, 4, 2)):
        for dtype in (np.float32, np.float64, np.float16, np.int32, np.int64):
            for exclusive in (0, 1):
                for reverse in (0, 1):
                    axis = int(random.integers(-len(shape), len(shape)))
                    x = (random.random(shape) * 3 - 1.5).astype(dtype)
                    inputs = [x, np.array(axis)]
                    attributes = {"exclusive": exclusive, "reverse": reverse}
                    node = OneNode(op, inputs, attributes, 26, constants=[1], dynamic=[0])
                    expected = cumulative(function, start, x, axis, exclusive, reverse)
                    got = node.run(level)[0]
                    assert got.dtype == dtype
                    tolerance = 2e-2 if dtype == np.float16 else 1e-5
                    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@LEVELS
def test_determinants(level):
    random = np.random.default_rng(5)
    for shape in ((1, 1), (4, 4), (3, 2, 2), (2, 3, 7, 7), (2, 0, 0), (0, 2, 2)):
        for dtype, tolerance in ((np.float32, 1e-5), (np.float64, 1e-12), (np.float16, 2e-3)):
            x = random.normal(size=shape).astype(dtype)
            got = OneNode("Det", [x], dynamic=[0]).run(level)[0]
            assert got.dtype == dtype
            expected = np.linalg.det(x.astype(np.float64))
            np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


@LEVELS
def test_diagonals_of_any_matrix(level):
    for rows, columns in ((3, 3), (2, 5), (5, 2), (0, 3), (1, 1)):
        for k in (-6, -2, 0, 1, 7):
            for dtype in (np.float32, np.int64, np.bool_):
                x = np.zeros((rows, columns), np.float32)
                attributes = {"k": k, "dtype": helper.np_dtype_to_tensor_dtype(np.dtype(dtype))}
                for dynamic in ([], [0]):
                    got = OneNode("EyeLike", [x], attributes, dynamic=dynamic).run(level)[0]
                    assert got.dtype == dtype
                    np.testing.assert_array_equal(got, np.eye(rows, columns, k, dtype))


@LEVELS
def test_integers_shrink_by_numbers_that_are_none(level):
    for dtype in (np.int8, np.uint8, np.int32, np.int64):
        x = np.arange(0 if dtype == np.uint8 else -6, 7).astype(dtype)
        for bias, lambd in ((0.0, 1.5), (1.75, 2.5), (0.5, 0.25)):
            wide = x.astype(np.float64)
            moved = np.where(wide > lambd, wide - bias, 0)
            expected = np.where(wide < -lambd, wide + bias, moved).astype(dtype)
            got = OneNode("Shrink", [x], {"bias": bias, "lambd": lambd}).run(level)[0]
            np.testing.assert_array_equal(got, expected)


@LEVELS
def test_ranges_of_floats_up_to_a_size(level):
    """The size is an integer input, cast to what it counts with."""
    for dtype, start, step in ((np.float32, 0, 1), (np.float64, -2, 3), (np.float32, 3, -2)):
        for size in (0, 1, 9, -6):
            inputs = [np.array(start, dtype), np.array(0, dtype), np.array(step, dtype)]
            node = OneNode("Range", inputs, constants=[0, 2])
            kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
            cast = helper.make_node("Cast", ["size"], ["x1"], to=kind)
            node.model.graph.node.insert(0, cast)
            node.model.graph.input[0].CopyFrom(helper.make_tensor_value_info("size", 6, []))
            node.feeds = {"size": np.array(size, np.int32)}
            got = node.run(level)[0]
            assert got.dtype == dtype
            np.testing.assert_array_equal(got, np.arange(start, size, step, dtype))
