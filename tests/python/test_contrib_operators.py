"""Operators of ONNX Runtime's own domain: random variants against ONNX Runtime, and against NumPy
where its CPU kernels leave one out."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from conftest import onnxruntime_outputs
from one_node import Draw, Inputs, OneNode
from onnx import TensorProto


def node(op: str, inputs: Inputs, attributes: dict | None = None, **others) -> OneNode:
    others.setdefault("output_types", [TensorProto.FLOAT] * others.get("outputs", 1))
    return OneNode(op, inputs, attributes, opset=17, domain="com.microsoft", **others)


def fused_conv(d: Draw) -> OneNode:
    x, kernel = d.floats(2, 4, 7, 6), d.floats(6, 2, 3, 3)
    activation, parameters = d.pick(
        (
            ("Relu", None),
            ("Tanh", None),
            ("Sigmoid", None),
            ("LeakyRelu", [0.1]),
            ("Clip", [-0.5, 0.5]),
            ("HardSigmoid", [0.3, 0.4]),
        )
    )
    attributes = {"activation": activation, "group": 2, "pads": [1, 1, 1, 1]}
    if parameters:
        attributes["activation_params"] = parameters
    return node("FusedConv", [x, kernel, d.floats(6), d.maybe(2, 6, 7, 6)], attributes)


def fused_gemm(d: Draw) -> OneNode:
    transposed = d.pick((0, 1))
    b = d.floats(6, 4) if transposed else d.floats(4, 6)
    attributes = {"transB": transposed, "alpha": 0.5, "beta": 2.0, "activation": d.pick(("Relu",))}
    if d.chance():
        attributes |= {"activation": "LeakyRelu", "activation_alpha": 0.2}
    return node("FusedGemm", [d.floats(3, 4), b, d.floats(6)], attributes)


def fused_matmul(d: Draw) -> OneNode:
    a, b = d.floats(2, 3, 4), d.floats(2, 4, 5)
    attributes = {"alpha": d.pick((1.0, 0.3))}
    for name, flag in (("A", d.pick((0, 1))), ("B", d.pick((0, 1)))):
        matrix = a if name == "A" else b
        if flag:
            matrix = np.ascontiguousarray(matrix.swapaxes(1, 2))
            attributes[f"trans{name}"] = 1
        if d.chance():
            matrix = np.ascontiguousarray(np.moveaxis(matrix, 0, 1))
            attributes[f"transBatch{name}"] = 1
        if name == "A":
            a = matrix
        else:
            b = matrix
    plain = not any(name.startswith("transBatch") for name in attributes)
    op = "TransposeMatMul" if plain and d.chance() else "FusedMatMul"
    return node(op, [a, b], attributes)


def gelus(d: Draw) -> OneNode:
    op = d.pick(("BiasGelu", "FastGelu", "QuickGelu", "Gelu"))
    x = d.floats(2, 3, 8) * 4
    bias: Inputs = [d.floats(8)] if op == "BiasGelu" or (op == "FastGelu" and d.chance()) else []
    return node(op, [x, *bias], {"alpha": 1.5} if op == "QuickGelu" else {})


def skip_normalization(d: Draw) -> OneNode:
    simplified = d.chance()
    x, skip = d.floats(2, 3, 8), d.floats(*d.pick(((2, 3, 8), (1, 3, 8), (3, 8))))
    inputs: Inputs = [x, skip, d.floats(8)]
    if not simplified:
        inputs.append(d.maybe(8))
    inputs.append(d.maybe(8))
    op = "SkipSimplifiedLayerNormalization" if simplified else "SkipLayerNormalization"
    return node(op, inputs, {"epsilon": 1e-5})


def embed_normalization(d: Draw) -> OneNode:
    ids = d.rng.integers(0, 9, (2, 5)).astype(np.int32)
    has_segments, has_mask = d.chance(), d.chance()
    segments = d.rng.integers(0, 2, (2, 5)).astype(np.int32) if has_segments else None
    lengths = np.array([[5], [3]])
    mask = (np.arange(5)[None] < lengths).astype(np.int32) if has_mask else None
    positions = np.array([[0, 1, 2, 0, 1], [4, 3, 2, 1, 0]], np.int32) if d.chance() else None
    inputs: Inputs = [ids, segments, d.floats(9, 8), d.floats(6, 8)]
    inputs += [d.floats(2, 8) if has_segments else None, d.floats(8), d.floats(8), mask, positions]
    types = [TensorProto.FLOAT, TensorProto.INT32]
    return node("EmbedLayerNormalization", inputs, {}, outputs=2, output_types=types)


def n_bits(d: Draw) -> OneNode:
    bits, block = d.pick((4, 4, 8)), d.pick((16, 32))
    rows, sums = d.pick((3, 8)), d.pick((32, 48, 40))
    blocks = -(-sums // block)
    packed = d.rng.integers(0, 256, (rows, blocks, block * bits // 8)).astype(np.uint8)
    scales = d.rng.uniform(0.01, 0.1, rows * blocks).astype(np.float32)
    zero = None
    if d.chance():
        width = -(-blocks * bits // 8)
        zero = d.rng.integers(0, 256, rows * width).astype(np.uint8)
    attributes = {"K": sums, "N": rows, "bits": bits, "block_size": block}
    bias = d.maybe(rows)
    inputs: Inputs = [
        d.floats(*d.pick(((3, sums), (2, 3, sums)))),
        packed,
        scales,
        zero,
        None,
        bias,
    ]
    constants = [1, 2] + ([3] if zero is not None else [])
    return node("MatMulNBits", inputs, attributes, constants=constants)


def copies(d: Draw) -> OneNode:
    op = d.pick(("Trilu", "Range", "Pad", "GridSample", "Inverse"))
    if op == "Trilu":
        return node(
            op, [d.floats(2, 4, 5), np.array(d.pick((-1, 0, 2)))], {"upper": d.pick((0, 1))}
        )
    if op == "Range":
        ends = [np.array(f, np.float32) for f in (1, 9, 2.5)]
        return node(op, ends, constants=[0, 1, 2])
    if op == "Pad":
        pads = np.array([0, 1, 2, 0, -1, 1])
        mode = d.pick(("constant", "reflect", "edge"))
        value: Inputs = [np.array([1.5], np.float32)] if mode == "constant" else []
        return node(op, [d.floats(2, 4, 5), pads, *value], {"mode": mode}, constants=[1])
    if op == "GridSample":
        mode = d.pick(("bilinear", "nearest", "bicubic"))
        return node(op, [d.floats(1, 2, 4, 5), d.floats(1, 3, 3, 2)], {"mode": mode})
    n = d.pick((1, 3, 5))
    return node(op, [d.floats(2, n, n) + 2 * np.eye(n, dtype=np.float32)])


OPERATORS: dict[str, Callable[[Draw], OneNode]] = {
    f.__name__: f
    for f in (
        fused_conv,
        fused_gemm,
        fused_matmul,
        gelus,
        skip_normalization,
        embed_normalization,
        n_bits,
        copies,
    )
}


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("seed", range(16))
def test_a_variant_gives_what_onnx_runtime_gives(op: str, seed: int):
    drawn = OPERATORS[op](Draw(seed))
    expected = onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds)
    for array, want in zip(drawn.run(level=seed % 4), expected.values(), strict=True):
        assert array.shape == want.shape
        np.testing.assert_allclose(array, want, rtol=1e-4, atol=2e-5)


def test_unique_elements_keep_their_order():
    x = np.array([3, 1, 3, 2, 1, 3], np.float32)
    types = [TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT64]
    drawn = node("Unique", [x], outputs=3, output_types=types, constants=[0])
    expected = onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds)
    for array, want in zip(drawn.run(level=0), expected.values(), strict=True):
        np.testing.assert_array_equal(array, want)


def gelu(x: np.ndarray) -> np.ndarray:
    return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2


def test_the_second_half_gates_the_first():
    d = Draw(0)
    x, bias = d.floats(2, 3, 8), d.floats(8)
    left, right = np.split(x + bias, 2, axis=-1)
    (got,) = node("BiasSplitGelu", [x, bias]).run()
    np.testing.assert_allclose(got, left * gelu(right), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("activation", [0, 1])
def test_groups_of_channels_that_come_last(groups: int, activation: int):
    d = Draw(groups)
    x, scale, bias = d.floats(2, 3, 5, 8), d.floats(8), d.floats(8)
    split = x.astype(np.float64).reshape(2, 15, groups, 8 // groups)
    mean = split.mean((1, 3), keepdims=True)
    deviation = np.sqrt(split.var((1, 3), keepdims=True) + 1e-5)
    want = ((split - mean) / deviation).reshape(x.shape) * scale + bias
    if activation:
        want = want / (1 + np.exp(-want))
    attributes = {"groups": groups, "activation": activation, "epsilon": 1e-5}
    (got,) = node("GroupNorm", [x, scale, bias], attributes).run()
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)
    first = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    attributes["channels_last"] = 0
    (got,) = node("GroupNorm", [first, scale, bias], attributes).run()
    np.testing.assert_allclose(got, want.transpose(0, 3, 1, 2), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_zero_points_that_are_no_whole_numbers(bits: int):
    d = Draw(bits)
    rows, sums, block = 3, 32, 16
    numbers = d.rng.integers(0, 1 << bits, (rows, sums // block, block))
    per_byte = 8 // bits
    parts = numbers.reshape(rows, sums // block, -1, per_byte)
    packed = (parts << (np.arange(per_byte) * bits)).sum(-1).astype(np.uint8)
    scales = d.rng.uniform(0.01, 0.1, (rows, sums // block)).astype(np.float32)
    zero = d.rng.uniform(0, 1 << bits, scales.shape).astype(np.float32)
    x = d.floats(2, sums)
    weights = ((numbers - zero[..., None]) * scales[..., None]).reshape(rows, sums)
    attributes = {"K": sums, "N": rows, "bits": bits, "block_size": block}
    drawn = node("MatMulNBits", [x, packed, scales, zero], attributes, constants=[1, 2, 3])
    np.testing.assert_allclose(drawn.run()[0], x @ weights.T, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("seed", range(4))
def test_halves_give_nearly_the_same(op: str, seed: int):
    drawn = OPERATORS[op](Draw(seed))
    expected = onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds)
    drawn.to_half()
    for array, want in zip(drawn.run(level=seed), expected.values(), strict=True):
        scale = max(1.0, float(np.abs(want).max()))
        np.testing.assert_allclose(array.astype(np.float64), want, rtol=0, atol=3e-3 * scale)
