"""Models as ONNX Runtime's quantizer writes them run as their FP32 originals do: constant weights,
roundings inside the steps around them, the numbers of the graph as it stands."""

import numpy as np
import onnx
import pytest
from conftest import build_plan, layers_of, load
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt

onnxruntime = pytest.importorskip("onnxruntime")
quantization = pytest.importorskip("onnxruntime.quantization")

RNG = np.random.default_rng(3)
OPSETS = (13, 17, 21)


class Net:
    """Nodes and random weights of a model under construction."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, *shape: int, scale: float | None = None) -> str:
        name = f"w{len(self.weights)}"
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 4
        data = RNG.standard_normal(shape) * (scale or fan_in**-0.5)
        self.weights.append(numpy_helper.from_array(data.astype(np.float32), name))
        return name

    def constant(self, array: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def add(self, op: str, *inputs: str, **attributes: object) -> str:
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def conv(self, x: str, i: int, o: int, k: int = 3, s: int = 1, group: int = 1) -> str:
        return self.add(
            "Conv", x, self.weight(o, i // group, k, k), self.weight(o),
            pads=[k // 2] * 4, strides=[s, s], group=group,
        )  # fmt: skip

    def model(self, y: str, x_shape: tuple[int, ...], y_rank: int, opset: int) -> onnx.ModelProto:
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, x_shape)
        out = helper.make_tensor_value_info(y, TensorProto.FLOAT, [None] * y_rank)
        graph = helper.make_graph(self.nodes, "net", [x], [out], self.weights)
        imports = [helper.make_opsetid("", opset)]
        return helper.make_model(graph, opset_imports=imports, ir_version=10)


def residual_net(opset: int) -> onnx.ModelProto:
    net = Net()
    x = net.add(
        "MaxPool", net.add("Relu", net.conv("x", 3, 24, 3, 2)), kernel_shape=[2, 2], strides=[2, 2]
    )
    left = net.conv(net.add("Relu", net.conv(x, 24, 40)), 40, 24)
    x = net.add("Relu", net.add("Add", left, x))
    deep = net.add("Relu", net.conv(net.add("Relu", net.conv(x, 24, 48, 1)), 48, 48, 3, 1, 48))
    x = net.add("Concat", net.add("Relu", net.conv(x, 24, 16, 1)), deep, axis=1)
    x = net.add("Flatten", net.add("GlobalAveragePool", x))
    y = net.add("Gemm", x, net.weight(10, 64), net.weight(10), transB=1)
    return net.model(y, (2, 3, 33, 35), 2, opset)


def attention_net(opset: int) -> onnx.ModelProto:
    net = Net()
    width, heads, length = 32, 4, 12
    if opset >= 17:
        n = net.add("LayerNormalization", "x", net.weight(width), net.weight(width), axis=-1)
    else:
        n = "x"
    split = net.constant(np.array([2, length, heads, width // heads], np.int64))

    def projected(order: list[int]) -> str:
        flat = net.add("Add", net.add("MatMul", n, net.weight(width, width)), net.weight(width))
        return net.add("Transpose", net.add("Reshape", flat, split), perm=order)

    scores = net.add("MatMul", projected([0, 2, 1, 3]), projected([0, 2, 3, 1]))
    mixed = net.add("MatMul", net.add("Softmax", scores, axis=-1), projected([0, 2, 1, 3]))
    joined = net.constant(np.array([2, length, width], np.int64))
    merged = net.add("Reshape", net.add("Transpose", mixed, perm=[0, 2, 1, 3]), joined)
    y = net.add("Add", net.add("MatMul", merged, net.weight(width, width)), "x")
    return net.model(y, (2, length, width), 3, opset)


class Calibration(quantization.CalibrationDataReader):
    def __init__(self, shape: list[int]) -> None:
        rng = np.random.default_rng(4)
        self.feeds = iter([{"x": rng.standard_normal(shape).astype(np.float32)} for _ in range(4)])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.feeds, None)


U8, S8 = quantization.QuantType.QUInt8, quantization.QuantType.QInt8
SCHEMES = {
    "per channel, u8 activations": {"per_channel": True, "activation_type": U8, "weight_type": S8},
    "per tensor, u8 both": {"per_channel": False, "activation_type": U8, "weight_type": U8},
    "per tensor, symmetric": {
        "per_channel": False,
        "activation_type": S8,
        "weight_type": S8,
        "extra_options": {"ActivationSymmetric": True, "DedicatedQDQPair": True},
    },
}


def quantized(model: onnx.ModelProto, scheme: str, tmp_path) -> onnx.ModelProto:
    source, target = tmp_path / "fp32.onnx", tmp_path / "qdq.onnx"
    onnx.save(model, source)
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    quantization.quantize_static(
        str(source), str(target), Calibration(shape),
        quant_format=quantization.QuantFormat.QDQ, **SCHEMES[scheme],
    )  # fmt: skip
    return onnx.load(target)


def as_it_stands(model: onnx.ModelProto, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
    """ONNX Runtime's outputs without any optimization of the graph."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, feeds)


def tactics(engine: trt.ICudaEngine) -> list[str]:
    return [layer["TacticName"] for layer in layers_of(engine)]


def build(model: onnx.ModelProto, level: int) -> trt.ICudaEngine:
    return load(build_plan(model.SerializeToString(), level=level, is_detailed=True))


def assert_rounded_alike(got: np.ndarray, expected: np.ndarray) -> None:
    """Equal but for elements on the edge between two steps, and what follows from those."""
    assert got.shape == expected.shape
    step = np.diff(np.unique(np.round(expected, 6))).min()
    difference = np.abs(got - expected)
    assert difference.max() <= 3 * step + 1e-6
    assert (difference > step / 2).mean() <= 0.05


@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("opset", OPSETS)
@pytest.mark.parametrize("make", [residual_net, attention_net])
def test_numbers_are_those_of_the_quantized_graph(make, opset, scheme, level, tmp_path):
    model = quantized(make(opset), scheme, tmp_path)
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    feeds = {"x": np.random.default_rng(5).standard_normal(shape).astype(np.float32)}
    engine = build(model, level)
    assert "reference" not in tactics(engine)
    (got,) = engine.create_execution_context().infer(feeds).values()
    assert_rounded_alike(got, as_it_stands(model, feeds)[0])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_roundings_are_part_of_the_steps_around_them(scheme, tmp_path):
    model = residual_net(17)
    plain = len(tactics(build(model, 0)))
    steps = tactics(build(quantized(model, scheme, tmp_path), 0))
    # The input, both sides of the join and the averages are rounded by steps of their own.
    assert sum(name.startswith("pointwise") for name in steps) <= 4
    assert len(steps) <= plain + 6


def dequantized_weights(opset: int, form: str) -> onnx.ModelProto:
    """x @ DequantizeLinear(w), with more weights than small ones that fold anyway."""
    rows, columns = 640, 512
    net = Net()
    kind = np.uint8 if form == "u8" else np.int8
    w = RNG.integers(0, 100, (rows, columns)).astype(kind)
    count = {"axis 0": rows, "axis 1": columns}.get(form, 1)
    shape = (rows // 32, columns) if form.startswith("blocked") else (count,) if count > 1 else ()
    scale = net.constant(RNG.uniform(0.001, 0.01, shape).astype(np.float32))
    attributes: dict[str, object] = {"axis": 1 if form == "axis 1" else 0}
    if form == "blocked int4":
        w4 = RNG.integers(-8, 8, (rows, columns))
        packed = helper.make_tensor("w", TensorProto.INT4, w4.shape, w4.flatten())
        net.weights.append(packed)
        inputs = ["w", scale]
    else:
        zero = net.constant(RNG.integers(0, 20, shape).astype(kind))
        inputs = [net.constant(w), scale, zero]
    if form.startswith("blocked"):
        attributes["block_size"] = 32
    y = net.add("MatMul", "x", net.add("DequantizeLinear", *inputs, **attributes))
    return net.model(y, (3, rows), 2, opset)


@pytest.mark.parametrize(
    "opset, form",
    [(13, "s8"), (13, "u8"), (13, "axis 0"), (19, "axis 1"), (21, "blocked"), (21, "blocked int4")],
)
def test_weights_of_every_form_are_constants(opset, form):
    model = dequantized_weights(opset, form)
    x = np.random.default_rng(6).standard_normal((3, 640)).astype(np.float32)
    engine = build(model, 3)
    assert all("matmul" in name or "weight_only" in name for name in tactics(engine))
    (got,) = engine.create_execution_context().infer({"x": x}).values()
    oracle = as_it_stands if opset < 19 else lambda m, f: ReferenceEvaluator(m).run(None, f)
    (expected,) = oracle(model, {"x": x})
    np.testing.assert_allclose(got, expected, atol=1e-4 * np.abs(expected).max())


def test_plans_hold_the_weights_once():
    model = dequantized_weights(13, "axis 0")
    assert build_plan(model.SerializeToString()).nbytes < 640 * 512 * 4 * 1.2
