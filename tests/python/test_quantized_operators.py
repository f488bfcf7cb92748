"""Quantized operators of ONNX and of ONNX Runtime's own domain: random variants against ONNX
Runtime, whose results may lie one step away."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import onnxruntime_outputs
from one_node import Draw, OneNode
from onnx import TensorProto

TYPES = {np.dtype(np.uint8): TensorProto.UINT8, np.dtype(np.int8): TensorProto.INT8}


class Quantized(Draw):
    """Draws integers with their scale and zero point."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.type = self.pick((np.uint8, np.int8))

    def bytes(self, *shape: int) -> np.ndarray:
        low = np.iinfo(self.type).min
        return self.rng.integers(low, low + 256, shape).astype(self.type)

    def scale(self, low: float = 0.01, high: float = 0.05) -> np.ndarray:
        return np.float32(self.rng.uniform(low, high))

    def zero(self) -> np.ndarray:
        return self.bytes()[()]

    def operand(self, *shape: int) -> list:
        return [self.bytes(*shape), self.scale(), self.zero()]

    def result(self) -> list:
        return [self.scale(), self.zero()]

    def node(self, op: str, inputs: list, attributes: dict | None = None, **others) -> OneNode:
        arrays = [None if i is None else np.asarray(i) for i in inputs]
        domain = others.pop("domain", "com.microsoft")
        constants = others.pop("constants", None)
        if constants is None:
            constants = [i for i, a in enumerate(arrays) if a is not None and a.ndim == 0]
        others.setdefault("output_types", [TYPES[np.dtype(self.type)]])
        return OneNode(
            op, arrays, attributes, opset=17, domain=domain, constants=constants, **others
        )


def element_wise(op: str) -> Callable[[Quantized], OneNode]:
    def make(d: Quantized) -> OneNode:
        shape = d.pick(((2, 3, 4, 5), (1, 4, 1), (5,)))
        return d.node(op, [*d.operand(2, 3, 4, 5), *d.operand(*shape), *d.result()])

    return make


def unary(op: str, **attributes) -> Callable[[Quantized], OneNode]:
    def make(d: Quantized) -> OneNode:
        given = {name: d.pick(choices) for name, choices in attributes.items()}
        return d.node(op, [*d.operand(2, 4, 6, 5), *d.result()], given)

    return make


def softmax(d: Quantized) -> OneNode:
    inputs = [*d.operand(3, 5, 8), np.float32(1 / 256), d.type(0 if d.type == np.uint8 else -128)]
    return d.node("QLinearSoftmax", inputs, {"axis": -1, "opset": 13})


def average_pool(d: Quantized) -> OneNode:
    attributes = {
        "kernel_shape": [2, 3],
        "strides": [2, 1],
        "pads": d.pick(([0] * 4, [1, 1, 1, 0])),
    }
    attributes["count_include_pad"] = d.pick((0, 1))
    return d.node("QLinearAveragePool", [*d.operand(2, 4, 6, 7), *d.result()], attributes)


def joined(d: Quantized) -> OneNode:
    parts = [*d.operand(2, 3, 4), *d.operand(2, 1, 4), *d.operand(2, 5, 4)]
    return d.node("QLinearConcat", [*d.result(), *parts], {"axis": 1})


def chosen(d: Quantized) -> OneNode:
    condition = d.rng.integers(0, 2, (3, 5)).astype(bool)
    return d.node("QLinearWhere", [condition, *d.operand(3, 5), *d.operand(3, 5), *d.result()])


def gemm(d: Quantized) -> OneNode:
    d.type = np.uint8
    transposed, depth, columns = d.pick((0, 1)), d.pick((7, 64)), d.pick((6, 33))
    b = d.rng.integers(-127, 128, (columns, depth) if transposed else (depth, columns))
    b_scale, bias = d.scale(), d.rng.integers(-900, 900, columns).astype(np.int32)
    inputs = [
        *d.operand(5, depth), b.astype(np.int8), b_scale, np.int8(0),
        d.pick((bias, None)), d.scale(0.1, 0.3), d.zero(),
    ]  # fmt: skip
    present = [i for i in (1, 2, 3, 4, 5, 6, 7, 8) if inputs[i] is not None]
    return d.node("QGemm", inputs, {"transB": transposed}, constants=present)


def qlinear_conv(d: Quantized) -> OneNode:
    d.type = np.uint8
    w = d.rng.integers(-127, 128, (6, 4, 3, 3)).astype(np.int8)
    count = d.pick((1, 6))
    scale = d.rng.uniform(0.01, 0.03, count).astype(np.float32)
    zero = np.zeros(count, np.int8)
    if count == 1:
        scale, zero = scale[0], zero[0]
    bias = d.rng.integers(-900, 900, 6).astype(np.int32)
    inputs = [*d.operand(2, 4, 7, 6), w, scale, zero, d.scale(0.1, 0.3), d.zero(), bias]
    return d.node(
        "QLinearConv", inputs, {"pads": [1, 1, 1, 1]}, domain="", constants=list(range(1, 9))
    )


def qlinear_matmul(d: Quantized) -> OneNode:
    d.type = np.uint8
    b = d.rng.integers(-127, 128, (16, 9)).astype(np.int8)
    inputs = [*d.operand(2, 5, 16), b, d.scale(), np.int8(0), d.scale(0.1, 0.3), d.zero()]
    return d.node("QLinearMatMul", inputs, domain="", constants=list(range(1, 8)))


def matmul_to_float(d: Quantized) -> OneNode:
    d.type = np.uint8
    a, b = d.bytes(3, 16), d.rng.integers(-127, 128, (16, 9)).astype(np.int8)
    bias = d.pick((d.floats(9), None))
    inputs = [a, b, d.scale(), d.scale(), d.zero(), np.int8(0), bias]
    present = [i for i in range(1, 7) if inputs[i] is not None]
    return d.node(
        "MatMulIntegerToFloat", inputs, constants=present, output_types=[TensorProto.FLOAT]
    )


def dynamic_matmul(d: Quantized) -> OneNode:
    b = d.rng.integers(-127, 128, (16, 9)).astype(np.int8)
    inputs = [d.floats(3, 16), b, d.scale(), np.int8(0), d.pick((d.floats(9), None))]
    present = [i for i in range(1, 5) if inputs[i] is not None]
    return d.node(
        "DynamicQuantizeMatMul", inputs, constants=present, output_types=[TensorProto.FLOAT]
    )


OPERATORS: dict[str, Callable[[Quantized], OneNode]] = {
    "QLinearAdd": element_wise("QLinearAdd"),
    "QLinearMul": element_wise("QLinearMul"),
    "QLinearSigmoid": unary("QLinearSigmoid"),
    "QLinearLeakyRelu": unary("QLinearLeakyRelu", alpha=(0.01, 0.3)),
    "QLinearSoftmax": softmax,
    "QLinearAveragePool": average_pool,
    "QLinearGlobalAveragePool": unary("QLinearGlobalAveragePool", channels_last=(0, 1)),
    "QLinearConcat": joined,
    "QLinearWhere": chosen,
    "QGemm": gemm,
    "QLinearConv": qlinear_conv,
    "QLinearMatMul": qlinear_matmul,
    "MatMulIntegerToFloat": matmul_to_float,
    "DynamicQuantizeMatMul": dynamic_matmul,
}


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("seed", range(6))
def test_numbers_are_those_of_onnxruntime(op: str, seed: int):
    drawn = OPERATORS[op](Quantized(seed))
    (expected,) = onnxruntime_outputs(drawn.model.SerializeToString(), drawn.feeds).values()
    (got,) = drawn.run(level=3 * (seed % 2))
    assert got.dtype == expected.dtype and got.shape == expected.shape
    difference = np.abs(got.astype(np.float64) - expected.astype(np.float64))
    if got.dtype == np.float32:
        assert difference.max() <= 0.02 * np.abs(expected).max()
    else:
        assert difference.max() <= 1
        assert (difference > 0).mean() <= 0.05


@pytest.mark.parametrize("seed", range(4))
def test_means(seed: int):
    """ONNX Runtime has no kernel of QLinearReduceMean."""
    d = Quantized(seed)
    (x, x_scale, x_zero), (y_scale, y_zero) = d.operand(2, 4, 6, 5), d.result()
    attributes = {"axes": d.pick(([1], [2, 3], [-1])), "keepdims": d.pick((0, 1))}
    mean = (x.astype(np.float64) - x_zero).mean(
        tuple(attributes["axes"]), keepdims=bool(attributes["keepdims"])
    )
    limits = np.iinfo(d.type)
    expected = np.clip(np.round(mean * x_scale / y_scale) + y_zero, limits.min, limits.max)
    drawn = d.node("QLinearReduceMean", [x, x_scale, x_zero, y_scale, y_zero], attributes)
    (got,) = drawn.run()
    assert got.dtype == d.type and got.shape == expected.shape
    assert np.abs(got.astype(np.float64) - expected).max() <= 1
