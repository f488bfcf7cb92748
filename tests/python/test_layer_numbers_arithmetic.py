"""Layers that compute each element by itself, and quantization, against numpy."""

import math

import ml_dtypes
import numpy as np
import pytest
from layer_networks import LEVELS, check, constant, normal, rng, run

import trtlike as trt

A, E, U = trt.ActivationType, trt.ElementWiseOperation, trt.UnaryOperation
X = np.concatenate([normal(2, 3, 4, 5), np.zeros((2, 3, 4, 1), np.float32)], -1) * 2
erf = np.vectorize(math.erf)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# By type: what it computes with alpha 0.5 and beta 1.5.
ACTIVATIONS = {
    A.RELU: lambda x: np.maximum(x, 0),
    A.SIGMOID: sigmoid,
    A.TANH: np.tanh,
    A.LEAKY_RELU: lambda x: np.where(x >= 0, x, 0.5 * x),
    A.ELU: lambda x: np.where(x >= 0, x, 0.5 * (np.exp(x) - 1)),
    A.SELU: lambda x: 1.5 * np.where(x > 0, x, 0.5 * np.exp(x) - 0.5),
    A.SOFTSIGN: lambda x: x / (1 + abs(x)),
    A.SOFTPLUS: lambda x: 0.5 * np.log(np.exp(1.5 * x) + 1),
    A.CLIP: lambda x: np.clip(x, 0.5, 1.5),
    A.HARD_SIGMOID: lambda x: np.clip(0.5 * x + 1.5, 0, 1),
    A.SCALED_TANH: lambda x: 0.5 * np.tanh(1.5 * x),
    A.THRESHOLDED_RELU: lambda x: np.where(x > 0.5, x, 0),
    A.GELU_ERF: lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
    A.GELU_TANH: lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
}


def test_every_activation_is_tested():
    assert set(ACTIVATIONS) == set(A.__members__.values())


@pytest.mark.parametrize("kind", ACTIVATIONS, ids=lambda kind: kind.name)
def test_activation(kind):
    def add(n, x):
        layer = n.add_activation(x, A.RELU)
        layer.type, layer.alpha, layer.beta = kind, 0.5, 1.5
        return layer

    check(add, {"x": X}, ACTIVATIONS[kind](X.astype(np.float64)))


FLOATS = {
    E.SUM: np.add, E.PROD: np.multiply, E.MAX: np.maximum, E.MIN: np.minimum,
    E.SUB: np.subtract, E.DIV: np.divide, E.POW: np.power, E.FLOOR_DIV: np.floor_divide,
    E.EQUAL: np.equal, E.GREATER: np.greater, E.LESS: np.less,
}  # fmt: skip
BOOLS = {E.AND: np.logical_and, E.OR: np.logical_or, E.XOR: np.logical_xor}


@pytest.mark.parametrize("op", E.__members__.values(), ids=lambda op: op.name)
def test_elementwise(op):
    a = np.round(abs(normal(2, 3, 4)) * 4) / 4 + 0.25
    b = np.round(abs(normal(1, 3, 1, seed=1)) * 4) / 4 + 0.25
    if op in BOOLS:
        a, b = a > 0.5, b > 0.5
    reference = FLOATS.get(op) or BOOLS[op]
    first = E.OR if op in BOOLS else E.SUM

    def add(n, a, b):
        layer = n.add_elementwise(a, b, first)
        layer.op = op
        return layer

    check(add, {"a": a, "b": b}, reference(a, b))


UNARIES = {
    U.EXP: np.exp, U.LOG: np.log, U.SQRT: np.sqrt, U.RECIP: np.reciprocal, U.ABS: np.abs,
    U.NEG: np.negative, U.SIN: np.sin, U.COS: np.cos, U.TAN: np.tan, U.SINH: np.sinh,
    U.COSH: np.cosh, U.ASIN: np.arcsin, U.ACOS: np.arccos, U.ATAN: np.arctan,
    U.ASINH: np.arcsinh, U.ACOSH: np.arccosh, U.ATANH: np.arctanh, U.CEIL: np.ceil,
    U.FLOOR: np.floor, U.ERF: erf, U.NOT: np.logical_not, U.SIGN: np.sign, U.ROUND: np.round,
    U.ISINF: np.isinf, U.ISNAN: np.isnan,
}  # fmt: skip


@pytest.mark.parametrize("op", U.__members__.values(), ids=lambda op: op.name)
def test_unary(op):
    x = rng().random((3, 20), np.float32) * 0.9 + 0.05
    if op == U.ACOSH:
        x += 1
    if op == U.NOT:
        x = x > 0.5
    if op in (U.ABS, U.SIGN, U.NEG, U.CEIL, U.FLOOR, U.ROUND):
        x = (x - 0.5) * 7
    if op in (U.ISINF, U.ISNAN):
        x[0, :3] = np.inf, -np.inf, np.nan

    def add(n, x):
        layer = n.add_unary(x, U.NOT if op == U.NOT else U.EXP)
        layer.op = op
        return layer

    check(add, {"x": x}, UNARIES[op](x if x.dtype == bool else x.astype(np.float64)))


@pytest.mark.parametrize("dtype", [np.float16, np.int32, np.int64, np.int8, np.bool_])
def test_cast(dtype):
    types = {np.float16: trt.float16, np.int32: trt.int32, np.int64: trt.int64,
             np.int8: trt.int8, np.bool_: trt.bool}  # fmt: skip
    x = np.round(normal(3, 4) * 8) / 4
    for level in LEVELS:
        (got,) = run(lambda n, x: n.add_cast(x, types[dtype]), {"x": x}, level)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, x.astype(dtype))


def test_identity_and_select():
    condition = np.array([[True], [False]])
    feeds = {"c": condition, "a": normal(2, 3), "b": normal(1, 3, seed=1)}
    check(lambda n, c, a, b: n.add_select(c, a, b), feeds, np.where(*feeds.values()), tolerance=0)
    check(lambda n, x: n.add_identity(x), {"x": X}, X, tolerance=0)


def test_parametric_relu():
    slopes = normal(1, 3, 1, 1, seed=1)
    check(lambda n, x, s: n.add_parametric_relu(x, s), {"x": X, "s": slopes},
          np.where(X < 0, X * slopes, X))  # fmt: skip


MODES = {
    trt.ScaleMode.UNIFORM: (1, (1, 1, 1)),
    trt.ScaleMode.CHANNEL: (3, (3, 1, 1)),
    trt.ScaleMode.ELEMENTWISE: (72, (3, 4, 6)),
}


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
@pytest.mark.parametrize("late", [False, True])
def test_scale(mode, late):
    count, shape = MODES[mode]
    shift, scale = rng(1).random(count, np.float32), rng(2).random(count, np.float32) + 0.5
    power = np.full(count, 2, np.float32)

    def add(n, x):
        if not late:
            return n.add_scale(x, mode, shift, scale, power)
        layer = n.add_scale_nd(x, mode, channel_axis=1)
        layer.shift, layer.scale, layer.power = shift, scale, power
        np.testing.assert_array_equal(layer.shift.numpy(), shift)
        return layer

    want = (X * scale.reshape(shape) + shift.reshape(shape)) ** 2
    check(add, {"x": X}, want, tolerance=1e-4)


def test_scale_without_factors_gives_its_input():
    check(lambda n, x: n.add_scale(x, trt.ScaleMode.UNIFORM), {"x": X}, X)


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_quantize_and_dequantize(axis):
    x = normal(4, 6) * 3
    scale = np.float32(0.1) if axis is None else rng(1).random(x.shape[axis], np.float32) + 0.05
    by = scale if axis is None else np.expand_dims(scale, 1 - axis)

    def add(n, x):
        q = n.add_quantize(x, constant(n, scale), trt.int8)
        if axis is not None:
            q.axis = axis
        d = n.add_dequantize(q.get_output(0), constant(n, scale), trt.float32)
        if axis is not None:
            d.axis = axis
        return d

    check(add, {"x": x}, np.clip(np.round(x / by), -128, 127) * by)


def test_quantize_by_blocks():
    x, scale = normal(4, 32) * 3, rng(1).random((4, 2), np.float32) + 0.05
    by = np.repeat(scale, 16, 1)

    def add(n, x):
        q = n.add_quantize(x, constant(n, scale), trt.int8)
        d = n.add_dequantize(q.get_output(0), constant(n, scale), trt.float32)
        q.block_shape = d.block_shape = (1, 16)
        return d

    check(add, {"x": x}, np.clip(np.round(x / by), -128, 127) * by)


# By quantized and scale type: numpy's types and the largest magnitude.
KINDS = {
    "nvfp4": (trt.fp4, trt.fp8, ml_dtypes.float4_e2m1fn, ml_dtypes.float8_e4m3fn, 6, 16),
    "mxfp8": (trt.fp8, trt.DataType.E8M0, ml_dtypes.float8_e4m3fn, None, 448, 32),
    "int8": (trt.int8, trt.float32, np.int8, np.float32, 127, 16),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("doubly", [False, True])
@pytest.mark.parametrize("v2", [False, True])
def test_dynamic_quantize(kind, doubly, v2):
    to, scale_type, numpy_to, numpy_scale, largest, block = KINDS[kind]
    x = normal(4, 64) * 3
    double = np.float32(0.25 if doubly else 1)
    blocks = x.reshape(4, -1, block)
    scale = abs(blocks).max(-1, keepdims=True) / largest / double
    if numpy_scale is None:
        scale = np.exp2(np.ceil(np.log2(scale)))
    else:
        scale = scale.astype(numpy_scale).astype(np.float32)
    steps = blocks / (scale * double)
    rounded = np.round(steps) if kind == "int8" else np.clip(steps, -largest, largest)
    want = rounded.astype(numpy_to).astype(np.float32) * scale * double

    def add(n, x):
        layer = (
            n.add_dynamic_quantize_v2(x, (1, block), to, scale_type)
            if v2
            else n.add_dynamic_quantize(x, 1, block, to, scale_type)
        )
        if doubly:
            layer.set_input(1, constant(n, double))
        return dequantized(n, layer, double)

    check(add, {"x": x}, want.reshape(x.shape), tolerance=1e-6)


def dequantized(n, layer, double):
    """Numbers again: the scales first, which are numbers of few bits themselves."""
    data, scales = layer.get_output(0), layer.get_output(1)
    if scales.dtype != trt.float32:
        one = constant(n, double)
        scales = n.add_dequantize(scales, one, trt.float32).get_output(0)
    elif double != 1:
        scales = n.add_elementwise(scales, constant(n, [[double]]), E.PROD).get_output(0)
    return n.add_dequantize(data, scales, trt.float32)
