"""Operators on the bits of numbers, against numpy: every type, broadcast, at every level."""

import ml_dtypes
import numpy as np
import pytest
from one_node import OneNode
from onnx import helper

UNSIGNED = (np.uint8, np.uint16, np.uint32, np.uint64)
INTEGERS = (*UNSIGNED, np.int8, np.int16, np.int32, np.int64)
SHAPES = [((7,), (7,)), ((3, 4, 5), (5,)), ((2, 1, 3), (4, 1)), ((), (6,)), ((0, 3), (3,))]
BINARY = {
    "BitwiseAnd": np.bitwise_and,
    "BitwiseOr": np.bitwise_or,
    "BitwiseXor": np.bitwise_xor,
}


def any_bits(random, shape, dtype):
    dtype = np.dtype(dtype)
    raw = random.integers(0, 256, (*shape, dtype.itemsize), np.uint8)
    return raw.view(dtype).reshape(shape)


@pytest.mark.parametrize("level", [0, 3])
def test_logic_of_bits(level):
    random = np.random.default_rng(1)
    for dtype in INTEGERS:
        for shape, other in SHAPES:
            a, b = any_bits(random, shape, dtype), any_bits(random, other, dtype)
            for op, oracle in BINARY.items():
                np.testing.assert_array_equal(OneNode(op, [a, b]).run(level)[0], oracle(a, b))
            np.testing.assert_array_equal(OneNode("BitwiseNot", [a]).run(level)[0], ~a)


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("direction", ["LEFT", "RIGHT"])
def test_shifts(direction, level):
    """Nothing is left of a number that is shifted by its width or further."""
    random = np.random.default_rng(2)
    shift = np.left_shift if direction == "LEFT" else np.right_shift
    for dtype in UNSIGNED:
        width = np.dtype(dtype).itemsize * 8
        for shape, other in SHAPES:
            a = any_bits(random, shape, dtype)
            b = random.integers(0, width + 2, other).astype(dtype)
            expected = np.where(b < width, shift(a, np.minimum(b, width - 1)), 0)
            got = OneNode("BitShift", [a, b], {"direction": direction}).run(level)[0]
            np.testing.assert_array_equal(got, expected)
            assert got.dtype == dtype


@pytest.mark.parametrize("level", [0, 3])
def test_bits_under_another_type(level):
    random = np.random.default_rng(3)
    by_size = {
        1: [np.uint8, np.int8],
        2: [np.uint16, np.int16, np.float16],
        4: [np.uint32, np.int32, np.float32],
        8: [np.uint64, np.int64, np.float64],
    }
    for size, types in by_size.items():
        for source in types:
            for target in types:
                x = any_bits(random, (5, 9), source)
                to = helper.np_dtype_to_tensor_dtype(np.dtype(target))
                got = OneNode("BitCast", [x], {"to": to}, opset=26, dynamic=[0]).run(level)[0]
                assert got.dtype == target
                np.testing.assert_array_equal(
                    got.view(f"u{size}"), x.view(f"u{size}"), f"{source} {target}"
                )


def test_bits_of_bfloat16():
    numbers = np.array([1, -2, 3.140625], ml_dtypes.bfloat16)
    node = OneNode(
        "BitCast", [numbers.view(np.uint16)], {"to": helper.np_dtype_to_tensor_dtype(numbers.dtype)}
    )
    node.model.graph.node[0].output[0] = "numbers"
    node.model.graph.node.append(helper.make_node("Cast", ["numbers"], ["y0"], to=1))
    np.testing.assert_array_equal(node.run()[0], numbers.astype(np.float32))
