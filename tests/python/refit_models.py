"""Small ONNX models of every kind of weights, by the numbers that these are drawn from."""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Drawn:
    """Weights drawn from a seed: the same names and shapes for each, other elements."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.initializers: list[onnx.TensorProto] = []

    def add(self, name: str, *shape: int, least: float = -0.5, most: float = 0.5) -> str:
        elements = self.rng.uniform(least, most, shape).astype(np.float32)
        self.initializers.append(numpy_helper.from_array(elements, name))
        return name

    def fixed(self, name: str, array) -> str:
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def integers(self, name: str, *shape: int) -> str:
        return self.fixed(name, self.rng.integers(-127, 128, shape).astype(np.int8))


def _model(nodes, inputs, outputs, drawn: Drawn, opset: int = 17) -> bytes:
    infos = [helper.make_tensor_value_info(n, t, s) for n, t, s in inputs]
    graph = helper.make_graph(
        nodes,
        "refit",
        infos,
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs],
        drawn.initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    return model.SerializeToString()


def _norm(d: Drawn, name: str, x: str, y: str, channels: int):
    parts = [d.add(f"{name}.gamma", channels, least=0.5, most=1.5), d.add(f"{name}.beta", channels)]
    parts += [d.add(f"{name}.mean", channels), d.add(f"{name}.var", channels, least=0.5, most=2)]
    return helper.make_node("BatchNormalization", [x, *parts], [y], name=name)


IMAGE = ("x", TensorProto.FLOAT, (1, 8, 12, 12))
ROWS = ("x", TensorProto.FLOAT, (5, 32))


def conv_bn(d: Drawn) -> bytes:
    """Convolutions with normalizations and a residual, one of them depthwise."""
    node = helper.make_node
    return _model(
        [
            node("Conv", ["x", d.add("k1", 16, 8, 3, 3)], ["a"], name="c1", pads=[1] * 4),
            _norm(d, "n1", "a", "b", 16),
            node("Relu", ["b"], ["c"]),
            node("Conv", ["c", d.add("k2", 16, 1, 3, 3), d.add("b2", 16)], ["d"], group=16,
                 name="c2", pads=[1] * 4),
            _norm(d, "n2", "d", "e", 16),
            node("Sigmoid", ["e"], ["f"]),
            node("Conv", ["f", d.add("k3", 16, 16, 1, 1), d.add("b3", 16)], ["g"], name="c3"),
            node("Add", ["g", "c"], ["h"]),
            node("Relu", ["h"], ["y"]),
        ],
        [IMAGE], ["y"], d,
    )  # fmt: skip


def deconv(d: Drawn) -> bytes:
    node = helper.make_node
    return _model(
        [
            node("ConvTranspose", ["x", d.add("k", 8, 6, 3, 3), d.add("b", 6)], ["a"],
                 strides=[2, 2]),
            _norm(d, "n", "a", "b1", 6),
            node("Mul", ["b1", d.add("s", 1, 6, 1, 1)], ["c"]),
            node("Sub", [d.add("t", 1, 6, 1, 1), "c"], ["e"]),
            node("Div", ["e", d.add("u", 6, 1, 1, least=0.5, most=2)], ["y"]),
        ],
        [IMAGE], ["y"], d,
    )  # fmt: skip


def products(d: Drawn) -> bytes:
    """Gemm with factors, MatMul with bias, normalization, GELU and a table."""
    node = helper.make_node
    return _model(
        [
            node("Gemm", ["x", d.add("w1", 48, 32), d.add("b1", 48)], ["a"], transB=1, alpha=0.5,
                 beta=2.0),
            node("LayerNormalization", ["a", d.add("g", 48), d.add("h", 48)], ["b"], axis=-1),
            node("MatMul", ["b", d.add("w2", 48, 64)], ["c"]),
            node("Add", ["c", d.add("b2", 64)], ["e"]),
            node("Div", ["e", d.fixed("r", np.float32(1.4142135))], ["e1"]),
            node("Erf", ["e1"], ["e2"]),
            node("Add", ["e2", d.fixed("one", np.float32(1))], ["e3"]),
            node("Mul", ["e", "e3"], ["e4"]),
            node("Mul", ["e4", d.fixed("half", np.float32(0.5))], ["f"]),
            node("PRelu", ["f", d.add("slope", 64)], ["p"]),
            node("MatMul", ["p", d.add("w3", 64, 8)], ["y"]),
        ],
        [ROWS], ["y"], d,
    )  # fmt: skip


def attention(d: Drawn) -> bytes:
    """Query, key and value from one input: three products become one."""
    node = helper.make_node
    nodes = []
    for name in "qkv":
        nodes += [
            node("MatMul", ["x", d.add(f"w{name}", 32, 32)], [f"{name}0"]),
            node("Add", [f"{name}0", d.add(f"b{name}", 32)], [f"{name}1"]),
            node(
                "Reshape", [f"{name}1", d.fixed(f"s{name}", np.int64([1, 5, 4, 8]))], [f"{name}2"]
            ),
            node("Transpose", [f"{name}2"], [f"{name}3"], perm=[0, 2, 1, 3]),
        ]
    nodes += [
        node("Transpose", ["k3"], ["kt"], perm=[0, 1, 3, 2]),
        node("MatMul", ["q3", "kt"], ["s0"]),
        node("Div", ["s0", d.fixed("root", np.float32(8**0.5))], ["s1"]),
        node("Softmax", ["s1"], ["p"], axis=-1),
        node("MatMul", ["p", "v3"], ["o0"]),
        node("Transpose", ["o0"], ["o1"], perm=[0, 2, 1, 3]),
        node("Reshape", ["o1", d.fixed("so", np.int64([1, 5, 32]))], ["o2"]),
        node("MatMul", ["o2", d.add("wo", 32, 16)], ["y"]),
    ]
    return _model(nodes, [("x", TensorProto.FLOAT, (1, 5, 32))], ["y"], d)


def embedding(d: Drawn) -> bytes:
    node = helper.make_node
    ids = d.fixed("ids", np.int64([3, 0, 7, 7, 2]))
    return _model(
        [
            node("Gather", [d.add("table", 11, 32), ids], ["a"]),
            node("Add", ["a", "x"], ["b"]),
            node("MatMul", ["b", d.add("w", 32, 24)], ["y"]),
        ],
        [ROWS], ["y"], d,
    )  # fmt: skip


def recurrent(d: Drawn) -> bytes:
    node = helper.make_node
    weights = [d.add("w", 1, 32, 6), d.add("r", 1, 32, 8), d.add("b", 1, 64)]
    return _model(
        [node("LSTM", ["x", *weights], ["y"], hidden_size=8)],
        [("x", TensorProto.FLOAT, (4, 2, 6))], ["y"], d,
    )  # fmt: skip


def computed(d: Drawn) -> bytes:
    """Constants that follow from two weights, through moves and arithmetic."""
    node = helper.make_node
    return _model(
        [
            node("Transpose", [d.add("w", 24, 32)], ["wt"], perm=[1, 0]),
            node("Mul", ["wt", d.add("s", 1, 24)], ["ws"]),
            node("Slice", ["ws", d.fixed("from", np.int64([0])), d.fixed("to", np.int64([20])),
                           d.fixed("axis", np.int64([1]))], ["part"]),
            node("MatMul", ["x", "part"], ["a"]),
            node("Add", ["a", d.add("c", 20)], ["y"]),
        ],
        [ROWS], ["y"], d,
    )  # fmt: skip


def shared(d: Drawn) -> bytes:
    """Two layers with one matrix, and one with a transposed view of it."""
    node = helper.make_node
    w = d.add("w", 32, 32)
    return _model(
        [
            node("MatMul", ["x", w], ["a"]),
            node("Tanh", ["a"], ["b"]),
            node("MatMul", ["b", w], ["c"]),
            node("Transpose", [w], ["wt"], perm=[1, 0]),
            node("MatMul", ["c", "wt"], ["y"]),
        ],
        [ROWS], ["y"], d,
    )  # fmt: skip


def quantized(d: Drawn) -> bytes:
    """INT8 weights with scales of their own behind a quantized input."""
    node = helper.make_node
    scale, zero = d.fixed("xs", np.float32(0.02)), d.fixed("xz", np.int8(0))
    scales = d.fixed("ws", np.linspace(0.001, 0.003, 16).astype(np.float32))
    zeros = d.fixed("wz", np.zeros(16, np.int8))
    return _model(
        [
            node("QuantizeLinear", ["x", scale, zero], ["xq"]),
            node("DequantizeLinear", ["xq", scale, zero], ["xd"]),
            node("DequantizeLinear", [d.integers("k", 16, 8, 3, 3), scales, zeros], ["kd"], axis=0),
            node("Conv", ["xd", "kd", d.add("b", 16)], ["c"]),
            node("Relu", ["c"], ["y"]),
        ],
        [IMAGE], ["y"], d,
    )  # fmt: skip


def looped(d: Drawn) -> bytes:
    node = helper.make_node
    info = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            node("MatMul", ["h", "w"], ["m"]),
            node("Add", ["m", "b"], ["added"]),
            node("Tanh", ["added"], ["h2"]),
            node("Identity", ["go"], ["go2"]),
        ],
        "body",
        [
            info("i", TensorProto.INT64, ()),
            info("go", TensorProto.BOOL, ()),
            info("h", TensorProto.FLOAT, (5, 32)),
        ],
        [info("go2", TensorProto.BOOL, ()), info("h2", TensorProto.FLOAT, (5, 32))],
    )
    d.add("w", 32, 32)
    d.add("b", 32)
    return _model(
        [node("Loop", ["n", "", "x"], ["y"], body=body)],
        [ROWS, ("n", TensorProto.INT64, ())], ["y"], d,
    )  # fmt: skip


MODELS: list[Callable[[Drawn], bytes]] = [
    conv_bn, deconv, products, attention, embedding, recurrent, computed, shared, quantized, looped,
]  # fmt: skip


def make(model: Callable[[Drawn], bytes], seed: int) -> bytes:
    return model(Drawn(seed))


def feeds(model: Callable[[Drawn], bytes]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    graph = onnx.load_from_string(make(model, 0)).graph
    out = {}
    for info in graph.input:
        shape = [d.dim_value for d in info.type.tensor_type.shape.dim]
        out[info.name] = rng.standard_normal(shape).astype(np.float32)
    if "n" in out:
        out["n"] = np.array(4, np.int64)
    return out
